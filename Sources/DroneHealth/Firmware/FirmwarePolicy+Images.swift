extension FirmwarePolicy {
  /// How what runs on a board agrees with the signed images of its version.
  enum Provenance: Equatable {
    /// No image of this board and version names its source: nothing to hold it against.
    case notListed
    /// Built from the source of one of them.
    case listed
    /// Built from another one than those that were signed; the hash of the first of them.
    case foreign(expected: String)
    /// The drone does not tell from which source it was built.
    case notTold(expected: String)
  }

  /// - Parameters:
  ///   - version: What runs; compared by its numbers.
  ///   - hash: Of its source, as the drone tells it; nil where it does not.
  func provenance(of version: FirmwareVersion, hash: String?, boardID: Int) -> Provenance {
    let signed = images.filter { $0.boardID == boardID && $0.version.hasSameNumbers(as: version) }
      .compactMap(\.gitHash)
    guard let first = signed.first else { return .notListed }
    guard let hash else { return .notTold(expected: first) }
    return signed.contains { Self.isSameSource($0, hash) } ? .listed : .foreign(expected: first)
  }

  /// Hashes are cut differently by everyone: the digits that both have must be the same, and at least 7.
  static func isSameSource(_ a: String, _ b: String) -> Bool {
    let (a, b) = (a.lowercased(), b.lowercased())
    guard min(a.utf8.count, b.utf8.count) >= 7 else { return false }
    return a.hasPrefix(b) || b.hasPrefix(a)
  }
}
