import CanonicalJSON
import Crypto
import Foundation
import Synchronization

/// A drone simulated by pymavlink in a process of its own; ends with the value.
final class PythonDrone: Sendable {
  static let absence = "python3 with the module pymavlink is not installed"
  static let isAvailable: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "from pymavlink.dialects.v20 import ardupilotmega"]
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    if process.terminationStatus != 0 { print("skipped: \(absence)") }
    return process.terminationStatus == 0
  }()

  enum Way: Sendable, CaseIterable { case udp, mqtt }

  private let process = Process()
  private let orders = Pipe()
  private let output = Pipe()

  /// - Parameters:
  ///   - port: Of the UDP link; nil: each batch is handed to `publish`.
  ///   - publish: Called on a thread of its own.
  init(port: UInt16?, publish: @escaping @Sendable ([UInt8]) -> Void) throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Tools/drone.py").path
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script] + (port.map { ["udp", "\($0)"] } ?? ["hex"])
    (process.standardInput, process.standardOutput) = (orders, output)
    try process.run()
    guard port == nil else { return }
    let reader = output.fileHandleForReading
    Thread {
      var rest = Data()
      while case let data = reader.availableData, !data.isEmpty {
        rest += data
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          publish(Self.bytes(hex: rest[rest.startIndex..<end]))
          rest = Data(rest[rest.index(after: end)...])
        }
      }
    }.start()
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  /// Changes the drone's state.
  func become(_ state: JSONValue) throws {
    try orders.fileHandleForWriting.write(contentsOf: Data((state.text + "\n").utf8))
  }

  private static func bytes(hex: Data) -> [UInt8] {
    let digits = hex.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

/// A fleet's owner: signs firmware policies as `firmware_policy_key` demands.
struct PolicySigner {
  private let key = Curve25519.Signing.PrivateKey()

  /// As the configuration names it.
  var publicKey: String {
    let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    return Data(prefix + key.publicKey.rawRepresentation).base64EncodedString()
  }

  /// A policy about board 50.
  func policy(
    _ sequence: Int64, deny: [JSONValue] = [], minimum: String = "4.5.0",
    expires: String = "2099-01-01T00:00:00Z", image: (version: String, hash: String)? = nil
  )
    throws -> [UInt8]
  {
    let rule: JSONValue = [
      "board_id": 50, "min": .string(minimum), "target": "4.6.0", "deny": .array(deny),
    ]
    var policy: JSONObject = [
      "seq": .integer(sequence), "issued": "2020-01-01T00:00:00Z", "expires": .string(expires),
      "rules": [rule],
    ]
    if let image {
      policy["images"] = [
        [
          "sha256": .string(String(repeating: "0", count: 64)), "size": 1, "kind": "apj", "board_id": 50,
          "version": .string(image.version), "seq": 1, "git_hash": .string(image.hash),
        ]
      ]
    }
    let signature = try key.signature(for: JSONValue.object(policy).canonicalBytes)
    policy["signature"] = .string(signature.base64EncodedString())
    return JSONValue.object(policy).bytes
  }
}
