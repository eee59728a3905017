public import CanonicalJSON
public import FarmUnits

/// One event for the marketplace: CloudEvents 1.0 in JSON structured mode, serialised after RFC 8785, so that the bytes
/// that are signed can be had again from the parsed event.
public struct CloudEvent: Equatable, Sendable {
  /// Its place beside or in the ledger.
  public enum Position: Equatable, Sendable {
    /// In the chain: the number of this event, and the SHA-256 of the published bytes of the one before (hex, 64 zeros for
    /// the first).
    case ledger(sequence: UInt64, previousHash: String)
    /// Derived from the chain up to here.
    case derived(head: UInt64, hash: String)
  }

  /// Intermediaries forward at least this much (CloudEvents 1.0.2, size limits).
  public static let largest = 65_536
  public static let contentType = "application/cloudevents+json; charset=utf-8"

  public var id: String
  public var source: String
  public var type: EventType
  /// Equals the id in the topic.
  public var subject: String
  /// When it was decided.
  public var time: WallTime
  /// After it the claim is worthless.
  public var expiryTime: WallTime?
  public var data: JSONValue
  public var position: Position?
  /// Detached JWS over the bytes of the event without it.
  public var signature: String?

  public init(
    id: String, source: String, type: EventType, subject: String, time: WallTime, expiryTime: WallTime? = nil,
    data: JSONValue, position: Position? = nil, signature: String? = nil
  ) {
    (self.id, self.source, self.type, self.subject) = (id, source, type, subject)
    (self.time, self.expiryTime, self.data) = (time, expiryTime, data)
    (self.position, self.signature) = (position, signature)
  }

  /// Attributes in no particular order; the canonical bytes sort them.
  public var json: JSONValue {
    var event: JSONObject = [
      "specversion": "1.0", "id": .string(id), "source": .string(source), "type": .string(type.rawValue),
      "subject": .string(subject), "time": .string(time.rfc3339), "datacontenttype": "application/json",
      "data": data,
    ]
    if let expiryTime { event["expirytime"] = .string(expiryTime.rfc3339) }
    switch position {
    case .ledger(let sequence, let previousHash):
      event["sequence"] = .string(Self.sequenceText(sequence))
      event["prevhash"] = .string(previousHash)
    case .derived(let head, let hash):
      event["ledgersequence"] = .string(Self.sequenceText(head))
      event["ledgerhash"] = .string(hash)
    case nil: break
    }
    if let signature { event["jws"] = .string(signature) }
    return .object(event)
  }

  /// What is published, and what is signed as long as `signature` is nil.
  public func bytes() throws(ClaimError) -> [UInt8] {
    let bytes = json.canonicalBytes
    guard bytes.count <= Self.largest else { throw .tooLarge(bytes: bytes.count) }
    return bytes
  }

  /// 20 digits, so that they sort as text.
  static func sequenceText(_ sequence: UInt64) -> String {
    let digits = String(sequence)
    return String(repeating: "0", count: 20 - digits.count) + digits
  }
}
