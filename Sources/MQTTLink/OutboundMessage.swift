/// One message to be published.
public struct OutboundMessage: Sendable, Equatable {
  public var topic: String
  public var payload: [UInt8]
  public var qualityOfService: QualityOfService
  /// Retained messages are kept until the broker has them, only the newest of each topic, and are sent again
  /// after every connect. With an empty payload the topic is cleared, here and in the broker.
  public var retained: Bool
  /// False: a retained message is not kept here after the broker has it and not sent again after a connect, for its owner
  /// sees to that. It needs a token.
  public var isRepeated: Bool
  /// Such as `application/json`.
  public var contentType: String?
  /// Says that the payload is UTF-8.
  public var isText: Bool
  /// Counted from `publish` on, while the message waits here and in the broker; whole seconds, rounded up.
  public var expiry: Duration?
  public var responseTopic: String?
  public var correlationData: [UInt8]?
  /// The caller's number for this message. Each one taken is answered by exactly one `Acknowledgement`, and the
  /// message never makes room for another.
  public var token: UInt64?

  public init(
    topic: String, payload: [UInt8], qualityOfService: QualityOfService = .atLeastOnce,
    retained: Bool = false, isRepeated: Bool = true,
    contentType: String? = nil, isText: Bool = false, expiry: Duration? = nil, responseTopic: String? = nil,
    correlationData: [UInt8]? = nil, token: UInt64? = nil
  ) {
    (self.topic, self.payload, self.qualityOfService) = (topic, payload, qualityOfService)
    (self.retained, self.isRepeated) = (retained, isRepeated)
    (self.contentType, self.isText, self.expiry) = (contentType, isText, expiry)
    (self.responseTopic, self.correlationData, self.token) = (responseTopic, correlationData, token)
  }

  /// What it weighs in a queue.
  var bytes: Int {
    128 + topic.utf8.count + payload.count + (responseTopic?.utf8.count ?? 0) + (correlationData?.count ?? 0)
      + (contentType?.utf8.count ?? 0)
  }

  /// The whole PUBLISH at most, with every length field at its widest (MQTT 5, chapter 3.3).
  var packetBytes: Int {
    let properties =
      (contentType.map { 3 + $0.utf8.count } ?? 0) + (isText ? 2 : 0) + (expiry == nil ? 0 : 5)
      + (responseTopic.map { 3 + $0.utf8.count } ?? 0) + (correlationData.map { 3 + $0.count } ?? 0)
    return 1 + 4 + 2 + topic.utf8.count + 2 + 4 + properties + payload.count
  }

  /// Whether MQTT can carry it: a topic without wildcards and NUL, and properties that fit their length fields.
  var isValid: Bool {
    Topic.isName(topic) && responseTopic.map(Topic.isName) ?? true
      && contentType.map(Self.isText) ?? true
      && (correlationData?.count ?? 0) <= 65_535 && payload.count <= 268_435_455
  }

  private static func isText(_ text: String) -> Bool {
    let bytes = text.utf8.span
    guard bytes.count <= 65_535 else { return false }
    for index in bytes.indices where bytes[index] == 0 { return false }
    return true
  }
}

/// What became of `publish`.
public enum PublishOutcome: Sendable, Equatable {
  case queued
  /// A retained message took the place of an older one that had not been sent.
  case replacedOlder
  /// The oldest messages without a token made room.
  case droppedOldest(Int)
  case refused(PublishRefusal)
}

/// Why a message was not taken.
public enum PublishRefusal: Sendable, Equatable {
  /// MQTT cannot carry it.
  case invalid
  /// It is larger than the whole queue or table.
  case tooLarge
  /// No room for another retained topic.
  case retainedTableFull
  /// Too many tokens are waiting for their answer.
  case tooManyTokens
  case stopped
}

/// What became of a message with a token.
public struct Acknowledgement: Sendable, Equatable {
  public enum Outcome: Sendable, Equatable {
    /// The broker has it (PUBACK below 0x80), or for `atMostOnce` the connection has.
    case accepted(reasonCode: UInt8)
    /// The broker does not want it (PUBACK from 0x80), or cannot take it (too large: 0x95).
    case refused(reasonCode: UInt8)
    /// A newer retained message of the same topic took its place before it was sent.
    case superseded
    case expired
    /// libmosquitto would not take it; its `MOSQ_ERR` number.
    case failed(code: Int32)
  }
  public var token: UInt64
  public var outcome: Outcome

  public init(token: UInt64, outcome: Outcome) { (self.token, self.outcome) = (token, outcome) }
}
