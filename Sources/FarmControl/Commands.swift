public import FarmUnits

/// What a command makes of an output.
public enum CommandedMode: UInt8, Sendable, CaseIterable {
  case off, on
  /// Back to its controller.
  case auto
}

/// A command that has passed signature, validity and rate; what remains is whether the output may do it.
public struct OutputCommand: Equatable, Sendable {
  /// Index into the plan's outputs.
  public var output: Int
  public var set: CommandedMode
  /// When it lapses and the controller has the output again. For `on` cut to the longest on time, or to an
  /// hour where there is none. Nil: as long as that for `on`, until further notice for `off`.
  public var until: Instant?
  public var source: CommandSource
  /// The caller's mark, shown in the output's state while the command holds; not 0.
  public var token: UInt64

  public init(
    output: Int, set: CommandedMode, until: Instant? = nil, source: CommandSource = .operator, token: UInt64
  ) {
    (self.output, self.set, self.until) = (output, set, until)
    (self.source, self.token) = (source, token)
  }
}

/// What a person can do to an alarm.
public enum AlarmAction: Equatable, Sendable {
  /// It has been seen: it stays until its cause is gone, and is silent.
  case acknowledge
  /// Out of sight for a limited time, 24 hours at most.
  case shelve(Duration)
  case unshelve
  /// Releases what this alarm has latched.
  case clear
}

public struct AlarmCommand: Equatable, Sendable {
  /// Index into the alarm table.
  public var alarm: Int
  public var action: AlarmAction
  public var token: UInt64

  public init(alarm: Int, action: AlarmAction, token: UInt64) {
    (self.alarm, self.action, self.token) = (alarm, action, token)
  }
}

/// The answer that every command gets.
public enum CommandVerdict: Equatable, Sendable {
  case accepted
  /// Taken, and carried out as soon as this no longer stands in the way, if that is before it lapses.
  case deferred(ReasonCode)
  /// Not taken; nothing has changed.
  case refused(ReasonCode)
}
