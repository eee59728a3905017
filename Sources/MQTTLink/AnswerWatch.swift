import FarmUnits

/// Decides when to look whether pings and PUBACKs have been answered, and which PUBACK has stayed away too long.
struct AnswerWatch: Sendable {
  /// The next look.
  private(set) var due = Instant.never
  private let period, limit: Duration

  init(_ options: LinkOptions) {
    // Often enough for libmosquitto, which counts whole seconds of the keep-alive.
    (period, limit) = (min(.seconds(5), options.keepAlive / 5), options.acknowledgementTimeout)
  }

  /// A connection is begun: there is nothing to be answered yet.
  mutating func rest() { due = .never }
  /// CONNACK was good.
  mutating func connected(at now: Instant) { due = now }

  /// Whether to look now. Then the next look is a period later.
  mutating func looks(at now: Instant) -> Bool {
    guard now >= due else { return false }
    due = now.advanced(by: period)
    return true
  }

  /// - Parameter oldest: Since when the oldest message waits for its PUBACK.
  func isOverdue(_ oldest: Instant?, at now: Instant) -> Bool {
    oldest.map { $0.duration(to: now) >= limit } ?? false
  }
}
