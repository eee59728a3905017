public import FarmUnits

/// When the next tick is due: a grid of deadlines one interval apart, each the one before plus the interval,
/// so that neither a late wake-up nor a long tick moves the ones that follow.
///
/// A deadline that has passed before its tick could begin is missed, not chased: the schedule goes on at the
/// next grid point in the future. An overrunning tick therefore always leaves the processor for a while, which
/// a real-time thread owes the rest of the machine.
public struct TickSchedule: Equatable, Sendable {
  /// The intervals a loop may have.
  public static let intervals: ClosedRange<Duration> = .milliseconds(1) ... .seconds(10)

  /// Nanoseconds between two deadlines.
  public let intervalNanoseconds: Int64
  /// When the next tick is due, in nanoseconds since boot.
  public private(set) var deadlineNanoseconds: Int64
  /// Position of the next tick on the grid, counted from 1; what is missed is counted as well.
  public private(set) var number: UInt64 = 1

  /// - Parameters:
  ///   - interval: 1 ms ... 10 s; nil outside.
  ///   - first: When tick 1 is due.
  public init?(interval: Duration, first: Instant) {
    guard Self.intervals.contains(interval) else { return nil }
    intervalNanoseconds = interval.nanoseconds
    deadlineNanoseconds = first.nanoseconds
  }

  /// When the next tick is due.
  public var deadline: Instant { Instant(nanoseconds: deadlineNanoseconds) }

  /// The tick that was due has ended at `now`: on to the next deadline after `now`.
  ///
  /// - Returns: How many deadlines were passed over.
  public mutating func advance(pastNanoseconds now: Int64) -> UInt64 {
    let next = deadlineNanoseconds + intervalNanoseconds
    let missed = now < next ? 0 : (now - next) / intervalNanoseconds + 1
    deadlineNanoseconds = next + missed * intervalNanoseconds
    number += 1 + UInt64(missed)
    return UInt64(missed)
  }
}
