import FarmControl
import FarmUnits
import Testing

struct ChannelJudgeTests {
  let start = Instant(sinceBoot: .seconds(1000))

  /// Feeds numbers one by one, `apart` from each other, and gives back what each was judged to be.
  func judge(_ numbers: [Double], _ rules: PlausibilityRules, apart: Duration = .seconds(10)) -> [Quality] {
    var judge = ChannelJudge(rules: rules)
    var now = start
    return numbers.enumerated().map { index, number in
      now = now.advanced(by: apart)
      let reading = TestFarm.reading(number, at: now, sequence: UInt64(index) + 1)
      return judge.step(reading, at: now).reading.quality
    }
  }

  @Test func `a channel that was never heard is missing, however long it is waited for`() {
    var judge = ChannelJudge(rules: .init(staleAfter: .seconds(60)))
    #expect(judge.step(.silent, at: start).reading.quality == .missing)
    #expect(judge.step(.silent, at: start.advanced(by: .seconds(9999))).reading.quality == .missing)
  }

  @Test(arguments: [
    (-30.001, Quality.outOfRange), (-30, .good), (45, .good), (45.001, .outOfRange), (.nan, .fault),
    (.infinity, .fault), (-.infinity, .fault), (85, .sentinel), (85.0004, .sentinel), (-127, .sentinel),
  ])
  func `range, sentinels and numbers that are none`(number: Double, quality: Quality) throws {
    let rules = PlausibilityRules(minimum: -30, maximum: 45, sentinels: try #require(Sentinels([85, -127])))
    #expect(judge([number], rules) == [quality])
  }

  @Test func `a sentinel inside the range is still a sentinel and shows no value`() throws {
    var judge = ChannelJudge(rules: .init(maximum: 100, sentinels: try #require(Sentinels([85]))))
    let judged = judge.step(TestFarm.reading(85, at: start, sequence: 1), at: start)
    #expect(judged.reading.quality == .sentinel)
    #expect(judged.reading.value == nil)
  }

  @Test func `a value out of range is shown beside its quality`() {
    var judge = ChannelJudge(rules: .init(maximum: 45))
    let judged = judge.step(TestFarm.reading(61, at: start, sequence: 1), at: start)
    #expect(judged.reading.value == .number(61))
    #expect(judged.reading.goodNumber == nil)
  }

  @Test func `a reading is good up to its age limit and stale after it`() {
    var judge = ChannelJudge(rules: .init(staleAfter: .seconds(60)))
    let reading = TestFarm.reading(3, at: start, sequence: 1)
    #expect(judge.step(reading, at: start.advanced(by: .seconds(60))).reading.quality == .good)
    #expect(judge.step(reading, at: start.advanced(by: .milliseconds(60_001))).reading.quality == .stale)
  }

  @Test func `a time of acquisition in the future keeps no reading young`() {
    var judge = ChannelJudge(rules: .init(staleAfter: .seconds(60)))
    let reading = TestFarm.reading(3, at: start.advanced(by: .seconds(1_000_000)), sequence: 1)
    #expect(judge.step(reading, at: start).reading.quality == .good)
    #expect(judge.step(reading, at: start.advanced(by: .seconds(61))).reading.quality == .stale)
  }

  @Test func `a time of acquisition in antiquity is stale, and an age limit of ages never is`() {
    let ages = Duration.seconds(Int64.max / 1000)
    var judge = ChannelJudge(rules: .init(staleAfter: .seconds(60)))
    let old = TestFarm.reading(3, at: Instant(sinceBoot: .zero - ages), sequence: 1)
    #expect(judge.step(old, at: start).reading.quality == .stale)
    var patient = ChannelJudge(rules: .init(staleAfter: ages))
    #expect(patient.step(TestFarm.reading(3, at: start, sequence: 1), at: start).reading.quality == .good)
  }

  @Test func `a source that is known to be gone is judged without a new reading`() {
    var judge = ChannelJudge(rules: .init(staleAfter: .seconds(60)))
    var reading = TestFarm.reading(3, at: start, sequence: 1)
    #expect(judge.step(reading, at: start).reading.quality == .good)
    reading.quality = .stale
    #expect(judge.step(reading, at: start.advanced(by: .seconds(1))).reading.quality == .stale)
    reading.quality = .good
    #expect(judge.step(reading, at: start.advanced(by: .seconds(2))).reading.quality == .good)
    #expect(judge.step(reading, at: start.advanced(by: .seconds(61))).reading.quality == .stale)
  }

  @Test func `a source's own bad verdict is never improved`() {
    for quality in Quality.allCases where quality != .good {
      var judge = ChannelJudge(rules: .init())
      let judged = judge.step(TestFarm.reading(3, at: start, sequence: 1, quality: quality), at: start)
      #expect(judged.reading.quality == quality)
    }
  }

  @Test func `a change faster than the limit is a jump until enough time makes it believable`() {
    // 8 per minute: 5 in 10 s is a jump; after 40 s it is not.
    let rules = PlausibilityRules(maxChangePerMinute: 8)
    #expect(judge([3, 8, 8, 8, 8, 3], rules) == [.good, .jump, .jump, .jump, .good, .jump])
    #expect(judge([3, 4, 5], rules) == [.good, .good, .good])
  }

  @Test func `the last digit of a fast sensor is no jump`() {
    #expect(
      judge([3, 3.0625, 3], .init(maxChangePerMinute: 8), apart: .milliseconds(100)) == [.good, .good, .good])
  }

  @Test func `a channel that does not move is flat after its time, and alive again when it moves`() {
    let rules = PlausibilityRules(flatline: FlatlineRule(over: .seconds(30), below: 0.1))
    #expect(judge([5, 5.05, 5, 5.09, 5.2], rules) == [.good, .good, .good, .flatline, .good])
    #expect(judge([5, 5.1, 5.2, 5.3, 5.4, 5.5], rules).allSatisfy { $0 == .good })
  }

  @Test func `silence is not counted as standing still`() {
    var judge = ChannelJudge(
      rules: .init(staleAfter: .seconds(60), flatline: FlatlineRule(over: .seconds(300), below: 0.1)))
    #expect(judge.step(TestFarm.reading(5, at: start, sequence: 1), at: start).reading.quality == .good)
    let later = start.advanced(by: .seconds(4000))
    #expect(judge.step(TestFarm.reading(5, at: later, sequence: 2), at: later).reading.quality == .good)
  }

  @Test func `two of three readings must be plausible before one is believed`() throws {
    let rules = PlausibilityRules(
      sentinels: try #require(Sentinels([85])), confirmation: ConfirmationRule(needed: 2, of: 3))
    #expect(
      judge([4, 4, 85, 4, 85, 85, 4, 4], rules)
        == [.missing, .good, .sentinel, .good, .sentinel, .sentinel, .sentinel, .good])
  }

  @Test func `an unconfirmed reading says so`() {
    var judge = ChannelJudge(rules: .init(confirmation: ConfirmationRule(needed: 2, of: 2)))
    #expect(judge.step(TestFarm.reading(4, at: start, sequence: 1), at: start).flags == .unconfirmed)
    #expect(judge.step(TestFarm.reading(4, at: start, sequence: 2), at: start).flags == [])
  }

  @Test func `more than eight sentinels, or one that is no number, are refused`() {
    #expect(Sentinels(Array(repeating: 1, count: 9)) == nil)
    #expect(Sentinels([.nan]) == nil)
    #expect(Sentinels([1, 2])?.values == [1, 2])
  }
}
