import CanonicalJSON
import ClaimKeys
import Claims
import FarmConfiguration
import FarmControl
import FarmDaemon
import FarmSimulation
import FarmUnits
import GPIOLines
import Gateway
import RealTimeLoop
import Signatures

/// One run of the gateway, from power to power cut: the daemon's own loop, gateway and inputs, with nothing but the
/// clock, the lines and the broker replaced.
final class VirtualGateway {
  let loop: ControlLoop
  /// What the marketplace's broker tells when the power is gone.
  let marketWill: OutgoingMessage?
  var gateway: FarmGateway
  let relays: [VirtualRelay]
  var pins: [VirtualPin]
  var files: [VirtualFile]
  var schedule: TickSchedule

  /// What outlives a power cut: what the daemon keeps on its disk.
  struct Memory {
    var control = ControlMemory()
    /// When `control` was kept.
    var keptAt: Moment?
    var totals: [String: PulseTotals.Total] = [:]
    var starts: UInt64 = 0
    var market = MarketMemory()
    /// Lots and stores, by name.
    var facts: [String: [UInt8]] = [:]
    var keysAreTold = false
    /// Nil: the seed's.
    fileprivate(set) var ring: KeyRing?

    /// On the disk, before any of it is told.
    mutating func keep(_ batch: KeptBatch) {
      for claim in batch.claims {
        switch claim {
        case .ledger(let head, _, _, _): market.head = head
        case .state(let revision, let message): market.revisions[message.topic] = revision
        case .condition, .input, .command: break
        }
      }
      for (name, bytes) in batch.facts { facts[name] = bytes }
      keysAreTold = true
      ring?.announced()
    }
  }

  /// - Throws: `PlanError` for a plan that cannot be controlled.
  init(
    _ configuration: GatewayConfiguration, _ settings: RehearsalSettings, remembering memory: Memory,
    at now: Moment
  ) throws {
    let safe: [Level] = configuration.outputs.map { $0.safe == .on ? .on : .off }
    relays = safe.map { VirtualRelay(safe: $0) }
    let controller = try FarmController(
      plan: ControlPlan(configuration), startedAt: now.instant, restored: memory.control(at: now))
    let told = configuration.sensors.count + configuration.outputs.count + controller.alarmTable.count
    loop = ControlLoop(controller: controller, drivers: relays, capacity: max(1024, 4 * told))
    let seed = settings.seed.mixed(with: "start \(memory.starts)")
    let boot = String(seed, radix: 16)
    var gateway = FarmGateway(
      configuration,
      identity: GatewayIdentity(version: Version.text, boot: "boot-\(boot)", session: boot, started: now),
      alarms: loop.alarmTable, sensorsEvery: settings.tellsEverything ? .seconds(30) : nil,
      awaitsJournal: true, random: SeededRandom(seed: seed))
    try gateway.openMarket(memory.market(settings), at: now)
    marketWill = gateway.marketWill(at: now)
    let totals = PulseTotals(memory.totals, wasClean: memory.starts == 0)
    let buttons = gateway.buttons
    self.gateway = gateway
    pins = configuration.sensors.enumerated().compactMap { channel, sensor in
      VirtualPin(channel, sensor, totals: totals, isButton: buttons.contains(channel))
    }
    files = configuration.sensors.enumerated().compactMap { VirtualFile($0, $1) }
    guard
      let schedule = TickSchedule(
        interval: settings.interval, first: now.instant.advanced(by: settings.interval))
    else { preconditionFailure("an interval outside 1 ms ... 10 s") }
    self.schedule = schedule
  }

  /// What the meters have counted.
  var totals: [String: PulseTotals.Total] {
    Dictionary(
      pins.compactMap { pin in
        pin.line.meter.map {
          (pin.sensor, PulseTotals.Total(pulses: $0.counter.total, lost: $0.counter.lost))
        }
      }
    ) { first, _ in first }
  }
}

extension VirtualGateway.Memory {
  /// The key is the seed's, and valid from the beginning.
  fileprivate func market(_ settings: RehearsalSettings) throws -> MarketStart {
    let ring = ring ?? Self.firstRing(settings)
    let lots = facts.filter { $0.key.hasPrefix(KeptLots.prefix) }.sorted { $0.key < $1.key }
    return MarketStart(
      seal: MarketSeal(
        signer: ring.signer, announcer: ring.announcer, keys: ring.keySet, sha256: SHA2.sha256),
      memory: market,
      lots: KeptLots.snapshot(
        lots: try lots.map { try JSONValue(parsing: $0.value) },
        stores: try facts[KeptLots.stores].map { try JSONValue(parsing: $0) }),
      keysAreTold: keysAreTold)
  }

  mutating func rotateKey(at now: WallTime, _ settings: RehearsalSettings) {
    var rotated = ring ?? Self.firstRing(settings)
    rotated.rotate(at: now)
    (ring, keysAreTold) = (rotated, false)
  }

  private static func firstRing(_ settings: RehearsalSettings) -> KeyRing {
    var random = SeededRandom(seed: settings.seed.mixed(with: "signing key"))
    let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    guard let ring = KeyRing(seed: seed, at: settings.start) else {
      preconditionFailure("32 bytes are a key")
    }
    return ring
  }

  /// As the daemon restores it: older by the time that both clocks vouch for, otherwise not older at all.
  fileprivate func control(at now: Moment) -> ControlMemory {
    var passed = Duration.zero
    if let keptAt, keptAt.clock == .trusted, now.clock == .trusted {
      passed = keptAt.wall.duration(to: now.wall)
    }
    return ControlMemory(
      outputs: control.outputs.map { $0?.aged(by: passed) }, irrigations: control.irrigations,
      coldStores: control.coldStores.map { $0?.aged(by: passed) },
      alarms: control.alarms.compactMapValues { $0.aged(by: passed) })
  }
}
