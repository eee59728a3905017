public import FarmUnits

/// All lots of the farm: takes commands, judges, and says what is to be published.
///
/// A value: it reads no clock and keeps no file. One owner calls it, from one thread; after every accepted or
/// deferred command and about once a second that owner calls `step` and publishes what it returns. Every figure returned as
/// available counts from then on as promised to the marketplace (`Lot`), whether or not the message arrived: so it
/// must be kept by a crash as well (`snapshot`) before it is sent.
public struct LotBook: Sendable {
  var lotsByID: [String: Lot] = [:]
  var plans: [String: ProductPlan]
  public private(set) var terms: ClaimTerms
  /// No harvest is taken beyond this many lots.
  public let capacity: Int
  let dayOf: @Sendable (WallTime) -> CivilDate
  /// By which lots are judged.
  public private(set) var rules: ColdChainRules
  /// By store.
  var histories: [String: StoreHistory] = [:]
  var closedRecords: [StoreRecord] = []
  /// Records that nobody took in time.
  public internal(set) var recordsDropped = 0
  private var retired: [String] = []
  /// Lots that are not as they were when they were last kept.
  var changed: Set<String> = []

  /// - Parameters:
  ///   - products: With distinct keys; of equal keys the last counts.
  ///   - capacity: The most lots kept, sold out and withdrawn ones included.
  ///   - rules: By which lots are judged.
  ///   - dayOf: The farm's calendar day of an instant; UTC's unless given.
  public init(
    products: [ProductPlan], terms: ClaimTerms, capacity: Int = 2000, rules: ColdChainRules = .standard,
    dayOf: @escaping @Sendable (WallTime) -> CivilDate = { $0.date }
  ) {
    plans = Dictionary(products.map { ($0.key, $0) }) { _, last in last }
    (self.terms, self.capacity, self.dayOf, self.rules) = (terms, capacity, dayOf, rules)
  }

  /// In the order of their ids.
  public var lots: [Lot] { lotsByID.values.sorted { $0.id < $1.id } }
  public var count: Int { lotsByID.count }
  public func lot(_ id: String) -> Lot? { lotsByID[id] }
  /// What was last published about a lot in this boot.
  public func availability(of id: String) -> Availability? { lotsByID[id]?.published }

  /// A configuration read anew. A lot whose product is gone, or is counted in another unit, is held until it is back.
  ///
  /// - Parameter rules: Nil: as before.
  public mutating func adopt(products: [ProductPlan], terms: ClaimTerms, rules: ColdChainRules? = nil) {
    plans = Dictionary(products.map { ($0.key, $0) }) { _, last in last }
    self.terms = terms
    if let rules { self.rules = rules }
    for id in lotsByID.keys { adoptPlan(of: id) }
    for store in histories.keys { adoptLimits(in: store) }
  }

  mutating func adoptPlan(of id: String) {
    guard let lot = lotsByID[id] else { return }
    if let plan = plans[lot.plan.key], plan.unit == lot.plan.unit {
      lotsByID[id]?.adopt(plan)
    } else {
      lotsByID[id]?.isConfigured = false
    }
    lotsByID[id]?.lookedAt = nil
  }

  /// Makes the next `step` return every lot, as after a reconnection: a withdrawal is repeated each time.
  public mutating func republish() {
    for id in lotsByID.keys { lotsByID[id]?.publishedAt = nil }
  }

  /// Lots forgotten since the last call, because nothing of them is left to sell and nobody has to be warned any
  /// more. Their retained messages are to be cleared.
  public mutating func takeRetired() -> [String] {
    defer { retired = [] }
    return retired
  }

  /// What is to be published now, in the order of lot ids: lots about which something new is to be said, and
  /// lots whose last claim is due to be refreshed.
  ///
  /// - Parameter newID: Gives ids to new decisions; with nil claims name no decision.
  public mutating func step(at now: Moment, newID: () -> String? = { nil }) -> [Availability] {
    advanceStores(to: now)
    var due: [Availability] = []
    for id in lotsByID.keys.sorted() {
      guard lotsByID[id]?.isDue(at: now, terms: terms) == true else { continue }
      beginJudging(id, at: now)
      guard var lot = lotsByID[id] else { continue }
      lot.settle(at: now, rules: rules, dayOf: dayOf)
      if lot.isForgettable(at: now) {
        lotsByID[id] = nil
        retired.append(id)
        changed.remove(id)
        continue
      }
      let (facts, verdict) = lot.judge(at: now, history: lot.store.flatMap { histories[$0] }, rules: rules)
      if let availability = lot.publish(verdict, facts, at: now, terms: terms, dayOf: dayOf, newID: newID) {
        due.append(availability)
        changed.insert(id)
      }
      lot.lookedAt = now
      lotsByID[id] = lot
    }
    return due
  }
}
