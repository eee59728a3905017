import CanonicalJSON
import Claims
import FarmConfiguration
import FarmControl
import FarmDaemon
import FarmSimulation
import FarmUnits
import GPIOLines
import Gateway
import RealTimeLoop

/// One run of the gateway, from power to power cut: the daemon's own loop, gateway and inputs, with nothing but the
/// clock, the lines and the broker replaced.
final class VirtualGateway {
  let loop: ControlLoop
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
    let gateway = FarmGateway(
      configuration,
      identity: GatewayIdentity(version: Version.text, boot: "boot-\(boot)", session: boot, started: now),
      alarms: loop.alarmTable, sensorsEvery: settings.tellsEverything ? .seconds(30) : nil,
      random: SeededRandom(seed: seed))
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
