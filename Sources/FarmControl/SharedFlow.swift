internal import FarmUnits

/// What the beds that are open on one meter should let through together. Gathered anew in every tick.
struct OpenBeds: Sendable {
  var count = 0
  /// Of the bed that is expected to take the least, litres per minute: less than this is less than any one gives.
  var leastAlone = Double.infinity
  /// Sums, litres per minute; a bed without a minimum adds nothing to the first, one without a maximum makes the second
  /// infinite.
  var leastTogether = 0.0
  var mostTogether = 0.0
  /// The probe of one of them has moved towards wet since its valve opened.
  var soilGotWetter = false
  /// When the last of all the meter's valves moved, open or shut.
  var steadySince = Instant(nanoseconds: .min)

  mutating func add(least: Double, most: Double, soilGotWetter gotWetter: Bool) {
    count += 1
    leastAlone = min(leastAlone, least)
    leastTogether += least
    mostTogether += most
    soilGotWetter = soilGotWetter || gotWetter
  }
}

/// What a meter says of the beds that are open on it.
struct FlowVerdict: Equatable, Sendable {
  var hasNoFlow = false, hasLowFlow = false, hasBurst = false, meterIsDead = false
}

/// Compares what two beds or more let through at once with what they should together: which of them it is that lets
/// too much or too little through, one meter cannot tell.
struct SharedFlow: Sendable {
  private enum Phase {
    case settling
    case measuring(from: Instant, total: Double)
  }

  private let settle: TimeLimit
  private let window: TimeLimit
  private let windowSeconds: Double
  private var phase = Phase.settling
  private var count = 0
  private var steadySince = Instant(nanoseconds: .min)
  /// Nil until there is one about those that are open now; always nil for fewer than two.
  private(set) var verdict: FlowVerdict?

  /// - Parameter plans: Of all the meter's beds: what the slowest of them asks for is given to all.
  init(plans: [FlowPlan]) {
    settle = TimeLimit(plans.map(\.settle).max() ?? .zero)
    let longest = plans.map { FlowSupervisor(plan: $0).window }.max() ?? .zero
    (window, windowSeconds) = (TimeLimit(longest), longest.inSeconds)
  }

  /// - Parameter meter: Nil while it is not known to be right.
  mutating func step(_ beds: OpenBeds, meter: FlowMeter?, at now: Instant) {
    if beds.count != count || beds.steadySince != steadySince {
      (count, steadySince) = (beds.count, beds.steadySince)
      restart()
    }
    guard beds.count > 1, let meter else { return restart() }
    switch phase {
    case .settling:
      if steadySince.isAtLeast(settle, before: now) { phase = .measuring(from: now, total: meter.total) }
    case .measuring(let from, let total):
      judge(meter.total - total, since: from, meter, beds, now)
    }
  }

  /// A person has looked at it.
  mutating func restart() { (phase, verdict) = (.settling, nil) }

  /// Goes on with the same meter under another plan.
  mutating func takeOver(_ old: Self) {
    (phase, count, steadySince, verdict) = (old.phase, old.count, old.steadySince, old.verdict)
  }

  private mutating func judge(
    _ litres: Double, since start: Instant, _ meter: FlowMeter, _ beds: OpenBeds, _ now: Instant
  ) {
    let (least, most) = (litres - meter.resolution, litres + meter.resolution)
    let minutes = start.seconds(to: now) / 60
    // As for a bed alone, half a window is the least that a burst is judged by.
    if least > beds.mostTogether * max(windowSeconds / 120, minutes) {
      var burst = verdict ?? FlowVerdict()
      burst.hasBurst = true
      verdict = burst
    }
    guard start.isAtLeast(window, before: now) else { return }
    phase = .measuring(from: now, total: meter.total)
    let isDead = litres <= 0 && beds.soilGotWetter
    let isNone = !isDead && (litres <= 0 || most < beds.leastAlone * minutes)
    verdict = FlowVerdict(
      hasNoFlow: isNone, hasLowFlow: !isNone && !isDead && most < beds.leastTogether * minutes,
      hasBurst: verdict?.hasBurst ?? false, meterIsDead: isDead)
  }
}
