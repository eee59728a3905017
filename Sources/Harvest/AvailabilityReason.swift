public import FarmUnits

/// One reason behind a status: a stable code, the rule that gives it, and the figures that it rests on.
public struct AvailabilityReason: Equatable, Sendable {
  public enum Code: String, Sendable, CaseIterable {
    case withinLimits = "WITHIN_LIMITS"
    case tempAboveLimit = "TEMP_ABOVE_LIMIT"
    case cumulativeTimeAboveLimit = "CUM_TIME_ABOVE_LIMIT"
    case tempAboveAbsolute = "TEMP_ABOVE_ABSOLUTE"
    case frozenLimit = "FROZEN_LIMIT"
    case chillingRisk = "CHILLING_RISK"
    case sensorGap = "SENSOR_GAP"
    case sensorFault = "SENSOR_FAULT"
    case sensorDisagree = "SENSOR_DISAGREE"
    case clockUntrusted = "CLOCK_UNTRUSTED"
    case shelfLifeExhausted = "SHELF_LIFE_EXHAUSTED"
    case operatorHold = "OPERATOR_HOLD"
    case operatorRelease = "OPERATOR_RELEASE"
    case operatorWithdrawal = "OPERATOR_WITHDRAWAL"
    /// Stored, and not yet due to have reached its limits.
    case coolingDown = "COOLING_DOWN"
    /// Not yet in its cold store, so nothing about its temperature is known.
    case notStored = "NOT_STORED"
    /// The harvest time was taken from a clock that nobody can vouch for any more.
    case harvestTimeUnknown = "HARVEST_TIME_UNKNOWN"
    /// The product is gone from the configuration, and its limits with it.
    case productNotConfigured = "PRODUCT_NOT_CONFIGURED"
    case nothingLeft = "NOTHING_LEFT"
    /// More is reserved than there is.
    case overcommitted = "OVERCOMMITTED"
  }

  public var code: Code
  /// Such as `cc.max_temp`; `op.hold` for a person's word.
  public var rule: String
  /// What was found, in `unit`.
  public var observed: Double?
  /// What it was held against, in `unit`.
  public var limit: Double?
  public var unit: Unit?
  /// Over which time.
  public var window: Duration?
  /// For a person, one sentence.
  public var sentence: String

  public init(
    _ code: Code, rule: String, observed: Double? = nil, limit: Double? = nil, unit: Unit? = nil,
    window: Duration? = nil, sentence: String
  ) {
    (self.code, self.rule, self.observed, self.limit) = (code, rule, observed, limit)
    (self.unit, self.window, self.sentence) = (unit, window, sentence)
  }

  /// Whether both give the same reason, whatever the figure is at the moment.
  func tells(sameAs other: Self) -> Bool {
    code == other.code && rule == other.rule && limit == other.limit
  }
}
