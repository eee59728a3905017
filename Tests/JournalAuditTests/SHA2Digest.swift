import Claims
import Signatures

enum SHA2Digest {
  static func hexadecimal(_ bytes: [UInt8]) -> String { Claims.hexadecimal(SHA2.sha256(bytes)) }
}
