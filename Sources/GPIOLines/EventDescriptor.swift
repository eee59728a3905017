import CLinux
import FarmUnits
import Glibc

/// Ends another thread's wait. The corresponding C function is `eventfd`.
final class EventDescriptor: Sendable {
  let fileDescriptor: Int32

  init() throws(EdgeThreadError) {
    fileDescriptor = farmgate_eventfd()
    guard fileDescriptor >= 0 else { throw EdgeThreadError(code: errno) }
  }

  deinit { close(fileDescriptor) }

  /// Stays readable from now on.
  func signal() {
    var one: UInt64 = 1
    // Fails only when the counter is full, and then the descriptor is readable already.
    _ = write(fileDescriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Takes the signal back; does not wait.
  func clear() {
    var count: UInt64 = 0
    _ = read(fileDescriptor, &count, MemoryLayout<UInt64>.size)  // nothing there is as good
  }

  /// - Returns: False when no signal came in time.
  func wait(for limit: Duration) -> Bool {
    let end = monotonicNow().advanced(by: min(limit, .seconds(86_400)))
    while true {
      let left = monotonicNow().duration(to: end)
      var waiting = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, left > .zero ? Int32(left.milliseconds + 1) : 0) > 0 { return true }
      if left <= .zero { return false }
    }
  }
}

/// `CLOCK_MONOTONIC`, the clock of the kernel's edge stamps.
func monotonicNow() -> Instant {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}
