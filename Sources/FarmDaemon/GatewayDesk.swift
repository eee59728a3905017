import CanonicalJSON
import Claims
import FarmConfiguration
import FarmControl
import FarmStatus
import FarmUnits
import Gateway
import HomeAssistant
import Logging
import MQTTLink
import RealTimeLoop

/// The one owner of the gateway's decisions off the loop: hands it what arrives and publishes what it says.
actor GatewayDesk {
  private var gateway: FarmGateway
  private var loop: ControlLoop
  /// What the loops of the configurations before have counted.
  private var earlier = LoopLosses()
  private let clock: SystemClock
  private let site: BrokerLink?
  private let market: BrokerLink?
  /// What is to be kept goes there.
  private let claims: ClaimQueue
  /// What found no room there; nothing more is said until it has.
  private var unkept: KeptBatch?
  /// Answers that wait for the disk, in order, each with what it must have first.
  private(set) var heldBack = HeldBack()
  private let journal: @Sendable () -> JournalReport
  private let reloads: @Sendable () -> ReloadReport
  private let measurements: LoopMeasurements
  private var lastSnapshot: LoopSnapshot?
  private var seconds = 0
  private var outputs: [OutputSettings]
  /// How many configurations there were before this one, and where the sensors of the last are now.
  private var (configuration, newChannels) = (0, [Int: Int]())
  private let memory: MemoryCounters
  /// Outputs whose failure was told.
  private var failed: Set<Int> = []
  /// Alarms that were told to be active.
  private var alarms: Set<Int> = []
  private let log: Logger
  /// Messages for a broker that is not configured: nobody is to be told.
  private(set) var untold: UInt64 = 0
  /// What the drones' UDP and serial links count; nil where there are none.
  var droneLinkCounters: (@Sendable () -> JSONValue)?

  init(
    gateway: FarmGateway, loop: ControlLoop, clock: SystemClock, site: BrokerLink?, market: BrokerLink?,
    claims: ClaimQueue, journal: @escaping @Sendable () -> JournalReport,
    reloads: @escaping @Sendable () -> ReloadReport,
    measurements: LoopMeasurements, outputs: [OutputSettings], memory: MemoryCounters, log: Logger
  ) {
    (self.claims, self.journal, self.reloads) = (claims, journal, reloads)
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

  /// What found no room on its way to the loop and back, since the start.
  var losses: LoopLosses { earlier.with(loop) }

  /// What to listen to on the site's broker.
  var subscriptions: [Subscription] { gateway.subscriptions }

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
    if case .alarm(let index, let state) = event { note(alarm: index, state) }
    guard case .output(let index, let state) = event, outputs.indices.contains(index) else { return }
    let isFailed = state.reason == .outputFailed
    guard isFailed != failed.contains(index) else { return }
    let output = outputs[index]
    if isFailed {
      failed.insert(index)
      log.note(
        .outputFailed, .error, "output cannot be driven: \(output.drive.inWords)",
        metadata: ["output": "\(output.id)"])
    } else {
      failed.remove(index)
      log.note(.outputBack, .notice, "output can be driven again", metadata: ["output": "\(output.id)"])
    }
  }

  /// An alarm is told on the log when it becomes active and when its cause is gone, whatever people do with it meanwhile.
  private func note(alarm index: Int, _ state: AlarmState) {
    let alarm = loop.alarmTable[index]
    switch state.phase {
    case .active where alarms.insert(index).inserted:
      log.note(.alarmActive, .warning, "alarm: \(alarm.text)", metadata: ["alarm": "\(alarm.id)"])
    case .normal where alarms.remove(index) != nil:
      log.note(.alarmOver, .notice, "the alarm is over", metadata: ["alarm": "\(alarm.id)"])
    case .active, .normal, .pending, .acknowledged, .shelved: break
    }
  }

  /// Meters on lines were read.
  func note(_ meters: [(place: PinInputs.Place, pulses: PulseDetails)]) {
    for meter in meters { channel(of: meter.place).map { gateway.note($0, meter.pulses) } }
  }

  /// A contact on a line changed.
  func show(_ place: PinInputs.Place, _ reading: Reading) {
    channel(of: place).map { gateway.show($0, reading, at: clock.now()) }
    publish()
  }

  /// A button on a line was pressed.
  func press(_ place: PinInputs.Place) {
    channel(of: place).map { gateway.press($0, at: clock.now()) }
    publish()
  }

  /// Where a sensor is by now: its line may have spoken just before the configuration changed, or just before this desk
  /// knows of it.
  private func channel(of place: PinInputs.Place) -> Int? {
    if place.configuration == configuration { return place.channel }
    if place.configuration + 1 == configuration { return newChannels[place.channel] }
    return place.configuration == configuration + 1
      ? newChannels.first { $0.value == place.channel }?.key : nil
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
    if let waiting = unkept, claims.put(waiting) { unkept = nil }
    if unkept == nil {
      let batch = gateway.takeKept()
      unkept = claims.put(batch) ? nil : batch
    }
    if unkept == nil { heldBack.everythingIsPut(as: claims.lastPut) }
    gateway.canKeep = unkept == nil && claims.hasRoom && heldBack.hasRoom
  }

  /// The disk has more than before: who waited for that is answered.
  func publishKept() {
    publish(heldBack.release(where: claims.isKept))
  }

  /// Once a second.
  func second() {
    let now = clock.now()
    let journal = journal()
    gateway.note("journal", journal.note)
    _ = loop.requests.push(.journal(isInTrouble: journal.trouble != nil))
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
    if period.missed > 0 {
      log.note(
        .loopLate, .warning, "the control loop missed ticks",
        metadata: ["missed": "\(period.missed)", "ticks": "\(period.ticks)"])
    }
    func microseconds(_ duration: Duration) -> Double { duration.inSeconds * 1e6 }
    gateway.report(
      LoopMessage(
        interval: whole.interval, ticks: whole.ticks, missed: whole.missed,
        lateness: LoopMessage.Lateness(
          median: microseconds(period.lateness.p50), p99: microseconds(period.lateness.p99),
          p999: microseconds(period.lateness.p999), max: microseconds(period.lateness.max)),
        at: now.wall))
    var counters = EdgeCounters(
      site: site, market: market, losses: losses, untold: untold, unkept: heldBack.dropped,
      memory: memory, at: now.instant
    ).json
    counters["configuration"] = reloads().json
    counters["journal"] = .object(journal().json)
    counters["drone_links"] = droneLinkCounters?()
    gateway.report(counters: counters)
  }

  /// Goes on with another configuration. The loop before has had its last tick.
  ///
  /// - Parameter next: Has taken over from the loop before.
  func change(by change: ConfigurationChange, to next: ControlLoop, _ fresh: FarmGateway) {
    drainLoop()
    let now = clock.now()
    var gateway = fresh
    gateway.takeOver(self.gateway, by: change, at: now) { next.slots.write($1, at: $0) }
    let record = self.gateway.announced ?? AnnouncementRecord()
    let directory = FarmDirectory(change.after, alarms: next.alarmTable, version: Version.text)
    if site != nil, directory != nil || !record.topics.isEmpty {
      gateway.announce(
        through: DiscoveryDesk(directory, restored: record, at: now), after: self.gateway, at: now)
    }
    self.gateway = gateway
    let before = loop
    loop = next
    earlier.add(before)
    outputs = change.after.outputs
    failed = Set(failed.compactMap(change.carry.newOutput))
    alarms = Set(alarms.compactMap(change.carry.newAlarm))
    configuration += 1
    newChannels = Dictionary(
      change.channels.enumerated().compactMap { new, old in old.map { ($0, new) } }
    ) { first, _ in first }
    // What the loop before was asked and did not hear.
    while let request = before.requests.pop() {
      if let request = request.translated(by: change.carry) {
        if !next.requests.push(request) { self.gateway.undelivered(request, at: now) }
      } else {
        self.gateway.observe(.verdict(token: request.token, request.nobody), at: now)
      }
    }
    publish()
  }

  /// Something that an operator should know at a glance; nil: it is over.
  func note(_ name: String, _ trouble: JSONValue?) {
    gateway.note(name, trouble)
    publish()
  }

  /// For what the drones bring beside the broker.
  func withGateway<Answer: Sendable>(_ work: (inout FarmGateway, Moment) -> Answer) -> Answer {
    defer { publish() }
    return work(&gateway, clock.now())
  }

  private func publish() {
    keep()
    let number = unkept == nil ? claims.lastPut : nil
    publish(
      gateway.takePublications().filter { publication in
        guard publication.awaitsKeeping, !(number.map(claims.isKept) ?? false) else { return true }
        heldBack.append(publication, until: number)
        return false
      })
  }

  private func publish(_ publications: [Publication]) {
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
