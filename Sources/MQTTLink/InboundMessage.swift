public import FarmUnits

/// How hard MQTT tries. Level 2 is not offered: everything here is made to be repeatable instead.
public enum QualityOfService: Int32, Sendable {
  case atMostOnce = 0
  case atLeastOnce = 1
}

/// One message as it arrived, copied out of libmosquitto.
public struct InboundMessage: Sendable, Equatable {
  public var topic: String
  public var payload: [UInt8]
  /// Commands: as the publisher set it, stored or live. Readings: the broker had stored it.
  public var retained: Bool
  public var qualityOfService: QualityOfService
  public var responseTopic: String?
  public var correlationData: [UInt8]?
  public var contentType: String?
  public var arrived: Instant

  public init(
    topic: String, payload: [UInt8], retained: Bool, qualityOfService: QualityOfService,
    responseTopic: String? = nil, correlationData: [UInt8]? = nil, contentType: String? = nil,
    arrived: Instant
  ) {
    (self.topic, self.payload, self.retained) = (topic, payload, retained)
    (self.qualityOfService, self.arrived) = (qualityOfService, arrived)
    (self.responseTopic, self.correlationData, self.contentType) = (
      responseTopic, correlationData, contentType
    )
  }

  /// What it weighs in a queue.
  var bytes: Int {
    128 + topic.utf8.count + payload.count + (responseTopic?.utf8.count ?? 0) + (correlationData?.count ?? 0)
      + (contentType?.utf8.count ?? 0)
  }
}
