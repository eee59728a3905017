/// Where a DJI Cloud API message came in, read only as far as health needs it.
///
/// Source: DJI Cloud API, topic-definition.md.
public enum DJITopic: Equatable, Sendable {
  /// `thing/product/{device}/osd`: telemetry at a fixed rate, of a dock or an aircraft.
  case telemetry(device: String)
  /// `thing/product/{device}/state`: properties as they change.
  case state(device: String)
  /// `thing/product/{gateway}/events`: alarms and progress.
  case events(gateway: String)
  /// `sys/product/{gateway}/status`: which aircraft is online.
  case status(gateway: String)

  /// Nil for every other topic, replies and services included.
  public init?(_ topic: String) {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count == 4, levels[1] == "product", (1...64).contains(levels[2].utf8.count) else {
      return nil
    }
    let serial = String(levels[2])
    switch (levels[0], levels[3]) {
    case ("thing", "osd"): self = .telemetry(device: serial)
    case ("thing", "state"): self = .state(device: serial)
    case ("thing", "events"): self = .events(gateway: serial)
    case ("sys", "status"): self = .status(gateway: serial)
    default: return nil
    }
  }

  /// What to subscribe to, to hear these docks and remote controls, and their aircraft: whose numbers stand in
  /// their own topics and become known with their first message. Empty without gateways.
  public static func filters(ofGateways gateways: [String]) -> [String] {
    guard !gateways.isEmpty else { return [] }
    return ["thing/product/+/osd", "thing/product/+/state"]
      + gateways.flatMap { ["thing/product/\($0)/events", "sys/product/\($0)/status"] }
  }

  /// The serial number in the topic.
  public var serial: String {
    switch self {
    case .telemetry(let serial), .state(let serial), .events(let serial), .status(let serial): serial
    }
  }
}
