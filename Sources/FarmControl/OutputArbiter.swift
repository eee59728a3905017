internal import FarmUnits

/// Weighs what the sources want of one output, and passes the result through its guard.
struct OutputArbiter: Sendable {
  /// A manual `on` without an end, where no longest on time says more.
  static let manualOnLimit = Duration.seconds(3600)

  /// What the output's surroundings say in one tick.
  struct Surroundings: Equatable {
    /// The controller's wish; nil where no controller has this output.
    var wish: Demand?
    /// Trouble that forbids it to run, such as a leak.
    var veto: ReasonCode?
    /// Quality of the reading that governs it; `good` where none does, or where a second source stands in.
    var quality = Quality.good
    var excluded = false
    var feedback = ConfirmedLevel.unknown
  }

  enum Mode {
    case automatic
    case on(until: Instant, source: CommandSource, token: UInt64)
    case off(until: Instant?, source: CommandSource, token: UInt64)
  }

  let safe: Level
  /// Index of the feedback channel; -1: none.
  let feedback: Int
  let onBadQuality: BadQualityReaction
  private(set) var actuator: ActuatorGuard
  private(set) var mode = Mode.automatic
  private(set) var hasFailed = false
  /// An `off` that no tick has seen yet; it takes effect even if it lapses before.
  private var hasUnseenOff = false
  private var badSince: Instant?
  private var duty: DutyCycle?

  init(plan: OutputPlan, startedAt now: Instant, memory: OutputMemory?) {
    (safe, onBadQuality, feedback) = (plan.safe, plan.onBadQuality, plan.feedback ?? -1)
    actuator = ActuatorGuard(limits: plan.limits, safe: plan.safe, startedAt: now, memory: memory)
    if memory?.heldOff == true { mode = .off(until: nil, source: .operator, token: 0) }
  }

  mutating func step(_ around: Surroundings, at now: Instant) -> OutputState {
    lapse(at: now)
    let demand = weigh(around, at: now)
    let decision = actuator.step(demand, excluded: around.excluded, at: now)
    return OutputState(
      commanded: decision.level, confirmed: hasFailed ? .unknown : around.feedback, reason: decision.reason,
      limiting: decision.limiting, source: decision.limiting == .maximumOn ? .safety : demand.source,
      since: actuator.since, latched: actuator.latched, demandStanding: demand.level == .on,
      until: decision.level == .on ? earliest(actuator.onUntil, lease) : nil, token: token)
  }

  /// Takes a command over. `off` is never refused.
  mutating func apply(_ command: OutputCommand, at now: Instant) -> CommandVerdict {
    switch command.set {
    case .auto:
      mode = .automatic
      return .accepted
    case .off:
      mode = .off(until: command.until, source: command.source, token: command.token)
      hasUnseenOff = true
      let mustWait = command.source == .controller && actuator.level == .on && isTooYoung(at: now)
      return mustWait ? .deferred(.minimumOn) : .accepted
    case .on:
      return switchOn(command, at: now)
    }
  }

  mutating func fail(at now: Instant) {
    hasFailed = true
    actuator.abandon(at: now)
  }
  mutating func recover() { hasFailed = false }
  mutating func clearLatch() { actuator.clearLatch() }

  /// Goes on at the same line under another plan.
  mutating func takeOver(_ old: Self) {
    actuator.takeOver(old.actuator)
    (mode, hasFailed, hasUnseenOff, badSince) = (old.mode, old.hasFailed, old.hasUnseenOff, old.badSince)
    duty = onBadQuality == old.onBadQuality ? old.duty : nil
  }

  /// Begins at another line, as after a restart; a person's off stands.
  mutating func begin(after old: Self, plan: OutputPlan, at now: Instant) {
    self = OutputArbiter(plan: plan, startedAt: now, memory: old.memory(at: now).aged(by: .zero))
    if case .off = old.mode { (mode, hasUnseenOff) = (old.mode, old.hasUnseenOff) }
  }

  func memory(at now: Instant) -> OutputMemory {
    OutputMemory(
      offFor: actuator.level == .off ? actuator.since.duration(to: now) : nil, starts: actuator.starts,
      latched: actuator.latched, heldOff: isHeldOff, at: now)
  }

  var mark: OutputMark {
    OutputMark(
      level: actuator.level, since: actuator.since, latched: actuator.latched, heldOff: isHeldOff)
  }

