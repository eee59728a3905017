import FarmUnits

/// When which of a thread's sensors is due. Knows no clock and reads nothing.
struct ReadSchedule {
  private let periods: [Duration]
  private var due: [Instant]

  /// All are due at `start`.
  ///
  /// - Parameter periods: At least one, each above zero.
  init(periods: [Duration], start: Instant) {
    precondition(!periods.isEmpty && periods.allSatisfy { $0 > .zero })
    self.periods = periods
    due = Array(repeating: start, count: periods.count)
  }

  /// Whose turn is next: the longest due, the first in order among equals.
  var next: (position: Int, due: Instant) {
    var first = 0
    for position in due.indices where due[position] < due[first] { first = position }
    return (first, due[first])
  }

  /// Its reading is done. The next one is due at its next regular time that is still to come: what was missed
  /// is counted and not made up for, and nobody else's turn is taken.
  ///
  /// - Returns: How many times were missed.
  mutating func finish(_ position: Int, at now: Instant) -> Int {
    let period = periods[position]
    let regular = due[position].advanced(by: period)
    guard regular <= now else {
      due[position] = regular
      return 0
    }
    let missed = Int64(min((regular.duration(to: now) / period).rounded(.down), 1e15)) + 1
    due[position] = regular.advanced(by: period * Int(missed))
    if due[position] <= now { due[position] = now.advanced(by: period) }
    return Int(missed)
  }
}
