public import FarmUnits

/// A person's word about a lot.
public struct PersonWord: Equatable, Sendable {
  public var by: String
  public var note: String?
  public var at: Stamp

  public init(by: String, note: String?, at: Stamp) { (self.by, self.note, self.at) = (by, note, at) }
}

/// One cold store that a lot has lain in.
public struct Stay: Equatable, Sendable {
  public var store: String
  public var since: Stamp

  /// More moves than this are refused.
  public static let most = 16
}

/// One lot: what is there, whom it is meant for, and what has been said about it.
///
/// **One stock, one seller.** Stock is divided so that at every moment
///
///     reserved and firm + allocated + buffer + local share + promised ≤ on hand
///
/// where *promised* is the most that the marketplace may still sell under any claim that has not run out
/// (`MarketPromises`). From that follows what may be done locally:
///
/// - `pick` (local) takes what is reserved first, then the local share, then what no claim covers: the remainder
///   below one increment, and everything once no promise stands. Beyond it is refused (`promised`).
/// - `reserve` (local) takes the local share first, so neighbours are served without a word to the marketplace.
///   Beyond the local share it lowers what is published from now on. What an older claim still covers is *deferred*: the
///   reservation is noted and published, and can be picked when that claim has run out (`validUntil` + 120 s).
/// - `reserve` and `pick` for the channel `nexus` carry out a sale that the marketplace made: they take from the
///   promise itself and are firm at once.
/// - `weigh` may say anything: the scale is right. When less is there than was given away, nothing more is, and the
///   shortage is published as a reason.
public struct Lot: Equatable, Sendable {
  public let id: String
  public internal(set) var plan: ProductPlan
  /// False when `plan` is only what is remembered of a product that the configuration no longer has.
  public internal(set) var isConfigured = true
  public internal(set) var field: String?
  public internal(set) var harvested: Stamp
  /// On the farm's calendar; nil until the time of harvest is known.
  public internal(set) var harvestDay: CivilDate?
  /// The stores that it has lain in, in order; empty before the first `stored`.
  public internal(set) var stays: [Stay] = []

  public internal(set) var onHand: Amount
  /// For neighbours and box schemes, what an older promise still keeps from being picked included.
  public internal(set) var reservedLocally = Amount.zero
  /// Of `reservedLocally`: taken from the local share, to which it returns.
  var reservedFromLocalShare = Amount.zero
  /// Sold by the marketplace out of what it was promised.
  public internal(set) var reservedForMarket = Amount.zero
  public internal(set) var allocated = Amount.zero
  /// What is left of the local share, whether or not so much is there.
  var localShareLeft: Amount
  /// Everything that was ever picked.
  public internal(set) var picked = Amount.zero
  public internal(set) var method: QuantityMethod
  var promises = MarketPromises()
  /// Whether anything was ever offered to the marketplace.
  var wasOffered = false

  /// What the cold chain has done to it.
  public internal(set) var conditions = LotConditions()
  public internal(set) var hold: PersonWord?
  /// The last release by a person.
  public internal(set) var release: PersonWord?
  public internal(set) var withdrawal: Withdrawal?
  /// When it was found too old.
  public internal(set) var expired: Stamp?
  /// Since when nothing of it is there; nil while something is.
  var emptied: Stamp?

  /// The decision that the last claim rests on; nil before the first.
  public internal(set) var decisionID: String?
  /// What that decision said; another one is made when this changes.
  var decisionKey = ""
  /// The status that was last decided.
  var decidedStatus: LotStatus?

  /// The revision last published; 0 before the first.
  public internal(set) var revision: Int64 = 0
  /// What was last published in this boot.
  public var published: Availability? {
    if case .made(let claim) = lastClaim { claim } else { nil }
  }
  /// Kept apart, because a lot is copied more often than it is published.
  indirect enum Claim: Equatable, Sendable {
    case none
    case made(Availability)
  }
  var lastClaim = Claim.none
  /// When that was.
  var publishedAt: Instant?
  /// When it was last judged; nil when something has happened since.
  var lookedAt: Moment?

  init(
    id: String, plan: ProductPlan, field: String?, harvested: Stamp, day: CivilDate?, quantity: Amount,
    method: QuantityMethod
  ) {
    (self.id, self.plan, self.field, self.harvested, harvestDay) = (id, plan, field, harvested, day)
    (onHand, localShareLeft, self.method) = (quantity, plan.localShare, method)
  }

  /// Where it lies; nil before it was `stored`.
  public var store: String? { stays.last?.store }
  /// When it first entered a store.
  public var stored: Stamp? { stays.first?.since }

  /// Everything spoken for by name.
  public var reserved: Amount { reservedLocally + reservedForMarket }

  /// Of what is on hand, kept for neighbours: never more than is there after what is spoken for.
  public var localShare: Amount { min(localShareLeft, max(.zero, onHand - reserved - allocated)) }

  /// What is published about its quantity.
  public var figures: StockFigures {
    StockFigures(
      onHand: onHand, reserved: reserved, allocated: allocated, localShare: localShare, buffer: plan.buffer,
      increment: plan.increment, method: method)
  }

  /// The most that the marketplace may still sell.
  public var promised: Amount { promises.amount }

  /// What may be handed over locally now, local reservations included. The buffer backs promises; where there
  /// are none, all may go.
  public var pickable: Amount {
    max(.zero, onHand - allocated - reservedForMarket - (promised > .zero ? promised + plan.buffer : .zero))
  }

  /// What is reserved locally beyond what can be picked: firm once older claims have run out, or never, when
  /// stock was lost or the marketplace has sold it first.
  public var reservedNotYetFirm: Amount { max(.zero, reservedLocally - pickable) }

  /// By how much less is there than is spoken for.
  public var shortage: Amount { max(.zero, reserved + allocated - onHand) }
}
