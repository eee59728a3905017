/// A point on the monotonic clock (`CLOCK_MONOTONIC`); meaningless after a reboot.
///
/// All control happens on this clock: nobody can set it, so a wrong wall clock never moves a valve. It is one word
/// that the processor compares in one step: a tick compares thousands.
public struct Instant: InstantProtocol, Sendable, BitwiseCopyable {
  /// Since the machine started: 292 years either way, which no machine reaches.
  public var nanoseconds: Int64

  /// - Parameter nanoseconds: Since boot, as the kernel stamps GPIO edges.
  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// - Parameter sinceBoot: Rounded towards zero to a nanosecond, and to what fits.
  public init(sinceBoot: Duration) { nanoseconds = sinceBoot.clampedNanoseconds }

  /// Since the machine started.
  public var sinceBoot: Duration { Duration(attoseconds: Int128(nanoseconds) * 1_000_000_000) }

  /// Stops at the ends of what fits.
  public func advanced(by step: Duration) -> Self {
    let (sum, isTooFar) = nanoseconds.addingReportingOverflow(step.clampedNanoseconds)
    return Self(nanoseconds: !isTooFar ? sum : step > .zero ? .max : .min)
  }
  @inlinable public func duration(to other: Self) -> Duration {
    Duration(attoseconds: (Int128(other.nanoseconds) - Int128(nanoseconds)) * 1_000_000_000)
  }
  /// As `duration(to:).inSeconds`, to the last bit, in two divisions of a word.
  @inlinable public func seconds(to other: Self) -> Double {
    let (passed, isTooFar) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
    if isTooFar { return duration(to: other).inSeconds }
    let (whole, rest) = passed.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Double(whole) + Double(rest &* 1_000_000_000) * 1e-18
  }
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
  @inlinable public static func == (a: Self, b: Self) -> Bool { a.nanoseconds == b.nanoseconds }
  @inlinable public static func - (a: Self, b: Self) -> Duration { b.duration(to: a) }
}

extension Duration {
  /// Whole nanoseconds, rounded towards zero. Traps beyond 292 years.
  public var nanoseconds: Int64 { Int64(attoseconds / 1_000_000_000) }
  /// Whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 { Int64(attoseconds / 1_000_000_000_000_000) }
  /// Seconds with their fraction, for arithmetic and for people; never for comparing deadlines.
  public var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
  /// Whole nanoseconds, rounded towards zero; beyond 292 years the nearest that fits.
  var clampedNanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
}
