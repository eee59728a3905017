internal import FarmUnits

/// Compares what one bed's valve lets through with what it should, as far as its meter can tell.
///
/// A meter of one pulse per litre tells nothing within ten seconds: how long is measured follows from the
/// meter's resolution and the bed's lowest flow, and one pulse either way is never held against the bed.
struct FlowSupervisor: Sendable {
  private enum Phase {
    case shut
    case settling
    case measuring(from: Instant, total: Double)
  }

  let plan: FlowPlan
  private let settle: TimeLimit
  /// How long is measured before a verdict about too little.
  let window: Duration
  private let windowLimit: TimeLimit
  private let mostInHalfWindow: Double
  private(set) var hasNoFlow = false
  private(set) var hasLowFlow = false
  private(set) var hasBurst = false
  private(set) var meterIsDead = false
  private var phase = Phase.shut

  init(plan: FlowPlan) {
    self.plan = plan
    let pulse = max(plan.litresPerPulse ?? 0, 0)
    let slowest = plan.expectedMinimum ?? 1
    let threePulses = slowest > 0 ? 3 * pulse / slowest * 60 : 0
    settle = TimeLimit(plan.settle)
    window = max(plan.settle, .seconds(20), .seconds(min(threePulses, 3600)))
    windowLimit = TimeLimit(window)
    mostInHalfWindow = (plan.expectedMaximum ?? .infinity) * window.inSeconds / 120
  }

  /// - Parameters:
  ///   - aloneSince: Since when the valve has been open and no other on the same meter; nil while it is not so.
  ///   - meter: Nil while the meter is not known to be right.
  ///   - soilGotWetter: The probe has moved towards wet since the valve opened.
  /// - Returns: What is known afterwards.
  @discardableResult
  mutating func step(
    aloneSince: Instant?, meter: FlowMeter?, soilGotWetter: Bool, at now: Instant
  ) -> FlowVerdict {
    advance(aloneSince, meter, soilGotWetter, now)
    return verdict
  }

  /// While the valve is open together with others.
  ///
  /// - Parameter shared: What the meter says of all of them; nil while it says nothing yet.
  /// - Returns: What is known afterwards.
  mutating func step(sharing shared: FlowVerdict?) -> FlowVerdict {
    phase = .shut
    if let shared {
      (hasNoFlow, hasBurst) = (hasNoFlow || shared.hasNoFlow, hasBurst || shared.hasBurst)
      (hasLowFlow, meterIsDead) = (shared.hasLowFlow, shared.meterIsDead)
    }
    return verdict
  }

  private var verdict: FlowVerdict {
    FlowVerdict(hasNoFlow: hasNoFlow, hasLowFlow: hasLowFlow, hasBurst: hasBurst, meterIsDead: meterIsDead)
  }

  private mutating func advance(
    _ aloneSince: Instant?, _ meter: FlowMeter?, _ soilGotWetter: Bool, _ now: Instant
  ) {
    guard let aloneSince, let meter else {
      phase = .shut
      return
    }
    switch phase {
    case .shut:
      phase = .settling
    case .settling:
      if aloneSince.isAtLeast(settle, before: now) { phase = .measuring(from: now, total: meter.total) }
    case .measuring(let from, let total):
      judge(meter.total - total, since: from, meter, soilGotWetter, now)
    }
  }

  /// A person has looked at it.
  mutating func clear() { (hasNoFlow, hasBurst) = (false, false) }

  /// Goes on under another plan; at another meter what is being measured begins anew.
  mutating func takeOver(_ old: Self, isSameMeter: Bool) {
    (hasNoFlow, hasLowFlow, hasBurst) = (old.hasNoFlow, old.hasLowFlow, old.hasBurst)
    meterIsDead = old.meterIsDead
    if isSameMeter { phase = old.phase }
  }

  private mutating func judge(
    _ litres: Double, since start: Instant, _ meter: FlowMeter, _ soilGotWetter: Bool, _ now: Instant
  ) {
    // Half a window is the least that a burst is judged by.
    if litres - meter.resolution > mostInHalfWindow, let most = plan.expectedMaximum,
      litres - meter.resolution > most * start.seconds(to: now) / 60
    {
      hasBurst = true
    }
    guard start.isAtLeast(windowLimit, before: now) else { return }
    let minutes = start.seconds(to: now) / 60
    phase = .measuring(from: now, total: meter.total)
    meterIsDead = litres <= 0 && soilGotWetter
    hasNoFlow = hasNoFlow || (litres <= 0 && !soilGotWetter)
    hasLowFlow = plan.expectedMinimum.map { litres > 0 && litres + meter.resolution < $0 * minutes } ?? false
  }
}

/// Watches one meter while every valve on it is shut.
struct LeakWatch: Sendable {
  let litres: Double
  private let within: TimeLimit
  private let settle: TimeLimit
  private(set) var hasLeak = false
  private var shutSince: Instant?
  private var start: (at: Instant, total: Double)?

  init(plan: LeakPlan, settle: Duration, resolution: Double) {
    litres = plan.litres ?? max(2, 3 * resolution)
    (within, self.settle) = (TimeLimit(plan.within), TimeLimit(settle))
  }

  /// - Parameters:
  ///   - isWatched: Every valve is shut, and the meter is known to be right.
  ///   - total: The meter's.
  mutating func step(isWatched: Bool, total: Double, at now: Instant) {
    guard isWatched else {
      (shutSince, start) = (nil, nil)
      return
    }
    let shut = shutSince ?? now
    shutSince = shut
    guard shut.isAtLeast(settle, before: now) else { return }
    guard let begin = start else {
      start = (now, total)
      return
    }
    if total - begin.total >= litres { hasLeak = true }
    if begin.at.isAtLeast(within, before: now) { start = (now, total) }
  }

  mutating func clear() { (hasLeak, start) = (false, nil) }
  /// There was a leak before the restart that nobody has cleared.
  mutating func restore() { hasLeak = true }
  /// Goes on with the same meter under another plan.
  mutating func takeOver(_ old: Self) {
    (hasLeak, shutSince, start) = (old.hasLeak, old.shutSince, old.start)
  }
}
