public import FarmControl
public import FarmUnits
import Glibc
import Synchronization

/// The farm's time zone, for quiet hours and daily limits; everything else is UTC or monotonic.
///
/// The C library knows the zones and their summer times, but takes a lock for each answer. So the offset is
/// asked for off the loop and kept; the loop adds it.
public final class LocalZone: Sendable {
  private let offset = Atomic<Int>(0)

  /// Takes the zone for the whole process, since the C library has one: the daemon has one farm. Call before
  /// other threads run.
  /// - Parameter name: Of the time zone database, such as `Europe/London`, already checked.
  public init(_ name: String, at now: WallTime) {
    setenv("TZ", name, 1)
    tzset()
    refresh(at: now)
  }

  /// Asks the C library again; once a minute is enough for summer time. Not on the loop.
  public func refresh(at now: WallTime) {
    var seconds = time_t(now.milliseconds / 1000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    offset.store(parts.tm_gmtoff, ordering: .relaxed)
  }

  /// The wall clock of the farm; nil while that clock is not trusted. On any thread, the loop included.
  public func time(at now: Moment) -> LocalTime? {
    guard now.clock == .trusted else { return nil }
    let local = now.wall.milliseconds + Int64(offset.load(ordering: .relaxed)) * 1000
    let time = WallTime(milliseconds: local)
    return LocalTime(
      minuteOfDay: time.millisecondOfDay / 60_000, day: time.date.daysSinceEpoch,
      dayOfYear: time.date.dayOfYear)
  }
}
