import FarmUnits

/// How fast somebody may command: so many within any minute. Remembers no more than that many instants.
struct CommandPace: Sendable {
  let perMinute: Int
  /// A ring of the last that were let through.
  private var passed: [Instant] = []
  private var oldest = 0

  /// - Parameter perMinute: At least 1.
  init(perMinute: Int) {
    precondition(perMinute >= 1)
    self.perMinute = perMinute
  }

  /// Whether one more is let through; if so, it is counted. `now` never runs backwards.
  mutating func take(at now: Instant) -> Bool {
    guard passed.count == perMinute else {
      passed.append(now)
      return true
    }
    guard passed[oldest].duration(to: now) >= .seconds(60) else { return false }
    passed[oldest] = now
    oldest = (oldest + 1) % perMinute
    return true
  }
}
