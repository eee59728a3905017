/// Notices a disk that hangs: a write that neither ends nor fails, which nobody but a bystander can tell.
///
/// It counts looks, not time: who was stopped together with the journal's thread does not blame it.
struct JournalWatch: Sendable {
  /// Looks, one a second, without a sign of life. A check of the whole file on a slow card takes nearly as long.
  static let looksMax = 30

  enum News: Equatable, Sendable { case silent, answersAgain }

  private var rounds: UInt64 = 0
  private var looks = 0

  /// Once a second.
  /// - Parameter rounds: How often the journal's thread has come round; it tries to once a second.
  /// - Returns: What is to be told; nil most of the time.
  mutating func look(rounds: UInt64) -> News? {
    guard rounds == self.rounds else {
      defer { (self.rounds, looks) = (rounds, 0) }
      return looks >= Self.looksMax ? .answersAgain : nil
    }
    looks += 1
    return looks == Self.looksMax ? .silent : nil
  }
}
