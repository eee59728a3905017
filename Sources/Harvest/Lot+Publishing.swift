internal import FarmUnits

extension Lot {
  /// How long after its best-before day a withdrawn lot is still published, and any lot remembered.
  static let remembered = Duration.seconds(30 * 86_400)
  /// The same for a product without a shelf life, from its harvest: as long as the conditions behind it are kept.
  static let rememberedWithoutShelfLife = Duration.seconds(400 * 86_400)

  /// Whether it has to be judged and perhaps published now. Most lots are looked at every ten seconds, those of which
  /// nothing is left every ten minutes, and each whenever something has happened to it.
  func isDue(at now: Moment, terms: ClaimTerms) -> Bool {
    guard let lookedAt, let publishedAt, lookedAt.clock == now.clock else { return true }
    let isGone = onHand == .zero && reserved == .zero
    if now.instant - lookedAt.instant >= (isGone ? Self.lookAgainWhenGone : Self.lookAgain) { return true }
    return now.instant - publishedAt >= terms.refreshEvery && withdrawal == nil && expired == nil
  }
  private static let lookAgain = Duration.seconds(10)
  private static let lookAgainWhenGone = Duration.seconds(600)

  /// What time alone changes: stamps that become right, promises that run out. Rules are looked at in `judge`.
  mutating func settle(at now: Moment, rules: ColdChainRules, dayOf: (WallTime) -> CivilDate) {
    harvested.correct(at: now)
    if harvestDay == nil, harvested.clock == .trusted { harvestDay = dayOf(harvested.wall) }
    for index in stays.indices { stays[index].since.correct(at: now) }
    conditions.correct(at: now, rules: rules)
    expired?.correct(at: now)
    emptied?.correct(at: now)
    withdrawal?.correct(at: now)
    promises.prune(at: now)
  }

  /// The claim to be published, when it says something new or the last one is to be refreshed; nil otherwise.
  /// What it offers is promised from then on.
  mutating func publish(
    _ verdict: LotVerdict, _ facts: LotFacts, at now: Moment, terms: ClaimTerms,
    dayOf: (WallTime) -> CivilDate,
    newID: () -> String?
  ) -> Availability? {
    var availability = claim(verdict, facts, at: now, terms: terms, dayOf: dayOf)
    if let published, let publishedAt, availability.saysTheSame(as: published) {
      // Terminal states stand without being refreshed; they are repeated on a reconnection.
      if availability.status.isTerminal || now.instant - publishedAt < terms.refreshEvery { return nil }
    }
    if verdict.key != decisionKey, let id = newID() {
      let inputs = DecisionInputs(
        id: id, lot: snapshot, facts: facts.snapshot, decidedAt: facts.wall, previous: decidedStatus,
        contact: terms.withdrawalContact)
      (decisionID, decisionKey, decidedStatus) = (inputs.id, verdict.key, verdict.status)
      availability.newDecision = inputs
    }
    availability.decisionID = decisionID
    revision += 1
    availability.revision = revision
    var claim = availability
    claim.newDecision = nil
    lastClaim = .made(claim)
    publishedAt = now.instant
    if terms.sellsToMarket, availability.availableToPromise > .zero {
      wasOffered = true
      promises.add(
        MarketPromises.Promise(
          amount: availability.availableToPromise, until: availability.validUntil,
          ends: now.instant.advanced(by: terms.validFor)))
    }
    return availability
  }

  private func claim(
    _ verdict: LotVerdict, _ facts: LotFacts, at now: Moment, terms: ClaimTerms,
    dayOf: (WallTime) -> CivilDate
  ) -> Availability {
    let left = facts.remainingDays
    var withdrawal = withdrawal
    withdrawal?.contact = terms.withdrawalContact
    let validUntil = now.wall.advanced(by: terms.validFor)
    return Availability(
      lot: id, revision: revision, status: verdict.status, plan: plan, harvestDay: harvestDay, field: field,
      store: store, figures: figures,
      availableToPromise: verdict.status == .available ? figures.availableToPromise : .zero,
      isForLocalSale: !verdict.forbidsEating,
      decided: now.wall,
      clock: now.clock,
      validUntil: verdict.status.isTerminal ? max(keepUntil(at: now), validUntil) : validUntil,
      bestBefore: now.clock == .trusted
        ? left.map { dayOf(now.wall.advanced(by: .seconds($0 * 86_400))) } : nil,
      remainingShelfLifeDays: left, mode: verdict.mode, by: verdict.by, reasons: verdict.reasons,
      withdrawal: withdrawal)
  }

  /// Until when it is published and remembered once it is withdrawn or expired: 30 days after its best-before
  /// day, and after the decision.
  private func keepUntil(at now: Moment) -> WallTime {
    let harvest = harvested.clock == .trusted ? harvested.wall : now.wall
    let end =
      plan.shelfLife.map { harvest.advanced(by: $0.longest(coldest: plan.limits.min) + Self.remembered) }
      ?? harvest.advanced(by: Self.rememberedWithoutShelfLife)
    let decided = [withdrawal?.decidedAt, expired?.wall].compactMap(\.self).max()
    return max(end, decided?.advanced(by: Self.remembered) ?? end)
  }

  /// Nothing of it can be sold, and nobody who bought some has to be warned any more.
  func isForgettable(at now: Moment) -> Bool {
    guard now.clock == .trusted, harvested.clock == .trusted, now.wall > keepUntil(at: now) else {
      return false
    }
    return withdrawal != nil || expired != nil || (onHand == .zero && reserved == .zero)
  }
}
