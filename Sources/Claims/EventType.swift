/// The kinds of events that the marketplace gets; the raw value is the CloudEvents `type`.
public enum EventType: String, Sendable, CaseIterable {
  case lotAvailability = "farm.nexus.lot.availability.v1"
  case lotEvidence = "farm.nexus.lot.evidence.v1"
  case decision = "farm.nexus.decision.v1"
  case storeCondition = "farm.nexus.store.condition.v1"
  case fieldSoil = "farm.nexus.field.soil.v1"
  case droneHealth = "farm.nexus.drone.health.v1"
  case gatewayStatus = "farm.nexus.gateway.status.v1"
  case gatewayKeys = "farm.nexus.gateway.keys.v1"

  /// Ledger events form the chain and are all sent, in order; of the others only the newest of a topic counts.
  public var isLedger: Bool { self == .lotEvidence || self == .decision }
}
