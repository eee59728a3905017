import CLinux
import Glibc

/// Wakes a thread that waits, from one that must not: signalling is one system call that never blocks.
///
/// Signals do not add up: a waiter that returns has been told "at least once since you last asked".
public final class WakeUp: Sendable {
  /// Readable while there is an unconsumed signal; for `poll` and its kin. Closed when this object ends.
  public let fileDescriptor: Int32

  /// The corresponding C function is `eventfd`.
  public init() throws(LoopError) {
    fileDescriptor = farmgate_eventfd()
    guard fileDescriptor >= 0 else { throw LoopError(action: .createWakeUp, code: errno) }
  }

  deinit { close(fileDescriptor) }

  /// From any thread, the control loop included: does not wait, does not allocate.
  public func signal() {
    var one: UInt64 = 1
    // Can fail only when 2⁶⁴ - 2 signals are unconsumed, and then the waiter is awake already.
    _ = write(fileDescriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Takes the pending signal, if there is one. Does not wait.
  @discardableResult public func consume() -> Bool {
    var count: UInt64 = 0
    return read(fileDescriptor, &count, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size
  }

  /// Waits for a signal and takes it. Blocks its thread: never on Swift's pool.
  ///
  /// - Returns: False when none came in time.
  @discardableResult public func wait(for limit: Duration) -> Bool {
    let end = SystemClock.monotonicNanoseconds() + min(limit, .seconds(86_400)).nanoseconds
    while true {
      let left = end - SystemClock.monotonicNanoseconds()
      var waiting = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, left > 0 ? Int32((left + 999_999) / 1_000_000) : 0)
      if ready > 0, consume() { return true }
      if left <= 0 { return false }
    }
  }
}
