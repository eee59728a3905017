import CanonicalJSON
import FarmStatus
import FarmUnits
import GPIOLines
import Gateway
import Journal
import MQTTLink
import RealTimeLoop
import StatusSocket

/// Puts together what the daemon says of itself when it is asked, from what its parts know anyway.
struct StatusDesk: Sendable {
  let farm, gateway: String
  let identity: GatewayIdentity
  let desk: GatewayDesk
  let site, market: BrokerLink?
  let measurements: LoopMeasurements
  let memory: MemoryCounters
  let journal: @Sendable () -> JournalReport
  let reloads: @Sendable () -> ReloadReport
  let clock: SystemClock

  /// - Parameter clients: Those who asked before.
  func document(clients: StatusServer.Counts) async -> StatusDocument {
    let things = await desk.withGateway { gateway, now in gateway.standing(at: now) }
    let (untold, losses) = (await desk.untold, await desk.losses)
    let unkept = await desk.heldBack.dropped
    let (now, report, kept, reloads) = (clock.now(), journal(), memory.now, reloads())
    return StatusDocument(
      farm: farm, gateway: gateway, at: now, versions: Self.versions, boot: identity.boot,
      started: identity.started, loop: loopStanding(at: now.instant),
      site: site.map { BrokerStanding($0, at: now) }, market: market.map { BrokerStanding($0, at: now) },
      outbox: OutboxStanding(
        entries: report.owedEntries, states: report.owedStates, deadLetters: report.deadLetters,
        waitingBytes: report.waitingBytes, oldest: report.oldestOwed.map { $0.duration(to: now.wall) }),
      journal: JournalStanding(
        trouble: report.note?.string, bytes: report.bytes, commits: report.commits,
        failures: report.failures, evicted: report.evicted, replaced: report.replaced,
        lostEntries: report.lostEntries),
      storage: StorageStanding(
        writtenBytes: WrittenBytes.ofThisProcess(), memoryWrites: kept.writes, memoryBytes: kept.bytes,
        memoryFailures: kept.failures),
      reloads: ReloadStanding(
        accepted: reloads.accepted, refused: reloads.refused, trouble: reloads.trouble),
      things: things,
      dropped: EdgeCounters.losses(
        site: site, market: market, losses: losses, untold: untold, unkept: unkept),
      clients: ClientCounts(
        answered: clients.answered, refused: clients.refused, dropped: clients.dropped))
  }

  private static let versions = Versions(
    farmgate: Version.text, libmosquitto: MosquittoLibrary.version, libgpiod: GPIOLibrary.version,
    sqlite: SQLiteLibrary.version)

  private func loopStanding(at now: Instant) -> LoopStanding {
    let snapshot = measurements.snapshot()
    let (report, late) = (snapshot.report(), snapshot.lateness)
    return LoopStanding(
      interval: report.interval, ticks: report.ticks, missed: report.missed, late: report.late,
      silence: measurements.lastCompletion.map { $0.duration(to: now) },
      lateness: Lateness(
        cumulative: late.cumulative(upTo: Lateness.bounds), count: late.count, sum: late.sum,
        p50: report.lateness.p50, p99: report.lateness.p99, p999: report.lateness.p999,
        max: report.lateness.max))
  }
}

extension BrokerStanding {
  fileprivate init(_ link: BrokerLink, at now: Moment) {
    let (status, counters) = (link.status, link.counters)
    self.init(
      state: status.state.rawValue,
      since: now.wall.advanced(by: .zero - status.since.duration(to: now.instant)),
      reason: status.text, connects: status.connects, reconnects: status.reconnects,
      proof: status.proof.code, receivedAge: status.lastReceived.map { $0.duration(to: now.instant) },
      acknowledgedAge: status.lastAcknowledged.map { $0.duration(to: now.instant) },
      received: counters.inbound.received, published: counters.outbound.published,
      waiting: status.waiting, inFlight: status.inFlight)
  }
}

/// What the kernel has counted.
enum WrittenBytes {
  /// That this process has caused to be sent to storage, in whole pages; nil where the kernel does not say.
  ///
  /// - Source: proc(5), `/proc/pid/io`, `write_bytes`.
  static func ofThisProcess() -> UInt64? {
    guard let bytes = StoredFile.read("/proc/self/io", bytesMax: 4096) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("write_bytes: ") }
    return line.flatMap { UInt64($0.dropFirst("write_bytes: ".count)) }
  }
}
