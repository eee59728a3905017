/// How long and how far a temperature was beyond one limit, by zero-order hold: a sample counts as it is until the next one.
public struct ExcursionTally: Equatable, Sendable {
  public enum Side: String, Sendable {
    case above, below
  }
  public let side: Side
  /// °C; the limit itself is not beyond it.
  public let limit: Double
  public private(set) var minutes = 0.0
  /// Kelvin times minutes beyond the limit.
  public private(set) var degreeMinutes = 0.0
  /// The longest time without a sample within the limit that ended or went on here, minutes; it may have begun before.
  /// Time without samples does not end it.
  public private(set) var longestRun = 0.0
  /// How long the run has been going on; 0 when the last sample was within.
  public private(set) var run = 0.0
  /// Minutes from the start of the record to the first sample beyond the limit.
  public private(set) var first: Double?

  /// - Parameter run: Minutes for which the limit has been exceeded already.
  public init(_ side: Side, limit: Double, run: Double = 0) {
    (self.side, self.limit, self.run) = (side, limit, run)
    longestRun = run
  }

  /// As kept in a journal.
  init(
    _ side: Side, limit: Double, minutes: Double, degreeMinutes: Double, longestRun: Double, run: Double,
    first: Double?
  ) {
    self.init(side, limit: limit, run: run)
    (self.minutes, self.degreeMinutes, self.longestRun, self.first) = (
      minutes, degreeMinutes, longestRun, first
    )
  }

  /// - Parameters:
  ///   - celsius: What was measured.
  ///   - duration: How long it counts, minutes.
  ///   - start: Minutes since the start of the record.
  public mutating func add(_ celsius: Double, for duration: Double, from start: Double = 0) {
    let excess = side == .above ? celsius - limit : limit - celsius
    guard excess > 0 else {
      run = 0
      return
    }
    minutes += duration
    degreeMinutes += excess * duration
    run += duration
    longestRun = max(longestRun, run)
    if first == nil { first = start }
  }

  /// The start of the next record: the run goes on, everything else begins anew.
  var continued: ExcursionTally { ExcursionTally(side, limit: limit, run: run) }

  /// The same, told from a start that lies `minutes` earlier.
  func later(by minutes: Double) -> ExcursionTally {
    var later = self
    later.first = first.map { ($0 + minutes).thousandths }
    return later
  }

  /// This one and the one that follows it.
  func joined(by next: ExcursionTally) -> ExcursionTally {
    ExcursionTally(
      side, limit: limit, minutes: (minutes + next.minutes).thousandths,
      degreeMinutes: (degreeMinutes + next.degreeMinutes).thousandths,
      longestRun: Swift.max(longestRun, next.longestRun), run: next.run, first: first ?? next.first)
  }

  func rounded() -> ExcursionTally {
    ExcursionTally(
      side, limit: limit, minutes: minutes.thousandths, degreeMinutes: degreeMinutes.thousandths,
      longestRun: longestRun.thousandths, run: run.thousandths, first: first?.thousandths)
  }
}

extension Double {
  /// At most three decimals, so that what is kept and what is published are the same number.
  var thousandths: Double { magnitude < 1e12 ? (self * 1000).rounded() / 1000 : self }
}
