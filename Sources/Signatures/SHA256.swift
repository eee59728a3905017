internal import Crypto
internal import Foundation

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
  /// - Returns: 32 bytes.
  public static func digest(of message: [UInt8]) -> [UInt8] { Array(Crypto.SHA256.hash(data: message)) }
}
