import FarmUnits
import Glibc
import Synchronization

/// What the threads of one reader share: whom they tell, what they count, and when they have to end. Lives as long
/// as the last of them, so that one that was let go finds it as it was.
final class ReaderCourse: Sendable {
  let counters = Mutex(SensorFileCounters())
  private let handler: @Sendable (Int, FileReading, Instant) -> Void
  private let isStopping = Atomic<Bool>(false)
  /// Readable for good once the threads have to end.
  private let stopping: Pipe
  /// A byte from each thread that has ended.
  private let endings: Pipe

  init(handler: @escaping @Sendable (Int, FileReading, Instant) -> Void) throws(SensorFileError) {
    self.handler = handler
    stopping = try Pipe()
    endings = try Pipe()
  }

  var hasToEnd: Bool { isStopping.load(ordering: .acquiring) }

  func requestStop() {
    guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
    stopping.write()
  }

  /// Sleeps until `time`, or until the threads have to end.
  func sleep(until time: Instant) {
    while !hasToEnd, Instant.now() < time { stopping.waitReadable(until: time) }
  }

  func tell(_ index: Int, _ reading: FileReading, _ began: Instant) { handler(index, reading, began) }

  func announceEnd() { endings.write() }

  /// - Returns: False when `isDone` has not become true by `deadline`.
  func wait(until deadline: Instant, for isDone: () -> Bool) -> Bool {
    while !isDone() {
      guard Instant.now() < deadline else { return false }
      endings.waitReadable(until: deadline)
      endings.drain()
    }
    return true
  }
}

/// One pipe, neither end of which ever blocks. The corresponding C functions are `pipe`, `fcntl`, `poll`.
private final class Pipe: Sendable {
  private let readEnd: Int32
  private let writeEnd: Int32

  init() throws(SensorFileError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SensorFileError(action: .makePipe, code: errno) }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func write() {
    var byte: UInt8 = 0
    _ = Glibc.write(writeEnd, &byte, 1)  // fails only when full, and then it is readable
  }

  func drain() {
    var bytes: (UInt64, UInt64) = (0, 0)
    while read(readEnd, &bytes, 16) == 16 {}
  }

  /// Returns early after a signal or an hour.
  func waitReadable(until time: Instant) {
    let left = Instant.now().duration(to: time)
    guard left > .zero else { return }
    var waiting = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    _ = poll(&waiting, 1, left >= .seconds(3600) ? 3_600_000 : Int32(left.milliseconds + 1))
  }
}

extension Instant {
  /// The corresponding C function is `clock_gettime(CLOCK_MONOTONIC)`.
  static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
