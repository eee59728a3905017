internal import FarmUnits

/// Watches whether a running compressor cools: a relay that clicks and a motor that hums prove nothing.
struct CoolingCheck: Sendable {
  let plan: CoolingCheckPlan
  private(set) var hasFailed = false
  private var began: (temperature: Double, at: Instant)?

  init(plan: CoolingCheckPlan) { self.plan = plan }

  /// Goes on under another plan.
  mutating func takeOver(_ old: Self, isSameAir: Bool) {
    hasFailed = old.hasFailed
    if isSameAir { began = old.began }
  }

  /// - Parameters:
  ///   - air: °C; nil while unknown, which proves nothing.
  ///   - isCooling: The compressor has been told to run.
  ///   - isDisturbed: The door is open: warm air hides the effect.
  mutating func step(air: Double?, isCooling: Bool, isDisturbed: Bool, at now: Instant) {
    guard isCooling, let air else {
      began = nil
      return
    }
    guard let start = began, !isDisturbed else {
      began = (air, now)
      return
    }
    if start.temperature - air >= plan.fall {
      hasFailed = false
      began = (air, now)
    } else if start.at.duration(to: now) >= plan.within {
      hasFailed = true
      began = (air, now)
    }
  }
}
