internal import FarmUnits

/// What is to be said about a lot now, before its quantity is looked at.
struct LotVerdict: Equatable, Sendable {
  var status: LotStatus
  var mode: Availability.Mode = .automatic
  var by: String?
  /// Principal reason first.
  var reasons: [AvailabilityReason]
  /// Whether what holds the lot protects whoever eats it. A claim that cannot be made for want of a clock or of a
  /// configured product says nothing against the food, and does not keep it from the neighbours.
  var forbidsEating = false
  /// Since when the lot is bad, when it is withdrawn.
  var badSince: WallTime?

  /// Two verdicts with the same key are the same decision.
  var key: String {
    let principal = reasons.first.map { "\($0.code.rawValue) \($0.rule)" } ?? ""
    let since = badSince.map { " \($0.rfc3339)" } ?? ""
    return "\(status.rawValue) \(mode.rawValue) \(by ?? "") \(principal)\(since)"
  }
}

extension Lot {
  /// Terminal states first, then a person's word, then the rules, then what the clock and the configuration do not allow
  /// to be said. Rests on nothing but the lot and the facts, so that a decision can be worked out again.
  func verdict(_ facts: LotFacts, _ findings: [RuleFinding]) -> LotVerdict {
    if let withdrawal {
      return LotVerdict(
        status: .withdrawn, mode: withdrawal.by == nil ? .automatic : .manual, by: withdrawal.by,
        reasons: [withdrawal.reason], forbidsEating: true, badSince: withdrawal.effectiveFrom)
    }
    if expired != nil {
      let shelf = findings.filter { $0.reason.rule == ColdChainRule.shelf.rawValue }
      return LotVerdict(status: .expired, reasons: shelf.map(\.reason), forbidsEating: true)
    }
    let ruled = findings.filter { $0.outcome == .hold }
    let food = ruled.filter { $0.reason.rule != ColdChainRule.clock.rawValue }.map(\.reason)
    let silent = ruled.filter { $0.reason.rule == ColdChainRule.clock.rawValue }.map(\.reason)
    let holds = [operatorHold].compactMap(\.self) + food + silent + [notConfigured].compactMap(\.self)
    if !holds.isEmpty {
      return LotVerdict(
        status: .onHold, mode: hold == nil ? .automatic : .manual, by: hold?.by, reasons: holds,
        forbidsEating: hold != nil || !food.isEmpty)
    }
    let nothingLeft = figures.availableToPromise == .zero
    var reasons = [shortage > .zero ? overcommitted : nil, nothingLeft ? nothingLeftReason : nil].compactMap(
      \.self)
    let told = findings.filter(\.isTold).map(\.reason)
    reasons += told.filter { $0.code == .withinLimits } + told.filter { $0.code != .withinLimits }
    if let release {
      reasons.append(
        AvailabilityReason(
          .operatorRelease, rule: "op.release", sentence: "Released by \(release.by): \(release.note ?? "").")
      )
    }
    return LotVerdict(
      status: nothingLeft ? .soldOut : .available, mode: release == nil ? .automatic : .manual,
      by: release?.by,
      reasons: reasons)
  }

  private var operatorHold: AvailabilityReason? {
    hold.map { hold in
      AvailabilityReason(
        .operatorHold, rule: "op.hold", sentence: "Held by \(hold.by)\(hold.note.map { ": \($0)" } ?? "").")
    }
  }

  /// Nothing is known against the lot, and nobody can say what it is sold as.
  private var notConfigured: AvailabilityReason? {
    guard !isConfigured else { return nil }
    return AvailabilityReason(
      .productNotConfigured, rule: "cc.plan",
      sentence: "The product \(plan.key) is no longer in the configuration, and its limits with it.")
  }

  private var overcommitted: AvailabilityReason {
    AvailabilityReason(
      .overcommitted, rule: "stock", observed: (reserved + allocated).units, limit: onHand.units,
      unit: plan.unit,
      sentence: "\(reserved + allocated) \(plan.unit.symbol) are spoken for and \(onHand) are there.")
  }

  private var nothingLeftReason: AvailabilityReason {
    AvailabilityReason(
      .nothingLeft, rule: "stock",
      observed: max(.zero, onHand - reserved - allocated - localShare - plan.buffer).units,
      limit: plan.increment.units, unit: plan.unit,
      sentence: "What is left beside reservations, local share and buffer does not fill one step of sale.")
  }
}

extension RuleFinding {
  /// Whether a buyer is told that a lot passed this rule: its temperature, its age, and what has not been looked at yet.
  fileprivate var isTold: Bool {
    guard outcome == .pass else { return false }
    return reason.code != .withinLimits || reason.rule == ColdChainRule.maxTemp.rawValue
      || reason.rule == ColdChainRule.shelf.rawValue
  }
}
