public import FarmUnits

/// What the reader has done since it began.
public struct SensorFileCounters: Equatable, Sendable {
  /// Readings told, good or not.
  public internal(set) var reads = 0
  /// Readings left out because their sensor, or another one of its thread, took longer than the period.
  public internal(set) var missed = 0
  /// The longest that one reading took.
  public internal(set) var longest = Duration.zero
  /// Whose readings are in the kernel's hands at this moment, and since when.
  public internal(set) var underWay: [UnderWay] = []
  private var troubles = [Int](repeating: 0, count: FileTrouble.allCases.count)

  /// A reading that has begun and not ended.
  public struct UnderWay: Equatable, Sendable {
    /// The thread: `1-wire`, `iio-hx711`.
    public let thread: String
    /// Of the sensor.
    public let index: Int
    public let since: Instant
  }

  /// How many readings ended so.
  public subscript(trouble: FileTrouble) -> Int {
    FileTrouble.allCases.firstIndex(of: trouble).map { troubles[$0] } ?? 0
  }

  mutating func count(_ reading: FileReading, took: Duration) {
    reads += 1
    longest = max(longest, took)
    if let trouble = reading.trouble, let place = FileTrouble.allCases.firstIndex(of: trouble) {
      troubles[place] += 1
    }
  }
}
