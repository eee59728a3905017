public import FarmUnits

/// Counts a meter's pulses from both edges of its line, and finds out about edges that nobody told.
///
/// Three things tell of them. Numbers that are missing, where the kernel numbers edges (2.x). A level that comes twice:
/// the kernel's thread was late and made one event of two edges. And the kernel's own count of the line's interrupts,
/// held against what was heard up to that moment: it misses nothing, and comes a second later. What is proven counts as
/// lost; what is only seen makes the reading suspect. A value; edges come in the order of their times.
public struct PulseInput: Equatable, Sendable {
  public private(set) var counter: PulseCounter
  /// The level whose beginning is a pulse; nil: every edge is one.
  public let counted: LineLevel?
  /// After the last edge; nil while that is not known.
  private var level: LineLevel?
  /// When the line was taken.
  private var firstLevel: LineLevel?
  private var sequence: UInt32 = 0
  /// Since the line was taken: pulses heard, and pulses that count as lost.
  private var heard: UInt64 = 0
  private var lost: UInt64 = 0
  private var audit: Audit?

  /// The kernel's count at one moment, and the pulses heard that happened until then.
  private struct Audit: Equatable, Sendable {
    let interrupts: UInt64
    let at: Instant
    var heard: UInt64
  }

  public init(_ counter: PulseCounter, counted: LineLevel?) {
    (self.counter, self.counted) = (counter, counted)
  }

  /// The line has been taken (again): the kernel numbers its edges from 1.
  public mutating func begin(at level: LineLevel) {
    (self.level, firstLevel, sequence) = (nil, level, 0)
    (heard, lost, audit) = (0, 0, nil)
  }

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
    guard counted == nil || edge.level == counted else { return }
    counter.count(at: edge.at, sequence: nil)
    heard += 1
    if let audit, edge.at <= audit.at { self.audit?.heard += 1 }
  }

  /// The kernel's own count of the line's edges since it was taken.
  ///
  /// - Parameter instant: Not before the count was read. What had happened until then has been heard by the next call,
  ///   if it will ever be: call this once a second.
  public mutating func take(interrupts: UInt64, at instant: Instant) {
    if let audit, let firstLevel {
      let happened = pulses(in: audit.interrupts, after: firstLevel)
      if happened > audit.heard + lost {
        let late = happened - audit.heard - lost
        lost += late
        counter.countMissing(late, isRecent: false)
      }
    }
    audit = Audit(interrupts: interrupts, at: instant, heard: heard)
  }

  /// Edges may have been lost, and nothing can tell how many.
  public mutating func suspectLoss() {
    counter.suspectLoss()
    level = nil
  }

  public mutating func read(at now: Instant) -> PulseReading { counter.read(at: now) }

  private mutating func miss(_ pulses: UInt64, isProven: Bool, edges: UInt64) {
    guard edges > 0 else { return }
    guard isProven else { return counter.suspectLoss() }
    lost += pulses
    counter.countMissing(pulses)
  }

  /// How many of so many edges after a level are pulses.
  private func pulses(in edges: UInt64, after level: LineLevel) -> UInt64 {
    guard let counted else { return edges }
    return counted == level ? edges / 2 : (edges + 1) / 2
  }
}
