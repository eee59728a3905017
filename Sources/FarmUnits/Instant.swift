/// A point on the monotonic clock (`CLOCK_MONOTONIC`); meaningless after a reboot.
///
/// All control happens on this clock: nobody can set it, so a wrong wall clock never moves a valve.
public struct Instant: InstantProtocol, Sendable, BitwiseCopyable {
  /// Since the machine started.
  public var sinceBoot: Duration

  public init(sinceBoot: Duration) { self.sinceBoot = sinceBoot }

  /// - Parameter nanoseconds: Since boot, as the kernel stamps GPIO edges. Range 0 ... 292 years.
  public init(nanoseconds: Int64) {
    sinceBoot = Duration(attoseconds: Int128(nanoseconds) * 1_000_000_000)
  }

  /// Since boot, rounded towards zero.
  public var nanoseconds: Int64 { sinceBoot.nanoseconds }

  public func advanced(by step: Duration) -> Self { Self(sinceBoot: sinceBoot + step) }
  public func duration(to other: Self) -> Duration { other.sinceBoot - sinceBoot }
  public static func < (a: Self, b: Self) -> Bool { a.sinceBoot < b.sinceBoot }
  public static func - (a: Self, b: Self) -> Duration { a.sinceBoot - b.sinceBoot }
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
}
