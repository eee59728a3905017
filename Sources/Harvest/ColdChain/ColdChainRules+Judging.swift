internal import FarmUnits

extension ColdChainRules {
  /// All findings about a lot, in the order of the rules, also those that passed. The worst one wins.
  public func findings(_ facts: LotFacts) -> [RuleFinding] {
    ColdChainRule.allCases.map { rule in
      let check = Check(rules: self, facts: facts, rule: rule)
      switch rule {
      case .shelf: return check.shelf
      case .stored: return check.stored
      case .coolDown: return check.coolDown
      case .clock: return check.clock
      case .gap: return check.gap
      case .fault: return check.fault
      case .disagree: return check.disagree
      case .maxTemp: return check.maxTemp
      case .cumulative: return check.cumulative
      case .absolute: return check.absolute
      case .frozen: return check.frozen
      case .chill: return check.chill
      }
    }
  }
}

/// One rule's look at one lot.
private struct Check {
  let rules: ColdChainRules
  let facts: LotFacts
  let rule: ColdChainRule

  private var conditions: LotConditions { facts.conditions }
  private var productClass: ProductClass { facts.plan.productClass }
  /// Also what has no store in the configuration, where only cold keeps it safe: nothing known is nothing proved.
  private var needsCold: Bool { facts.needsCold || rules.storedClasses.contains(productClass) }
  private var isHeld: Bool { conditions.held[rule] != nil }
  private var method: String {
    conditions.probe.map { "\($0.rawValue) probe, zero-order hold" } ?? "no probe"
  }

  private func finding(
    _ code: AvailabilityReason.Code, _ outcome: RuleFinding.Outcome, _ sentence: String,
    observed: Double? = nil,
    limit: Double? = nil, unit: Unit? = nil, window: Duration? = nil, method: String? = nil
  ) -> RuleFinding {
    let reason = AvailabilityReason(
      code, rule: rule.rawValue, observed: observed?.thousandths, limit: limit, unit: unit, window: window,
      sentence: sentence)
    return RuleFinding(
      reason, outcome, since: outcome >= .hold ? conditions.firstBad[rule]?.wall : nil,
      method: method ?? self.method)
  }

  private var notConcerned: RuleFinding {
    finding(.withinLimits, .notApplicable, "This rule does not concern the product.")
  }
  private var notYet: RuleFinding {
    finding(.withinLimits, .notJudged, "The lot is not judged before it is stored and has cooled down.")
  }

  var maxTemp: RuleFinding {
    guard needsCold, let limit = rules.maximum(of: facts.plan) else { return notConcerned }
    guard facts.isJudged else { return notYet }
    let isAir = conditions.probe == .air
    let tooWarm =
      isAir
      ? conditions.runAbove >= rules.maxTemp.airMinutes
      : conditions.recordsAbove >= rules.maxTemp.productRecords
    let observed = tooWarm || isHeld ? conditions.lastMax : facts.highest ?? conditions.lastMax
    guard tooWarm || isHeld else {
      let sentence = observed.map {
        "The highest temperature was \($0.plain) °C; the limit is \(limit.plain) °C."
      }
      return finding(
        .withinLimits, .pass, sentence ?? "No temperature above \(limit.plain) °C was measured.",
        observed: observed,
        limit: limit, unit: .celsius, window: facts.highestWindow)
    }
    let how =
      isAir
      ? "above \(limit.plain) °C for \(conditions.runAbove.plain) minutes on end"
      : "above \(limit.plain) °C in \(conditions.recordsAbove) records of 15 minutes in a row"
    let sentence =
      tooWarm
      ? "It was \(how)."
      : "It was above \(limit.plain) °C and has not been within it for long enough, or waits for a person."
    return finding(.tempAboveLimit, .hold, sentence, observed: observed, limit: limit, unit: .celsius)
  }

  var cumulative: RuleFinding {
    let rule = rules.cumulative
    guard rule.classes.contains(productClass) else { return notConcerned }
    guard facts.isJudged else { return notYet }
    let minutes = conditions.minutesAbove
    let bad = minutes >= rule.minutes
    return finding(
      bad ? .cumulativeTimeAboveLimit : .withinLimits, bad ? .withdraw : .pass,
      "It was above \(rule.above.plain) °C for \(minutes.thousandths.plain) minutes in all; the limit is \(rule.minutes.plain).",
      observed: minutes, limit: rule.minutes, unit: .minute)
  }

  var absolute: RuleFinding {
    let rule = rules.absolute
    guard rule.classes.contains(productClass) else { return notConcerned }
    guard facts.isJudged else { return notYet }
    let outcome: RuleFinding.Outcome =
      conditions.recordsAboveAbsolute >= rule.withdrawRecords
      ? .withdraw : conditions.firstBad[.absolute] != nil || isHeld ? .hold : .pass
    let sentence =
      outcome == .pass
      ? "It was never above \(rule.above.plain) °C."
      : "It was above \(rule.above.plain) °C, \(conditions.recordsAboveAbsolute) records in a row now."
    return finding(
      outcome == .pass ? .withinLimits : .tempAboveAbsolute, outcome, sentence, observed: conditions.highest,
      limit: rule.above, unit: .celsius)
  }

