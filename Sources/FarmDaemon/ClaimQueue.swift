import Claims
import Gateway
import Synchronization

/// Claims, and the lots behind them, on their way to the journal's thread. Bounded: what does not fit is not taken, and
/// who makes claims has to wait.
final class ClaimQueue: Sendable {
  /// What is written in one transaction: a lot is on the disk before a claim about it is told.
  struct Batch: Sendable {
    var claims: [KeptClaim] = []
    /// By name; nil: to be forgotten.
    var facts: [String: [UInt8]?] = [:]
    fileprivate(set) var bytes = 0
    fileprivate var isUrgent = false
    /// Of the last one that was put in.
    fileprivate var number: UInt64 = 0

    var isEmpty: Bool { claims.isEmpty && facts.isEmpty }

    fileprivate mutating func add(_ other: Batch) {
      claims += other.claims
      facts.merge(other.facts) { _, new in new }
      bytes += other.bytes
      number = max(number, other.number)
      isUrgent = isUrgent || other.isUrgent
    }
  }

  /// In memory at most, in bytes.
  static let bytesMax = 8 << 20

  private let waiting = Mutex(Batch())
  /// Numbers of what was put in last, and of what the disk has.
  private let numbers = Mutex((put: 0 as UInt64, kept: 0 as UInt64))
  /// The disk has more than before.
  let keptNews: AsyncStream<Void>
  private let keptSignal: AsyncStream<Void>.Continuation
  /// Something was put in that may not wait for others.
  let urgencies: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init() {
    (urgencies, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (keptNews, keptSignal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// - Returns: False when there is no room: nothing of it is taken.
  func put(_ kept: KeptBatch) -> Bool {
    if kept.isEmpty { return true }
    var batch = Batch()
    (batch.claims, batch.facts, batch.isUrgent) = (kept.claims, kept.facts, kept.isUrgent)
    batch.bytes =
      kept.claims.reduce(0) { $0 + $1.bytes }
      + kept.facts.reduce(0) { $0 + $1.key.utf8.count + ($1.value?.count ?? 0) }
    let added = batch
    let isTaken = waiting.withLock { waiting in
      // What is too large for the queue alone must not wait for ever: an empty queue takes it.
      guard waiting.isEmpty || waiting.bytes + added.bytes <= Self.bytesMax else { return false }
      waiting.add(added)
      waiting.number = numbers.withLock { numbers in
        numbers.put += 1
        return numbers.put
      }
      return true
    }
    if isTaken, kept.isUrgent { signal.yield() }
    return isTaken
  }

  /// Whether more may be said.
  var hasRoom: Bool { waiting.withLock { $0.bytes < Self.bytesMax / 2 } }
  var bytes: Int { waiting.withLock { $0.bytes } }

  func take() -> Batch {
    waiting.withLock { waiting in
      defer { waiting = Batch() }
      return waiting
    }
  }

  /// The number of what was put in last: when the disk has everything up to it, `isKept` says so.
  var lastPut: UInt64 { numbers.withLock { $0.put } }
  func isKept(_ number: UInt64) -> Bool { numbers.withLock { $0.kept >= number } }

  /// The disk has it.
  func kept(_ batch: Batch) {
    numbers.withLock { $0.kept = max($0.kept, batch.number) }
    keptSignal.yield()
  }

  /// What could not be written comes back, before what has come since.
  func putBack(_ batch: Batch) {
    waiting.withLock { waiting in
      var all = batch
      all.add(waiting)
      waiting = all
    }
  }

  func finish() {
    signal.finish()
    keptSignal.finish()
  }
}

extension KeptClaim {
  fileprivate var bytes: Int {
    switch self {
    case .ledger(_, _, _, let message), .state(_, let message):
      message.topic.utf8.count + message.payload.count + 256
    case .condition(_, _, let bytes), .input(_, _, let bytes), .command(_, _, let bytes): bytes.count + 128
    }
  }
}
