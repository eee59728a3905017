public import FarmUnits

/// What an alarm belongs to, by index into the plan.
public enum AlarmSubject: Equatable, Sendable {
  case channel(Int)
  case output(Int)
  case irrigation(Int)
  case coldStore(Int)
  case farm
}

/// One line of the alarm table, fixed when the controller is made.
public struct AlarmDescription: Equatable, Sendable {
  /// `cold-1.too-warm`: the subject's name, a dot, the kind's code. Stable; a level of a topic.
  public let id: String
  public let kind: AlarmKind
  public let subject: AlarmSubject
  /// The subject's name.
  public let name: String
  /// A sentence for people.
  public var text: String { kind.sentence }
}

/// An alarm as it stands after a tick. Trivially copyable.
public struct AlarmState: Equatable, Sendable {
  public let kind: AlarmKind
  public internal(set) var phase: AlarmPhase
  /// When `phase` last changed.
  public internal(set) var since: Instant
  /// While shelved: until when.
  public internal(set) var until: Instant?
  /// What raised it last, such as the quality of a reading.
  public internal(set) var cause: ReasonCode
}

/// One transition of an alarm. Trivially copyable.
public struct AlarmEvent: Equatable, Sendable {
  /// Index into the alarm table.
  public let alarm: Int
  public let from: AlarmPhase
  public let to: AlarmPhase
  public let at: Instant
  public let cause: ReasonCode
  /// The command that made it; 0 for none.
  public let token: UInt64
}
