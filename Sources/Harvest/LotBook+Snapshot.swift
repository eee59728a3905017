public import CanonicalJSON
public import FarmUnits

/// A snapshot that cannot be read. Nothing is guessed: a book with a hole in it would sell what is gone.
public struct LotBookError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where and what, such as `lot CAR-2026-326-01: onHand is missing`.
  public var description: String
}

extension LotBook {
  /// The version of the snapshot's form.
  public static let snapshotVersion: Int64 = 1

  /// Everything that has to outlive a restart. Monotonic times do not: what they tell is kept as wall time where
  /// that is known, and as doubt where it is not.
  public var snapshot: JSONValue {
    [
      "version": .integer(Self.snapshotVersion), "lots": .array(lots.map(\.snapshot)),
      "stores": storesSnapshot,
    ]
  }

  /// The lots that have changed since the last call, in the order of their ids, each as it is kept in `lots` of the
  /// snapshot; for a journal that keeps lots one by one and forgets those that `takeRetired` names.
  public mutating func takeChanged() -> [(lot: String, kept: JSONValue)] {
    defer { changed = [] }
    return changed.sorted().compactMap { id in lotsByID[id].map { (lot: id, kept: $0.snapshot) } }
  }

  /// Makes the next `takeChanged` return every lot.
  public mutating func markAllChanged() { changed = Set(lotsByID.keys) }

  /// After a loss: no lot gives a revision that may have been given.
  /// - Parameter floor: None was higher.
  public mutating func skipRevisions(to floor: Int64) {
    for (id, lot) in lotsByID where lot.revision < floor { lotsByID[id]?.revision = floor }
    markAllChanged()
  }

  /// When each probe of each store was last heard: `stores` of the snapshot.
  public var storesSnapshot: JSONValue {
    .object(
      JSONObject(
        histories.keys.sorted().compactMap { name in histories[name].map { (name: name, value: $0.snapshot) }
        }))
  }

  /// A book as it was, under today's configuration. Every lot is due for publication.
  ///
  /// - Throws: `LotBookError` for anything that `snapshot` does not write.
  public init(
    restoring snapshot: JSONValue, products: [ProductPlan], terms: ClaimTerms, capacity: Int = 2000,
    rules: ColdChainRules = .standard, dayOf: @escaping @Sendable (WallTime) -> CivilDate = { $0.date }
  ) throws(LotBookError) {
    self.init(products: products, terms: terms, capacity: capacity, rules: rules, dayOf: dayOf)
    guard snapshot["version"]?.integer == Self.snapshotVersion else {
      throw LotBookError(
        description: "the lots were kept in another form than version \(Self.snapshotVersion)")
    }
    guard let kept = snapshot["lots"]?.array else { throw LotBookError(description: "lots is missing") }
    for one in kept {
      let lot = try Lot(snapshot: one)
      guard lotsByID.updateValue(lot, forKey: lot.id) == nil else {
        throw LotBookError(description: "lot \(lot.id) is kept twice")
      }
      adoptPlan(of: lot.id)
    }
    let stores = try SnapshotReader(json: snapshot, name: "lots").child("stores")
    for (store, _) in stores.json.object?.members ?? [] {
      guard Identifier.isValid(store), histories.count < Self.mostStores else { throw stores.missing(store) }
      histories[store] = try StoreHistory(try stores.child(store), store: store, limits: limits(in: store))
    }
  }
}

extension StoreHistory {
  /// Until when each probe was heard and counted: all that is needed to see how long nothing was. The record in the making is
  /// lost with a restart, so what was heard in it is not known any more: a gateway that starts again and again
  /// before a record ends has a gap, however often it has heard the probe.
  var snapshot: JSONValue {
    .present(StoreProbe.allCases.map { ($0.rawValue, counted[$0]?.snapshot) })
  }

  init(_ reader: SnapshotReader, store: String, limits: [(ExcursionTally.Side, Double)]) throws(LotBookError)
  {
    var lastGood: [StoreProbe: Stamp] = [:]
    for probe in StoreProbe.allCases {
      lastGood[probe] = try reader.optionalChild(probe.rawValue).map { child throws(LotBookError) in
        try Stamp(child)
      }
    }
    self.init(store: store, limits: limits, lastGood: lastGood)
  }
}
