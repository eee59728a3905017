/// One output: a relay with something behind it that can be harmed.
public struct OutputPlan: Equatable, Sendable {
  /// As in the configuration; becomes part of alarm ids.
  public var name: String
  /// What it is when in doubt.
  public var safe: Level
  public var limits: GuardLimits
  /// What happens when the reading that governs it is not good.
  public var onBadQuality: BadQualityReaction
  /// A contact channel that is `closed` while the thing behind the output runs. Nil: nobody knows.
  public var feedback: Int?
  /// How long the feedback may contradict before there is an alarm.
  public var confirmWithin: Duration

  public init(
    name: String, safe: Level = .off, limits: GuardLimits = .init(), onBadQuality: BadQualityReaction = .safe,
    feedback: Int? = nil, confirmWithin: Duration = .seconds(10)
  ) {
    (self.name, self.safe, self.limits) = (name, safe, limits)
    (self.onBadQuality, self.feedback, self.confirmWithin) = (onBadQuality, feedback, confirmWithin)
  }
}

/// The limits that hold for every source of commands.
public struct GuardLimits: Equatable, Sendable {
  /// Once on, it stays on for this long, unless safety or a person's command says off.
  public var minOn: Duration
  /// Once off, it stays off for this long; after a start of the gateway as well.
  public var minOff: Duration
  /// It is never on for longer without a break. Running out while still wanted latches it safe.
  public var maxOn: Duration?
  /// 1 ... 60
  public var startsPerHour: Int?
  /// Outputs that must not be on at the same time. Said on one side, it holds for both.
  public var excludes: [Int]

  public init(
    minOn: Duration = .zero, minOff: Duration = .zero, maxOn: Duration? = nil, startsPerHour: Int? = nil,
    excludes: [Int] = []
  ) {
    (self.minOn, self.minOff, self.maxOn) = (minOn, minOff, maxOn)
    (self.startsPerHour, self.excludes) = (startsPerHour, excludes)
  }
}

/// What an output does while the reading that governs it is not good.
public enum BadQualityReaction: Equatable, Sendable {
  /// Its safe level at once.
  case safe
  /// As it is for this long, then its safe level.
  case hold(Duration)
  /// By the clock, for compressors: food spoils in a store that nobody cools.
  case duty(on: Duration, off: Duration)
}
