internal import FarmUnits

extension Lot {
  /// Looks at the lot by the rules and keeps what follows: holds that wait for a person, withdrawal, expiry.
  ///
  /// - Parameter history: Of the store that it lies in; nil where nothing was ever heard of it.
  mutating func judge(at now: Moment, history: StoreHistory?, rules: ColdChainRules) -> (LotFacts, LotVerdict)
  {
    // Where nothing lies there is nothing to judge; and what is withdrawn or expired stays so.
    guard onHand > .zero, withdrawal == nil, expired == nil else {
      let facts = facts(at: now, history: history, rules: rules)
      return (facts, verdict(facts, rules.findings(facts).filter(\.countsWithoutStock)))
    }
    noteGap(at: now, history: history, rules: rules)
    var facts = facts(at: now, history: history, rules: rules)
    endHolds(facts, rules: rules)
    facts.conditions = conditions
    let findings = rules.findings(facts)
    for finding in findings where finding.outcome == .hold {
      guard let rule = ColdChainRule(rawValue: finding.reason.rule), rule.waits else { continue }
      if conditions.held[rule] == nil { conditions.held[rule] = now.wall }
    }
    facts.conditions = conditions
    if let worst = findings.filter({ $0.outcome == .withdraw }).first {
      withdrawal = Withdrawal(
        scope: scopeOfWithdrawal, effectiveFrom: worst.since ?? now.wall, decidedAt: now.wall,
        action: Withdrawal.defaultAction, reason: worst.reason)
    } else if findings.contains(where: { $0.outcome == .expire }) {
      expired = Stamp(now)
    }
    return (facts, verdict(facts, findings))
  }

  /// Buyers are to be told when anything has left the farm or may have been sold.
  var scopeOfWithdrawal: Withdrawal.Scope {
    picked > .zero || wasOffered || reservedForMarket > .zero ? .unsoldAndSold : .unsold
  }

  private func facts(at now: Moment, history: StoreHistory?, rules: ColdChainRules) -> LotFacts {
    let inStore = stored?.age(at: now).map { ($0.inSeconds / 60).thousandths }
    let gap = lastHeard(at: now, history: history)
    let judgedFrom = stored.map { $0.wall.advanced(by: plan.coolDown) }
    let highest = judgedFrom.flatMap { history?.highest(since: $0) }
    return LotFacts(
      plan: plan, wall: now.wall, clock: now.clock, harvestClock: harvested.clock, minutesInStore: inStore,
      isStored: stored != nil,
      conditions: conditions, gapMinutes: gap.map { ($0.age.inSeconds / 60).thousandths }, gapFrom: gap?.from,
      faultNow: StoreProbe.allCases.compactMap { history?.quality[$0] }.first { $0.isSensorFault },
      highest: highest?.celsius,
      highestWindow: highest?.window, remainingDays: remainingShelfLifeDays(at: now, rules: rules))
  }

  /// The last moment at which something was known of the lot's temperature: its entry counts, for who brings it in
  /// knows it; so does a person's word.
  private func lastHeard(at now: Moment, history: StoreHistory?) -> (age: Duration, from: WallTime)? {
    let moments =
      [stays.last?.since, conditions.vouched].compactMap(\.self)
      + (history.map { Array($0.lastGood.values) } ?? [])
    return moments.compactMap { moment in moment.age(at: now).map { (age: $0, from: moment.wall) } }
      .min { $0.age < $1.age }
  }

  private mutating func noteGap(at now: Moment, history: StoreHistory?, rules: ColdChainRules) {
    guard stored != nil else { return }
    guard let gap = lastHeard(at: now, history: history) else {
      // Before the clock is right nobody can tell yet; once it is, nobody ever will.
      if now.clock == .trusted { conditions.gapUnknown = true }
      return
    }
    let minutes = (gap.age.inSeconds / 60).thousandths
    guard minutes > rules.gap.holdMinutes, minutes > conditions.longestGap else { return }
    (conditions.longestGap, conditions.longestGapFrom) = (minutes, gap.from)
  }

  /// Holds that end by themselves: warmth that has passed, for products for which that is allowed, and sensors that are
  /// to be believed again. A gap is never closed by data that comes after it.
  private mutating func endHolds(_ facts: LotFacts, rules: ColdChainRules) {
    if rules.maxTemp.clearsByItself.contains(plan.productClass),
      conditions.recordsWithin >= rules.maxTemp.withinRecords
    {
      conditions.held[.maxTemp] = nil
    }
    if facts.faultNow == nil, conditions.faultMinutes == 0 { conditions.held[.fault] = nil }
    if conditions.disagreedMinutes == 0 { conditions.held[.disagree] = nil }
  }

  /// Days left, 0 or more, rounded down to a tenth, as if the lot lay at its plan's temperature from now on; nil where
  /// the product has no plan or no clock can tell.
  ///
  /// Measured time in store counts as measured. What no record covers counts as lying at the product's limit, and the time
  /// before the store as the rules assume; a product that needs no store lies where its plan says.
  func remainingShelfLifeDays(at now: Moment, rules: ColdChainRules) -> Double? {
    guard let shelfLife = plan.shelfLife, let age = harvested.age(at: now)?.inSeconds else { return nil }
    var used: Double
    if let stored {
      guard let inStore = stored.age(at: now)?.inSeconds else { return nil }
      let atLimit = shelfLife.daysUsedPerDay(at: rules.maximum(of: plan) ?? shelfLife.at)
      let unknown = max(0, inStore / 86_400 - conditions.agedMinutes / 1440)
      used = conditions.agedDays + unknown * atLimit
      used += max(0, age - inStore) / 86_400 * shelfLife.daysUsedPerDay(at: rules.assumedBeforeStore)
    } else {
      used = age / 86_400 * (plan.store == nil ? 1 : shelfLife.daysUsedPerDay(at: rules.assumedBeforeStore))
    }
    return (max(0, shelfLife.lifetime.inSeconds / 86_400 - used) * 10).rounded(.down) / 10
  }
}

extension ColdChainRule {
  /// Whether a hold by this rule outlasts its cause.
  var waits: Bool {
    switch self {
    case .maxTemp, .absolute, .frozen, .chill, .gap, .fault, .disagree: true
    case .cumulative, .stored, .coolDown, .clock, .shelf: false
    }
  }
}

extension RuleFinding {
  /// Where nothing lies, a room says nothing about the lot; its age and the clock still do.
  var countsWithoutStock: Bool {
    reason.rule == ColdChainRule.shelf.rawValue || reason.rule == ColdChainRule.clock.rawValue
  }
}
