public import FarmUnits

extension LotBook {
  /// Carries out one command. Refused, and nothing has changed.
  ///
  /// Time and its trust come in with `now`. Without a trusted clock everything is noted all the same: a harvest gets an
  /// id without a date (`CAR-0000-000-01`) when it brings none, and its time is put right as soon as the clock
  /// is; until then nothing is published as available, while neighbours are served.
  public mutating func apply(_ command: LotCommand, at now: Moment) -> LotAnswer {
    if command.action == .harvest { return harvest(command, at: now) }
    guard let id = command.lot, var lot = lotsByID[id] else {
      return .refused(.lotUnknown, "there is no lot \(command.lot ?? "")", command.lot)
    }
    if let product = command.product, product != lot.plan.key {
      return .refused(.productMismatch, "\(id) is \(lot.plan.key), not \(product)", id)
    }
    if let refusal = checkUnit(command, of: lot.plan) { return refusal }
    lot.settle(at: now, rules: rules, dayOf: dayOf)
    let (_, verdict) = lot.judge(at: now, history: lot.store.flatMap { histories[$0] }, rules: rules)
    if let refusal = lot.refusal(of: command, verdict) { return refusal }
    if command.action == .stored, let old = lot.store, lot.canEnter(command.store ?? lot.plan.store) {
      // What its old store has done to it until now is its own.
      lotsByID[id] = lot
      divideRecord(of: old, at: now)
      lot = lotsByID[id] ?? lot
    }
    if command.action == .weigh, command.quantity ?? .zero > .zero { lot.noteReturn(at: now, rules: rules) }
    var answer = lot.carryOut(command, at: now, terms: terms)
    if command.action == .release, answer.result == .accepted {
      let (_, after) = lot.judge(at: now, history: lot.store.flatMap { histories[$0] }, rules: rules)
      if after.status == .onHold { answer.text += ", and still held. \(after.reasons.first?.sentence ?? "")" }
    }
    if answer.result != .refused { changed.insert(id) }
    lot.lookedAt = nil
    lot.emptied = lot.onHand > .zero ? nil : lot.emptied ?? Stamp(now)
    lotsByID[id] = lot
    if command.action == .stored, answer.result != .refused { entered(id, at: now) }
    return answer
  }

  private mutating func harvest(_ command: LotCommand, at now: Moment) -> LotAnswer {
    guard let key = command.product, let plan = plans[key] else {
      return .refused(.productUnknown, "there is no product \(command.product ?? "") in the configuration")
    }
    guard let quantity = command.quantity, quantity > .zero else {
      return .refused(.quantityMissing, "harvest needs a quantity")
    }
    if let refusal = checkUnit(command, of: plan) { return refusal }
    guard lotsByID.count < capacity else {
      return .refused(.lotsFull, "\(lotsByID.count) lots are kept already, and no more can be")
    }
    let day = now.clock == .trusted ? dayOf(now.wall) : nil
    let id = command.lot ?? freeIdentifier(prefix: plan.lotPrefix, day: day)
    guard Identifier.isValid(id), id != "command" else { return .refused(.lotInvalid, "\(id) is no lot id") }
    guard lotsByID[id] == nil else {
      return .refused(
        .lotExists, "\(id) exists; weigh it to correct its quantity, or harvest another lot", id)
    }
    lotsByID[id] = Lot(
      id: id, plan: plan, field: command.field ?? plan.field, harvested: Stamp(now), day: day,
      quantity: quantity,
      method: command.method ?? (plan.unit == .piece ? .count : .manual))
    changed.insert(id)
    return .done("harvested \(quantity) \(plan.unit.symbol) as \(id)", id)
  }

  private func checkUnit(_ command: LotCommand, of plan: ProductPlan) -> LotAnswer? {
    if let unit = command.unit, unit != plan.unit {
      return .refused(
        .unitWrong, "\(plan.key) is counted in \(plan.unit.rawValue), not in \(unit.rawValue)", command.lot)
    }
    if plan.unit == .piece, let quantity = command.quantity, quantity.thousandths % 1000 != 0 {
      return .refused(.quantityTooFine, "\(plan.key) is counted in whole pieces", command.lot)
    }
    return nil
  }

  /// `CAR-2026-326-01`: prefix, year, day of the year, and one more than the highest number of that day.
  private func freeIdentifier(prefix: String, day: CivilDate?) -> String {
    let date = day.map { "\(padded($0.year, 4))-\(padded($0.dayOfYear, 3))" } ?? "0000-000"
    let head = "\(prefix)-\(date)-"
    let taken = lotsByID.keys.compactMap { $0.hasPrefix(head) ? Int($0.dropFirst(head.count)) : nil }
    // A lot may have been named by hand with an absurd number; then the numbers start beside it.
    let highest = taken.filter { (1..<1_000_000).contains($0) }.max() ?? 0
    return head + padded(highest + 1, 2)
  }
}

