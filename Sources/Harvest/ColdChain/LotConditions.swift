public import FarmUnits

/// What the cold chain has done to one lot since it was stored: everything that rules look at, added up record by record.
public struct LotConditions: Equatable, Sendable {
  /// Records in a row with a sample above the product's limit, and within it. At most one is not 0.
  public internal(set) var recordsAbove = 0
  public internal(set) var recordsWithin = 0
  /// Minutes on end above the limit, and by which probe.
  public internal(set) var runAbove = 0.0
  public internal(set) var probe: StoreProbe?
  /// The highest temperature of the last record, °C.
  public internal(set) var lastMax: Double?

  /// Minutes above the cumulative rule's limit, in all.
  public internal(set) var minutesAbove = 0.0
  /// Kelvin minutes above the product's limit, in all.
  public internal(set) var degreeMinutes = 0.0
  /// The first sample beyond the limit of the rule, for back-dating.
  public internal(set) var firstBad: [ColdChainRule: WallTime] = [:]
  /// Records in a row with enough time above the absolute limit.
  public internal(set) var recordsAboveAbsolute = 0
  public internal(set) var highest: Double?
  /// Records in a row above the limit at which frozen food is withdrawn.
  public internal(set) var recordsThawed = 0
  /// Minutes below the chilling limit, in all.
  public internal(set) var chilledMinutes = 0.0

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
  public internal(set) var longestGapFrom: WallTime?
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

  /// Adds one record of the lot's store.
  ///
  /// - Parameter judged: Whether the lot is past its cool-down. Ageing and gaps count from the start in store.
  mutating func add(_ record: StoreRecord, plan: ProductPlan, rules: ColdChainRules, judged: Bool) {
    let best = record.judged
    minutesExpected += record.minutes
    minutesValid += best?.summary.validMinutes ?? 0
    samples += best?.summary.samples ?? 0
    age(record, plan: plan)
    let summaries = [record.air, record.product].compactMap(\.self)
    faultMinutes = summaries.map(\.faultMinutes).max() ?? 0
    faultQuality = summaries.first { $0.faultMinutes > 0 }?.worstQuality
    disagreedMinutes = summaries.map(\.disagreedMinutes).max() ?? 0
    guard judged, let (kind, summary) = best else { return }
    probe = kind
    lastMax = summary.max
    highest = [highest, summary.max].compactMap(\.self).max()
    addWarmth(summary, from: record.start.wall, plan: plan, rules: rules)
    addDanger(summary, from: record.start.wall, plan: plan, rules: rules)
    if let tally = summary.tally(.below, rules.chillingLimit(of: plan)) {
      chilledMinutes += tally.minutes
      note(.chill, tally, from: record.start.wall)
    }
  }

  private mutating func addWarmth(
    _ summary: ProbeSummary, from start: WallTime, plan: ProductPlan, rules: ColdChainRules
  ) {
    guard let limit = rules.maximum(of: plan), let tally = summary.tally(.above, limit) else { return }
    if tally.minutes > 0 {
      (recordsAbove, recordsWithin) = (recordsAbove + 1, 0)
      note(.maxTemp, tally, from: start)
    } else {
      (recordsAbove, recordsWithin) = (0, recordsWithin + 1)
    }
    runAbove = tally.longestRun
    degreeMinutes += tally.degreeMinutes
  }

  private mutating func addDanger(
    _ summary: ProbeSummary, from start: WallTime, plan: ProductPlan, rules: ColdChainRules
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
      let counts = tally.minutes > 0 && tally.minutes >= rules.absolute.minutesInRecord
      recordsAboveAbsolute = counts ? recordsAboveAbsolute + 1 : 0
      note(.absolute, tally, from: start)
    }
    if rules.frozen.classes.contains(plan.productClass) {
      if let thawed = summary.tally(.above, rules.frozen.withdrawAbove) {
        recordsThawed = thawed.minutes > 0 ? recordsThawed + 1 : 0
        note(.frozen, thawed, from: start)
      }
    }
  }

  private mutating func note(_ rule: ColdChainRule, _ tally: ExcursionTally, from start: WallTime) {
    guard firstBad[rule] == nil, let first = tally.first else { return }
    firstBad[rule] = start.advanced(by: .seconds((first * 60).rounded()))
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
    (recordsAbove, runAbove, chilledMinutes, longestGap) = (0, 0, 0, 0)
    (recordsAboveAbsolute, recordsThawed, gapUnknown) = (0, 0, false)
    for rule in [ColdChainRule.maxTemp, .chill, .gap, .absolute, .frozen] { firstBad[rule] = nil }
    longestGapFrom = nil
    vouched = Stamp(now)
  }
}
