public import Claims
import Crypto
import Foundation

/// The signatures and digests that claims need, from swift-crypto.
public enum Ed25519 {
  /// - Source: FIPS 180-4.
  public static let sha256: Claims.SHA256Digest = { Array(SHA256.hash(data: $0)) }

  /// Whether a signature fits; false for a key or a signature of a wrong length.
  /// - Source: RFC 8032.
  public static let check: EventVerifier.Ed25519Check = { publicKey, message, signature in
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(Data(signature), for: Data(message))
  }
}
