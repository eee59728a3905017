internal import FarmUnits

/// Decides when an evaporator is defrosted and when that is over.
struct DefrostClock: Sendable {
  typealias Phase = DefrostPhase

  let plan: DefrostPlan
  private(set) var phase = Phase.cooling
  private(set) var since: Instant

  /// - Parameter memory: From before a restart. A defrost goes on where it was, so that a gateway that restarts
  ///   again and again neither forgets to defrost nor does nothing else.
  init(plan: DefrostPlan, startedAt now: Instant, memory: ColdStoreMemory? = nil) {
    (self.plan, since) = (plan, now)
    guard let memory else { return }
    phase = memory.phase
    since = now.advanced(by: .zero - min(max(memory.lasted, .zero), plan.every))
  }

  /// Goes on under another plan.
  mutating func takeOver(_ old: Self) { (phase, since) = (old.phase, old.since) }

  func memory(at now: Instant) -> ColdStoreMemory {
    ColdStoreMemory(phase: phase, lasted: since.duration(to: now))
  }

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
