import CanonicalJSON
import Claims
import FarmConfiguration
import FarmControl
import FarmStatus
import FarmUnits
import Gateway
import Logging
import MQTTLink
import RealTimeLoop

/// The one owner of the gateway's decisions off the loop: hands it what arrives and publishes what it says.
actor GatewayDesk {
  private var gateway: FarmGateway
  private let loop: ControlLoop
  private let clock: SystemClock
  private let site: BrokerLink?
  private let market: BrokerLink?
  /// What is to be kept goes there.
  private let claims: ClaimQueue
  /// What found no room there; nothing more is said until it has.
  private var unkept: KeptBatch?
  private let journal: @Sendable () -> JournalReport
  private let measurements: LoopMeasurements
  private var lastSnapshot: LoopSnapshot?
  private var seconds = 0
  private let outputs: [OutputSettings]
  private let memory: MemoryCounters
  /// Outputs whose failure was told.
  private var failed: Set<Int> = []
  private let log: Logger
  /// Messages for a broker that is not configured: nobody is to be told.
  private(set) var untold: UInt64 = 0
  /// What the drones' UDP and serial links count; nil where there are none.
  var droneLinkCounters: (@Sendable () -> JSONValue)?

  init(
    gateway: FarmGateway, loop: ControlLoop, clock: SystemClock, site: BrokerLink?, market: BrokerLink?,
    claims: ClaimQueue, journal: @escaping @Sendable () -> JournalReport,
    measurements: LoopMeasurements, outputs: [OutputSettings], memory: MemoryCounters, log: Logger
  ) {
    (self.claims, self.journal) = (claims, journal)
    (self.outputs, self.memory, self.log) = (outputs, memory, log)
    (self.gateway, self.loop, self.clock) = (gateway, loop, clock)
    (self.site, self.market, self.measurements) = (site, market, measurements)
  }

  func begin() {
    gateway.begin()
    publish()
  }

  func receive(_ batch: [InboundMessage]) {
    let now = clock.now()
    let slots = loop.slots
    for message in batch {
      gateway.receive(
        topic: message.topic, payload: message.payload, retained: message.retained,
        at: now.back(to: message.arrived)
      ) { channel, reading in slots.write(reading, at: channel) }
    }
    publish()
  }

  func command(_ batch: [InboundMessage]) {
    let now = clock.now()
    for message in batch {
      guard
        let request = gateway.command(
          topic: message.topic, payload: message.payload, retained: message.retained,
          responseTopic: message.responseTopic, correlationData: message.correlationData, at: now)
      else { continue }
      if !loop.requests.push(request) { gateway.undelivered(request, at: now) }
    }
    publish()
  }

  func overflowed(_ batch: [InboundMessage]) {
    let now = clock.now()
    for message in batch {
      gateway.overflowed(
        topic: message.topic, payload: message.payload, responseTopic: message.responseTopic,
        correlationData: message.correlationData, at: now)
    }
    publish()
  }

  /// What was answered to commands, to be kept over a restart; nil: the same as at `change`.
  func answers(since change: UInt64?) -> (change: UInt64, json: JSONValue)? {
    let newest = gateway.answerChanges
    return newest == change ? nil : (newest, gateway.answers(at: clock.now()))
  }

  /// Takes what the loop has told.
  func drainLoop() {
    let now = clock.now()
    while let event = loop.events.pop() {
      note(event)
      gateway.observe(event, at: now)
    }
    publish()
  }

  /// An output that cannot be driven is told once on the log, by its name and its line's, and when it can again.
  private func note(_ event: ControlEvent) {
    guard case .output(let index, let state) = event, outputs.indices.contains(index) else { return }
    let isFailed = state.reason == .outputFailed
    guard isFailed != failed.contains(index) else { return }
    let output = outputs[index]
    if isFailed {
      failed.insert(index)
      log.error("output cannot be driven: \(output.drive.inWords)", metadata: ["output": "\(output.id)"])
    } else {
      failed.remove(index)
      log.notice("output can be driven again", metadata: ["output": "\(output.id)"])
    }
  }

  /// Meters on lines were read.
  func note(_ meters: [(channel: Int, pulses: PulseDetails)]) {
    for meter in meters { gateway.note(meter.channel, meter.pulses) }
  }

  /// A contact on a line changed.
  func show(_ channel: Int, _ reading: Reading) {
    gateway.show(channel, reading, at: clock.now())
    publish()
  }

  /// A button on a line was pressed.
  func press(_ channel: Int) {
    gateway.press(channel, at: clock.now())
    publish()
  }

  /// The loop has ended: its last words, and that nobody drives the outputs any more.
  func end() {
    drainLoop()
    gateway.end(at: clock.now())
    publish()
  }

  func siteConnected() {
    gateway.siteConnected()
    gateway.advance(to: clock.now())
    publish()
  }

  // MARK: The marketplace

  /// The journal is open.
  func openMarket(_ start: MarketStart) {
    do {
      try gateway.openMarket(start, at: clock.now())
    } catch {
      log.error("the lots cannot be read, and none is sold: \(error)")
      gateway.note("lots", .string("\(error)"))
    }
    publish()
  }

  func marketConnected() {
    gateway.marketConnected(at: clock.now())
    publish()
  }

  func marketWill() -> OutboundMessage? {
    gateway.marketWill(at: clock.now()).map { OutboundMessage(Publication($0), expirySeconds: nil) }
  }

  func keepAnew() {
    gateway.keepAnew(at: clock.now())
    publish()
  }

  private func keep() {
    let batch = unkept ?? gateway.takeKept()
    unkept = claims.put(batch) ? nil : batch
    gateway.canKeep = unkept == nil && claims.hasRoom
  }

  /// Once a second.
  func second() {
    let now = clock.now()
    gateway.note("journal", journal().note)
    gateway.advance(to: now)
    // One that finds no room is renewed in a second, and counted where requests are.
    for request in gateway.takePadRequests() { _ = loop.requests.push(request) }
    seconds += 1
    if seconds % 10 == 0 { report(at: now) }
    publish()
  }

  /// What Home Assistant is to be told of, to be kept before it is told.
  func takeAnnouncementRecord() -> (number: UInt64, bytes: [UInt8])? { gateway.takeAnnouncementRecord() }

  func announcementsRecorded(_ number: UInt64) {
    gateway.announcementsRecorded(number)
    publish()
  }

  /// Whatever was handed to the site's link has reached the broker when nothing waits there.
  func noteDelivery() {
    guard let status = site?.status, status.state == .connected, status.waiting == 0, status.inFlight == 0
    else { return }
    gateway.announcementsDelivered()
  }

  private func report(at now: Moment) {
    let snapshot = measurements.snapshot()
    let period = snapshot.report(since: lastSnapshot)
    lastSnapshot = snapshot
    let whole = snapshot.report()
    func microseconds(_ duration: Duration) -> Double { duration.inSeconds * 1e6 }
    gateway.report(
      LoopMessage(
        interval: whole.interval, ticks: whole.ticks, missed: whole.missed,
        lateness: LoopMessage.Lateness(
          median: microseconds(period.lateness.p50), p99: microseconds(period.lateness.p99),
          p999: microseconds(period.lateness.p999), max: microseconds(period.lateness.max)),
        at: now.wall))
    var counters = EdgeCounters(
      site: site, market: market, loop: loop, untold: untold, memory: memory, at: now.instant
    ).json
    counters["journal"] = .object(journal().json)
    counters["drone_links"] = droneLinkCounters?()
    gateway.report(counters: counters)
  }

  /// For what the drones bring beside the broker.
  func withGateway<Answer: Sendable>(_ work: (inout FarmGateway, Moment) -> Answer) -> Answer {
    defer { publish() }
    return work(&gateway, clock.now())
  }

  private func publish() {
    keep()
    let publications = gateway.takePublications()
    guard !publications.isEmpty else { return }
    guard let site else { return untold += UInt64(publications.count) }
    let now = clock.now().wall
    site.publish(
      publications.compactMap { publication in
        let message = publication.message
        // The broker is to forget the topic: that does not expire.
        if message.retained && message.payload.isEmpty {
          return OutboundMessage(topic: message.topic, payload: [], retained: true)
        }
        return switch message.lifetime(at: now) {
        case .over: nil
        case .unlimited: OutboundMessage(publication, expirySeconds: nil)
        case .seconds(let seconds): OutboundMessage(publication, expirySeconds: seconds)
        }
      })
  }
}

extension Moment {
  /// This moment as it was at an earlier instant; never later than itself.
  func back(to instant: Instant) -> Moment {
    let age = self.instant - instant
    return age > .zero ? advanced(by: .zero - age) : self
  }
}

/// What the daemon counts where it touches the world.
struct EdgeCounters {
  let json: JSONObject

  init(
    site: BrokerLink?, market: BrokerLink?, loop: ControlLoop, untold: UInt64, memory: MemoryCounters,
    at now: Instant
  ) {
    func number(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    let dropped = JSONObject(
      Self.losses(site: site, market: market, loop: loop, untold: untold).map { ($0.queue, number($0.count)) }
    )
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
  static func losses(site: BrokerLink?, market: BrokerLink?, loop: ControlLoop, untold: UInt64) -> [QueueLoss]
  {
    var losses = [
      QueueLoss("loop_events_late", loop.events.overflows),
      QueueLoss("loop_requests", loop.requests.overflows),
      QueueLoss("slot_reads_contended", loop.slots.contendedReads), QueueLoss("without_broker", untold),
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
