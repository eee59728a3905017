import FarmUnits

/// Longer pauses while a disk does not take anything: 1 s to 30 s.
struct RetryPause: Sendable {
  private var pause = Duration.seconds(1)
  private var until: Instant?

  func isOver(at now: Instant) -> Bool { until.map { $0 <= now } ?? true }
  mutating func begin(at now: Instant) {
    until = now.advanced(by: pause)
    pause = min(pause * 2, .seconds(30))
  }
  mutating func end() { (until, pause) = (nil, .seconds(1)) }
}
