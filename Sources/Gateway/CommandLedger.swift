/// The answers given to the last commands, by id: a command that arrives again is answered again and not
/// carried out again.
///
/// Bounded: the oldest answer is forgotten first, and counted. A command is only carried out within its
/// validity window, so an id needs remembering no longer than that.
public struct CommandLedger<Answer: Sendable>: Sendable {
  public let capacity: Int
  /// Answers forgotten to make room.
  public private(set) var forgotten = 0
  private var answers: [String: Answer] = [:]
  private var order: [String] = []
  private var oldest = 0

  /// - Parameter capacity: At least 1.
  public init(capacity: Int) {
    precondition(capacity >= 1)
    self.capacity = capacity
    order.reserveCapacity(capacity)
  }

  /// Setting an answer of a known id replaces it (a deferred command that was carried out).
  public subscript(id: String) -> Answer? {
    get { answers[id] }
    set {
      guard let newValue else { return }
      guard answers.updateValue(newValue, forKey: id) == nil else { return }
      if order.count < capacity {
        order.append(id)
      } else {
        answers[order[oldest]] = nil
        order[oldest] = id
        oldest = (oldest + 1) % capacity
        forgotten += 1
      }
    }
  }
}
