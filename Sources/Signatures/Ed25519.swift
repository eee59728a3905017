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
