/// Why an event is not believed.
public enum EventFault: Error, Equatable, Sendable {
  case notJSON
  case tooLarge
  /// An attribute is missing or has the wrong form.
  case attribute(String)
  /// The bytes are not the canonical form of what they say.
  case notCanonical
  case unsigned
  case signatureMalformed
  case algorithm(String)
  case keyUnknown(String)
  /// The key was not, or is no longer, valid at the event's time.
  case keyNotValid(String)
  case signatureWrong
  /// The topic is not one of the source's, or not the one for this type and subject.
  case topic
  /// `expirytime` has passed.
  case expired
  case sequence(expected: UInt64, found: UInt64)
  case chainBroken(at: UInt64)
  /// Not newer than what is known of its topic.
  case outdated
  /// A repeated (`source`, `id`).
  case repeated
}

extension EventFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notJSON: "it is no JSON object"
    case .tooLarge: "it exceeds \(CloudEvent.largest) bytes"
    case .attribute(let name): "the attribute \(name) is missing or not what it should be"
    case .notCanonical: "its bytes are not in canonical form"
    case .unsigned: "it is not signed"
    case .signatureMalformed: "its signature is no detached JWS"
    case .algorithm(let name): "the signature's algorithm \(name) is not accepted"
    case .keyUnknown(let id): "the key \(id) is not known"
    case .keyNotValid(let id): "the key \(id) was not valid at that time"
    case .signatureWrong: "its signature does not fit"
    case .topic: "it came on a topic that is not its own"
    case .expired: "it has expired"
    case .sequence(let expected, let found): "its sequence is \(found) instead of \(expected)"
    case .chainBroken(let sequence): "the chain is broken before event \(sequence)"
    case .outdated: "something newer is known"
    case .repeated: "it was received before"
    }
  }
}
