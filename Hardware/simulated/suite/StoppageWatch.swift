import FarmUnits
import Glibc
import Synchronization

/// Notices when whoever lends us the processor stops the whole machine for a while: a thread before which nothing else
/// runs wakes up late then.
///
/// What a check measured of that time says nothing about the daemon.
final class StoppageWatch: Sendable {
  /// So long a stop may change what a check sees. Shorter ones the checks themselves allow for.
  static let noticed = Duration.milliseconds(50)
  private static let period = Duration.milliseconds(25)
  private static let priority: Int32 = 60
  private let longest = Atomic<Int64>(0)

  init() throws {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setinheritsched(&attributes, Int32(PTHREAD_EXPLICIT_SCHED))
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO)
    var parameters = sched_param()
    parameters.sched_priority = Self.priority
    pthread_attr_setschedparam(&attributes, &parameters)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        Unmanaged<StoppageWatch>.fromOpaque(context).takeRetainedValue().watch()
      }, Unmanaged.passRetained(self).toOpaque())
    guard code == 0 else {
      throw Failure("no thread for the machine's stops: \(String(cString: strerror(code)))")
    }
  }

  /// For as long as the suite lasts.
  private func watch() -> Never {
    while true {
      let due = Instant.now.advanced(by: Self.period)
      due.wait()
      let late = due.duration(to: .now).nanoseconds
      if late > longest.load(ordering: .relaxed) { longest.store(late, ordering: .relaxed) }
    }
  }

  /// The longest stop since this was asked last; nil: none worth telling.
  func takeLongest() -> Duration? {
    let time = Duration.nanoseconds(longest.exchange(0, ordering: .relaxed))
    return time >= Self.noticed ? time : nil
  }
}
