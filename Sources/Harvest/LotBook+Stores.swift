public import FarmUnits

extension LotBook {
  /// More stores than this are not listened to.
  public static let mostStores = 64
  /// More records than this do not wait to be taken.
  static let mostRecords = 512

  /// Takes the newest judged reading of a store's probe; about every 10 to 60 seconds, also when nothing new came: the
  /// reading's quality then says so.
  ///
  /// - Parameters:
  ///   - reading: A temperature.
  ///   - disagrees: Whether a second probe for the same thing says otherwise.
  /// - Returns: False when there are too many stores already.
  @discardableResult
  public mutating func record(
    _ reading: Reading, probe: StoreProbe, store: String, disagrees: Bool = false, at now: Moment
  ) -> Bool {
    if histories[store] == nil {
      guard histories.count < Self.mostStores, Identifier.isValid(store) else { return false }
      let limits = limits(in: store)
      histories[store] = StoreHistory(store: store, limits: limits)
    }
    let closed = histories[store]?.record(reading, from: probe, disagrees: disagrees, at: now) ?? []
    add(closed, at: now)
    return true
  }

  /// Records that have ended since the last call, to be kept and published as the store's condition.
  public mutating func takeRecords() -> [StoreRecord] {
    defer { closedRecords = [] }
    return closedRecords
  }

  public func history(of store: String) -> StoreHistory? { histories[store] }

  mutating func advanceStores(to now: Moment) {
    for store in histories.keys.sorted() { add(histories[store]?.advance(to: now) ?? [], at: now) }
  }

  mutating func adoptLimits(in store: String) {
    let limits = limits(in: store)
    histories[store]?.adopt(limits: limits)
  }

  /// Every limit that a product which may lie in this store is judged by.
  func limits(in store: String) -> [(ExcursionTally.Side, Double)] {
    let stored = lotsByID.values.filter { $0.store == store }.map(\.plan)
    let usual = plans.values.filter { $0.store == store }
    var limits: [(ExcursionTally.Side, Double)] = []
    for limit in (usual + stored).flatMap({ rules.limits(of: $0) })
    where !limits.contains(where: { $0 == limit }) {
      limits.append(limit)
    }
    return limits.sorted { ($0.0.rawValue, $0.1) < ($1.0.rawValue, $1.1) }
  }

  /// A record counts for the lots that lay in the store from its beginning to its end.
  private mutating func add(_ records: [StoreRecord], at now: Moment) {
    for record in records {
      for (id, lot) in lotsByID where lot.store == record.store && lot.onHand > .zero && lot.withdrawal == nil
      {
        guard let since = lot.stays.last?.since, !record.start.precedes(since), let stored = lot.stored else {
          continue
        }
        let judged = !record.start.precedes(stored.advanced(by: lot.plan.coolDown))
        changed.insert(id)
        lotsByID[id]?.conditions.add(record, plan: lot.plan, rules: rules, judged: judged)
        lotsByID[id]?.lookedAt = nil
      }
      closedRecords.append(record)
    }
    if closedRecords.count > Self.mostRecords {
      recordsDropped += closedRecords.count - Self.mostRecords
      closedRecords.removeFirst(closedRecords.count - Self.mostRecords)
    }
  }
}
