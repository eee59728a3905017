public import CanonicalJSON
internal import FarmUnits

/// SHA-256 of any bytes, 32 bytes long; given in by whoever has a cryptographic library.
public typealias SHA256Digest = @Sendable (_ bytes: [UInt8]) -> [UInt8]

/// A public Ed25519 key as JOSE writes it.
public struct JSONWebKey: Equatable, Sendable {
  /// 32 bytes.
  public let publicKey: [UInt8]

  /// Nil unless there are 32 bytes.
  public init?(publicKey: [UInt8]) {
    guard publicKey.count == 32 else { return nil }
    self.publicKey = publicKey
  }

  /// Reads `{"kty":"OKP","crv":"Ed25519","x":"…"}`; further members do not matter. Nil for any other key.
  public init?(json: JSONValue) {
    guard json["kty"]?.string == "OKP", json["crv"]?.string == "Ed25519",
      let key = json["x"]?.string.flatMap({ Base64URL.bytes($0) })
    else { return nil }
    self.init(publicKey: key)
  }

  /// The members that make the key what it is; their canonical form is what the thumbprint is taken of.
  private var essential: JSONObject {
    ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.text(publicKey))]
  }

  /// RFC 7638: base64url of the SHA-256 of the essential members.
  public func thumbprint(_ sha256: SHA256Digest) -> String {
    Base64URL.text(sha256(JSONValue.object(essential).canonicalBytes))
  }

  /// For a key set: with its id, its use, and both names of the algorithm's family that libraries look for.
  public func json(keyID: String) -> JSONValue {
    var key = essential
    key["kid"] = .string(keyID)
    key["use"] = "sig"
    key["alg"] = "EdDSA"
    return .object(key)
  }
}

/// Signs events with the gateway's key, which it does not hold: the signature comes from a closure.
public struct ClaimSigner: Sendable {
  /// Thumbprint of the public key.
  public let keyID: String
  private let signature: @Sendable (_ message: [UInt8]) throws -> [UInt8]

  /// - Parameters:
  ///   - keyID: RFC 7638 thumbprint of the public key.
  ///   - signature: Ed25519 over the bytes given, 64 bytes long.
  public init(keyID: String, signature: @escaping @Sendable (_ message: [UInt8]) throws -> [UInt8]) {
    (self.keyID, self.signature) = (keyID, signature)
  }

  /// The same event with a detached JWS (RFC 7515, appendix F) over its canonical bytes. An earlier signature is replaced.
  ///
  /// - Throws: `ClaimError`, and whatever the closure throws.
  public func signed(_ event: CloudEvent) throws -> CloudEvent {
    var event = event
    event.signature = nil
    let header = Base64URL.text(Self.protectedHeader(keyID: keyID))
    let made = try signature(Self.signingInput(header: header, payload: try event.bytes()))
    guard made.count == 64 else { throw ClaimError.signatureLength(made.count) }
    event.signature = "\(header)..\(Base64URL.text(made))"
    return event
  }

  /// `EdDSA`, because every library knows it.
  static func protectedHeader(keyID: String) -> [UInt8] {
    JSONValue.object(["alg": "EdDSA", "kid": .string(keyID)]).bytes
  }

  /// RFC 7515 section 5.1: the payload is encoded for signing, and left out of what is sent.
  static func signingInput(header: String, payload: [UInt8]) -> [UInt8] {
    Array(header.utf8) + [UInt8(ascii: ".")] + Array(Base64URL.text(payload).utf8)
  }
}
