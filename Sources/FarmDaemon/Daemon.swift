import Claims
public import FarmConfiguration
import FarmControl
import FarmUnits
import Gateway
import Glibc
import HomeAssistant
import Journal
public import Logging
import MQTTLink
import RealTimeLoop
import ServiceLifecycle
import Signatures
import UnixSignals

/// The daemon: takes its lines safe, starts the loop, the desk and the links, and ends them in reverse.
///
/// Control needs nothing but the machine: brokers, network, marketplace and the right time may be missing or late.
public struct Daemon: Sendable {
  private let configuration: GatewayConfiguration
  private let log: Logger
  private let reread: (@Sendable () -> ParseResult)?

  /// - Parameter reread: Reads the configuration anew, when SIGHUP asks for it; may block for the disk. Nil: nothing is
  ///   read anew.
  public init(
    _ configuration: GatewayConfiguration, log: Logger, reread: (@Sendable () -> ParseResult)? = nil
  ) {
    (self.configuration, self.log, self.reread) = (configuration, log, reread)
  }

  /// Runs until SIGTERM or SIGINT; outputs end safe.
  /// - Parameter stop: Ends the daemon as a signal would when it returns; nil: only a signal does.
  /// - Throws: What the machine refused: threads, memory, unreadable secrets.
  public func run(until stop: (@Sendable () async -> Void)? = nil) async throws {
    // From here on SIGHUP waits for whoever reads it, and ends nothing; without anybody it ends us, as ever.
    let hangups = reread == nil ? nil : await UnixSignalsSequence(trapping: .sighup)
    let clock = SystemClock()
    let zone = LocalZone(configuration.timeZone, at: clock.now().wall)

    let outputs = OutputDrivers(configuration.outputs)
    for failure in outputs.failures {
      log.note(
        .outputFailed, .error, "output cannot be driven: \(failure.reason)",
        metadata: ["output": "\(failure.output)"])
    }
    // Before anything drives them: whatever ends us, they are known to have been ours.
    let runtimeDirectory = getenv("RUNTIME_DIRECTORY").map { String(cString: $0) }
    let outputsInUse = OutputsInUse(
      outputs,
      record: HeldLinesFile(
        runtimeDirectory: runtimeDirectory, statusSocket: configuration.operators.statusSocket),
      boot: Boot.identifier(), log: log)
    // Without the kernel's word, each of our starts counts as one.
    let boot = Boot.identifier() ?? Self.session()
    let memoryFile = ControlMemoryFile(in: configuration.storage.directory)
    let plan = ControlPlan(configuration)
    let started = clock.now()
    let (memory, troubles) = memoryFile.read(plan: plan, boot: boot, now: started.instant)
    for trouble in troubles { log.error("\(trouble)") }
    let controller = try FarmController(plan: plan, startedAt: started.instant, restored: memory)
    let loop = ControlLoop(
      controller: controller, drivers: outputs.drivers,
      capacity: ControlLoop.capacity(configuration, controller), handsMemoryOver: true)
    let (loops, reloads) = (LoopSuccession(loop), ReloadState())
    let wakeUp = try WakeUp()

    let identity = GatewayIdentity(
      version: Version.text, boot: boot, session: Self.session(), started: clock.now())
    let drones = try DroneStart(configuration, log: log)
    var gateway = FarmGateway(
      configuration, identity: identity, alarms: loop.alarmTable, signatures: Ed25519.isValid,
      drones: drones.provisions, awaitsJournal: true, random: SystemRandomNumberGenerator())
    let announcements = announce(through: &gateway, alarms: loop.alarmTable, at: started)

    let answerFile = AnswerFile(in: configuration.storage.directory)
    for trouble in answerFile.restore(into: &gateway, at: clock.now()) { log.error("\(trouble)") }
    // From here on the desk owns it; what the others ask of it does not change.
    let settled = gateway

    let site = try configuration.brokers.site.map { try siteLink($0, settled) }
    let market = try configuration.brokers.market.map { broker in
      var options = try LinkOptions(
        broker, name: "market", farm: configuration.farm, gateway: configuration.gateway)
      options.probe = MarketTopics(farm: configuration.farm, gateway: configuration.gateway)
        .map { .init(topic: $0.probe) }
      return try BrokerLink(options)
    }

    let control = try ControlService(
      loops: loops, clock: clock, zone: zone, configuration: loopConfiguration, wakeUp: wakeUp, log: log,
      notifier: SystemdNotifier(), outputsEnd: { outputsInUse.end() })
    let memoryCounters = MemoryCounters()
    let claims = ClaimQueue()
    let firstLook = FirstLook()
    let keeper = ClaimKeeper(
      journalPlace(boot: boot), link: market, queue: claims, clock: clock, log: log)
    let desk = GatewayDesk(
      gateway: settled, loop: loop, clock: clock, site: site, market: market,
      claims: claims, journal: { keeper.report }, reloads: { reloads.report },
      measurements: control.thread.measurements,
      outputs: configuration.outputs, memory: memoryCounters,
      log: log)
    let status = StatusDesk(
      farm: configuration.farm, gateway: configuration.gateway, identity: identity, desk: desk,
      site: site, market: market, measurements: control.thread.measurements, memory: memoryCounters,
      journal: { keeper.report }, reloads: { reloads.report }, clock: clock)
    let farewell = OutboundMessage(Publication(settled.farewell), expirySeconds: nil)

    // Stopped in reverse: first the loop, with its outputs safe, last the links, with everything said.
    var services: [any Service] = []
    if let market {
      services.append(LinkService(link: market, farewell: nil, name: "market", startsItself: false, log: log))
    }
    if let site { services.append(LinkService(link: site, farewell: farewell, name: "site", log: log)) }
    services.append(StatusService(desk: status, settings: configuration.operators, log: log))
    services.append(
      ClaimService(keeper: keeper, queue: claims, desk: desk, link: market, firstLook: firstLook, log: log))
    services.append(ClockService(clock: clock, zone: zone, log: log))
    let files = try FileInputs(configuration.sensors, slots: loop.slots, clock: clock, log: log)
    services.append(FileInputService(inputs: files))
    let pins = try pinInputs(settled.buttons, loop, clock)
    services.append(
      PinService(inputs: pins, desk: desk, directory: configuration.storage.directory, log: log))
    services.append(OutputFinder(outputs: outputsInUse, log: log))
    guard let memoryEvents = loop.memoryEvents else { preconditionFailure("made to hand its memory over") }
    let memoryKeeper = MemoryKeeper(
      events: memoryEvents, file: memoryFile,
      kept: KeptMemory(plan: plan, alarms: loop.alarmTable, restored: memory, at: started.instant),
      boot: boot, clock: clock, counters: memoryCounters, log: log)
    services.append(
      MemoryService(
        keeper: memoryKeeper,
        loopHasEnded: { [thread = control.thread] in thread.stop(within: .zero) }))
    services.append(
      AnswerService(desk: desk, file: answerFile, clock: clock, counters: memoryCounters, log: log))
    if let announcements {
      services.append(AnnouncementService(desk: desk, file: announcements, log: log))
    }
    services += drones.services(desk: desk, clock: clock, counters: memoryCounters, log: log)
    services.append(GatewayService(desk: desk, site: site, wakeUp: wakeUp, firstLook: firstLook))
    if let reread, let hangups {
      let parts = Reloader.Parts(
        loops: loops, outputs: outputsInUse, pins: pins, files: files, memory: memoryKeeper, desk: desk,
        site: site, identity: identity, clock: clock, wakeUp: wakeUp, notifier: control.notifier)
      let reloader = Reloader(configuration, parts: parts, state: reloads, log: log, read: reread)
      services.append(ReloadService(reloader: reloader, signals: hangups))
    }
    services.append(control)
    log.note(
      .started, .info, "farmgate \(Version.text) starts",
      metadata: [
        "farm": "\(configuration.farm)", "gateway": "\(configuration.gateway)",
        "clock": "\(clock.now().clock)",
      ])
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      if let stop {
        tasks.addTask {
          await stop()
          await group.triggerGracefulShutdown()
          // The daemon's own end ends the group of tasks.
          try await Task.sleep(for: .seconds(3600))
        }
      }
      defer { tasks.cancelAll() }
      try await tasks.next()
    }
    log.note(.stopped, .info, "farmgate stopped")
  }

  private var loopConfiguration: LoopThread.Configuration {
    LoopThread.Configuration(
      interval: configuration.loop.interval, priority: Int32(configuration.loop.priority),
      locksMemory: configuration.loop.priority > 0)
  }

  private func journalPlace(boot: String) -> JournalPlace {
    guard let topics = MarketTopics(farm: configuration.farm, gateway: configuration.gateway) else {
      preconditionFailure("a checked configuration has names that are no topic levels")
    }
    let storage = configuration.storage
    let credentials = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    return JournalPlace(
      directory: storage.directory,
      budget: JournalStore.Budget(
        bytes: storage.mebibytesMax << 20, days: Int(storage.keep.components.seconds / 86_400)),
      keyPath: configuration.signingKey.path(credentialsDirectory: credentials), boot: boot,
      keysTopic: topics.topic(.gatewayKeys))
  }

  private func pinInputs(_ buttons: Set<Int>, _ loop: ControlLoop, _ clock: SystemClock) throws -> PinInputs {
    let (totals, trouble) = PulseTotals.read(in: configuration.storage.directory)
    if let trouble { log.error("\(trouble)") }
    return try PinInputs(
      configuration.sensors, totals: totals, buttons: buttons,
      priority: Int32(max(0, configuration.loop.priority - 1)), slots: loop.slots, clock: clock, log: log)
  }

  /// Has the gateway announced to Home Assistant where the configuration asks for it, or taken back what was announced.
  /// - Returns: Where it is kept what was announced; nil without a broker to announce to.
  private func announce(
    through gateway: inout FarmGateway, alarms: [AlarmDescription], at now: Moment
  ) -> AnnouncementFile? {
    guard configuration.brokers.site != nil else { return nil }
    let file = AnnouncementFile(in: configuration.storage.directory)
    let (record, trouble) = file.read()
    if let trouble { log.error("\(trouble)") }
    let directory = FarmDirectory(configuration, alarms: alarms, version: Version.text)
    guard directory != nil || !record.topics.isEmpty else { return file }
    gateway.announce(through: DiscoveryDesk(directory, restored: record, at: now))
    return file
  }

  private func siteLink(_ broker: BrokerSettings, _ gateway: FarmGateway) throws -> BrokerLink {
    var options = try LinkOptions(
      broker, name: "site", farm: configuration.farm, gateway: configuration.gateway)
    options.will = OutboundMessage(Publication(gateway.farewell), expirySeconds: nil)
    options.probe = SiteTopics(farm: configuration.farm, gateway: configuration.gateway)
      .map { .init(topic: $0.probe) }
    options.subscriptions = gateway.subscriptions
    // Home Assistant may be announced to by a configuration that is read later.
    options.retainedCapacity = QueueCapacity(messages: 16_384, bytes: 24 << 20)
    return try BrokerLink(options)
  }

  /// The service group's own words are of no use to an operator.
  private static var quiet: Logger {
    var logger = Logger(label: "lifecycle") { JournalLog(label: $0) }
    logger.logLevel = .error
    return logger
  }

  /// Distinguishes the daemon's starts.
  private static func session() -> String {
    String(UInt64.random(in: .min ... .max), radix: 16)
  }
}

extension FarmGateway {
  /// What to listen to on the site's broker.
  var subscriptions: [Subscription] {
    let filters =
      readingFilters.map { Subscription($0, for: .reading) }
      + commandFilters.map { Subscription($0, for: .command) }
    // A birth message of long ago says nothing: everything is announced after a connect anyway.
    let birth = homeAssistantFilter.map { Subscription($0, for: .command, retainedMessages: .never) }
    return filters + [birth].compactMap(\.self)
  }
}

/// Asks once in a while whether the wall clock is kept, and what the farm's zone says.
struct ClockService: Service {
  let clock: SystemClock
  let zone: LocalZone
  let log: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var trust = clock.now().clock
      while !Task.isCancelled {
        do { try await Task.sleep(for: .seconds(1)) } catch { return }
        let now = clock.refreshTrust()
        zone.refresh(at: clock.now().wall)
        if now != trust {
          log.note(
            now == .trusted ? .clockTrusted : .clockUntrusted, .notice, "the wall clock is \(now.rawValue)")
        }
        trust = now
      }
    }
  }
}
