import RealTimeLoop
import Testing

struct DurationHistogramTests {
  @Test func `a percentile is never below the truth and at most 3.2 per cent above it`() {
    for exponent in 0..<36 {
      for step in 0..<16 {
        let value = Int64(1) << exponent + (Int64(1) << exponent) * Int64(step) / 16
        guard value <= DurationHistogram.longestNanoseconds else { continue }
        let histogram = DurationHistogram()
        histogram.record(nanoseconds: value)
        histogram.record(nanoseconds: 60_000_000_000)  // so that the longest does not help
        let median = histogram.counts().percentile(perMille: 500).nanoseconds
        #expect(median >= value)
        #expect(Double(median) <= Double(value) * 1.032, "\(value) ns told as \(median) ns")
      }
    }
  }

  @Test func `percentiles of a known distribution`() {
    let histogram = DurationHistogram()
    for microseconds in 1...10_000 { histogram.record(nanoseconds: Int64(microseconds) * 1000) }
    let summary = histogram.counts().summary
    #expect(summary.count == 10_000)
    #expect(summary.max == .microseconds(10_000))
    for (told, true_) in [(summary.p50, 5_000.0), (summary.p99, 9_900), (summary.p999, 9_990)] {
      let ratio = Double(told.nanoseconds) / 1000 / true_
      #expect((1...1.032).contains(ratio))
    }
  }

  @Test func `nothing recorded is told as zeros`() {
    let zero = DurationSummary(count: 0, p50: .zero, p99: .zero, p999: .zero, max: .zero)
    #expect(DurationHistogram().counts().summary == zero)
  }

  @Test(arguments: [
    (Int64.min, Duration.zero), (-1, .zero), (0, .zero), (60_000_000_001, .nanoseconds(60_000_000_001)),
    (.max, .nanoseconds(Int64.max)),
  ])
  func `durations outside the range are counted and not lost`(value: Int64, longest: Duration) {
    let histogram = DurationHistogram()
    histogram.record(nanoseconds: value)
    let summary = histogram.counts().summary
    #expect(summary.count == 1)
    #expect(summary.max == longest)
    #expect(summary.p50 == longest)
  }

  @Test func `what was not longer than a bound is counted up to it, within a bucket`() {
    let histogram = DurationHistogram()
    for nanoseconds: Int64 in [0, 900, 1_000, 1_001, 5_000, 2_000_000_000] {
      histogram.record(nanoseconds: nanoseconds)
    }
    let counts = histogram.counts()
    // 1,000 ns share a bucket with 1,001 ns to 1,007 ns: neither counts below 1 µs, all do below 1.024 µs.
    #expect(
      counts.cumulative(upTo: [.nanoseconds(950), .microseconds(1), .nanoseconds(1024), .seconds(3)])
        == [2, 2, 4, 6])
    #expect(counts.sum == .nanoseconds(2_000_007_901))
    #expect(histogram.counts().since(counts).sum == .zero)
    #expect(counts.cumulative(upTo: []) == [])
  }

  @Test func `the difference of two readings tells only what came between them`() {
    let histogram = DurationHistogram()
    for _ in 0..<100 { histogram.record(nanoseconds: 5_000_000) }
    let before = histogram.counts()
    for _ in 0..<10 { histogram.record(nanoseconds: 1000) }
    let between = histogram.counts().since(before).summary
    #expect(between.count == 10)
    #expect((1000...1032).contains(between.max.nanoseconds))
    #expect(between.p50 == between.max)
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
