import FarmConfiguration
import Logging
import Synchronization

/// The drivers of the present configuration, and the record of the lines that they hold. One at a time lets go of lines
/// or takes them.
///
/// Lines are recorded before a loop drives them, but for one that was missing and is taken again: right after that. A
/// record that cannot be written is told, and changes nothing else.
final class OutputsInUse: Sendable {
  private struct State {
    var drivers: OutputDrivers
    /// What is in the record.
    var recorded: [HeldLine]?
    /// Nobody drives any more.
    var isOver = false
  }

  private let state: Mutex<State>
  private let record: HeldLinesFile
  private let boot: String?
  private let log: Logger

  init(_ drivers: OutputDrivers, record: HeldLinesFile, boot: String?, log: Logger) {
    state = Mutex(State(drivers: drivers))
    (self.record, self.boot, self.log) = (record, boot, log)
    state.withLock { note(&$0) }
  }

  var now: OutputDrivers { state.withLock { $0.drivers } }

  /// Blocks for milliseconds, and while another one is at it.
  func findMissing() -> [String: String] {
    state.withLock { state in
      let reasons = state.drivers.findMissing()
      note(&state)
      return reasons
    }
  }

  /// Lets go of what has retired, and goes on with another configuration's outputs. Blocks for milliseconds.
  func change(to outputs: [OutputSettings], keeping: [Int?]) -> OutputDrivers {
    state.withLock { state in
      state.drivers.letGoOfRetired()
      state.drivers = OutputDrivers(outputs, after: state.drivers, keeping: keeping)
      note(&state)
      return state.drivers
    }
  }

  /// Once the loop's thread has ended: drives every line safe for the last time, and takes the record away if they all
  /// took it. Otherwise it stays, for `outputs-safe`.
  func end() {
    state.withLock { state in
      guard state.drivers.driveHeldSafe() else { return }
      state.isOver = true
      if let trouble = record.remove() { log.warning("the record of held lines stays: \(trouble)") }
    }
  }

  private func note(_ state: inout State) {
    let held = state.drivers.held
    guard !state.isOver, held != state.recorded else { return }
    if let trouble = record.write(held, boot: boot) {
      log.warning("held lines are not recorded, only the configuration says what to make safe: \(trouble)")
    } else {
      state.recorded = held
    }
  }
}
