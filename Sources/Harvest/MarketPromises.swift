internal import FarmUnits

/// What the marketplace may still sell of one lot: every amount that was published as available and has not
/// run out.
///
/// A claim is an absolute amount that replaces the one before, but a marketplace behind a dead link knows only
/// an older one. So a lower claim never undoes a higher one: both stand until their own end, and the greatest binds.
struct MarketPromises: Equatable, Sendable {
  struct Promise: Equatable, Sendable {
    var amount: Amount
    /// The published `validUntil`.
    var until: WallTime
    /// The same end on the monotonic clock; nil after a restart.
    var ends: Instant?
  }

  /// Amounts fall strictly and ends rise: a claim that a later one covers is forgotten.
  private(set) var standing: [Promise] = []

  /// More different claims than this at a time are kept as fewer, greater ones.
  static let capacity = 32

  init(standing: [Promise] = []) { standing.forEach { add($0) } }

  /// The greatest amount that may still be sold there.
  var amount: Amount { standing.first?.amount ?? .zero }

  /// When nothing above `amount` binds any more, `ClaimTerms.grace` included; nil where that is so already.
  func end(above amount: Amount) -> WallTime? {
    standing.last { $0.amount > amount }?.until.advanced(by: ClaimTerms.grace)
  }

  mutating func add(_ promise: Promise) {
    guard promise.amount > .zero else { return }
    var promise = promise
    // A clock that was set back must not shorten what was promised before.
    while let last = standing.last, last.amount <= promise.amount {
      promise.until = max(promise.until, last.until)
      if let ends = last.ends, let newer = promise.ends { promise.ends = max(newer, ends) }
      standing.removeLast()
    }
    if let last = standing.last {
      promise.until = max(promise.until, last.until)
      if let ends = last.ends, let newer = promise.ends { promise.ends = max(newer, ends) }
    }
    standing.append(promise)
    if standing.count > Self.capacity {
      // The two newest as one: the greater amount for the longer time promises more, never less.
      let newest = standing.removeLast()
      standing[standing.count - 1].until = newest.until
      standing[standing.count - 1].ends = newest.ends
    }
  }

  /// Forgets what has run out, grace included. Every clock that can tell has to agree: the monotonic one where
  /// it knows the end, the wall clock where it is trusted. Where neither can tell, the promise stands.
  mutating func prune(at now: Moment) {
    standing.removeAll { promise in
      let onMonotonic = promise.ends.map { $0.advanced(by: ClaimTerms.grace) <= now.instant }
      let onWall = now.clock == .trusted ? promise.until.advanced(by: ClaimTerms.grace) <= now.wall : nil
      return switch (onMonotonic, onWall) {
      case (let one?, let other?): one && other
      case (let only?, nil), (nil, let only?): only
      case (nil, nil): false
      }
    }
  }

  /// The marketplace has sold `sold`; that much less can follow.
  mutating func fulfil(_ sold: Amount) {
    standing = standing.compactMap { promise in
      guard promise.amount > sold else { return nil }
      var rest = promise
      rest.amount -= sold
      return rest
    }
  }
}
