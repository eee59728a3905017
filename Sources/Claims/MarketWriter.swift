public import CanonicalJSON
public import FarmUnits
public import Harvest

/// Turns what the farm knows into events, and events into messages.
public struct MarketWriter: Equatable, Sendable {
  public let topics: MarketTopics

  public init(topics: MarketTopics) { self.topics = topics }

  /// - Parameters:
  ///   - time: When it was decided.
  ///   - expiryTime: Nil: as its address says.
  public func event(
    _ address: MarketAddress, id: String, time: WallTime, expiryTime: WallTime? = nil, data: JSONValue
  ) -> CloudEvent {
    CloudEvent(
      id: id, source: topics.source, type: address.type, subject: topics.subject(address), time: time,
      expiryTime: expiryTime ?? address.lifetime.map(time.advanced(by:)), data: data)
  }

  public func lotAvailability(
    _ availability: Availability, id: String, decision: DecisionReference? = nil
  ) -> CloudEvent {
    event(
      .lotAvailability(availability.lot), id: id, time: availability.decided,
      expiryTime: availability.validUntil,
      data: availability.data(decision: decision))
  }

  /// - Parameters:
  ///   - record: The drone-health record, an object.
  ///   - revision: +1 per publication of this drone.
  public func droneHealth(
    _ drone: String, record: JSONValue, revision: Int64, id: String, at time: WallTime
  ) -> CloudEvent {
    var data = record.object ?? ["record": record]
    data["revision"] = .integer(revision)
    return event(.droneHealth(drone), id: id, time: time, data: .object(data))
  }

  /// The message that carries an event: the topic that its subject names.
  ///
  /// - Throws: `ClaimError` for an event that is too large, or whose subject cannot be a level of a topic.
  public func message(_ event: CloudEvent) throws(ClaimError) -> OutgoingMessage {
    try message(event.bytes(), of: event)
  }

  /// The same for an event whose bytes are kept already.
  public func message(_ bytes: [UInt8], of event: CloudEvent) throws(ClaimError) -> OutgoingMessage {
    guard let address = address(of: event) else { throw .notAnIdentifier(event.subject) }
    return OutgoingMessage(
      topic: topics.topic(address), payload: bytes, retained: address.retained, qualityOfService: 1,
      contentType: CloudEvent.contentType, payloadFormat: 1, expiry: expiry(of: event))
  }

  private func address(of event: CloudEvent) -> MarketAddress? {
    let id = event.subject
    guard Identifier.isValid(id) else { return nil }
    switch event.type {
    case .lotAvailability: return .lotAvailability(id)
    case .lotEvidence: return .lotEvidence(id)
    case .decision: return .decision(id)
    case .storeCondition: return .storeCondition(id)
    case .fieldSoil: return .fieldSoil(id)
    case .droneHealth: return .droneHealth(id)
    case .gatewayStatus: return id == topics.gateway ? .gatewayStatus : nil
    case .gatewayKeys: return id == topics.gateway ? .gatewayKeys : nil
    }
  }

  /// A withdrawal has no MQTT expiry: a broker that dropped it would let an older claim stand elsewhere. Nor have
  /// ledger events, nor what describes the gateway itself.
  private func expiry(of event: CloudEvent) -> OutgoingMessage.Expiry {
    switch event.type {
    case .lotEvidence, .decision, .gatewayStatus, .gatewayKeys: return .never
    case .lotAvailability where event.data["status"]?.string == LotStatus.withdrawn.rawValue: return .never
    case .lotAvailability, .storeCondition, .fieldSoil, .droneHealth:
      return event.expiryTime.map(OutgoingMessage.Expiry.at) ?? .never
    }
  }
}
