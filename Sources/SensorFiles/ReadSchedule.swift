import FarmUnits

/// When which of a thread's sensors is due. Knows no clock and reads nothing.
struct ReadSchedule {
  private struct Turn {
    var due: Instant
    /// How many readings of the thread there had been with its last one; 0 before the first.
    var served = 0
  }

  private let periods: [Duration]
  private var turns: [Turn]
  private var readings = 0

  /// All are due at `start`.
  ///
  /// - Parameter periods: At least one, each above zero.
  init(periods: [Duration], start: Instant) {
    precondition(!periods.isEmpty && periods.allSatisfy { $0 > .zero })
    self.periods = periods
    turns = Array(repeating: Turn(due: start), count: periods.count)
  }

  /// Whose turn is next, and when. Of those that are due, the one that has waited for the most readings of
  /// others: on a bus with too much to do everybody is served equally often.
  func next(at now: Instant) -> (position: Int, due: Instant) {
    var best = 0
    for position in turns.indices.dropFirst() {
      let (candidate, leader) = (turns[position], turns[best])
      let bothDue = candidate.due <= now && leader.due <= now
      if bothDue ? candidate.served < leader.served : candidate.due < leader.due { best = position }
    }
    return (best, turns[best].due)
  }

  /// Its reading is done. The next one is due at its next regular time that is still to come: what was missed
  /// is counted and not made up for.
  ///
  /// - Returns: How many times were missed.
  mutating func finish(_ position: Int, at now: Instant) -> Int {
    readings += 1
    turns[position].served = readings
    let period = periods[position]
    let regular = turns[position].due.advanced(by: period)
    guard regular <= now else {
      turns[position].due = regular
      return 0
    }
    let missed = Int(min((regular.duration(to: now) / period).rounded(.down), 1e15)) + 1
    let next = regular.advanced(by: period * missed)
    turns[position].due = next > now ? next : now.advanced(by: period)
    return missed
  }
}
