import CanonicalJSON
import DroneHealth
import FarmConfiguration
import FarmUnits

/// Hears the drones of the depot and knows which records are due.
struct DroneDesk: Sendable {
  private var registry: DroneRegistry
  /// Each with one `+`, whose level names the link.
  private let linkFilters: [String]
  private let router: TopicRouter

  var filters: [String] { linkFilters }

  init(_ settings: DroneSettings) {
    registry = DroneRegistry(thresholds: settings.thresholds)
    linkFilters = settings.mavlink.compactMap { source in
      if case .topic(let filter) = source { filter } else { nil }
    }
    router = TopicRouter(linkFilters)
  }

  mutating func receive(topic: String, payload: [UInt8], at now: Moment) {
    guard let match = router.matches(topic).first,
      let link = TopicRouter.wildcardLevel(of: topic, in: linkFilters[match]), Identifier.isValid(link)
    else { return }
    registry.receive(payload, link: String(link), at: now)
  }

  mutating func due(at now: Moment) -> DroneReport { registry.evaluate(at: now) }

  /// What was not taken, by cause.
  var counters: JSONValue {
    let (counters, frames) = (registry.counters, registry.frameCounters)
    return [
      "accepted": .integer(Int64(frames.accepted)), "bad_checksum": .integer(Int64(frames.badChecksum)),
      "stray_bytes": .integer(Int64(frames.strayBytes)),
      "unknown_flags": .integer(Int64(frames.unknownFlags)),
      "over_limit": .integer(Int64(counters.overLimit)),
      "before_heartbeat": .integer(Int64(counters.beforeHeartbeat)),
      "no_sender": .integer(Int64(counters.noSender)),
    ]
  }
}
