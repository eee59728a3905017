internal import FarmUnits

/// Charges a drone while it stands on its pad and somebody who knows it says that it may be. Any doubt ends it.
struct ChargerController: Sendable {
  let charger: Int
  /// Channel; -1: none.
  let contact: Int
  private(set) var permit: ChargePermit?

  init(plan: ChargerPlan) { (charger, contact) = (plan.charger, plan.contact ?? -1) }

  mutating func take(_ permit: ChargePermit) { self.permit = permit }

  /// Goes on at the same charger under another plan.
  mutating func takeOver(_ old: Self, pad: Int) {
    permit = old.permit
    permit?.pad = pad
  }

  /// One tick. Does not allocate.
  ///
  /// - Parameters:
  ///   - contact: Nil where the pad has none. One that cannot be believed is the output's own concern
  ///     (`on_bad_quality`), as with every reading that governs an output.
  ///   - onUntil: When the charger's longest on time ends.
  func step(contact: Reading?, onUntil: Instant?, at now: Instant) -> Demand {
    guard let permit, now < permit.until else { return Demand(.off, .chargeUnconfirmed) }
    if contact?.goodContact == .open { return Demand(.off, .padEmpty) }
    guard permit.isGranted else { return Demand(.off, permit.reason) }
    // A person's lease ends with the longest on time, and is no fault that would have to latch.
    if permit.reason == .chargingByPerson, let onUntil, onUntil <= now {
      return Demand(.off, .chargeLeaseOver)
    }
    return Demand(.on, permit.reason)
  }
}

extension FarmController {
  /// Takes over what is known of a drone on a pad. Takes no memory.
  public mutating func apply(_ permit: ChargePermit) {
    guard chargers.indices.contains(permit.pad) else { return }
    chargers[permit.pad].take(permit)
  }

  mutating func stepCharger(_ number: Int, at now: Instant) {
    let (output, channel) = (chargers[number].charger, chargers[number].contact)
    let reading = channel >= 0 ? channels[channel].reading : nil
    wishes[output] = chargers[number].step(
      contact: reading, onUntil: arbiters[output].actuator.onUntil, at: now)
    qualities[output] = reading?.quality ?? .good
  }
}
