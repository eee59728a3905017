public import FarmUnits

/// The moment of a tick as the controllers see it: the monotonic clock for every decision, and the farm's
/// local calendar only for what people mean by it (quiet hours, "a day's water").
public struct ControlTime: Equatable, Sendable {
  public var instant: Instant
  /// Nil while the wall clock cannot be trusted. Control runs on without it.
  public var local: LocalTime?

  public init(_ instant: Instant, local: LocalTime? = nil) {
    (self.instant, self.local) = (instant, local)
  }
}

/// A place in the farm's local calendar, worked out by the caller from its time zone.
public struct LocalTime: Equatable, Sendable {
  /// Minutes since local midnight, 0 ..< 1440.
  public var minuteOfDay: Int
  /// The local civil day, counted from 1970-01-01.
  public var day: Int
  /// 1 ... 366
  public var dayOfYear: Int

  public init(minuteOfDay: Int, day: Int, dayOfYear: Int = 1) {
    (self.minuteOfDay, self.day, self.dayOfYear) = (minuteOfDay, day, dayOfYear)
  }

  /// The week that `day` belongs to, Monday first, counted from the week of 1970-01-01 (a Thursday).
  public var week: Int { (day + 3 >= 0 ? day + 3 : day + 3 - 6) / 7 }
}
