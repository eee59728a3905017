internal import Crypto
internal import Foundation

/// Ed25519 (RFC 8032), the one kind of signature that the gateway knows.
///
/// The corresponding library is swift-crypto; nothing of it leaves this module.
public enum Ed25519 {
  /// Whether `signature` was made over `message` with the private half of `publicKey`. False for a key of another
  /// length than 32 bytes and a signature of another length than 64.
  public static func isValid(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool {
    // Refused for its length: no key, so nothing fits it.
    guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
    else { return false }
    return key.isValidSignature(signature, for: message)
  }
}

extension Ed25519 {
  /// A private key. Whoever holds it signs.
  public struct PrivateKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A new one, from the system's random numbers.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// Nil unless there are 32 bytes.
    public init?(seed: [UInt8]) {
      guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
      self.key = key
    }

    /// 32 bytes; secret.
    public var seed: [UInt8] { Array(key.rawRepresentation) }
    /// 32 bytes.
    public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    /// 64 bytes.
    public func signature(for message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message)) }
  }
}
