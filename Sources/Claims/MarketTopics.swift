internal import FarmUnits

/// What one market topic is about. The topic, the event's `subject` and its `type` all come from here, so they
/// cannot disagree.
public enum MarketAddress: Hashable, Sendable {
  /// Also the last will's.
  case gatewayStatus
  case gatewayKeys
  case lotAvailability(String)
  case lotEvidence(String)
  case decision(String)
  case storeCondition(String)
  case fieldSoil(String)
  case droneHealth(String)

  public var type: EventType {
    switch self {
    case .gatewayStatus: .gatewayStatus
    case .gatewayKeys: .gatewayKeys
    case .lotAvailability: .lotAvailability
    case .lotEvidence: .lotEvidence
    case .decision: .decision
    case .storeCondition: .storeCondition
    case .fieldSoil: .fieldSoil
    case .droneHealth: .droneHealth
    }
  }

  /// State is retained, so that who connects later knows it; ledger events are not.
  public var retained: Bool { !type.isLedger }

  /// How long after its `time` the event means anything, where that is the same for all events of the kind: three
  /// of its periods. Nil where the event itself says so or never ends.
  public var lifetime: Duration? {
    switch self {
    case .storeCondition, .fieldSoil: .seconds(45 * 60)
    case .droneHealth: .seconds(180)
    case .gatewayStatus, .gatewayKeys, .lotAvailability, .lotEvidence, .decision: nil
    }
  }
}

/// The topics below `nexus/v1/{farm}`: the only place where one is put together.
public struct MarketTopics: Equatable, Sendable {
  public let farm: String
  public let gateway: String

  /// Nil unless both are identifiers (`[A-Za-z0-9._-]{1,64}`).
  public init?(farm: String, gateway: String) {
    guard Identifier.isValid(farm), Identifier.isValid(gateway) else { return nil }
    (self.farm, self.gateway) = (farm, gateway)
  }

  /// The gateway may write nowhere else; the broker's access list says so.
  public var root: String { "nexus/v1/\(farm)" }

  /// The CloudEvents `source`.
  public var source: String { "urn:farmgate:\(farm):\(gateway)" }

  /// The gateway's messages to itself, which are no events; nobody else needs to read them.
  public var probe: String { "\(root)/gateways/\(gateway)/probe" }

  public func topic(_ address: MarketAddress) -> String {
    switch address {
    case .gatewayStatus: "\(root)/gateways/\(gateway)/status"
    case .gatewayKeys: "\(root)/gateways/\(gateway)/keys"
    case .lotAvailability(let lot): "\(root)/lots/\(lot)/availability"
    case .lotEvidence(let lot): "\(root)/lots/\(lot)/evidence"
    case .decision(let id): "\(root)/decisions/\(id)"
    case .storeCondition(let store): "\(root)/stores/\(store)/condition"
    case .fieldSoil(let field): "\(root)/fields/\(field)/soil"
    case .droneHealth(let drone): "\(root)/drones/\(drone)/health"
    }
  }

  /// The id that stands in the topic.
  public func subject(_ address: MarketAddress) -> String {
    switch address {
    case .gatewayStatus, .gatewayKeys: gateway
    case .lotAvailability(let id), .lotEvidence(let id), .decision(let id), .storeCondition(let id),
      .fieldSoil(let id), .droneHealth(let id):
      id
    }
  }

  /// What a topic of this farm is about; nil for every other topic. A consumer compares the subject with it.
  public func address(of topic: String) -> MarketAddress? {
    guard topic.hasPrefix(root + "/") else { return nil }
    let levels = topic.dropFirst(root.count + 1).split(separator: "/", omittingEmptySubsequences: false)
    guard (2...3).contains(levels.count), Identifier.isValid(levels[1]) else { return nil }
    let id = String(levels[1])
    switch (levels[0], levels.count == 3 ? levels[2] : "") {
    case ("gateways", "status") where id == gateway: return .gatewayStatus
    case ("gateways", "keys") where id == gateway: return .gatewayKeys
    case ("lots", "availability"): return .lotAvailability(id)
    case ("lots", "evidence"): return .lotEvidence(id)
    case ("decisions", "") where levels.count == 2: return .decision(id)
    case ("stores", "condition"): return .storeCondition(id)
    case ("fields", "soil"): return .fieldSoil(id)
    case ("drones", "health"): return .droneHealth(id)
    default: return nil
    }
  }
}
