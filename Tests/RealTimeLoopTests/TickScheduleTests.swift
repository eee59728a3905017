import FarmUnits
import RealTimeLoop
import Testing

struct TickScheduleTests {
  /// One tick of a 10 ms loop that was due at 1000 ms and ended at `ended`.
  struct Case: Sendable, CustomTestStringConvertible {
    var ended: Double, next: Double, missed: UInt64, number: UInt64
    var testDescription: String { "a tick due at 1000 ms that ends at \(ended) ms" }
  }

  @Test(arguments: [
    Case(ended: 999.9, next: 1010, missed: 0, number: 2),
    Case(ended: 1000, next: 1010, missed: 0, number: 2),
    Case(ended: 1009.999, next: 1010, missed: 0, number: 2),
    Case(ended: 1010, next: 1020, missed: 1, number: 3),
    Case(ended: 1010.001, next: 1020, missed: 1, number: 3),
    Case(ended: 1019.999, next: 1020, missed: 1, number: 3),
    Case(ended: 1020, next: 1030, missed: 2, number: 4),
    Case(ended: 3_601_003, next: 3_601_010, missed: 360_000, number: 360_002),
  ])
  func `the next deadline lies on the grid and in the future, and what was passed over is counted`(
    _ a: Case
  ) throws {
    var schedule = try #require(
      TickSchedule(interval: .milliseconds(10), first: Instant(sinceBoot: .milliseconds(1000))))
    let missed = schedule.advance(pastNanoseconds: Int64(a.ended * 1_000_000))
    #expect(missed == a.missed)
    #expect(schedule.deadline == Instant(sinceBoot: .milliseconds(a.next)))
    #expect(schedule.number == a.number)
  }

  @Test func `ten thousand late ticks leave no drift`() throws {
    let start = Instant(sinceBoot: .seconds(5))
    var schedule = try #require(TickSchedule(interval: .milliseconds(1), first: start))
    for tick in 0..<10_000 {
      #expect(schedule.advance(pastNanoseconds: start.nanoseconds + Int64(tick) * 1_000_000 + 999_999) == 0)
    }
    #expect(schedule.deadline == start.advanced(by: .seconds(10)))
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `deadlines passed and deadlines kept add up to the grid, whatever the delays`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let start = Instant(sinceBoot: .seconds(1))
    var schedule = try #require(TickSchedule(interval: .milliseconds(7), first: start))
    var (now, missed) = (start.nanoseconds, UInt64(0))
    for tick in 1...2000 {
      now = max(now, schedule.deadlineNanoseconds) + Int64.random(in: 0...40_000_000, using: &random)
      missed += schedule.advance(pastNanoseconds: now)
      #expect(schedule.deadlineNanoseconds > now)
      #expect(schedule.number == UInt64(tick) + missed + 1)
      #expect((schedule.deadlineNanoseconds - start.nanoseconds) == Int64(schedule.number - 1) * 7_000_000)
    }
  }

  @Test(arguments: [
    (Duration.microseconds(999), false), (.milliseconds(1), true), (.seconds(10), true),
    (.milliseconds(10_001), false), (.zero, false), (.milliseconds(-5), false),
  ])
  func `intervals run from 1 ms to 10 s`(interval: Duration, isAllowed: Bool) {
    let schedule = TickSchedule(interval: interval, first: Instant(sinceBoot: .zero))
    #expect((schedule != nil) == isAllowed)
  }
}