  var frozen: RuleFinding {
    let rule = rules.frozen
    guard rule.classes.contains(productClass) else { return notConcerned }
    guard facts.isJudged else { return notYet }
    let warm = conditions.lastMax.map { $0 > rule.holdAbove } ?? false
    let outcome: RuleFinding.Outcome =
      conditions.recordsThawed >= rule.withdrawRecords ? .withdraw : warm || isHeld ? .hold : .pass
    let sentence =
      switch outcome {
      case .withdraw:
        "It was above \(rule.withdrawAbove.plain) °C in \(conditions.recordsThawed) records of 15 minutes in a row."
      case .hold: "It was above \(rule.holdAbove.plain) °C."
      default: "It was not above \(rule.holdAbove.plain) °C."
      }
    return finding(
      outcome == .pass ? .withinLimits : .frozenLimit, outcome, sentence, observed: conditions.lastMax,
      limit: outcome == .withdraw ? rule.withdrawAbove : rule.holdAbove, unit: .celsius)
  }

  var chill: RuleFinding {
    guard needsCold, let limit = rules.chillingLimit(of: facts.plan) else { return notConcerned }
    guard facts.isJudged else { return notYet }
    let minutes = conditions.chilledMinutes
    let bad = minutes > rules.chill.minutes || isHeld
    return finding(
      bad ? .chillingRisk : .withinLimits, bad ? .hold : .pass,
      "It was below \(limit.plain) °C for \(minutes.thousandths.plain) minutes in all; \(rules.chill.minutes.plain) may harm it.",
      observed: minutes, limit: rules.chill.minutes, unit: .minute)
  }

  var gap: RuleFinding {
    guard facts.isStored else { return needsCold ? notYet : notConcerned }
    let rule = rules.gap
    if conditions.gapUnknown {
      return finding(
        .sensorGap, .hold, "Nobody can tell for how long there was no sample before the last start.",
        limit: rule.holdMinutes, unit: .minute, method: "time since the last good sample")
    }
    let longest = max(facts.gapMinutes ?? 0, conditions.longestGap)
    let outcome: RuleFinding.Outcome =
      rule.withdrawClasses.contains(productClass) && longest > rule.withdrawMinutes
      ? .withdraw : longest > rule.holdMinutes || isHeld ? .hold : .pass
    let limit = outcome == .withdraw ? rule.withdrawMinutes : rule.holdMinutes
    var finding = finding(
      outcome == .pass ? .withinLimits : .sensorGap, outcome,
      outcome == .pass
        ? "Samples came without a gap of more than \(limit.plain) minutes."
        : "There was no valid sample for \(longest.thousandths.plain) minutes; \(limit.plain) are allowed.",
      observed: longest, limit: limit, unit: .minute, method: "time since the last good sample")
    if outcome != .pass {
      finding.since =
        longest > conditions.longestGap ? facts.gapFrom : conditions.longestGapFrom?.wall ?? facts.gapFrom
    }
    return finding
  }

  var fault: RuleFinding {
    guard facts.isStored else { return needsCold ? notYet : notConcerned }
    let quality = facts.faultNow ?? (conditions.faultMinutes > 0 ? conditions.faultQuality : nil)
    guard quality != nil || isHeld else {
      return finding(.withinLimits, .pass, "No sensor reported a fault.", method: "quality of the readings")
    }
    return finding(
      .sensorFault, .hold, "A sensor of the store is not to be believed: \((quality ?? .fault).rawValue).",
      observed: conditions.faultMinutes, limit: 0, unit: .minute, method: "quality of the readings")
  }

  var disagree: RuleFinding {
    guard facts.isStored else { return needsCold ? notYet : notConcerned }
    let bad = conditions.disagreedMinutes > 0
    return finding(
      bad ? .sensorDisagree : .withinLimits, bad ? .hold : .pass,
      bad ? "Two probes for the same thing disagree." : "No probes for the same thing disagree.",
      observed: conditions.disagreedMinutes, limit: 0, unit: .minute, method: "agreement of redundant probes")
  }

  var stored: RuleFinding {
    guard needsCold else { return notConcerned }
    guard !facts.isStored else {
      return finding(.withinLimits, .pass, "The lot is in its store.", method: "stored command")
    }
    let mustWait = rules.storedClasses.contains(productClass)
    return finding(
      .notStored, mustWait ? .hold : .pass, "The lot is not in its cold store yet.", method: "stored command")
  }

  var coolDown: RuleFinding {
    guard facts.isStored else { return needsCold ? notYet : notConcerned }
    let limit = facts.plan.coolDown.inSeconds / 60
    let mustWait = rules.storedClasses.contains(productClass)
    return finding(
      facts.isJudged ? .withinLimits : .coolingDown, facts.isJudged || !mustWait ? .pass : .hold,
      facts.isJudged
        ? "The lot has had its time to cool down."
        : "The lot may take \(limit.plain) minutes to cool down before it is judged.",
      observed: facts.minutesInStore, limit: limit, unit: .minute, method: "time since the stored command")
  }

  var clock: RuleFinding {
    let method = "trust in the wall clock"
    if facts.clock == .untrusted {
      return finding(
        .clockUntrusted, .hold,
        "The gateway does not know the time, so it cannot say until when a claim would hold.", method: method)
    }
    if facts.harvestClock == .untrusted {
      return finding(
        .harvestTimeUnknown, .hold,
        "The gateway did not know the time at harvest and was restarted before it did.", method: method)
    }
    return finding(.withinLimits, .pass, "The time is known, now and at harvest.", method: method)
  }

  var shelf: RuleFinding {
    guard let plan = facts.plan.shelfLife, let left = facts.remainingDays else { return notConcerned }
    let good = left >= plan.minimumDays
    return finding(
      good ? .withinLimits : .shelfLifeExhausted, good ? .pass : .expire,
      "\(left.plain) days of shelf life are left; at least \(plan.minimumDays.plain) are wanted.",
      observed: left,
      limit: plan.minimumDays, unit: .day, method: "Q10 over the recorded temperatures")
  }
}
