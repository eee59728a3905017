import FarmUnits
import Glibc
import Synchronization

/// Wakes one thread out of `poll`, from any thread, without blocking and with one system call for many rings.
final class WakeUp: Sendable {
  /// For `poll`: readable when somebody rang.
  let descriptor: Int32
  private let bell: Int32
  private let isRung = Atomic<Bool>(false)

  /// The corresponding C function is `pipe` (`eventfd` is hidden from Swift).
  init() throws(LinkError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("make a pipe", code: errno) }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, bell) = (ends[0], ends[1])
  }

  func ring() {
    guard !isRung.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var byte: UInt8 = 0
    _ = write(bell, &byte, 1)  // can only fail when the pipe is full of rings
  }

  /// What was rung for must be looked at after this call.
  func clear() {
    var bytes: (UInt64, UInt64) = (0, 0)
    _ = read(descriptor, &bytes, 16)
    isRung.store(false, ordering: .sequentiallyConsistent)
  }

  deinit {
    close(descriptor)
    close(bell)
  }
}

/// How long `poll` may sleep: milliseconds, rounded up, so that it never wakes too early and spins.
func pollTimeout(from now: Instant, to deadline: Instant) -> Int32 {
  guard deadline > now else { return 0 }
  let left = now.duration(to: deadline)
  return left >= .seconds(3600) ? 3_600_000 : Int32((left.nanoseconds + 999_999) / 1_000_000)
}
