internal import Crypto

/// Digests (FIPS 180-4).
public enum SHA2 {
  /// 32 bytes.
  @Sendable public static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
