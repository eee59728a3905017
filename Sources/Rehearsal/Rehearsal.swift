import CanonicalJSON
public import Claims
public import FarmConfiguration
import FarmControl
import FarmDaemon
public import FarmSimulation
public import FarmUnits
import Gateway
import RealTimeLoop

/// A configuration rehearsed: the gateway and the farm that the configuration describes, together on a virtual clock.
///
/// Everything that decides is the daemon's: `ControlLoop.tick`, `FarmGateway`, the inputs' own counting and judging. The
/// clock, the lines, the broker and the farm are simulated. One thread; the same settings give the same messages.
public final class Rehearsal {
  public let configuration: GatewayConfiguration
  public internal(set) var site: FarmSite
  /// Watches every line from outside.
  public private(set) var observer: LineObserver
  /// Ticks of the control loop, and deadlines that passed without one.
  public private(set) var ticks: UInt64 = 0
  public private(set) var missedTicks: UInt64 = 0
  public private(set) var powerCuts = 0
  public private(set) var published: UInt64 = 0
  /// How often each alarm became active.
  public private(set) var alarmCounts: [String: Int] = [:]
  /// Whether somebody looks at alarms, stores and sells.
  public var hasHands = true

  private let settings: RehearsalSettings
  private let zone: LocalZone
  private let tell: (WallTime, OutgoingMessage) -> Void
  private let names: [String: String]
  private var clock: VirtualClock
  private var script: FaultScript
  private var hands: FarmHands
  var devices: [FieldDevice]
  var nextWords: [Duration]
  /// What each device with a contact has last said.
  var lastWords: [[Value?]]
  var power: VirtualGateway?
  var memory = VirtualGateway.Memory()
  private var keptRevision: UInt64 = 0
  var totalsDue = Duration.zero
  private var isPowerCut = false
  private var on: [Bool]
  private var nextSecond = Duration.zero
  private var nextMinute = Duration.zero
  private var nextReport = Duration.zero
  private var tickTakes = Duration.zero
  var flood = 0

  /// - Parameter tell: Called for every message that the gateway publishes, with the gateway's wall time.
  /// - Throws: `PlanError` for a plan that cannot be controlled.
  public init(
    _ configuration: GatewayConfiguration, _ settings: RehearsalSettings,
    tell: @escaping (WallTime, OutgoingMessage) -> Void
  ) throws {
    (self.configuration, self.settings, self.tell) = (configuration, settings, tell)
    site = FarmSite(configuration, seed: settings.seed, start: settings.start)
    observer = LineObserver(configuration.outputs)
    zone = LocalZone(configuration.timeZone, at: settings.start)
    clock = VirtualClock(start: settings.start, trustedAfter: settings.clockTrustedAfter)
    script = settings.script
    hands = FarmHands(configuration, seed: settings.seed)
    devices = FieldDevice.all(of: configuration)
    // Devices do not speak all at once.
    nextWords = devices.indices.map { .milliseconds(700 + 1300 * $0) }
    lastWords = devices.map { device in device.sensors.map { _ in nil } }
    on = configuration.outputs.map { _ in false }
    let root = "farmgate/\(configuration.farm)/\(configuration.gateway)/output/"
    names = Dictionary(configuration.outputs.map { (root + $0.id, $0.id) }) { first, _ in first }
    // The first start is not a restart: clocks and lock-outs begin with it.
    try start()
  }

  /// Since the beginning.
  public var elapsed: Duration { site.elapsed }
  /// The gateway's own wall clock.
  public var wall: WallTime { clock.moment(at: elapsed).wall }
  /// Whether an output is on.
  public func isOn(_ output: String) -> Bool {
    configuration.outputs.firstIndex { $0.id == output }.map { on[$0] } ?? false
  }

  /// Runs up to a time from the beginning.
  public func run(until end: Duration) throws {
    while elapsed < end {
      try followScript()
      if power != nil {
        step()
      } else {
        advanceFarm(to: min(end, elapsed + .seconds(1)))
      }
    }
  }

  /// Ends the gateway as a signal would: outputs safe, and its last words.
  public func end() {
    guard power != nil else { return }
    power?.loop.driveSafe()
    drive(at: elapsed)
    observer.ended(at: elapsed)
    let now = clock.moment(at: elapsed)
    power?.gateway.end(at: now)
    publish(at: now)
    if let farewell = power?.gateway.farewell { say(now.wall, farewell) }
    power = nil
  }

  /// From now on the farm's drones say which they are.
  public func identifyDrones() { site.identifyDrones() }

  /// Ends the gateway and starts it with a new key, as after `farmgate keys rotate`. The key is not the seed's.
  public func restartWithNewKey() throws {
    end()
    memory.rotateKey(at: wall, settings)
    try start()
  }

  /// A command, as a person would publish it.
  /// - Parameter topic: Below the gateway's root.
  public func command(_ topic: String, _ payload: [UInt8]) {
    guard power != nil else { return }  // nobody is there to hear it
    let now = clock.moment(at: elapsed)
    let root = "farmgate/\(configuration.farm)/\(configuration.gateway)"
    let request = power?.gateway.command(
      topic: "\(root)/\(topic)", payload: payload, retained: false, at: now)
    if let request, power?.loop.requests.push(request) == false {
      power?.gateway.undelivered(request, at: now)
    }
  }

  public func summary(scenario: String) -> SeasonSummary {
    SeasonSummary(
      hours: elapsed.inSeconds / 3600, seed: settings.seed, scenario: scenario,
      intervalMilliseconds: settings.interval.inSeconds * 1000, site: site, observer: observer,
      alarms: alarmCounts, ticks: ticks, missedTicks: missedTicks, powerCuts: powerCuts, published: published)
  }

