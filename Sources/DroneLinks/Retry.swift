/// When a port that failed is tried again: after one second, then after twice as long each time, up to half a
/// minute. Being open for a while makes it forget.
struct Retry: Equatable, Sendable {
  static let first: Int64 = 1_000_000_000
  static let longest: Int64 = 30_000_000_000
  /// A device that holds for so long starts again from the shortest wait.
  static let steady: Int64 = 60_000_000_000

  /// ns of `CLOCK_MONOTONIC`.
  private(set) var due: Int64 = .min
  private var delay = first
  private var openedAt: Int64?

  mutating func opened(at now: Int64) { openedAt = now }

  mutating func failed(at now: Int64) {
    if let openedAt, now - openedAt >= Self.steady { delay = Self.first }
    openedAt = nil
    due = now + delay
    delay = min(2 * delay, Self.longest)
  }
}
