internal import FarmUnits

/// Decides when an evaporator is defrosted and when that is over.
struct DefrostClock: Sendable {
  enum Phase: UInt8 { case cooling, defrosting, dripping }

  let plan: DefrostPlan
  private(set) var phase = Phase.cooling
  private(set) var since: Instant

  init(plan: DefrostPlan, startedAt now: Instant) { (self.plan, since) = (plan, now) }

  /// - Parameters:
  ///   - coil: °C, if known.
  ///   - compressor: While it still runs out its shortest time, the defrost has not begun.
  mutating func step(coil: Double?, compressor: Level, at now: Instant) -> Phase {
    let elapsed = since.duration(to: now)
    switch phase {
    case .cooling:
      if elapsed >= plan.every { enter(.defrosting, now) }
    case .defrosting:
      if compressor == .on {
        since = now
      } else if elapsed >= plan.longest || isClear(coil) {
        enter(.dripping, now)
      }
    case .dripping:
      if elapsed >= plan.drip { enter(.cooling, now) }
    }
    return phase
  }

  private func isClear(_ coil: Double?) -> Bool {
    guard let coil, let until = plan.until else { return false }
    return coil >= until
  }

  private mutating func enter(_ next: Phase, _ now: Instant) { (phase, since) = (next, now) }
}
