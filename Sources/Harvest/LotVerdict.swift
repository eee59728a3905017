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
}

extension Lot {
  /// Terminal states first, then a person's word, then what the clock and the configuration do not allow to be said.
  func verdict(at now: Moment) -> LotVerdict {
    if let withdrawal {
      return LotVerdict(
        status: .withdrawn, mode: withdrawal.by == nil ? .automatic : .manual, by: withdrawal.by,
        reasons: [withdrawal.reason], forbidsEating: true)
    }
    let shelf = shelfLifeReason(at: now)
    if expired != nil {
      return LotVerdict(status: .expired, reasons: [shelf].compactMap(\.self), forbidsEating: true)
    }
    var holds: [AvailabilityReason] = []
    if let hold {
      holds.append(
        AvailabilityReason(
          .operatorHold, rule: "op.hold", sentence: "Held by \(hold.by)\(hold.note.map { ": \($0)" } ?? "").")
      )
    }
    holds += reasonsForSilence(at: now)
    if !holds.isEmpty {
      return LotVerdict(
        status: .onHold, mode: hold == nil ? .automatic : .manual, by: hold?.by, reasons: holds,
        forbidsEating: hold != nil)
    }
    var reasons: [AvailabilityReason] = []
    if shortage > .zero { reasons.append(overcommitted) }
    let nothingLeft = figures.availableToPromise == .zero
    if nothingLeft { reasons.append(nothingLeftReason) }
    if let shelf { reasons.append(shelf) }
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

  /// What keeps a claim from being made although nothing is known against the lot.
  private func reasonsForSilence(at now: Moment) -> [AvailabilityReason] {
    var reasons: [AvailabilityReason] = []
    if now.clock == .untrusted {
      reasons.append(
        AvailabilityReason(
          .clockUntrusted, rule: "cc.clock",
          sentence: "The gateway does not know the time, so it cannot say until when a claim would hold."))
    } else if harvested.clock == .untrusted {
      reasons.append(
        AvailabilityReason(
          .harvestTimeUnknown, rule: "cc.clock",
          sentence: "The gateway did not know the time at harvest and was restarted before it did."))
    }
    if !isConfigured {
      reasons.append(
        AvailabilityReason(
          .productNotConfigured, rule: "cc.plan",
          sentence: "The product \(plan.key) is no longer in the configuration, and its limits with it."))
    }
    return reasons
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

  /// Days left, 0 or more, rounded down to a tenth; nil where the product has no plan or no clock can tell.
  func remainingShelfLifeDays(at now: Moment) -> Double? {
    guard let plan = plan.shelfLife, let age = harvested.age(at: now) else { return nil }
    return (max(0, plan.days - age.inSeconds / 86_400) * 10).rounded(.down) / 10
  }

  func shelfLifeReason(at now: Moment) -> AvailabilityReason? {
    guard let shelfLife = plan.shelfLife, let left = remainingShelfLifeDays(at: now) else { return nil }
    let good = left >= shelfLife.minimumDays
    return AvailabilityReason(
      good ? .withinLimits : .shelfLifeExhausted, rule: "cc.shelf", observed: left,
      limit: shelfLife.minimumDays,
      unit: .day,
      sentence:
        "\(left.plain) days of shelf life are left; at least \(shelfLife.minimumDays.plain) are wanted.")
  }
}
