public import FarmUnits

/// An output as it stands after a tick, with its reasons. Trivially copyable.
public struct OutputState: Equatable, Sendable {
  /// What the line is to be driven to.
  public var commanded: Level
  /// What its feedback says.
  public var confirmed: ConfirmedLevel
  /// Why it is as it is; the limiting guard where there is one.
  public var reason: ReasonCode
  public var limiting: GuardKind?
  /// Whose wish decided.
  public var source: CommandSource
  /// When `commanded` last changed.
  public var since: Instant
  /// Held safe until a person clears it.
  public var latched: Bool
  /// Something wants it on at this moment, whether or not it may.
  public var demandStanding: Bool
  /// It is off by then at the latest unless asked again. Nil while off, and while nothing bounds it.
  public var until: Instant?
  /// The command that holds it; 0 for none.
  public var token: UInt64
}

extension OutputState {
  /// Whether its alarms have the same to go by.
  func alarms(like other: Self) -> Bool {
    commanded == other.commanded && confirmed == other.confirmed && latched == other.latched
      && reason == other.reason
  }

  /// Before the first tick.
  init(starting level: Level, at now: Instant) {
    self.init(
      commanded: level, confirmed: .unknown, reason: .starting, limiting: nil, source: .safety, since: now,
      latched: false, demandStanding: false, until: nil, token: 0)
  }
}
