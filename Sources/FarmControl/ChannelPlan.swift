public import FarmUnits

/// One sensor channel: what it measures and when its readings can be believed.
public struct ChannelPlan: Equatable, Sendable {
  /// As in the configuration; becomes part of alarm ids.
  public var name: String
  public var quantity: Quantity
  /// Nil for contacts. Readings arrive already in this unit.
  public var unit: Unit?
  public var rules: PlausibilityRules
  public var agreement: AgreementPlan?
  /// Nil for a channel that is heard; else it follows from others, and what is heard of it is left aside.
  public var watermark: WatermarkPlan?

  public init(
    name: String, quantity: Quantity, unit: Unit? = nil, rules: PlausibilityRules = .init(),
    agreement: AgreementPlan? = nil, watermark: WatermarkPlan? = nil
  ) {
    (self.name, self.quantity, self.unit) = (name, quantity, unit)
    (self.rules, self.agreement, self.watermark) = (rules, agreement, watermark)
  }
}

/// When a number can be believed. All limits are in the channel's unit.
public struct PlausibilityRules: Equatable, Sendable {
  /// The limits themselves are believed.
  public var minimum: Double?
  public var maximum: Double?
  /// A reading older than this is stale. Nil: never, as for a contact that speaks only when it changes.
  public var staleAfter: Duration?
  public var sentinels: Sentinels
  /// Faster changes are jumps. Two readings less than 5 s apart count as 5 s apart, so that the last digit
  /// of a fast sensor is no jump.
  public var maxChangePerMinute: Double?
  public var flatline: FlatlineRule?
  public var confirmation: ConfirmationRule

  public init(
    minimum: Double? = nil, maximum: Double? = nil, staleAfter: Duration? = nil, sentinels: Sentinels = .none,
    maxChangePerMinute: Double? = nil, flatline: FlatlineRule? = nil, confirmation: ConfirmationRule = .init()
  ) {
    (self.minimum, self.maximum, self.staleAfter) = (minimum, maximum, staleAfter)
    (self.sentinels, self.maxChangePerMinute) = (sentinels, maxChangePerMinute)
    (self.flatline, self.confirmation) = (flatline, confirmation)
  }
}

/// A living channel's noise moves it; one that has moved less than `below` for as long as `over` is dead.
public struct FlatlineRule: Equatable, Sendable {
  public var over: Duration
  /// In the channel's unit, above zero.
  public var below: Double

  public init(over: Duration, below: Double) { (self.over, self.below) = (over, below) }
}

/// How many of the last readings must be plausible before one is believed.
public struct ConfirmationRule: Equatable, Sendable {
  /// 1 ... `of`
  public var needed: Int
  /// 1 ... 32
  public var of: Int

  public init(needed: Int = 1, of: Int = 1) { (self.needed, self.of) = (needed, of) }
}

/// Two channels that measure the same thing.
public struct AgreementPlan: Equatable, Sendable {
  /// The other channel.
  public var partner: Int
  /// Largest difference, in the channel's unit.
  public var within: Double
  /// Both are flagged when they have differed by more for this long.
  public var after: Duration

  public init(partner: Int, within: Double, after: Duration) {
    (self.partner, self.within, self.after) = (partner, within, after)
  }
}

/// The few numbers by which a family of sensors says "no reading", such as 85 and -127 for a DS18B20.
public struct Sentinels: Equatable, Sendable {
  public static let capacity = 8
  /// Channels without any.
  public static let none = Sentinels()

  // Unused places hold NaN, which equals nothing.
  private var slots = InlineArray<8, Double>(repeating: .nan)
  public private(set) var count = 0

  private init() {}

  /// Nil when there are more than 8 or one is not finite.
  public init?(_ values: [Double]) {
    guard values.count <= Self.capacity, values.allSatisfy(\.isFinite) else { return nil }
    for (index, value) in values.enumerated() { slots[index] = value }
    count = values.count
  }

  /// Equal to a thousandth: families that convert to Fahrenheit and back lose the last digits.
  public func contains(_ value: Double) -> Bool {
    for index in 0..<count where (slots[index] - value).magnitude < 0.001 { return true }
    return false
  }

  public var values: [Double] { (0..<count).map { slots[$0] } }

  public static func == (a: Self, b: Self) -> Bool { a.values == b.values }
}
