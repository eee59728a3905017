import FarmUnits
import Synchronization

/// How often durations of each size occurred: fixed memory, no locks, one thread that records and any number
/// that read.
///
/// Buckets are linear below 32 ns and split every doubling in 32 above, so a percentile is at most 3.2 % above
/// the truth and never below it, from 1 ns to 60 s. Longer durations count into the last bucket.
public final class DurationHistogram: Sendable {
  /// The longest duration told apart, in nanoseconds.
  public static let longestNanoseconds: UInt64 = 60_000_000_000
  static let bucketCount = bucket(of: longestNanoseconds) + 1

  private let buckets = AtomicWords(count: bucketCount)
  private let longest = Atomic<UInt64>(0)
  private let total = Atomic<UInt64>(0)

  public init() {}

  /// From one thread at a time. Does not allocate, does not wait.
  ///
  /// - Parameter nanoseconds: What is below zero counts as zero.
  public func record(nanoseconds: Int64) {
    let value = UInt64(max(0, nanoseconds))
    buckets.increment(Self.bucket(of: value))
    total.store(total.load(ordering: .relaxed) &+ value, ordering: .relaxed)
    if value > longest.load(ordering: .relaxed) { longest.store(value, ordering: .relaxed) }
  }

  /// What has been recorded up to now. From any thread; allocates.
  public func counts() -> HistogramCounts {
    HistogramCounts(
      buckets: (0..<Self.bucketCount).map { buckets.load($0) }, longest: longest.load(ordering: .relaxed),
      total: total.load(ordering: .relaxed))
  }

  /// 32 = 2⁵ buckets to a doubling.
  private static let subdivision = 5

  static func bucket(of nanoseconds: UInt64) -> Int {
    let value = min(nanoseconds, longestNanoseconds)
    guard value >= 1 << subdivision else { return Int(value) }
    let shift = 63 - value.leadingZeroBitCount - subdivision
    return (shift + 1) << subdivision + Int(value >> UInt64(shift)) & (1 << subdivision - 1)
  }

  /// The longest duration that counts into a bucket, in nanoseconds.
  static func upperBound(of bucket: Int) -> UInt64 {
    guard bucket >= 1 << subdivision else { return UInt64(bucket) }
    let shift = bucket >> subdivision - 1
    let first = UInt64(1 << subdivision + bucket & (1 << subdivision - 1)) << UInt64(shift)
    return first + (1 << UInt64(shift)) - 1
  }
}

/// A histogram's contents at one moment.
public struct HistogramCounts: Equatable, Sendable {
  let buckets: [UInt64]
  /// Since the histogram was made, in nanoseconds.
  let longest: UInt64
  /// Of all durations, in nanoseconds.
  let total: UInt64

  /// What was recorded after `earlier`, a reading of the same histogram. Its longest duration is known to its
  /// bucket only.
  public func since(_ earlier: HistogramCounts) -> HistogramCounts {
    let fresh = zip(buckets, earlier.buckets).map { $0 &- $1 }
    let bound = fresh.lastIndex { $0 > 0 }.map(DurationHistogram.upperBound) ?? 0
    return HistogramCounts(
      buckets: fresh, longest: longest > earlier.longest ? longest : min(bound, longest),
      total: total &- earlier.total)
  }

  /// How many durations were not longer than each of these, which rise; a duration counts when all of its bucket
  /// does, so one just below a bound may count above it.
  public func cumulative(upTo bounds: [Duration]) -> [UInt64] {
    var (seen, bucket): (UInt64, Int) = (0, 0)
    return bounds.map { bound in
      let limit = UInt64(clamping: bound.nanoseconds)
      while bucket < buckets.count, DurationHistogram.upperBound(of: bucket) <= limit {
        seen += buckets[bucket]
        bucket += 1
      }
      return seen
    }
  }

  /// Of all durations together.
  public var sum: Duration { .nanoseconds(Int64(clamping: total)) }

  /// How many durations were recorded.
  public var count: UInt64 { buckets.reduce(0, &+) }

  /// The duration that `perMille` of all recorded ones do not exceed; zero when there are none.
  ///
  /// - Parameter perMille: 0...1000; 500 is the median.
  public func percentile(perMille: UInt64) -> Duration {
    let total = count
    guard total > 0 else { return .zero }
    let rank = max(1, (total * min(perMille, 1000) + 999) / 1000)
    var seen: UInt64 = 0
    for (bucket, count) in buckets.enumerated() {
      seen += count
      if seen >= rank {
        let isLast = bucket == DurationHistogram.bucketCount - 1
        return .nanoseconds(isLast ? longest : min(DurationHistogram.upperBound(of: bucket), longest))
      }
    }
    return .nanoseconds(longest)
  }

  /// The figures that are published.
  public var summary: DurationSummary {
    DurationSummary(
      count: count, p50: percentile(perMille: 500), p99: percentile(perMille: 990),
      p999: percentile(perMille: 999), max: .nanoseconds(longest))
  }
}

/// A distribution in five figures; all zero when nothing was recorded.
public struct DurationSummary: Equatable, Sendable {
  public var count: UInt64
  public var p50, p99, p999, max: Duration

  public init(count: UInt64, p50: Duration, p99: Duration, p999: Duration, max: Duration) {
    (self.count, self.p50, self.p99, self.p999, self.max) = (count, p50, p99, p999, max)
  }
}
