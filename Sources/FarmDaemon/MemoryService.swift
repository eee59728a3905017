import CanonicalJSON
import FarmControl
import FarmUnits
import Logging
import RealTimeLoop
import ServiceLifecycle
import Synchronization

/// Keeps the control loop's memory on the disk: within a second after an output went on or off, as far as
/// `WriteAllowance` goes, and once more when the loop has ended.
///
/// A disk that does not take it is told once and tried again; control runs on.
struct MemoryService: Service {
  let keeper: MemoryKeeper
  /// Whether the loop's thread is gone, and with it everything that could switch an output on. May block.
  let loopHasEnded: @Sendable () -> Bool

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          await keeper.keepWhatChanged()
          do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
        }
      }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      group.cancelAll()
    }
    await keeper.end(loopHasEnded)
  }
}

/// What was written of memories, the loop's and that of commands, for `counters`.
final class MemoryCounters: Sendable {
  struct Counts: Equatable, Sendable {
    var writes: UInt64 = 0
    var bytes: UInt64 = 0
    var failures: UInt64 = 0
  }
  private let counts = Mutex(Counts())

  var now: Counts { counts.withLock { $0 } }
  func note(bytes: Int, failed: Bool) {
    counts.withLock { counts in
      counts.writes += 1
      counts.bytes += UInt64(bytes)
      if failed { counts.failures += 1 }
    }
  }
}

/// The one that pops the loop's ring and writes the file.
actor MemoryKeeper {
  private var events: EventRing<MemoryEvent>
  private let file: ControlMemoryFile
  private var kept: KeptMemory
  private let boot: String
  private let clock: SystemClock
  private let counters: MemoryCounters
  private let log: Logger
  private var allowance: WriteAllowance
  private var hasChanged = false
  private var isUrgent = false
  /// What was told last, not to be repeated.
  private var told: String?

  /// - Parameter kept: What is known at the start.
  init(
    events: EventRing<MemoryEvent>, file: ControlMemoryFile, kept: KeptMemory, boot: String,
    clock: SystemClock, counters: MemoryCounters, log: Logger
  ) {
    (self.events, self.file, self.kept, self.boot) = (events, file, kept, boot)
    (self.clock, self.counters, self.log) = (clock, counters, log)
    allowance = WriteAllowance(startingAt: clock.now().instant)
  }

  func keepWhatChanged() async {
    drain()
    guard hasChanged, allowance.take(urgent: isUrgent, at: clock.now().instant) else { return }
    await write()
  }

  /// Goes on with another configuration's loop, which tells everything anew.
  func change(by carry: CarryOver, to plan: ControlPlan, _ loop: ControlLoop) {
    drain()
    guard let events = loop.memoryEvents else { return }
    kept = KeptMemory(plan: plan, alarms: loop.alarmTable, after: kept, by: carry)
    self.events = events
    (hasChanged, isUrgent) = (true, true)
  }

  /// The loop has ended, its outputs safe.
  func end(_ loopHasEnded: @escaping @Sendable () -> Bool) async {
    drain()
    guard await write() else { return }
    await onThread { [file] in
      if loopHasEnded() { file.markClean() }
    }
  }

  private func drain() {
    while let event = events.pop() {
      hasChanged = true
      if kept.note(event) { isUrgent = true }
    }
  }

  /// - Returns: Whether it is on the disk.
  @discardableResult
  private func write() async -> Bool {
    let bytes = kept.json(at: clock.now(), boot: boot).bytes
    (hasChanged, isUrgent) = (false, false)
    let trouble = await onThread { [file] in file.write(bytes) }
    counters.note(bytes: bytes.count, failed: trouble != nil)
    if let trouble {
      // Tried again as soon as the allowance lets it.
      (hasChanged, isUrgent) = (true, true)
      if trouble != told {
        log.error("lock-outs are not kept, a restart would forget what has latched: \(trouble)")
      }
    } else if told != nil {
      log.notice("lock-outs are kept again")
    }
    told = trouble
    return trouble == nil
  }
}