  // MARK: What happens

  private func followScript() throws {
    for (what, isOn) in script.step(to: elapsed) {
      switch what {
      case .powerCut: isOn ? cutPower() : try start()
      case .clockOff(let by): clock.off = isOn ? clock.off + by : clock.off - by
      case .clockUntrusted: clock.isVouchedFor = !isOn
      case .slowTicks(let time): tickTakes = isOn ? time : .zero
      case .flood(let messages): flood = isOn ? messages : 0
      default: site.apply(what, isOn: isOn)
      }
      if case .clockOff = what { zone.refresh(at: wall) }
    }
  }

  private func start() throws {
    clock.boot(at: elapsed)
    let now = clock.moment(at: elapsed)
    power = try VirtualGateway(configuration, settings, remembering: memory, at: now)
    memory.starts += 1
    keptRevision = 0
    drive(at: elapsed)
    power?.gateway.begin()
    publish(at: now)
  }

  /// Every relay falls open at once, and the broker tells the last will.
  private func cutPower() {
    guard let gateway = power?.gateway else { return }
    powerCuts += 1
    on = on.map { _ in false }
    observer.powerWent(at: elapsed)
    say(wall, gateway.farewell)
    if let will = power?.marketWill { say(wall, will) }
    power = nil
  }

  private func advanceFarm(to end: Duration) {
    while elapsed < end { site.advance(by: min(end - elapsed, .seconds(10)), on: on) }
  }

  // MARK: One tick

  private func step() {
    guard let schedule = power?.schedule else { return }
    let before = clock.instant(at: elapsed)
    advanceFarm(to: clock.elapsed(at: schedule.deadline))
    let now = clock.moment(at: elapsed)
    hear(since: before, at: now)
    power?.loop.tick(at: ControlTime(now.instant, local: zone.time(at: now)))
    ticks += 1
    drive(at: elapsed)
    while let event = power?.loop.events.pop() { power?.gateway.observe(event, at: now) }
    keepMemory(at: now)
    if elapsed >= nextSecond { second(at: now) }
    publish(at: now)
    observer.settle(at: elapsed)
    missedTicks +=
      power?.schedule.advance(pastNanoseconds: (now.instant.advanced(by: tickTakes)).nanoseconds) ?? 0
  }

  /// The lines as the relays hold them.
  private func drive(at elapsed: Duration) {
    guard let relays = power?.relays else { return }
    for index in relays.indices where relays[index].isOn != on[index] {
      on[index] = relays[index].isOn
      observer.drove(index, on: on[index], at: elapsed)
    }
  }

  private func second(at now: Moment) {
    nextSecond = elapsed + .seconds(1)
    if elapsed >= nextMinute {
      zone.refresh(at: now.wall)
      nextMinute = elapsed + .seconds(60)
    }
    readMeters(at: now)
    for message in site.telemetry() { power?.gateway.receive(message, at: now) { _, _ in } }
    if hasHands {
      for errand in hands.due(at: site.now) { command(errand.topic, errand.json.bytes) }
    }
    power?.gateway.advance(to: now)
    for request in power?.gateway.takePadRequests() ?? [] { _ = power?.loop.requests.push(request) }
    if settings.tellsEverything, elapsed >= nextReport { report(at: now) }
  }

  private func report(at now: Moment) {
    guard let loop = power?.loop else { return }
    nextReport = elapsed + .seconds(10)
    let lateness = LoopMessage.Lateness(median: 0, p99: 0, p999: 0, max: 0)
    power?.gateway.report(
      LoopMessage(
        interval: settings.interval, ticks: ticks, missed: missedTicks, lateness: lateness, at: now.wall))
    power?.gateway.report(counters: [
      "dropped": [
        "loop_events_late": .integer(Int64(clamping: loop.events.overflows)),
        "loop_requests": .integer(Int64(clamping: loop.requests.overflows)),
      ]
    ])
  }

  /// What the daemon would write to its disk at once: guards must not be got round by a power cut.
  private func keepMemory(at now: Moment) {
    guard let loop = power?.loop, loop.memoryRevision != keptRevision || memory.keptAt == nil else { return }
    keptRevision = loop.memoryRevision
    (memory.control, memory.keptAt) = (loop.memory(at: now.instant), now)
  }

  // MARK: What is published

  private func publish(at now: Moment) {
    guard let gateway = power else { return }
    for publication in gateway.gateway.takePublications() { say(now.wall, publication.message) }
    let kept = gateway.gateway.takeKept()
    if kept.isEmpty { return }
    memory.keep(kept)
    for message in kept.claims.compactMap(\.message) { say(now.wall, message) }
  }

  private func say(_ wall: WallTime, _ message: OutgoingMessage) {
    published += 1
    if message.retained, !message.payload.isEmpty { read(message) }
    tell(wall, message)
  }

  /// What the observer and the people read of it; sensors, which are most of it, are not retained.
  private func read(_ message: OutgoingMessage) {
    let output = names[message.topic]
    // A payload that cannot be read is nobody's order.
    guard output != nil || hands.reads(message.topic), let json = try? JSONValue(parsing: message.payload)
    else { return }
    if let output {
      observer.heard(output, reason: json["reason"]?.string ?? "")
      return
    }
    hands.hear(message.topic, json, at: site.now)
    guard json["state"] == "active", let alarm = message.topic.split(separator: "/").last else { return }
    alarmCounts[String(alarm), default: 0] += 1
  }
}
