public import CanonicalJSON

/// A command under a signature: a JWS (RFC 7515) with Ed25519 whose payload is the very object that an unsigned command
/// would be. Compact, or flattened JSON with exactly `protected`, `payload` and `signature`.
///
/// The protected header says in `topic` for which command topic the signature was made, so that it counts on no other
/// output, gateway or farm. A signer may list `topic` in `crit`, and nothing else.
public struct SignedCommand: Equatable, Sendable {
  /// What one message may weigh, signature included.
  public static let bytesMax = 8192
  static let headerLimits = JSONLimits(bytes: 1024, depth: 4, values: 32)

  /// `kid` of the header: who claims to have signed.
  public let issuer: String
  /// The command as it was signed.
  public let payload: [UInt8]
  private let signingInput: [UInt8]
  private let signature: [UInt8]

  /// Whether these bytes are meant to be a signed command. The base64url of every JSON object begins with an `e`, with
  /// which no JSON text does; the flattened form shows itself by its members.
  public static func isMeant(by bytes: [UInt8]) -> Bool { bytes.first == UInt8(ascii: "e") }

  /// The payload of a compact form, signed or not: good enough to find the id for an answer.
  public static func unverifiedPayload(of bytes: [UInt8]) -> [UInt8]? {
    guard isMeant(by: bytes), bytes.count <= bytesMax else { return nil }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let text = String(validating: parts[1], as: UTF8.self) else { return nil }
    return Base64URL.bytes(text)
  }

  /// Reads the compact form.
  /// - Parameter topic: On which the message came.
  public init(compact bytes: [UInt8], on topic: String) throws(SignatureFault) {
    guard bytes.count <= Self.bytesMax else { throw .tooLarge }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .malformed("it has not three parts between dots") }
    try self.init(header: parts[0], payload: parts[1], signature: parts[2], on: topic)
  }

  /// Reads the flattened form; nil for an object that has none of its members, which is a plain command.
  public init?(flattened json: JSONValue, on topic: String) throws(SignatureFault) {
    guard let object = json.object, object["signature"] != nil || object["protected"] != nil else {
      return nil
    }
    guard object.members.count == 3, let header = object["protected"]?.string,
      let payload = object["payload"]?.string, let signature = object["signature"]?.string
    else { throw .malformed("its members are not protected, payload and signature, each a text") }
    try self.init(header: header.utf8, payload: payload.utf8, signature: signature.utf8, on: topic)
  }

  private init(
    header: some Collection<UInt8>, payload: some Collection<UInt8>, signature: some Collection<UInt8>,
    on topic: String
  ) throws(SignatureFault) {
    func bytes(_ part: some Collection<UInt8>, _ name: String) throws(SignatureFault) -> [UInt8] {
      guard let text = String(validating: part, as: UTF8.self), let bytes = Base64URL.bytes(text) else {
        throw .malformed("its \(name) is not base64url without padding")
      }
      return bytes
    }
    let headerBytes = try bytes(header, "header")
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: headerBytes, limits: Self.headerLimits)
    } catch {
      throw .malformed("its header is not JSON: \(error)")
    }
    self.payload = try bytes(payload, "payload")
    self.signature = try bytes(signature, "signature")
    guard self.signature.count == 64 else { throw .malformed("its signature has not 64 bytes") }
    issuer = try Self.issuer(in: json, on: topic)
    signingInput = Array(header) + [UInt8(ascii: ".")] + Array(payload)
  }

  /// - Returns: `kid`, once everything else in the header is as it must be.
  private static func issuer(in header: JSONValue, on topic: String) throws(SignatureFault) -> String {
    guard header.object != nil else { throw .malformed("its header is not a JSON object") }
    guard let algorithm = header["alg"]?.string else { throw .malformed("its header has no alg") }
    guard algorithm == "EdDSA" || algorithm == "Ed25519" else { throw .algorithm(algorithm) }
    if let critical = header["crit"] {
      // RFC 7515, section 4.1.11: refuse what is marked and not understood, and an empty list.
      guard critical == ["topic"] else { throw .critical }
    }
    guard let issuer = header["kid"]?.string, !issuer.isEmpty else {
      throw .malformed("its header has no kid")
    }
    guard let bound = header["topic"]?.string else { throw .malformed("its header has no topic") }
    guard bound == topic else { throw .topic(bound) }
    return issuer
  }

  /// Whether the signature fits this key.
  public func isSigned(by publicKey: [UInt8], _ check: EventVerifier.Ed25519Check) -> Bool {
    check(publicKey, signingInput, signature)
  }
}

/// Why something is no signed command.
public enum SignatureFault: Error, Equatable, Sendable {
  case tooLarge
  /// Its text says what is missing.
  case malformed(String)
  case algorithm(String)
  /// `crit` names something that is not understood here.
  case critical
  /// Signed for this topic, and not for the one it came on.
  case topic(String)
}