extension Lot {
  /// Why this cannot be done to a lot in this state; nil when it can be tried.
  fileprivate func refusal(of command: LotCommand, _ verdict: LotVerdict) -> LotAnswer? {
    switch command.action {
    case .harvest, .weigh, .unreserve: return nil
    case .withdraw:
      guard let withdrawal else { return nil }
      // The one thing to be said about a withdrawn lot is that buyers have to be told after all.
      if withdrawal.scope == .unsold, command.scope == .unsoldAndSold { return nil }
      return .refused(.withdrawn, "\(id) is withdrawn already", id)
    case .stored, .pick, .reserve, .hold, .release: break
    }
    if withdrawal != nil { return .refused(.withdrawn, "\(id) is withdrawn, and stays so", id) }
    if expired != nil { return .refused(.expired, "\(id) is expired, and stays so", id) }
    guard command.action == .pick || command.action == .reserve else { return nil }
    guard verdict.forbidsEating else { return nil }
    return .refused(.onHold, "\(id) is on hold. \(verdict.reasons.first?.sentence ?? "")", id)
  }

  fileprivate mutating func carryOut(_ command: LotCommand, at now: Moment, terms: ClaimTerms) -> LotAnswer {
    let quantity = command.quantity ?? .zero
    switch command.action {
    case .harvest: return .refused(.lotExists, "\(id) exists", id)
    case .weigh: return weigh(quantity, method: command.method)
    case .pick: return pick(quantity, channel: command.channel)
    case .reserve: return reserve(quantity, channel: command.channel)
    case .unreserve: return unreserve(quantity, channel: command.channel)
    case .stored: return enter(command.store ?? plan.store, at: now)
    case .hold:
      hold = PersonWord(by: command.by ?? "", note: command.note, at: Stamp(now))
      release = nil
      return .done("\(id) is on hold", id)
    case .release: return release(by: command.by ?? "", note: command.note, at: now)
    case .withdraw:
      withdraw(command, at: now, terms: terms)
      return .done("\(id) is withdrawn", id)
    }
  }

  fileprivate func canEnter(_ store: String?) -> Bool {
    store != nil && store != self.store && stays.count < Stay.most
  }

  private mutating func enter(_ store: String?, at now: Moment) -> LotAnswer {
    guard let store else { return .refused(.storeMissing, "\(plan.key) has no store; name one", id) }
    guard store != self.store else { return .refused(.alreadyStored, "\(id) is in \(store) already", id) }
    guard stays.count < Stay.most else {
      return .refused(.alreadyStored, "\(id) has been moved \(Stay.most) times", id)
    }
    stays.append(Stay(store: store, since: Stamp(now)))
    return .done("\(id) is in \(store)", id)
  }

  /// Ends a person's hold and every hold by a rule that waits for a person: whoever releases vouches for the product as it
  /// is now. What has been added up for safety stays added up.
  private mutating func release(by: String, note: String?, at now: Moment) -> LotAnswer {
    guard hold != nil || !conditions.held.isEmpty else {
      return .refused(.notOnHold, "\(id) is not held by a person, nor by a rule that a person can answer", id)
    }
    hold = nil
    conditions.excuse(at: now)
    release = PersonWord(by: by, note: note, at: Stamp(now))
    return .done("\(id) is released", id)
  }

  /// Back-dated to the harvest unless the person knows better: a lot that is bad for a cause that no sensor saw has been
  /// bad since nobody knows when. Buyers are to be told when anything has left the farm or may have been sold.
  private mutating func withdraw(_ command: LotCommand, at now: Moment, terms: ClaimTerms) {
    var since =
      command.effectiveFrom.map { Stamp(wall: $0, clock: .trusted) } ?? withdrawal?.since ?? harvested
    if now.clock == .trusted, since.wall > now.wall { since = Stamp(now) }
    withdrawal = Withdrawal(
      scope: command.scope ?? scopeOfWithdrawal, since: since, said: Stamp(now),
      action: command.note ?? Withdrawal.defaultAction,
      reason: AvailabilityReason(
        .operatorWithdrawal, rule: "op.withdraw",
        sentence: "Withdrawn by \(command.by ?? "")\(command.note.map { ": \($0)" } ?? "")."),
      by: command.by)
  }
}

func padded(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
