import CanonicalJSON
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
  let events: EventRing<MemoryEvent>
  let file: ControlMemoryFile
  /// What is known at the start.
  let kept: KeptMemory
  let boot: String
  let clock: SystemClock
  let counters: MemoryCounters
  /// Whether the loop's thread is gone, and with it everything that could switch an output on. May block.
  let loopHasEnded: @Sendable () -> Bool
  let log: Logger

  func run() async throws {
    let keeper = MemoryKeeper(self)
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
    await keeper.end()
  }
}

/// What was written, for `counters`.
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
private actor MemoryKeeper {
  private let service: MemoryService
  private var kept: KeptMemory
  private var allowance: WriteAllowance
  private var hasChanged = false
  private var isUrgent = false
  /// What was told last, not to be repeated.
  private var told: String?

  init(_ service: MemoryService) {
    (self.service, kept) = (service, service.kept)
    allowance = WriteAllowance(startingAt: service.clock.now().instant)
  }

  func keepWhatChanged() async {
    drain()
    guard hasChanged, allowance.take(urgent: isUrgent, at: service.clock.now().instant) else { return }
    await write()
  }

  /// The loop has ended, its outputs safe.
  func end() async {
    drain()
    guard await write() else { return }
    await onThread { [service] in
      if service.loopHasEnded() { service.file.markClean() }
    }
  }

  private func drain() {
    while let event = service.events.pop() {
      hasChanged = true
      if kept.note(event) { isUrgent = true }
    }
  }

  /// - Returns: Whether it is on the disk.
  @discardableResult
  private func write() async -> Bool {
    let bytes = kept.json(at: service.clock.now(), boot: service.boot).bytes
    (hasChanged, isUrgent) = (false, false)
    let trouble = await onThread { [file = service.file] in file.write(bytes) }
    service.counters.note(bytes: bytes.count, failed: trouble != nil)
    if let trouble {
      // Tried again as soon as the allowance lets it.
      (hasChanged, isUrgent) = (true, true)
      if trouble != told {
        service.log.error("lock-outs are not kept, a restart would forget what has latched: \(trouble)")
      }
    } else if told != nil {
      service.log.notice("lock-outs are kept again")
    }
    told = trouble
    return trouble == nil
  }
}
