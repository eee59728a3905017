public import FarmUnits

/// Bytes for a topic, and how the broker is to treat them. Knows no MQTT library.
public struct OutgoingMessage: Equatable, Sendable {
  /// When the message stops meaning anything.
  public enum Expiry: Equatable, Sendable {
    case never
    case at(WallTime)
  }

  /// What is left of its life when it is handed over.
  public enum Lifetime: Equatable, Sendable {
    case unlimited
    /// For the MQTT 5 message expiry interval; at least 1.
    case seconds(UInt32)
    /// Not to be sent any more.
    case over
  }

  public var topic: String
  public var payload: [UInt8]
  public var retained: Bool
  /// 0 or 1.
  public var qualityOfService: UInt8
  /// MQTT 5 only; MQTT 3.1.1 sends the same bytes without it.
  public var contentType: String?
  /// MQTT 5 payload format indicator: 1 for UTF-8 text, nil for unspecified bytes.
  public var payloadFormat: UInt8?
  public var expiry: Expiry
  /// MQTT 5 only: by what the sender of a command knows its answer.
  public var correlationData: [UInt8]?

  public init(
    topic: String, payload: [UInt8], retained: Bool, qualityOfService: UInt8, contentType: String? = nil,
    payloadFormat: UInt8? = 1, expiry: Expiry = .never
  ) {
    (self.topic, self.payload, self.retained) = (topic, payload, retained)
    (self.qualityOfService, self.contentType) = (qualityOfService, contentType)
    (self.payloadFormat, self.expiry) = (payloadFormat, expiry)
  }

  /// Computed when the message is handed over, not when it is made: it may have waited for an outage to end.
  public func lifetime(at now: WallTime) -> Lifetime {
    guard case .at(let end) = expiry else { return .unlimited }
    let left = (end.milliseconds - now.milliseconds) / 1000
    return left >= 1 ? .seconds(UInt32(clamping: left)) : .over
  }
}
