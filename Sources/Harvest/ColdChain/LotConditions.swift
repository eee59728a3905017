public import FarmUnits

/// What the cold chain has done to one lot since it was stored: everything that rules look at, added up record by record.
public struct LotConditions: Equatable, Sendable {
  /// Whether the lot is past its cool-down, so that temperatures count. Once it is, it stays so.
  public internal(set) var isJudged = false
  /// Records in a row with a sample above the product's limit, and within it. At most one is not 0.
  public internal(set) var recordsAbove = 0
  public internal(set) var recordsWithin = 0
  /// The most minutes on end above the limit in the last record, what went before included, and how many go on at its
  /// end; and by which probe. What the room did before the lot was judged in it does not count.
  public internal(set) var runAbove = 0.0
  var runGoingOn = 0.0
  public internal(set) var probe: StoreProbe?
  /// The highest temperature of the last record, °C.
  public internal(set) var lastMax: Double?

  /// Minutes above the cumulative rule's limit, in all.
  public internal(set) var minutesAbove = 0.0
  /// Kelvin minutes above the product's limit, in all.
  public internal(set) var degreeMinutes = 0.0
  /// The first sample beyond the limit of the rule, for back-dating.
  var firstBad: [ColdChainRule: Stamp] = [:]
  /// Records in a row with enough time above the absolute limit.
  public internal(set) var recordsAboveAbsolute = 0
  public internal(set) var highest: Double?
  /// Records in a row above the limit at which frozen food is withdrawn.
  public internal(set) var recordsThawed = 0
  /// Minutes below the chilling limit, in all.
  public internal(set) var chilledMinutes = 0.0
  /// Over all measured time that is judged. Told, and never a reason to release anything.
  public internal(set) var kinetic = MeanKineticTemperature()
  var quarter = Quarter()

  /// What the parts of the record that is not over yet have shown.
  struct Quarter: Equatable, Sendable {
    var max: Double?
    var warm = false
    var minutesAboveAbsolute = 0.0
    var thawed = false
    var faultMinutes = 0.0
    var disagreedMinutes = 0.0
  }

  /// Days of shelf life, at the plan's temperature, that the measured time in store has used up.
  public internal(set) var agedDays = 0.0
  /// How much time that was, minutes; the rest of the time in store counts as lying at the limit.
  public internal(set) var agedMinutes = 0.0

  /// When a person last vouched for the product's temperature.
  public internal(set) var vouched: Stamp?
  /// A gap that began before the last restart and whose length no clock can tell.
  public internal(set) var gapUnknown = false
  /// The longest gap that nobody has vouched for, minutes.
  public internal(set) var longestGap = 0.0
  /// When the longest gap began.
  var longestGapFrom: Stamp?
  /// A gap that has ended and whose length will be known when the clock is right.
  var silence: Silence?

  struct Silence: Equatable, Sendable {
    var from: Stamp
    var until: Stamp
  }

  /// Samples expected, one a minute, and received.
  public internal(set) var minutesExpected = 0.0
  public internal(set) var minutesValid = 0.0
  public internal(set) var samples = 0
  /// Of the last record.
  public internal(set) var faultMinutes = 0.0
  public internal(set) var faultQuality: Quality?
  public internal(set) var disagreedMinutes = 0.0

  /// Rules that hold the lot until they are satisfied again or a person releases it, and since when.
  public internal(set) var held: [ColdChainRule: WallTime] = [:]

  public init() {}

  /// Adds one record, or one part of a record, of the lot's store. Ageing and gaps count from the start in store; what is
  /// measured counts once the lot is judged.
  mutating func add(_ record: StoreRecord, plan: ProductPlan, rules: ColdChainRules) {
    let best = record.judged
    minutesExpected += record.minutes
    minutesValid += best?.summary.validMinutes ?? 0
    samples += best?.summary.samples ?? 0
    age(record, plan: plan)
    addDoubt([record.air, record.product].compactMap(\.self))
    if isJudged, let (kind, summary) = best {
      probe = kind
      quarter.max = [quarter.max, summary.max].compactMap(\.self).max()
      lastMax = quarter.max
      highest = [highest, lastMax].compactMap(\.self).max()
      if let mean = summary.kinetic { kinetic.add(mean, for: summary.validMinutes) }
      addWarmth(summary, from: record.start, plan: plan, rules: rules)
      addDanger(summary, from: record.start, plan: plan, rules: rules)
      if let tally = summary.tally(.below, rules.chillingLimit(of: plan)) {
        chilledMinutes += tally.minutes
        note(.chill, tally, from: record.start)
      }
    }
    if !record.goesOn { endQuarter(rules) }
  }

  /// A part may bring doubt; only a whole record without it ends it.
  private mutating func addDoubt(_ summaries: [ProbeSummary]) {
    quarter.faultMinutes += summaries.map(\.faultMinutes).max() ?? 0
    quarter.disagreedMinutes += summaries.map(\.disagreedMinutes).max() ?? 0
    faultMinutes = max(faultMinutes, quarter.faultMinutes)
    disagreedMinutes = max(disagreedMinutes, quarter.disagreedMinutes)
    faultQuality = summaries.first { $0.faultMinutes > 0 }?.worstQuality ?? faultQuality
  }

