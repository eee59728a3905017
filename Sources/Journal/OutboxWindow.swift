/// Which kept messages are on their way to the broker, and how far the broker has everything.
///
/// A small window: what is on its way is in memory only, and is sent again after a restart. Decides only.
public struct OutboxWindow: Sendable {
  /// Messages on their way at most.
  public let limit: Int
  /// No further one goes on its way while the payloads that are have so many bytes.
  public let bytesLimit: Int
  /// The broker has every ledger entry up to here.
  public private(set) var acknowledged: UInt64
  /// The last ledger entry that was handed over.
  public private(set) var handedOver: UInt64
  /// Entries beyond `acknowledged` that the broker has.
  private var settled: Set<UInt64> = []
  private var onTheirWay: [UInt64: PendingMessage] = [:]
  /// What of the ledger, and which topics, that is.
  private var entriesOnTheirWay: Set<UInt64> = []
  private var topicsOnTheirWay: [String: Int] = [:]
  private var bytes = 0
  /// Of the next message that is handed over; tokens rise.
  public private(set) var nextToken: UInt64 = 1

  public init(limit: Int, bytesLimit: Int = .max, acknowledged: UInt64) {
    precondition(limit > 0 && bytesLimit > 0)
    (self.limit, self.bytesLimit) = (limit, bytesLimit)
    (self.acknowledged, handedOver) = (acknowledged, acknowledged)
  }

  /// For another journal in this one's place. Answers to what this one handed over mean nothing to it.
  public func renewed(acknowledged: UInt64) -> OutboxWindow {
    var window = OutboxWindow(limit: limit, bytesLimit: bytesLimit, acknowledged: acknowledged)
    window.nextToken = nextToken
    return window
  }

  /// How many more may be handed over now.
  public var room: Int { bytes < bytesLimit ? max(0, limit - onTheirWay.count) : 0 }
  /// How many bytes of payload more: one message may go beyond.
  public var roomBytes: Int { max(0, bytesLimit - bytes) }
  public var count: Int { onTheirWay.count }
  /// More is to be fetched from the disk only then: many at once cost far less than one at a time, and meanwhile the
  /// link has the other half.
  public var isHalfEmpty: Bool { onTheirWay.count <= limit / 2 && bytes <= bytesLimit / 2 }

  /// Whether a topic's message is on its way: a newer one waits until the broker has answered, so that their order holds.
  public func isOnItsWay(topic: String) -> Bool { topicsOnTheirWay[topic] != nil }

  /// - Returns: The token to hand it over with.
  public mutating func handOver(_ message: PendingMessage) -> UInt64 {
    let token = nextToken
    nextToken += 1
    onTheirWay[token] = message
    bytes += message.message.payload.count
    switch message.origin {
    case .ledger(let sequence):
      handedOver = max(handedOver, sequence)
      entriesOnTheirWay.insert(sequence)
    case .state(let topic, _): topicsOnTheirWay[topic, default: 0] += 1
    }
    return token
  }

  private mutating func remove(_ token: UInt64) -> PendingMessage? {
    guard let message = onTheirWay.removeValue(forKey: token) else { return nil }
    bytes -= message.message.payload.count
    switch message.origin {
    case .ledger(let sequence): entriesOnTheirWay.remove(sequence)
    case .state(let topic, _):
      let left = topicsOnTheirWay[topic, default: 1] - 1
      topicsOnTheirWay[topic] = left > 0 ? left : nil
    }
    return message
  }

  /// What the broker has said about a token changes.
  public enum Progress: Equatable, Sendable {
    /// An unknown token, or an entry behind one that is still on its way.
    case none
    /// The broker has every ledger entry up to here.
    case ledger(through: UInt64)
    case state(topic: String, revision: Int64)
  }

  /// The broker has it, or it lies in the dead letters.
  public mutating func settle(_ token: UInt64) -> Progress {
    guard let message = remove(token) else { return .none }
    switch message.origin {
    case .state(let topic, let revision): return .state(topic: topic, revision: revision)
    case .ledger(let sequence):
      guard sequence > acknowledged else { return .none }
      guard sequence == acknowledged + 1 else {
        settled.insert(sequence)
        return .none
      }
      acknowledged = sequence
      while !settled.isEmpty, settled.remove(acknowledged + 1) != nil { acknowledged += 1 }
      return .ledger(through: acknowledged)
    }
  }

  /// The message of a token; nil for an unknown one.
  public func message(of token: UInt64) -> PendingMessage? { onTheirWay[token] }

  /// The link could not take it, or let it go: it is handed over again, and with it what follows it in the chain.
  public mutating func giveBack(_ token: UInt64) {
    guard let message = remove(token) else { return }
    guard case .ledger(let sequence) = message.origin else { return }
    handedOver = min(handedOver, sequence - 1)
  }

  /// Whether an entry must not be handed over (again): the broker has it, or it is on its way.
  public func isSettledOrOnItsWay(ledger sequence: UInt64) -> Bool {
    sequence <= acknowledged || settled.contains(sequence) || entriesOnTheirWay.contains(sequence)
  }
}
