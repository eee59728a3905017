public import FarmUnits

/// What is wanted of an output in one tick, after the sources have been weighed against each other.
public struct Demand: Equatable, Sendable {
  /// How strongly it is wanted to be off.
  public enum Force: UInt8, Sendable {
    /// Shortest times hold.
    case ordinary
    /// A person's off: the shortest on time does not hold it up.
    case person
    /// Nothing holds it up.
    case safety
  }
  public var level: Level
  public var reason: ReasonCode
  public var source: CommandSource
  public var force: Force
  /// A controller's wish that does not rest on the reading that governs the output, such as a defrost: it stands
  /// while that reading is bad.
  public var needsNoReading: Bool

  public init(
    _ level: Level, _ reason: ReasonCode, source: CommandSource = .controller, force: Force = .ordinary,
    needsNoReading: Bool = false
  ) {
    (self.level, self.reason, self.source, self.force) = (level, reason, source, force)
    self.needsNoReading = needsNoReading
  }
}

/// What an output is told, and what limited it.
public struct GuardDecision: Equatable, Sendable {
  public var level: Level
  /// The limiting guard's reason, or else the demand's own.
  public var reason: ReasonCode
  /// Nil when the demand is met as it stands.
  public var limiting: GuardKind?

  public init(level: Level, reason: ReasonCode, limiting: GuardKind? = nil) {
    (self.level, self.reason, self.limiting) = (level, reason, limiting)
  }
}

/// Keeps one output within its limits, whoever commands it.
///
/// Precedence: off for safety, the longest on time and exclusion; then a person's off; then the shortest on
/// time; then everything that has to wait before it may start. A value: it reads no clock and drives nothing.
public struct ActuatorGuard: Sendable {
  public let limits: GuardLimits
  public let safe: Level
  public private(set) var level: Level
  /// When `level` last changed. Before the start of the gateway if that is remembered.
  public private(set) var since: Instant
  /// Held safe until a person clears it.
  public private(set) var latched: Bool
  private let minOn, minOff, maxOn: TimeLimit
  private(set) var starts: StartLog

  /// - Parameter memory: What is known from before a restart. Nil counts as having gone off just now, so that
  ///   the full `minOff` runs from here.
  public init(limits: GuardLimits, safe: Level, startedAt now: Instant, memory: OutputMemory? = nil) {
    (self.limits, self.safe, level) = (limits, safe, safe)
    (minOn, minOff) = (TimeLimit(limits.minOn), TimeLimit(limits.minOff))
    maxOn = limits.maxOn.map { TimeLimit($0) } ?? TimeLimit(nanoseconds: .max)
    since = now.advanced(by: .zero - max(memory?.offFor ?? .zero, .zero))
    latched = memory?.latched ?? false
    starts = memory?.starts(at: now) ?? StartLog()
    if safe == .on { since = now }
  }

  /// One tick. Does not allocate. `now` never runs backwards.
  ///
  /// - Parameter excluded: An output that must not run at the same time is on, or went off in this very tick.
  public mutating func step(_ demand: Demand, excluded: Bool, at now: Instant) -> GuardDecision {
    level == .on ? stepOn(demand, excluded, now) : stepOff(demand, excluded, now)
  }

  /// A person has looked at it.
  public mutating func clearLatch() { latched = false }

  /// It could not be driven: what was commanded counts as over, and the shortest off time runs.
  public mutating func abandon(at now: Instant) {
    if level != safe { change(to: safe, at: now) }
  }

  /// Goes on with the same output within other limits. A latch needs the limit that it came from: nobody could clear it
  /// otherwise.
  mutating func takeOver(_ old: Self) {
    (level, since, starts) = (old.level, old.since, old.starts)
    latched = old.latched && limits.maxOn != nil
  }

  /// When it is off again at the latest, if it is on.
  public var onUntil: Instant? {
    guard level == .on, let maxOn = limits.maxOn else { return nil }
    return since.advanced(by: maxOn)
  }

  /// Which guard would keep it from going on at `now`, exclusion aside.
  public func obstacle(at now: Instant) -> GuardKind? {
    if latched { return .maximumOn }
    guard level == .off else { return nil }
    if !since.isAtLeast(minOff, before: now) { return .minimumOff }
    if let limit = limits.startsPerHour, starts.blockedUntil(limit: limit, at: now) != nil {
      return .startsPerHour
    }
    return nil
  }

  private mutating func stepOn(_ demand: Demand, _ excluded: Bool, _ now: Instant) -> GuardDecision {
    if excluded { return turnOff(.exclusion, .exclusion, now) }
    if demand.level == .off, demand.force == .safety { return turnOff(demand.reason, nil, now) }
    if limits.maxOn != nil, since.isAtLeast(maxOn, before: now) {
      guard demand.level == .on else { return turnOff(demand.reason, nil, now) }
      latched = true
      return turnOff(.maximumOn, .maximumOn, now)
    }
    if demand.level == .on { return GuardDecision(level: .on, reason: demand.reason) }
    if demand.force == .ordinary, !since.isAtLeast(minOn, before: now) {
      return GuardDecision(level: .on, reason: .minimumOn, limiting: .minimumOn)
    }
    return turnOff(demand.reason, nil, now)
  }

  private mutating func stepOff(_ demand: Demand, _ excluded: Bool, _ now: Instant) -> GuardDecision {
    guard demand.level == .on else {
      return GuardDecision(
        level: .off, reason: latched ? .latched : demand.reason, limiting: latched ? .maximumOn : nil)
    }
    if excluded { return GuardDecision(level: .off, reason: .exclusion, limiting: .exclusion) }
    // An output whose safe level is on goes there without waiting.
    if demand.force != .safety, let obstacle = obstacle(at: now) {
      return GuardDecision(level: .off, reason: Self.reason(obstacle), limiting: obstacle)
    }
    change(to: .on, at: now)
    return GuardDecision(level: .on, reason: demand.reason)
  }

  private mutating func turnOff(_ reason: ReasonCode, _ limiting: GuardKind?, _ now: Instant) -> GuardDecision
  {
    change(to: .off, at: now)
    return GuardDecision(level: .off, reason: reason, limiting: limiting)
  }

  private mutating func change(to level: Level, at now: Instant) {
    (self.level, since) = (level, now)
    if level == .on { starts.record(now) }
  }

  /// All that it waits for while it is asked the same.
  func gather(_ next: inout NextChange, after now: Instant) {
    switch level {
    case .on:
      next.wait(minOn, from: since)
      if limits.maxOn != nil { next.wait(maxOn, from: since) }
    case .off:
      next.wait(minOff, from: since)
      if let limit = limits.startsPerHour, let free = starts.blockedUntil(limit: limit, at: now) {
        next.wait(until: free)
      }
    }
  }

  static func reason(_ guardKind: GuardKind) -> ReasonCode {
    switch guardKind {
    case .minimumOn: .minimumOn
    case .minimumOff: .minimumOff
    case .maximumOn: .latched
    case .startsPerHour: .startsPerHour
    case .exclusion: .exclusion
    }
  }
}
