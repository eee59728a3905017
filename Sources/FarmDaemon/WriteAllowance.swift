import FarmUnits

/// How often the memory may be written, for the sake of memory cards: what a lock-out depends on at once while
/// there is credit, everything else once in a while.
///
/// Ten writes may follow each other; each comes back after half a minute. However busy the farm, that is 2,890
/// writes in a day at the most.
struct WriteAllowance: Sendable {
  static let burst = 10
  static let refill = Duration.seconds(30)
  /// What is not urgent waits for so long after the last write.
  static let patience = Duration.seconds(60)
  static var writesPerDayMax: Int { burst + Int(86_400 / Double(refill.milliseconds) * 1000) }

  private var credit = burst
  private var countedAt: Instant
  private var lastWrite: Instant?

  init(startingAt now: Instant) { countedAt = now }

  /// Whether to write now; if so, the write is counted.
  mutating func take(urgent: Bool, at now: Instant) -> Bool {
    while credit < Self.burst, countedAt.duration(to: now) >= Self.refill {
      credit += 1
      countedAt = countedAt.advanced(by: Self.refill)
    }
    if credit == Self.burst { countedAt = now }
    let isDue = urgent || lastWrite.map { $0.duration(to: now) >= Self.patience } ?? true
    guard isDue, credit > 0 else { return false }
    credit -= 1
    lastWrite = now
    return true
  }
}
