public import FarmUnits

/// What the law and the trade call a product; decides which cold-chain rules apply. Raw values as in the
/// configuration.
public enum ProductClass: String, Sendable, CaseIterable {
  /// Whole fruit and vegetables: limits protect quality, and cold can hurt as well as warmth.
  case produce
  /// Food that needs time and temperature control for safety, cut leaves and melons included.
  case tcs
  case eggs
  case rawMilk = "raw_milk"
  case meat
  case quickFrozen = "quick_frozen"
}

/// The temperatures between which a lot is kept, °C. Law-dependent, hence configuration with a cited source.
public struct TemperatureLimits: Equatable, Sendable {
  public var max: Double?
  public var min: Double?

  public init(max: Double? = nil, min: Double? = nil) { (self.max, self.min) = (max, min) }
}

/// How long a product keeps, and how much faster it ages when it is warmer.
public struct ShelfLifePlan: Equatable, Sendable {
  /// At `at`. Days > 0.
  public var days: Double
  /// The temperature that `days` holds for, °C.
  public var at: Double
  /// How many times faster it ages per 10 K between 0 and 10 °C (USDA AH-66: 2.5 ... 4.0). Warmer bands
  /// follow the handbook's table.
  public var q10: Double
  /// Below this temperature, °C, cold does harm and the rate above says nothing; nil for what frost alone hurts.
  public var chillingBelow: Double?
  /// With less than this left, days, a lot is expired.
  public var minimumDays: Double

  public init(days: Double, at: Double, q10: Double, chillingBelow: Double? = nil, minimumDays: Double = 0) {
    (self.days, self.at, self.q10) = (days, at, q10)
    (self.chillingBelow, self.minimumDays) = (chillingBelow, minimumDays)
  }

  /// `days` as a duration; a hundred years at most, whatever the file says.
  var lifetime: Duration { .seconds(days > 0 ? Swift.min(days, 36_500) * 86_400 : 0) }
}

/// One entry of `products:` in the configuration: what a lot of it is sold as, and by which figures it is judged.
public struct ProductPlan: Equatable, Sendable {
  /// The entry's key, such as `carrots`; commands name the product by it.
  public var key: String
  /// For people, such as `Carrots, topped`.
  public var name: String
  public var sku: String
  /// The only unit in which its lots are counted.
  public var unit: Unit
  /// The step in which it is sold; what is promised is a multiple of it. Zero: no step.
  public var increment: Amount
  /// Kept back for the scale's uncertainty.
  public var buffer: Amount
  /// Of each lot, kept for neighbours and box schemes and never published as available.
  public var localShare: Amount
  /// The cold store in which its lots are kept; nil for what needs none.
  public var store: String?
  /// Where it grows, unless the `harvest` command says so.
  public var field: String?
  public var productClass: ProductClass
  public var limits: TemperatureLimits
  public var shelfLife: ShelfLifePlan?
  /// How long after `stored` a warm lot may take to reach its limits.
  public var coolDown: Duration
  /// The first part of a made lot id; an identifier of at most 32 characters.
  public var lotPrefix: String
  /// Where limits and shelf life come from, for the decision record.
  public var source: String?

  public init(
    key: String, name: String, sku: String, unit: Unit, increment: Amount = .zero, buffer: Amount = .zero,
    localShare: Amount = .zero, store: String? = nil, field: String? = nil,
    productClass: ProductClass = .produce,
    limits: TemperatureLimits = TemperatureLimits(), shelfLife: ShelfLifePlan? = nil,
    coolDown: Duration = .zero,
    lotPrefix: String, source: String? = nil
  ) {
    (self.key, self.name, self.sku, self.unit) = (key, name, sku, unit)
    (self.increment, self.buffer, self.localShare) = (increment, buffer, localShare)
    (self.store, self.field, self.productClass, self.limits) = (store, field, productClass, limits)
    (self.shelfLife, self.coolDown, self.lotPrefix, self.source) = (shelfLife, coolDown, lotPrefix, source)
  }
}

/// How long a claim lives, and who is told when a lot is withdrawn.
public struct ClaimTerms: Equatable, Sendable {
  /// From the decision to `validUntil`.
  public var validFor: Duration
  /// An unchanged claim is made anew after this time; shorter than `validFor`.
  public var refreshEvery: Duration
  /// Published with a withdrawal, such as a telephone number.
  public var withdrawalContact: String?
  /// Whether claims reach a marketplace at all: without one nothing is promised to it, and everything may be sold locally.
  public var sellsToMarket: Bool

  /// How long after `validUntil` a promise still binds: twice the clock difference granted between farm and marketplace.
  public static let grace = Duration.seconds(120)

  public init(
    validFor: Duration = .seconds(7200), refreshEvery: Duration = .seconds(1800),
    withdrawalContact: String? = nil, sellsToMarket: Bool
  ) {
    (self.validFor, self.refreshEvery) = (validFor, refreshEvery)
    (self.withdrawalContact, self.sellsToMarket) = (withdrawalContact, sellsToMarket)
  }
}
