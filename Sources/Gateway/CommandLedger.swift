public import FarmUnits

/// The answers given to commands, by id: a command that arrives again is answered again and not carried out again.
///
/// Bounded. An id is kept for as long as its validity window is open, since until then the same command could be carried
/// out once more; where every one of them is open, there is no room for another. Of the others the oldest is
/// forgotten first, and counted.
public struct CommandLedger<Answer: Sendable>: Sendable {
  struct Entry: Sendable {
    var answer: Answer
    /// The end of the command's validity window; nil: it has none.
    var until: WallTime?
    /// Rises with every new id.
    var number: UInt64
  }

  public let capacity: Int
  /// Answers forgotten to make room, or not remembered for lack of it.
  public private(set) var forgotten = 0
  private(set) var entries: [String: Entry] = [:]
  private var next: UInt64 = 0

  /// - Parameter capacity: At least 1.
  public init(capacity: Int) {
    precondition(capacity >= 1)
    self.capacity = capacity
  }

  public subscript(id: String) -> Answer? { entries[id]?.answer }

  /// Whether another id with a window can be remembered.
  public func hasRoom(at now: Moment) -> Bool { entries.count < capacity || closed(at: now) != nil }

  /// Remembers the answer to a new id, at the cost of the oldest whose window is not open. Without room it is not
  /// remembered.
  public mutating func note(_ id: String, _ answer: Answer, until: WallTime?, at now: Moment) {
    if entries.count >= capacity, entries[id] == nil {
      forgotten += 1
      guard let victim = closed(at: now) else { return }
      entries[victim] = nil
    }
    entries[id] = Entry(answer: answer, until: until, number: next)
    next += 1
  }

  /// Puts another answer in the place of a known id's, such as that of a deferred command that was carried out.
  public mutating func renew(_ id: String, _ answer: Answer) { entries[id]?.answer = answer }

  /// Makes an id unknown again.
  public mutating func forget(_ id: String) { entries[id] = nil }

  /// Forgets the oldest, open or not.
  mutating func forgetOldest() {
    guard let victim = entries.min(by: { $0.value.number < $1.value.number })?.key else { return }
    entries[victim] = nil
    forgotten += 1
  }

  /// The oldest id whose window is not open.
  private func closed(at now: Moment) -> String? {
    entries.filter { !$0.value.isOpen(at: now) }.min { $0.value.number < $1.value.number }?.key
  }
}

extension CommandLedger.Entry {
  /// While nobody vouches for the clock, a window may still be open.
  func isOpen(at now: Moment) -> Bool { until.map { now.clock == .untrusted || now.wall < $0 } ?? false }
}
