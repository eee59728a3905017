import CanonicalJSON
import Claims
import Foundation
import Signatures
import TestSupport
import Testing

/// Vectors of others: the checker believes them, and nothing that differs by a bit.
struct Ed25519Tests {
  /// RFC 8037, appendix A.2 and A.4.
  private static let publicKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
  private static let header = "eyJhbGciOiJFZERTQSJ9"
  private static let payload = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
  private static let signature =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

  private func bytes(_ base64url: String) -> [UInt8] {
    let text = base64url.replacing("-", with: "+").replacing("_", with: "/")
    let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
    return Data(base64Encoded: padded).map(Array.init) ?? []
  }

  @Test func `the example of RFC 8037 is believed`() {
    let (key, signature) = (bytes(Self.publicKey), bytes(Self.signature))
    let message = Array("\(Self.header).\(Self.payload)".utf8)
    #expect(Ed25519.isValid(publicKey: key, message: message, signature: signature))
    #expect(!Ed25519.isValid(publicKey: key, message: message + [0], signature: signature))
    for index in signature.indices {
      var other = signature
      other[index] ^= 1
      #expect(!Ed25519.isValid(publicKey: key, message: message, signature: other))
    }
  }

  @Test(arguments: [0, 31, 33, 64]) func `a key of another length verifies nothing`(length: Int) {
    #expect(
      !Ed25519.isValid(
        publicKey: [UInt8](repeating: 1, count: length), message: [], signature: bytes(Self.signature)))
  }

  @Test(arguments: [0, 63, 65]) func `a signature of another length fits nothing`(length: Int) {
    #expect(
      !Ed25519.isValid(
        publicKey: bytes(Self.publicKey), message: [], signature: [UInt8](repeating: 0, count: length)))
  }

  @Test func `the example of RFC 8037 is no command, since it names neither issuer nor topic`() {
    let compact = Array("\(Self.header).\(Self.payload).\(Self.signature)".utf8)
    #expect(throws: SignatureFault.malformed("its header has no kid")) {
      try SignedCommand(compact: compact, on: "farmgate/a/b/command/c")
    }
  }
}

/// What a JOSE library of others signs.
@Suite(.enabled(if: Joserfc.absence == nil, Comment(rawValue: Joserfc.absence ?? "")))
struct IndependentSignerTests {
  private let topic = "farmgate/greenhollow/gw1/command/bed-1-valve"

  @Test(arguments: ["EdDSA", "Ed25519"], [false, true])
  func `a command that joserfc signed is believed on its topic alone`(algorithm: String, critical: Bool)
    throws
  {
    var header: JSONObject = ["alg": .string(algorithm), "kid": "bench-tablet", "topic": .string(topic)]
    if critical { header["crit"] = ["topic"] }
    let command = #"{"id":"1","set":"off","by":"bench-tablet"}"#
    let made = try Joserfc.sign(command, header: header)
    for signed in [
      try SignedCommand(compact: Array(made.compact.utf8), on: topic),
      try #require(try SignedCommand(flattened: JSONValue(parsing: Array(made.flattened.utf8)), on: topic)),
    ] {
      #expect(signed.issuer == "bench-tablet")
      #expect(String(decoding: signed.payload, as: UTF8.self) == command)
      #expect(signed.isSigned(by: made.publicKey, Ed25519.isValid))
      #expect(!signed.isSigned(by: [UInt8](repeating: 7, count: 32), Ed25519.isValid))
    }
    let other = topic.replacing("bed-1", with: "bed-2")
    #expect(throws: SignatureFault.topic(topic)) {
      try SignedCommand(compact: Array(made.compact.utf8), on: other)
    }
  }

  @Test func `a command changed after joserfc signed it is not believed`() throws {
    let header: JSONObject = ["alg": "EdDSA", "kid": "a", "topic": .string(topic)]
    let made = try Joserfc.sign(#"{"id":"1","set":"off","by":"a"}"#, header: header)
    let changed = try Joserfc.sign(#"{"id":"1","set":"auto","by":"a"}"#, header: header)
    let (parts, others) = (made.compact.split(separator: "."), changed.compact.split(separator: "."))
    let forged = Array("\(parts[0]).\(others[1]).\(parts[2])".utf8)
    #expect(
      try SignedCommand(compact: forged, on: topic).isSigned(by: made.publicKey, Ed25519.isValid) == false)
  }
}

/// joserfc of PyPI in a Python of its own.
enum Joserfc {
  struct Made {
    var publicKey: [UInt8]
    var compact: String
    var flattened: String
  }

  static let absence: String? = {
    let works = (try? run("import joserfc", "").isEmpty) ?? false  // no Python is an answer as well
    return works ? nil : "python3 with the module joserfc is not installed"
  }()

  static func sign(_ payload: String, header: JSONObject) throws -> Made {
    let script = """
      import sys, json, base64, warnings
      warnings.simplefilter("ignore")
      from joserfc import jws
      from joserfc.jwk import OKPKey
      from joserfc.registry import HeaderParameter
      asked = json.loads(sys.stdin.read())
      key = OKPKey.generate_key("Ed25519")
      registry = jws.JWSRegistry(
          header_registry={"topic": HeaderParameter("Topic", "str")}, algorithms=["EdDSA", "Ed25519"])
      header, payload = asked["header"], asked["payload"]
      compact = jws.serialize_compact(header, payload, key, registry=registry)
      flattened = jws.serialize_json({"protected": header}, payload, key, registry=registry)
      print(json.dumps({"x": key.as_dict(private=False)["x"], "compact": compact, "flattened": flattened}))
      """
    let asked: JSONValue = ["header": .object(header), "payload": .string(payload)]
    let answer = try JSONValue(parsing: Array(try run(script, asked.text).utf8))
    let key = try #require(JSONWebKey(json: ["kty": "OKP", "crv": "Ed25519", "x": answer["x"] ?? .null]))
    return Made(
      publicKey: key.publicKey, compact: try #require(answer["compact"]?.string),
      flattened: try #require(answer["flattened"]).text)
  }

  private static func run(_ script: String, _ input: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let (inward, outward) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (inward, outward)
    try process.run()
    try inward.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try inward.fileHandleForWriting.close()
    let output = String(decoding: outward.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableRuntimeMismatch) }
    return output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
