public import CanonicalJSON
public import FarmUnits

/// A snapshot that cannot be read. Nothing is guessed: a book with a hole in it would sell what is gone.
public struct LotBookError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where and what, such as `lot CAR-2026-326-01: onHand is missing`.
  public var description: String
}

extension LotBook {
  /// The version of the snapshot's form.
  static let snapshotVersion: Int64 = 1

  /// Everything that has to outlive a restart. Monotonic times do not: what they tell is kept as wall time where
  /// that is known, and as doubt where it is not.
  public var snapshot: JSONValue {
    ["version": .integer(Self.snapshotVersion), "lots": .array(lots.map(\.snapshot))]
  }

  /// A book as it was, under today's configuration. Every lot is due for publication.
  ///
  /// - Throws: `LotBookError` for anything that `snapshot` does not write.
  public init(
    restoring snapshot: JSONValue, products: [ProductPlan], terms: ClaimTerms, capacity: Int = 2000,
    dayOf: @escaping @Sendable (WallTime) -> CivilDate = { $0.date }
  ) throws(LotBookError) {
    self.init(products: products, terms: terms, capacity: capacity, dayOf: dayOf)
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
  }
}
