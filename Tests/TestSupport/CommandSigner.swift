public import CanonicalJSON
public import Crypto
public import Foundation

/// Somebody who signs commands, or something that is nearly a signed command.
public struct CommandSigner: Sendable {
  public let name: String
  private let key: Curve25519.Signing.PrivateKey

  public init(_ name: String, key: Curve25519.Signing.PrivateKey = .init()) {
    (self.name, self.key) = (name, key)
  }

  /// As the configuration has it.
  public var publicKey: String {
    let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    return Data(prefix + key.publicKey.rawRepresentation).base64EncodedString()
  }

  public func header(_ topic: String) -> JSONObject {
    ["alg": "EdDSA", "kid": .string(name), "topic": .string(topic)]
  }

  /// - Parameter header: Nil: as it should be.
  public func compact(_ command: String, on topic: String, header: JSONObject? = nil) throws -> String {
    let header = JSONValue.object(header ?? self.header(topic)).text
    return try compact(command, header: header)
  }

  public func compact(_ command: String, header: String) throws -> String {
    let input = "\(Self.base64url(Data(header.utf8))).\(Self.base64url(Data(command.utf8)))"
    return "\(input).\(Self.base64url(try key.signature(for: Data(input.utf8))))"
  }

  public func flattened(_ command: String, on topic: String) throws -> String {
    let parts = try compact(command, on: topic).split(separator: ".").map(String.init)
    return JSONValue.object([
      "payload": .string(parts[1]), "protected": .string(parts[0]), "signature": .string(parts[2]),
    ]).text
  }

  public static func base64url(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