  /// When it may do something else than in this tick, while its surroundings stay as they are.
  func nextChange(after now: Instant) -> NextChange {
    var next = NextChange(after: now)
    switch mode {
    case .on(let until, _, _), .off(let until?, _, _): next.wait(until: until)
    case .off(nil, _, _), .automatic: break
    }
    actuator.gather(&next, after: now)
    guard badSince != nil else { return next }
    switch onBadQuality {
    case .safe: break
    case .hold, .duty: next.isAlwaysDue()
    }
    return next
  }

  private var isHeldOff: Bool {
    if case .off(nil, let source, _) = mode { source != .controller } else { false }
  }

  private mutating func switchOn(_ command: OutputCommand, at now: Instant) -> CommandVerdict {
    if hasFailed { return .refused(.outputFailed) }
    if actuator.latched { return .refused(.latched) }
    if let until = command.until, until <= now { return .refused(.expired) }
    var longest = now.advanced(by: actuator.limits.maxOn ?? Self.manualOnLimit)
    if let onUntil = actuator.onUntil { longest = min(longest, onUntil) }
    mode = .on(
      until: min(command.until ?? longest, longest), source: command.source, token: command.token)
    if let obstacle = actuator.obstacle(at: now) { return .deferred(ActuatorGuard.reason(obstacle)) }
    return .accepted
  }

  private mutating func lapse(at now: Instant) {
    switch mode {
    case .on(let until, _, _) where until <= now: mode = .automatic
    case .off(let until?, _, _) where until <= now && !hasUnseenOff: mode = .automatic
    default: break
    }
    hasUnseenOff = false
  }

  private mutating func weigh(_ around: Surroundings, at now: Instant) -> Demand {
    if around.quality == .good {
      (badSince, duty) = (nil, nil)
    } else if badSince == nil {
      badSince = now
    }
    if hasFailed { return Demand(safe, .outputFailed, source: .safety, force: .safety) }
    if let veto = around.veto { return Demand(safe, veto, source: .safety, force: .safety) }
    let fallback = badSince.map { reaction(to: around.quality, since: $0, at: now) }
    if let fallback, fallback.force == .safety { return fallback }
    switch mode {
    case .off(_, let source, _):
      return Demand(.off, .manualOff, source: source, force: source == .controller ? .ordinary : .person)
    case .on(_, let source, _):
      return Demand(.on, .manualOn, source: source)
    case .automatic:
      if let wish = around.wish, wish.needsNoReading { return wish }
      return fallback ?? around.wish ?? Demand(safe, .idle)
    }
  }

  private mutating func reaction(to quality: Quality, since: Instant, at now: Instant) -> Demand {
    switch onBadQuality {
    case .hold(let time) where since.duration(to: now) < time:
      return Demand(actuator.level, .holding)
    case .safe, .hold:
      return Demand(safe, ReasonCode(quality), source: .safety, force: .safety)
    case .duty(let on, let off):
      var cycle = duty ?? DutyCycle(on: on, off: off, isOn: actuator.level == .on, at: now)
      let isOn = cycle.step(at: now)
      duty = cycle
      return Demand(isOn ? .on : .off, isOn ? .dutyOn : .dutyOff)
    }
  }

  private func isTooYoung(at now: Instant) -> Bool {
    actuator.since.duration(to: now) < actuator.limits.minOn
  }

  private var lease: Instant? { if case .on(let until, _, _) = mode { until } else { nil } }

  private var token: UInt64 {
    switch mode {
    case .automatic: 0
    case .on(_, _, let token), .off(_, _, let token): token
    }
  }
}

/// Runs and rests by the clock.
struct DutyCycle: Sendable {
  let on: Duration
  let off: Duration
  private(set) var isOn: Bool
  private var since: Instant

  init(on: Duration, off: Duration, isOn: Bool, at now: Instant) {
    (self.on, self.off, self.isOn, since) = (on, off, isOn, now)
  }

  mutating func step(at now: Instant) -> Bool {
    if since.duration(to: now) >= (isOn ? on : off) {
      isOn.toggle()
      since = now
    }
    return isOn
  }
}

/// The earlier of two moments, where nil is never.
func earliest(_ a: Instant?, _ b: Instant?) -> Instant? {
  guard let a, let b else { return a ?? b }
  return min(a, b)
}
