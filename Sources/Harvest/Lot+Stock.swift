internal import FarmUnits

/// What moves stock. Each answers like a value: refused, and nothing has changed, or carried out.
extension Lot {
  mutating func weigh(_ quantity: Amount, method: QuantityMethod?) -> LotAnswer {
    let before = onHand
    onHand = quantity
    self.method = method ?? self.method
    let short = max(.zero, reserved + allocated + promised - onHand)
    let text = "\(id): \(amount(before)) before, \(amount(onHand)) now"
    guard short > .zero else { return .done(text, id) }
    return .done("\(text); \(amount(short)) less than is reserved, allocated or promised", id)
  }

  mutating func pick(_ quantity: Amount, channel: LotCommand.Channel) -> LotAnswer {
    guard quantity <= onHand else { return .refused(.notEnough, "\(id) has \(amount(onHand))", id) }
    switch channel {
    case .local:
      guard quantity <= pickable else { return promisedAnswer(quantity) }
      let fromReserved = min(reservedLocally, quantity)
      reservedLocally -= fromReserved
      reservedFromLocalShare -= min(reservedFromLocalShare, fromReserved)
      localShareLeft -= min(localShareLeft, quantity - fromReserved)
    case .nexus:
      let fromReserved = min(reservedForMarket, quantity)
      guard quantity - fromReserved <= sellableToMarket else { return notPromisedAnswer() }
      reservedForMarket -= fromReserved
      promises.fulfil(quantity - fromReserved)
    }
    onHand -= quantity
    picked = min(picked + quantity, .largest)
    return .done("picked \(amount(quantity)) of \(id); \(amount(onHand)) left", id)
  }

  mutating func reserve(_ quantity: Amount, channel: LotCommand.Channel) -> LotAnswer {
    switch channel {
    case .nexus:
      guard quantity <= sellableToMarket else { return notPromisedAnswer() }
      promises.fulfil(quantity)
      reservedForMarket += quantity
      return .done("reserved \(amount(quantity)) of \(id) for the Nexus", id)
    case .local:
      guard quantity <= reservable else {
        return .refused(.notEnough, "\(amount(reservable)) of \(id) can be reserved", id)
      }
      let fromLocalShare = min(localShare, quantity)
      localShareLeft -= fromLocalShare
      reservedFromLocalShare += fromLocalShare
      reservedLocally += quantity
      let notYet = min(quantity, reservedNotYetFirm)
      guard notYet > .zero else { return .done("reserved \(amount(quantity)) of \(id)", id) }
      return LotAnswer(
        result: .deferred, reason: LotRefusal.promised.rawValue,
        text: "reserved \(amount(quantity)) of \(id); the Nexus may still sell \(amount(notYet)) of it"
          + untilFree(notYet), lot: id)
    }
  }

  mutating func unreserve(_ quantity: Amount, channel: LotCommand.Channel) -> LotAnswer {
    let held = channel == .local ? reservedLocally : reservedForMarket
    guard quantity <= held else { return .refused(.notReserved, "\(amount(held)) of \(id) is reserved", id) }
    switch channel {
    case .local:
      // What was taken from the market's stock was taken last, and returns first.
      let toLocalShare = max(.zero, quantity - (reservedLocally - reservedFromLocalShare))
      reservedLocally -= quantity
      reservedFromLocalShare -= toLocalShare
      localShareLeft += toLocalShare
    case .nexus:
      reservedForMarket -= quantity
    }
    return .done("\(amount(reserved)) of \(id) is still reserved", id)
  }

  /// A changed local share moves what is left of it by the difference.
  mutating func adopt(_ plan: ProductPlan) {
    localShareLeft = max(.zero, localShareLeft + plan.localShare - self.plan.localShare)
    self.plan = plan
    isConfigured = true
  }

  /// What may be spoken for by name: everything but what is so already and the scale's uncertainty.
  private var reservable: Amount { max(.zero, onHand - reserved - allocated - plan.buffer) }

  /// What a sale by the marketplace may take: what it was promised, or, when word of the sale comes after the
  /// promise has run out, what nobody else has been given meanwhile.
  private var sellableToMarket: Amount {
    min(onHand - reservedForMarket, max(promised, reservable - localShare))
  }

  private func notPromisedAnswer() -> LotAnswer {
    .refused(.notPromised, "the Nexus may take \(amount(max(.zero, sellableToMarket))) of \(id)", id)
  }

  private func promisedAnswer(_ quantity: Amount) -> LotAnswer {
    .refused(
      .promised,
      "\(amount(pickable)) of \(id) can be picked; the Nexus may still sell the rest\(untilFree(quantity - pickable)). "
        + "Reserve it, and it is published as gone until it can be picked", id)
  }

  /// When `more` than now can be picked, as far as claims known today tell.
  private func untilFree(_ more: Amount) -> String {
    promises.end(above: promised - more).map { " until \($0.rfc3339)" } ?? ""
  }

  private func amount(_ amount: Amount) -> String { "\(amount) \(plan.unit.symbol)" }
}
