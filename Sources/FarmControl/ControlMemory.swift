public import FarmUnits

/// What outlives a restart, by index into the plan. Kept by the caller under the outputs' names, since a changed
/// configuration changes the indices.
public struct ControlMemory: Sendable {
  /// Nil, or too short: nothing is known, and the full `minOff` runs from the start.
  public var outputs: [OutputMemory?]
  public var irrigations: [IrrigationMemory?]
  /// Nil, or too short: the time to the next defrost runs from the start.
  public var coldStores: [ColdStoreMemory?]
  /// By the alarm's id, which is made of names; only those that a person has acknowledged or shelved.
  public var alarms: [String: AlarmMemory]

  public init(
    outputs: [OutputMemory?] = [], irrigations: [IrrigationMemory?] = [],
    coldStores: [ColdStoreMemory?] = [], alarms: [String: AlarmMemory] = [:]
  ) {
    (self.outputs, self.irrigations) = (outputs, irrigations)
    (self.coldStores, self.alarms) = (coldStores, alarms)
  }
}

/// Where a cold store's defrost stood. Trivially copyable.
public struct ColdStoreMemory: Equatable, Sendable, BitwiseCopyable {
  public var phase: DefrostPhase
  /// For how long it has been in that phase.
  public var lasted: Duration

  public init(phase: DefrostPhase, lasted: Duration) { (self.phase, self.lasted) = (phase, lasted) }

  /// The same memory some time later.
  public func aged(by time: Duration) -> Self { Self(phase: phase, lasted: lasted + max(time, .zero)) }
}

/// What a person has done about an alarm. What has latched is the output's or the bed's to remember.
public enum AlarmMemory: Equatable, Sendable, BitwiseCopyable {
  case acknowledged
  /// Out of sight for so much longer.
  case shelved(left: Duration)

  /// The same memory some time later; nil when the shelf's time is over.
  public func aged(by time: Duration) -> Self? {
    guard case .shelved(let left) = self else { return self }
    return left > time ? .shelved(left: left - max(time, .zero)) : nil
  }
}

/// What of an output's memory changes at once, to be compared from tick to tick. Trivially copyable.
public struct OutputMark: Equatable, Sendable, BitwiseCopyable {
  public let level: Level
  public let since: Instant
  public let latched: Bool
  /// A person switched it off until further notice.
  public let heldOff: Bool
}

/// What an evaporator is doing.
public enum DefrostPhase: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  case cooling, defrosting, dripping

  /// As kept.
  public var text: String {
    switch self {
    case .cooling: "cooling"
    case .defrosting: "defrosting"
    case .dripping: "dripping"
    }
  }
}
