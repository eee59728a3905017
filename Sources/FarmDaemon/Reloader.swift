import CanonicalJSON
import FarmConfiguration
import FarmControl
import Gateway
import Logging
import MQTTLink
import RealTimeLoop
import ServiceLifecycle
import Signatures
import Synchronization
import UnixSignals

/// Takes another configuration over while the gateway runs.
///
/// What does not change is not touched: the thread of the loop goes on ticking, and between two ticks another loop takes
/// its place, with everything that the one before knew; lines of unchanged outputs and inputs stay in the same hands, and
/// so do journal, brokers and drones. What is wrong with a file is told, and changes nothing.
actor Reloader {
  /// What goes on from one configuration to the next.
  struct Parts: Sendable {
    let loops: LoopSuccession
    let outputs: OutputsInUse
    let pins: PinInputs
    let files: FileInputs
    let memory: MemoryKeeper
    let desk: GatewayDesk
    let site: BrokerLink?
    let identity: GatewayIdentity
    let clock: SystemClock
    let wakeUp: WakeUp
    let notifier: SystemdNotifier
  }

  private var configuration: GatewayConfiguration
  private let parts: Parts
  /// Reads the file; blocks for the disk.
  private let read: @Sendable () -> ParseResult
  private let shared: ReloadState
  private let log: Logger
  private var generation = 0

  /// Longer than any tick that is still worth waiting for.
  private static let patience = Duration.seconds(5)

  init(
    _ configuration: GatewayConfiguration, parts: Parts, state: ReloadState, log: Logger,
    read: @escaping @Sendable () -> ParseResult
  ) {
    (self.configuration, self.parts, shared, self.log, self.read) = (configuration, parts, state, log, read)
  }

  /// Reads the file and takes it over, or says why not.
  func reload() async {
    parts.notifier.reloading(at: parts.clock.now().instant)
    let words = await takeOver()
    parts.notifier.ready(words)
    await parts.desk.note("configuration", shared.report.trouble.map(JSONValue.string))
  }

  /// - Returns: What came of it, in a line.
  private func takeOver() async -> String {
    let result = await onThread { [read] in read() }
    guard result.obstacles.isEmpty, let next = result.configuration else {
      for problem in result.obstacles { log.note(.configurationProblem, .error, "\(problem)") }
      return refuse(result.obstacles.map { "\($0)" })
    }
    let change = ConfigurationChange(from: configuration, to: next)
    guard change.obstacles.isEmpty else {
      for obstacle in change.obstacles {
        log.note(.configurationProblem, .error, "configuration: \(obstacle)")
      }
      return refuse(change.obstacles)
    }
    guard let summary = change.summary else {
      shared.change { ($0.accepted, $0.trouble) = ($0.accepted + 1, nil) }
      configuration = next
      log.note(.reloadAccepted, .notice, "configuration read again: nothing has changed")
      return "configuration read again: nothing has changed"
    }
    do {
      let pause = try await carryOut(change)
      configuration = next
      shared.change {
        ($0.accepted, $0.trouble, $0.pauseNanoseconds) = ($0.accepted + 1, nil, pause)
      }
      log.note(
        .reloadAccepted, .notice, "configuration taken over: \(summary)",
        metadata: ["loop_pause_us": "\(pause / 1000)"])
      return "configuration taken over"
    } catch {
      log.note(.configurationProblem, .error, "configuration: \(error)")
      return refuse(["\(error)"])
    }
  }

  private func refuse(_ reasons: [String]) -> String {
    let more = reasons.count > 1 ? " (and \(reasons.count - 1) more)" : ""
    let text = (reasons.first ?? "no reason") + more
    shared.change { ($0.refused, $0.trouble) = ($0.refused + 1, text) }
    log.note(
      .reloadRefused, .error, "configuration refused, the one before stays in force",
      metadata: ["problems": "\(reasons.count)"])
    return "configuration refused: \(text)"
  }

  /// - Returns: For how long the loop was held up, in nanoseconds.
  /// - Throws: What cannot be controlled, or a loop that does not answer; nothing has changed then.
  private func carryOut(_ change: ConfigurationChange) async throws -> Int64 {
    let (next, parts) = (change.after, parts)
    let controller = try FarmController(plan: ControlPlan(next), startedAt: parts.clock.now().instant)
    let gateway = FarmGateway(
      next, identity: parts.identity, alarms: controller.alarmTable, signatures: Ed25519.isValid,
      awaitsJournal: true, random: SystemRandomNumberGenerator())

    // Lines that end are let go first: another output may be on one of them.
    var pause: Int64 = 0
    if change.leavingOutputs.contains(true) {
      let retire = try LoopOrder(.retire(change.leavingOutputs))
      guard await obeyed(retire) else { throw LoopIsSilent() }
      pause = retire.nanoseconds
    }
    let outputs = await onThread {
      parts.outputs.change(to: next.outputs, keeping: change.keptLines)
    }
    for failure in outputs.failures {
      log.note(
        .outputFailed, .error, "output cannot be driven: \(failure.reason)",
        metadata: ["output": "\(failure.output)"])
    }
    let loop = ControlLoop(
      controller: controller, drivers: outputs.drivers,
      capacity: ControlLoop.capacity(next, controller), handsMemoryOver: true)
    let order = try LoopOrder(.takeOver(loop, change.carry))
    // From here on there is no way back; a loop that hangs is the watchdog's.
    while !(await obeyed(order)) {
      if parts.loops.isOver { throw LoopIsSilent() }
    }
    await hand(change, to: loop, gateway)
    // Let go of the loop before here, not on its thread.
    withExtendedLifetime(order.predecessor) {}
    return max(pause, order.nanoseconds)
  }

  private func obeyed(_ order: LoopOrder) async -> Bool {
    await onThread { [loops = parts.loops] in loops.carryOut(order, within: Self.patience) }
  }

  /// Everybody else, once the loop has changed over.
  private func hand(_ change: ConfigurationChange, to loop: ControlLoop, _ gateway: FarmGateway) async {
    let (next, parts) = (change.after, parts)
    generation += 1
    let troubles = await onThread { [generation] in
      var troubles: [String] = []
      do {
        try parts.pins.change(
          to: next.sensors, from: change.channels, buttons: gateway.buttons, slots: loop.slots,
          configuration: generation)
      } catch { troubles.append("inputs on lines are not as configured: \(error)") }
      do {
        try parts.files.change(to: next.sensors, from: change.channels, slots: loop.slots)
      } catch { troubles.append("sensors in files are not read: \(error)") }
      return troubles
    }
    await parts.memory.change(by: change.carry, to: ControlPlan(next), loop)
    await parts.desk.change(by: change, to: loop, gateway)
    parts.wakeUp.signal()
    for trouble in troubles { log.error("\(trouble)") }
    do {
      let filters = await parts.desk.subscriptions
      try parts.site?.setSubscriptions(filters)
    } catch {
      log.error("the subscriptions stay as they were: \(error)", metadata: ["broker": "site"])
    }
  }
}

/// The loop's thread did not take an order.
struct LoopIsSilent: Error, CustomStringConvertible {
  var description: String { "the control loop does not answer" }
}

/// What the reloader tells of itself; any thread.
final class ReloadState: Sendable {
  private let state = Mutex(ReloadReport())

  var report: ReloadReport { state.withLock { $0 } }
  func change(_ change: (inout sending ReloadReport) -> Void) { state.withLock { change(&$0) } }
}

/// Reads the configuration anew at every SIGHUP.
struct ReloadService: Service {
  let reloader: Reloader
  let signals: UnixSignalsSequence

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // Signals that come meanwhile are one: the file is read as it is then.
      for await _ in signals { await reloader.reload() }
    }
  }
}
