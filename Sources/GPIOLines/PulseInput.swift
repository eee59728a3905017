public import FarmUnits

/// Counts a meter's pulses from both edges of its line, so that an edge that the kernel never told is noticed.
///
/// Where the interrupt's thread is late the kernel may make one event of two edges (a guess from its sources, not
/// seen happening): no number is missing then, but the same level comes twice. Where the kernel numbers its edges the
/// missing pulses are counted as lost, otherwise the reading is suspect. Pulses of which neither edge is told leave no
/// trace here. A value; edges come in the order of their times.
public struct PulseInput: Equatable, Sendable {
  public private(set) var counter: PulseCounter
  /// The level whose beginning is a pulse; nil: every edge is one.
  public let counted: LineLevel?
  /// After the last edge; nil until the first one since the line was taken.
  private var level: LineLevel?
  private var sequence: UInt32 = 0

  public init(_ counter: PulseCounter, counted: LineLevel?) {
    (self.counter, self.counted) = (counter, counted)
  }

  /// The line has been taken (again): the kernel numbers its edges from 1.
  public mutating func begin() { (level, sequence) = (nil, 0) }

  public mutating func take(_ edge: EdgeEvent) {
    var missing: UInt64 = 0
    if let number = edge.sequence {
      let gap = number &- sequence &- 1
      missing = gap < 1 << 31 ? UInt64(gap) : 0  // a step back is a new numbering
      sequence = number
    }
    if let level {
      // Levels alternate: after an even number of unheard edges the level is the other one, after an odd one the same.
      if (missing % 2 == 0) == (edge.level == level) { missing += 1 }
      miss(pulses(in: missing, after: level), isProven: edge.sequence != nil, edges: missing)
    } else {
      miss(counted == nil ? missing : missing / 2, isProven: edge.sequence != nil, edges: missing)
    }
    level = edge.level
    if counted == nil || edge.level == counted { counter.count(at: edge.at, sequence: nil) }
  }

  /// Edges may have been lost, and nothing can tell how many.
  public mutating func suspectLoss() {
    counter.suspectLoss()
    level = nil
  }

  public mutating func read(at now: Instant) -> PulseReading { counter.read(at: now) }

  private mutating func miss(_ pulses: UInt64, isProven: Bool, edges: UInt64) {
    guard edges > 0 else { return }
    if isProven { counter.countMissing(pulses) } else { counter.suspectLoss() }
  }

  /// How many of so many unheard edges after a level were pulses.
  private func pulses(in edges: UInt64, after level: LineLevel) -> UInt64 {
    guard let counted else { return edges }
    return counted == level ? edges / 2 : (edges + 1) / 2
  }
}