  private mutating func addWarmth(
    _ summary: ProbeSummary, from start: Stamp, plan: ProductPlan, rules: ColdChainRules
  ) {
    guard let limit = rules.maximum(of: plan), let tally = summary.tally(.above, limit) else { return }
    if tally.minutes > 0 {
      quarter.warm = true
      note(.maxTemp, tally, from: start)
    }
    if tally.minutes > 0, tally.minutes >= summary.validMinutes {
      runGoingOn += tally.minutes
      runAbove = runGoingOn
    } else {
      runAbove = min(tally.longestRun, runGoingOn + tally.minutes)
      runGoingOn = tally.run
    }
    degreeMinutes += tally.degreeMinutes
  }

  private mutating func addDanger(
    _ summary: ProbeSummary, from start: Stamp, plan: ProductPlan, rules: ColdChainRules
  ) {
    if rules.cumulative.classes.contains(plan.productClass),
      let tally = summary.tally(.above, rules.cumulative.above)
    {
      minutesAbove += tally.minutes
      note(.cumulative, tally, from: start)
    }
    if rules.absolute.classes.contains(plan.productClass),
      let tally = summary.tally(.above, rules.absolute.above)
    {
      quarter.minutesAboveAbsolute += tally.minutes
      note(.absolute, tally, from: start)
    }
    if rules.frozen.classes.contains(plan.productClass),
      let thawed = summary.tally(.above, rules.frozen.withdrawAbove)
    {
      quarter.thawed = quarter.thawed || thawed.minutes > 0
      note(.frozen, thawed, from: start)
    }
  }

  /// Counts records in a row. One without a good sample neither goes on with a row nor ends it.
  private mutating func endQuarter(_ rules: ColdChainRules) {
    defer { quarter = Quarter() }
    (faultMinutes, disagreedMinutes) = (quarter.faultMinutes, quarter.disagreedMinutes)
    if faultMinutes == 0 { faultQuality = nil }
    guard quarter.max != nil else { return }
    (recordsAbove, recordsWithin) = quarter.warm ? (recordsAbove + 1, 0) : (0, recordsWithin + 1)
    let danger = quarter.minutesAboveAbsolute
    recordsAboveAbsolute =
      danger > 0 && danger >= rules.absolute.minutesInRecord ? recordsAboveAbsolute + 1 : 0
    recordsThawed = quarter.thawed ? recordsThawed + 1 : 0
  }

  private mutating func note(_ rule: ColdChainRule, _ tally: ExcursionTally, from start: Stamp) {
    guard firstBad[rule] == nil, let first = tally.first else { return }
    firstBad[rule] = start.advanced(by: .seconds((first * 60).rounded()))
  }

  /// Notes that nothing was heard from `start` for so many minutes.
  mutating func note(gap minutes: Double, from start: Stamp, rules: ColdChainRules) {
    guard minutes > rules.gap.holdMinutes, minutes > longestGap else { return }
    (longestGap, longestGapFrom) = (minutes, start)
  }

  /// Times that become right when the clock does, and the gap whose length they tell.
  mutating func correct(at now: Moment, rules: ColdChainRules) {
    vouched?.correct(at: now)
    longestGapFrom?.correct(at: now)
    for rule in firstBad.keys { firstBad[rule]?.correct(at: now) }
    guard var silence else { return }
    silence.until.correct(at: now)
    if silence.until.clock == .trusted {
      let minutes = silence.from.wall.duration(to: silence.until.wall).inSeconds / 60
      note(gap: minutes.thousandths, from: silence.from, rules: rules)
      self.silence = nil
    } else if silence.until.instant == nil {
      // Another restart came before the time was known: now nobody can tell.
      (gapUnknown, self.silence) = (true, nil)
    } else {
      self.silence = silence
    }
  }

  private mutating func age(_ record: StoreRecord, plan: ProductPlan) {
    guard let shelfLife = plan.shelfLife, let summary = record.judged?.summary, let mean = summary.mean else {
      return
    }
    agedDays += summary.validMinutes / 1440 * shelfLife.daysUsedPerDay(at: mean)
    agedMinutes += summary.validMinutes
  }

  /// A person vouches for the product: what waits for a person waits no more. What has been added up for safety stays.
  mutating func excuse(at now: Moment) {
    held = [:]
    (recordsAbove, runAbove, runGoingOn, chilledMinutes, longestGap) = (0, 0, 0, 0, 0)
    (recordsAboveAbsolute, recordsThawed, gapUnknown, quarter) = (0, 0, false, Quarter())
    for rule in [ColdChainRule.maxTemp, .chill, .gap, .absolute, .frozen] { firstBad[rule] = nil }
    (longestGapFrom, silence) = (nil, nil)
    vouched = Stamp(now)
  }
}
