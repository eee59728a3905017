public import FarmUnits

/// Everything that the rules look at when they judge a lot. Kept with a decision, so that the decision can be worked
/// out again.
public struct LotFacts: Equatable, Sendable {
  public var plan: ProductPlan
  /// When it is judged.
  public var wall: WallTime
  public var clock: ClockTrust
  /// Whether the time of harvest is known.
  public var harvestClock: ClockTrust
  /// Since the first `stored`; nil before it, and where no clock can tell.
  public var minutesInStore: Double?
  public var isStored: Bool
  public var conditions: LotConditions
  /// Since the last good sample; nil before the lot is stored, and where no clock can tell.
  public var gapMinutes: Double?
  public var gapFrom: WallTime?
  /// What the store's sensors say at the moment, if that is no good.
  public var faultNow: Quality?
  /// Of the last day at most, °C.
  public var highest: Double?
  public var highestWindow: Duration?
  public var remainingDays: Double?

  /// Whether the cold chain concerns it at all.
  public var needsCold: Bool { plan.store != nil || isStored }

  /// Past its cool-down, so that temperatures count.
  public var isJudged: Bool {
    if conditions.isJudged { return true }
    guard let minutesInStore else { return false }
    return minutesInStore >= plan.coolDown.inSeconds / 60
  }
}
