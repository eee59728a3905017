/// The control loop's time.
public struct LoopSettings: Sendable, Equatable {
  /// Between two ticks; 1 ms ... 10 s.
  public let interval: Duration
  /// `SCHED_FIFO` 1...99; 0 = ordinary scheduling.
  public let priority: Int
}

extension LoopSettings: ConfigurationSection {
  private enum Keys {
    static let interval = Key(
      "interval_ms", .milliseconds(1...10_000), .byDefault(.milliseconds(100)), "time between two ticks")
    static let priority = Key(
      "priority", .integer(0...99), .byDefault(50),
      "`SCHED_FIFO` priority of the loop; 0 = ordinary scheduling")
  }
  static let keys = [Keys.interval.reference, Keys.priority.reference]

  init?(_ section: SectionReader) {
    let interval = section.read(Keys.interval)
    let priority = section.read(Keys.priority)
    guard let interval, let priority else { return nil }
    (self.interval, self.priority) = (interval, priority)
  }
}
