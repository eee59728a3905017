internal import FarmUnits

/// When an output started last, for the limit on starts per hour. A ring of fixed size: it never allocates.
struct StartLog: Sendable {
  static let capacity = 60

  private var starts = InlineArray<60, Instant>(repeating: Instant(sinceBoot: .zero))
  private var next = 0
  private(set) var count = 0

  mutating func record(_ start: Instant) {
    starts[next] = start
    next = (next + 1) % Self.capacity
    count = min(count + 1, Self.capacity)
  }

  /// - Parameter back: 1 is the newest; at most `count`.
  func start(back: Int) -> Instant { starts[(next - back + 2 * Self.capacity) % Self.capacity] }

  /// When one more start is allowed. Nil when it is allowed at `now`.
  ///
  /// - Parameter limit: Starts in any hour, 1 ... 60.
  func blockedUntil(limit: Int, at now: Instant) -> Instant? {
    guard limit > 0, count >= limit else { return nil }
    let free = start(back: limit).advanced(by: .seconds(3600))
    return free > now ? free : nil
  }
}
