public import CanonicalJSON
public import Harvest

/// Says what operators and other programs on the farm read: every message below `farmgate/{farm}/{gateway}`.
public struct SiteWriter: Equatable, Sendable {
  public let topics: SiteTopics

  public init(topics: SiteTopics) { self.topics = topics }

  /// On change and at least every 30 s; the next one makes up for a lost one.
  public func sensor(_ id: String, _ message: SensorMessage) -> OutgoingMessage {
    self.message(topics.sensor(id), message.payload, retained: false, qualityOfService: 0)
  }

  public func output(_ id: String, _ message: OutputMessage) -> OutgoingMessage {
    self.message(topics.output(id), message.json.bytes, retained: true)
  }

  public func alarm(_ id: String, _ message: AlarmMessage) -> OutgoingMessage {
    self.message(topics.alarm(id), message.json.bytes, retained: true)
  }

  public func status(_ message: GatewayStatusMessage) -> OutgoingMessage {
    self.message(topics.status, message.json.bytes, retained: true)
  }

  /// Every 10 s.
  public func loop(_ message: LoopMessage) -> OutgoingMessage {
    self.message(topics.loop, message.json.bytes, retained: false, qualityOfService: 0)
  }

  /// Every 10 s: drops by queue, refused payloads by topic, lost edges, reconnects, bytes written.
  public func counters(_ counters: JSONObject) -> OutgoingMessage {
    message(topics.counters, JSONValue.object(counters).bytes, retained: false, qualityOfService: 0)
  }

  public func lot(_ availability: Availability, decision: DecisionReference? = nil) -> OutgoingMessage {
    message(topics.lot(availability.lot), availability.data(decision: decision).bytes, retained: true)
  }

  /// For neighbours and box schemes.
  public func catalogue(_ catalogue: LocalCatalogue) -> OutgoingMessage {
    message(topics.catalogue, catalogue.json.bytes, retained: true)
  }

  /// - Parameter record: The drone-health record.
  public func drone(_ id: String, record: JSONValue) -> OutgoingMessage {
    message(topics.drone(id), record.bytes, retained: true)
  }

  public func result(
    of command: SiteTopics.Command, _ message: CommandResultMessage, correlationData: [UInt8]? = nil
  ) -> OutgoingMessage {
    response(on: topics.result(of: command), message, correlationData: correlationData)
  }

  /// The same where an MQTT 5 command asked for it; never retained.
  public func response(on topic: String, _ message: CommandResultMessage, correlationData: [UInt8]?)
    -> OutgoingMessage
  {
    var outgoing = self.message(topic, message.json.bytes, retained: false)
    outgoing.correlationData = correlationData
    return outgoing
  }

  /// A command to one of Sparkplug's nodes: never retained, and gone where the node is not there.
  public func rebirth(on topic: String, _ payload: [UInt8]) -> OutgoingMessage {
    OutgoingMessage(
      topic: topic, payload: payload, retained: false, qualityOfService: 0,
      contentType: "application/octet-stream", payloadFormat: nil)
  }

  /// An empty retained message: the broker forgets what it kept for this topic.
  public func cleared(_ topic: String) -> OutgoingMessage {
    OutgoingMessage(topic: topic, payload: [], retained: true, qualityOfService: 1, payloadFormat: nil)
  }

  private func message(
    _ topic: String, _ payload: [UInt8], retained: Bool, qualityOfService: UInt8 = 1
  ) -> OutgoingMessage {
    OutgoingMessage(
      topic: topic, payload: payload, retained: retained, qualityOfService: qualityOfService,
      contentType: "application/json")
  }
}
