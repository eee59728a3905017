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
    let bad = findings.filter { $0.outcome == .withdraw }
    if let worst = bad.first {
      // Bad since the first bad sample that any of these rules saw.
      let since = bad.compactMap(stamp).min { $0.wall < $1.wall } ?? Stamp(now)
      withdrawal = Withdrawal(
        scope: scopeOfWithdrawal, since: since, said: Stamp(now), action: Withdrawal.defaultAction,
        reason: worst.reason)
    } else if findings.contains(where: { $0.outcome == .expire }) {
      expired = Stamp(now)
    }
    return (facts, verdict(facts, findings))
  }

  /// Buyers are to be told when anything has left the farm or may have been sold.
  var scopeOfWithdrawal: Withdrawal.Scope {
    picked > .zero || wasOffered || reservedForMarket > .zero ? .unsoldAndSold : .unsold
  }

  private func stamp(of finding: RuleFinding) -> Stamp? {
    guard let rule = ColdChainRule(rawValue: finding.reason.rule), let since = finding.since else {
      return nil
    }
    let kept = [conditions.firstBad[rule], conditions.longestGapFrom].compactMap(\.self)
    return kept.first { $0.wall == since } ?? Stamp(wall: since, clock: .trusted)
  }

  private func facts(at now: Moment, history: StoreHistory?, rules: ColdChainRules) -> LotFacts {
    let inStore = stored?.age(at: now).map { ($0.inSeconds / 60).thousandths }
    let gap = lastHeard(at: now, history: history)
    let judgedFrom = stored.map { $0.wall.advanced(by: plan.coolDown) }
    let highest = judgedFrom.flatMap { history?.highest(since: $0) }
    return LotFacts(
      plan: plan, wall: now.wall, clock: now.clock, harvestClock: harvested.clock, minutesInStore: inStore,
      isStored: stored != nil,
      conditions: conditions, gapMinutes: gap.map { ($0.age.inSeconds / 60).thousandths },
      gapFrom: gap?.from.wall,
      faultNow: StoreProbe.allCases.compactMap { history?.quality[$0] }.first { $0.isSensorFault },
      highest: highest?.celsius,
      highestWindow: highest?.window, remainingDays: remainingShelfLifeDays(at: now, rules: rules))
  }

  /// The last moment at which something was known of the lot's temperature: its entry counts, for who brings it in
  /// knows it; so does a person's word.
  private func lastHeard(at now: Moment, history: StoreHistory?) -> (age: Duration, from: Stamp)? {
    moments(history).compactMap { moment in moment.age(at: now).map { (age: $0, from: moment) } }
      .min { $0.age < $1.age }
  }

  private func moments(_ history: StoreHistory?) -> [Stamp] {
    [stays.last?.since, conditions.vouched].compactMap(\.self)
      + (history.map { Array($0.lastGood.values) } ?? [])
  }

  /// Notes how long nothing has been heard.
  ///
  /// - Parameter ending: Whether a good sample ends the gap now: what is not noted by then, nobody can see any more.
  mutating func noteGap(
    at now: Moment, history: StoreHistory?, rules: ColdChainRules, ending: Bool = false
  ) {
    guard stored != nil else { return }
    if let gap = lastHeard(at: now, history: history) {
      conditions.note(gap: (gap.age.inSeconds / 60).thousandths, from: gap.from, rules: rules)
    } else if now.clock == .trusted {
      // Before the clock is right nobody can tell yet; once it is, nobody ever will.
      conditions.gapUnknown = true
    } else if ending, conditions.silence == nil {
      // From before this start until now: told as soon as the clock is right.
      let known = moments(history).filter { $0.clock == .trusted }.max { $0.wall < $1.wall }
      guard let known else {
        conditions.gapUnknown = true
        return
      }
      conditions.silence = LotConditions.Silence(from: known, until: Stamp(now))
    }
  }

  /// Stock that is there again after there was none: where it has been meanwhile, this boot's records tell; of what
  /// was before them nobody can.
  mutating func noteReturn(at now: Moment, rules: ColdChainRules) {
    guard stored != nil, onHand == .zero, let emptied, emptied.instant == nil else { return }
    if let age = emptied.age(at: now) {
      conditions.note(gap: (age.inSeconds / 60).thousandths, from: emptied, rules: rules)
    } else {
      conditions.gapUnknown = true
    }
  }

  /// Whether its time to cool down has passed; false where no clock can tell.
  func hasCooledDown(at now: Moment) -> Bool { stored?.age(at: now).map { $0 >= plan.coolDown } ?? false }

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
