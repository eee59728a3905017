/// Why something cannot be said to the marketplace.
public enum ClaimError: Error, Equatable, Sendable {
  /// More than `CloudEvent.largest` bytes.
  case tooLarge(bytes: Int)
  /// Not `[A-Za-z0-9._-]{1,64}`, so it cannot be a level of a topic.
  case notAnIdentifier(String)
  /// A signature that is not 64 bytes long.
  case signatureLength(Int)
}

extension ClaimError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let bytes): "an event of \(bytes) bytes exceeds the limit of \(CloudEvent.largest)"
    case .notAnIdentifier(let text): "\"\(text)\" cannot be a level of a topic"
    case .signatureLength(let bytes): "a signature has \(bytes) bytes instead of 64"
    }
  }
}
