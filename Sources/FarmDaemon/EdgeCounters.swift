import CanonicalJSON
import FarmStatus
import FarmUnits
import MQTTLink
import RealTimeLoop

/// What found no room on its way to the loop and back.
struct LoopLosses {
  private(set) var events: UInt64 = 0
  private(set) var requests: UInt64 = 0
  private(set) var reads: UInt64 = 0

  mutating func add(_ loop: ControlLoop) {
    events += loop.events.overflows
    requests += loop.requests.overflows
    reads += loop.slots.contendedReads
  }

  func with(_ loop: ControlLoop) -> Self {
    var sum = self
    sum.add(loop)
    return sum
  }
}

/// What the daemon counts where it touches the world.
struct EdgeCounters {
  let json: JSONObject

  init(
    site: BrokerLink?, market: BrokerLink?, losses: LoopLosses, untold: UInt64, unkept: UInt64,
    memory: MemoryCounters, at now: Instant
  ) {
    func number(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    let dropped = JSONObject(
      Self.losses(site: site, market: market, losses: losses, untold: untold, unkept: unkept).map {
        ($0.queue, number($0.count))
      })
    var links: JSONObject = [:]
    for (name, link) in [("site", site), ("market", market)] {
      guard let link else { continue }
      let (counters, status) = (link.counters, link.status)
      links[name] = .object(LinkReport(status, counters, at: now).json)
    }
    let kept = memory.now
    let storage: JSONObject = [
      "memory_writes": number(kept.writes), "memory_bytes": number(kept.bytes),
      "memory_failures": number(kept.failures),
    ]
    json = ["dropped": .object(dropped), "links": .object(links), "storage": .object(storage)]
  }

  /// What a bounded queue had no room for, by queue.
  static func losses(
    site: BrokerLink?, market: BrokerLink?, losses loop: LoopLosses, untold: UInt64, unkept: UInt64
  ) -> [QueueLoss] {
    var losses = [
      QueueLoss("loop_events_late", loop.events), QueueLoss("loop_requests", loop.requests),
      QueueLoss("slot_reads_contended", loop.reads), QueueLoss("without_broker", untold),
      QueueLoss("answers_unkept", unkept),
    ]
    for (name, link) in [("site", site), ("market", market)] {
      guard let counters = link?.counters else { continue }
      losses += [
        QueueLoss("\(name)_readings", counters.inbound.readingsDropped),
        QueueLoss("\(name)_commands", counters.inbound.commandsLost),
        QueueLoss("\(name)_outbound", counters.outbound.dropped + counters.outbound.refused),
        QueueLoss("\(name)_too_large", counters.inbound.refusedBySize),
      ]
    }
    return losses
  }
}
