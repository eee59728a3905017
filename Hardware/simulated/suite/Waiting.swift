import FarmUnits
import Glibc

extension Instant {
  /// The clock on which the kernel stamps edges and the witness its events: `clock_gettime(CLOCK_MONOTONIC)`.
  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Suspends the calling thread until then. The corresponding C function is `clock_nanosleep(TIMER_ABSTIME)`.
  func wait() {
    var until = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil) == EINTR {}
  }
}

/// Asks every few milliseconds until there is an answer, and fails with what was wanted when the limit is over.
///
/// - Parameter explanation: What stands instead, asked for only then.
@discardableResult
func eventually<Answer>(
  _ what: String, within limit: Duration = .seconds(10), _ answer: () throws -> Answer?,
  instead explanation: () -> String = { "" }
) throws -> Answer {
  let end = Instant.now.advanced(by: limit)
  while true {
    if let answer = try answer() { return answer }
    guard .now < end else {
      let instead = explanation()
      throw Failure("waited \(limit) for \(what)" + (instead.isEmpty ? "" : "; instead: \(instead)"))
    }
    Instant.now.advanced(by: .milliseconds(4)).wait()
  }
}

/// As above, for something that is true or not yet.
func eventually(
  _ what: String, within limit: Duration = .seconds(10), holds condition: () throws -> Bool,
  instead explanation: () -> String = { "" }
) throws {
  try eventually(what, within: limit, { try condition() ? true : nil }, instead: explanation)
}
