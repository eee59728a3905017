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
    if reading.quality == .good, reading.celsius != nil { noteEndOfSilence(in: store, at: now) }
    let closed = histories[store]?.record(reading, from: probe, disagrees: disagrees, at: now) ?? []
    add(closed, of: store)
    return true
  }

  /// A good sample is about to come after a while without any: the lots that lay there remember it.
  private mutating func noteEndOfSilence(in store: String, at now: Moment) {
    guard let history = histories[store] else { return }
    if let silence = history.silence(at: now), silence.inSeconds <= rules.gap.holdMinutes * 60 { return }
    for (id, lot) in lotsByID where lot.store == store && lot.withdrawal == nil && lot.expired == nil {
      lotsByID[id]?.noteGap(at: now, history: history, rules: rules, ending: true)
      lotsByID[id]?.lookedAt = nil
      changed.insert(id)
    }
  }

  /// Records that have ended since the last call, to be kept and published as the store's condition.
  public mutating func takeRecords() -> [StoreRecord] {
    defer { closedRecords = [] }
    return closedRecords
  }

  public func history(of store: String) -> StoreHistory? { histories[store] }

  mutating func advanceStores(to now: Moment) {
    for store in histories.keys.sorted() { add(histories[store]?.advance(to: now) ?? [], of: store) }
  }

  /// Ends every store's record, before a stop; `takeRecords` gives them.
  public mutating func closeRecords(at now: Moment) {
    for store in histories.keys.sorted() { add(histories[store]?.close(at: now) ?? [], of: store) }
  }

  /// Ends the part of a store's record that is in the making, so that what follows is counted apart.
  mutating func divideRecord(of store: String, at now: Moment) {
    add(histories[store]?.divide(at: now) ?? [], of: store)
  }

  /// A lot has come into its store: what was measured there before is not its own, and its limits count from now on.
  mutating func entered(_ id: String, at now: Moment) {
    guard let lot = lotsByID[id], let store = lot.store else { return }
    adoptLimits(in: store)
    divideRecord(of: store, at: now)
    if lot.hasCooledDown(at: now) { lotsByID[id]?.conditions.isJudged = true }
  }

  /// A lot's time to cool down has passed: what is measured from now on counts.
  mutating func beginJudging(_ id: String, at now: Moment) {
    guard let lot = lotsByID[id], !lot.conditions.isJudged, lot.hasCooledDown(at: now) else { return }
    if let store = lot.store { divideRecord(of: store, at: now) }
    lotsByID[id]?.conditions.isJudged = true
    changed.insert(id)
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

  /// A part of a record counts for the lots that lay in the store from its beginning to its end, also for those of which
  /// nothing is left: a stock-take may find some again.
  private mutating func add(_ records: [StoreRecord], of store: String) {
    for part in histories[store]?.takeParts() ?? [] {
      for (id, lot) in lotsByID where lot.store == store && lot.withdrawal == nil && lot.expired == nil {
        guard let since = lot.stays.last?.since, !part.start.precedes(since) else { continue }
        lotsByID[id]?.conditions.add(part, plan: lot.plan, rules: rules)
        lotsByID[id]?.lookedAt = nil
        // Nobody needs the written word about what is gone.
        if lot.onHand > .zero { changed.insert(id) }
      }
    }
    closedRecords += records
    if closedRecords.count > Self.mostRecords {
      recordsDropped += closedRecords.count - Self.mostRecords
      closedRecords.removeFirst(closedRecords.count - Self.mostRecords)
    }
  }
}
