/// UTC to the millisecond, as people and the marketplace read it. Never used to decide when to act.
public struct WallTime: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Since 1970-01-01T00:00:00Z, without leap seconds.
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
  public func advanced(by step: Duration) -> Self { Self(milliseconds: milliseconds + step.milliseconds) }
  public func duration(to other: Self) -> Duration { .milliseconds(other.milliseconds - milliseconds) }
}

/// Whether the wall clock of the moment can be believed: a board without a battery-backed clock
/// starts in the past until the network tells it the time.
public enum ClockTrust: String, Sendable, CaseIterable, BitwiseCopyable {
  case trusted, untrusted
}

/// One moment on both clocks.
public struct Moment: Hashable, Sendable, BitwiseCopyable {
  /// For every decision.
  public var instant: Instant
  /// For every message.
  public var wall: WallTime
  public var clock: ClockTrust

  public init(instant: Instant, wall: WallTime, clock: ClockTrust) {
    (self.instant, self.wall, self.clock) = (instant, wall, clock)
  }

  public func advanced(by step: Duration) -> Self {
    Self(instant: instant.advanced(by: step), wall: wall.advanced(by: step), clock: clock)
  }
}

/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Hashable, Comparable, Sendable {
  public var year: Int
  /// 1...12
  public var month: Int
  /// 1...31
  public var day: Int

  /// - Parameter days: Since 1970-01-01.
  /// - Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  public init(daysSinceEpoch days: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Nil when there is no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    guard Self(daysSinceEpoch: daysSinceEpoch) == self else { return nil }
  }

  /// Since 1970-01-01. Source as above, days_from_civil.
  public var daysSinceEpoch: Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// 1...366
  public var dayOfYear: Int {
    daysSinceEpoch - (CivilDate(year: year, month: 1, day: 1)?.daysSinceEpoch ?? 0) + 1
  }

  /// `2026-11-22`
  public var iso8601: String { "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))" }

  public static func < (a: Self, b: Self) -> Bool { a.daysSinceEpoch < b.daysSinceEpoch }
}

func digits(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return text.count >= width ? text : String(repeating: "0", count: width - text.count) + text
}
