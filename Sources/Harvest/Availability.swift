public import FarmUnits

/// Whether a lot may be sold. Raw values as published; a consumer that meets another one treats it as not available.
public enum LotStatus: String, Sendable, CaseIterable {
  case available
  /// Not to be sold until what holds it is gone or a person releases it.
  case onHold = "on_hold"
  /// Good, and nothing of it left to sell.
  case soldOut = "sold_out"
  /// Too old. Terminal.
  case expired
  /// Not to be sold or eaten. Terminal.
  case withdrawn

  /// Nothing leads out of it; a new lot is needed.
  public var isTerminal: Bool { self == .expired || self == .withdrawn }
}

/// A lot taken off the market for good.
public struct Withdrawal: Equatable, Sendable {
  /// What is to be called back.
  public enum Scope: String, Sendable, CaseIterable {
    case unsold
    /// Buyers have to be told as well.
    case unsoldAndSold = "unsold_and_sold"
  }
  public var scope: Scope
  var since: Stamp
  var said: Stamp
  /// Since when the lot is bad: the first bad sample, not the moment of the decision.
  public var effectiveFrom: WallTime { since.wall }
  /// When it was decided.
  public var decidedAt: WallTime { said.wall }
  /// What is to be done with it, for a person.
  public var action: String
  /// Why; also when a rule decided it.
  public var reason: AvailabilityReason
  /// The person who decided; nil for a rule.
  public var by: String?
  /// Whom a buyer may ask, from the configuration of the day.
  public var contact: String?

  init(
    scope: Scope, since: Stamp, said: Stamp, action: String, reason: AvailabilityReason, by: String? = nil
  ) {
    (self.scope, self.since, self.said, self.action) = (scope, since, said, action)
    (self.reason, self.by) = (reason, by)
  }

  /// Times that become right when the clock does.
  mutating func correct(at now: Moment) {
    since.correct(at: now)
    said.correct(at: now)
  }

  public static let defaultAction = "Do not sell or eat it. Keep it apart until it is collected."
}

/// What is published about one lot: its quantity, its status, and why.
public struct Availability: Equatable, Sendable {
  public enum Mode: String, Sendable, CaseIterable {
    case automatic
    /// A person's word decided.
    case manual
  }

  public var lot: String
  /// +1 with each publication of this lot.
  public var revision: Int64
  public var status: LotStatus
  public var plan: ProductPlan
  /// On the farm's calendar; nil while the clock that was right at harvest is not known.
  public var harvestDay: CivilDate?
  public var field: String?
  public var store: String?
  public var figures: StockFigures
  /// 0 unless `status` is `available`.
  public var availableToPromise: Amount
  /// Nothing is known against eating it: what holds a lot for want of a clock or of a configured product only keeps it from
  /// the marketplace.
  public var isForLocalSale: Bool
  /// When this was decided; also `asOf` and `validFrom`.
  public var decided: WallTime
  /// Untrusted: all times here are the board's guess.
  public var clock: ClockTrust
  public var validUntil: WallTime
  public var bestBefore: CivilDate?
  /// At the temperature of the product's shelf-life plan.
  public var remainingShelfLifeDays: Double?
  public var mode: Mode
  /// Who, when `mode` is manual.
  public var by: String?
  /// Why, principal reason first. At most four are published.
  public var reasons: [AvailabilityReason]
  public var withdrawal: Withdrawal?
  /// The decision that this rests on; nil where nobody gives decisions ids.
  public var decisionID: String?
  /// What that decision rests on, when it is a new one: to be published and kept before this claim is.
  public var newDecision: DecisionInputs?

  /// How many reasons are published: more are "not likely to help" (Regulation B, 12 CFR 1002.9 commentary).
  public static let principalReasons = 4

  /// What neighbours may have of it now.
  public var offeredLocally: Amount { isForLocalSale ? figures.localShare : .zero }

  /// Whether `other` tells a buyer the same: everything but the revision and the times that pass by themselves.
  public func saysTheSame(as other: Self) -> Bool {
    var aged = other
    (aged.revision, aged.decided, aged.validUntil) = (revision, decided, validUntil)
    (aged.remainingShelfLifeDays, aged.bestBefore) = (remainingShelfLifeDays, bestBefore)
    (aged.decisionID, aged.newDecision) = (decisionID, newDecision)
    aged.reasons =
      zip(other.reasons, reasons).map { theirs, ours in theirs.tells(sameAs: ours) ? ours : theirs }
      + other.reasons.dropFirst(reasons.count)
    return aged == self
  }
}
