public import FarmUnits

/// Whether the cause of an alarm is there.
public enum AlarmCondition: UInt8, Sendable {
  case clear
  /// Gone, but not far enough for an active alarm to return.
  case between
  case raised

  /// - Parameters:
  ///   - raised: The cause is there.
  ///   - between: It is not far gone.
  public init(_ raised: Bool, between: Bool = false) { self = raised ? .raised : between ? .between : .clear }
}

/// Where an alarm stands, after ISA-18.2.
public enum AlarmPhase: UInt8, Sendable, CaseIterable {
  case normal
  /// The cause is there, its delay not over.
  case pending
  case active
  /// Active, and somebody has seen it.
  case acknowledged
  /// Put out of sight for a limited time.
  case shelved

  /// As published.
  public var text: String {
    switch self {
    case .normal: "normal"
    case .pending: "pending"
    case .active: "active"
    case .acknowledged: "acknowledged"
    case .shelved: "shelved"
    }
  }
}

/// One alarm's life: delay before it is raised, acknowledgement, shelving for a limited time, and a return
/// that does not chatter.
public struct AlarmMachine: Sendable {
  public static let longestShelf = Duration.seconds(86_400)

  public private(set) var phase = AlarmPhase.normal
  /// When `phase` last changed.
  public private(set) var since: Instant
  /// While shelved.
  public private(set) var shelvedUntil: Instant?
  /// How long the cause must be there first.
  public let delay: Duration
  /// How long it must be gone before the alarm returns.
  public let returnAfter: Duration
  private var clearSince: Instant?
  /// Since when the cause has been there without the alarm being active, in sight or not.
  private var raisedSince: Instant?
  private var isActiveUnderneath = false

  /// - Parameter memory: What a person had done about it before a restart.
  public init(
    delay: Duration = .zero, returnAfter: Duration = .zero, startedAt now: Instant,
    memory: AlarmMemory? = nil
  ) {
    (self.delay, self.returnAfter, since) = (delay, returnAfter, now)
    switch memory {
    case .acknowledged: phase = .acknowledged
    case .shelved(let left) where left > .zero:
      (phase, shelvedUntil) = (.shelved, now.advanced(by: min(left, Self.longestShelf)))
    case .shelved, nil: break
    }
  }

  /// Goes on about the same thing with other delays.
  mutating func takeOver(_ old: Self) {
    (phase, since, shelvedUntil) = (old.phase, old.since, old.shelvedUntil)
    (clearSince, raisedSince) = (old.clearSince, old.raisedSince)
    isActiveUnderneath = old.isActiveUnderneath
  }

  func memory(at now: Instant) -> AlarmMemory? {
    switch phase {
    case .acknowledged: .acknowledged
    case .shelved: shelvedUntil.map { .shelved(left: max(now.duration(to: $0), .zero)) }
    case .normal, .pending, .active: nil
    }
  }

  /// Nothing to do: saves the loop the step.
  @inline(__always)
  func isQuiet(_ condition: AlarmCondition) -> Bool { phase == .normal && condition != .raised }

  /// Known, and its cause as much there as it was.
  @inline(__always)
  func isStanding(_ condition: AlarmCondition) -> Bool {
    (phase == .active || phase == .acknowledged) && condition == .raised && clearSince == nil
  }

  /// One tick. Does not allocate.
  public mutating func step(_ condition: AlarmCondition, at now: Instant) {
    switch phase {
    case .normal:
      if condition == .raised { enter(isDue(condition, now) ? .active : .pending, now) }
    case .pending:
      if condition != .raised {
        enter(.normal, now)
      } else if isDue(condition, now) {
        enter(.active, now)
      }
    case .active, .acknowledged:
      if hasReturned(condition, now) { enter(.normal, now) }
    case .shelved:
      if isActiveUnderneath {
        isActiveUnderneath = !hasReturned(condition, now)
      } else {
        isActiveUnderneath = isDue(condition, now)
        if isActiveUnderneath { raisedSince = nil }
      }
      if let until = shelvedUntil, now >= until { unshelve(now) }
    }
  }

  /// Takes a person's action. `clear` is not for here: it concerns what the alarm watches.
  public mutating func acknowledge(at now: Instant) -> CommandVerdict {
    switch phase {
    case .active:
      enter(.acknowledged, now)
      return .accepted
    case .acknowledged: return .accepted
    case .normal, .pending, .shelved: return .refused(.notActive)
    }
  }

  public mutating func shelve(for time: Duration, at now: Instant) -> CommandVerdict {
    guard time <= Self.longestShelf else { return .refused(.shelfTooLong) }
    guard time > .zero else { return .refused(.expired) }
    if phase != .shelved {
      isActiveUnderneath = phase == .active || phase == .acknowledged
      enter(.shelved, now)
    }
    shelvedUntil = now.advanced(by: time)
    return .accepted
  }

  public mutating func unshelve(at now: Instant) -> CommandVerdict {
    guard phase == .shelved else { return .refused(.notShelved) }
    unshelve(now)
    return .accepted
  }

  private mutating func unshelve(_ now: Instant) {
    shelvedUntil = nil
    enter(isActiveUnderneath ? .active : raisedSince == nil ? .normal : .pending, now)
    isActiveUnderneath = false
  }

  private mutating func hasReturned(_ condition: AlarmCondition, _ now: Instant) -> Bool {
    guard condition == .clear else {
      clearSince = nil
      return false
    }
    let start = clearSince ?? now
    clearSince = start
    return start.duration(to: now) >= returnAfter
  }

  /// The cause has been there for the whole delay.
  private mutating func isDue(_ condition: AlarmCondition, _ now: Instant) -> Bool {
    raisedSince = condition == .raised ? raisedSince ?? now : nil
    return raisedSince.map { $0.duration(to: now) >= delay } ?? false
  }

  private mutating func enter(_ next: AlarmPhase, _ now: Instant) {
    (phase, since, clearSince) = (next, now, nil)
    if next == .normal || next == .active { raisedSince = nil }
  }
}
