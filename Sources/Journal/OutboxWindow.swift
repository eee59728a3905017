/// Which kept messages are on their way to the broker, and how far the broker has everything.
///
/// A small window: what is on its way is in memory only, and is sent again after a restart. Decides only.
public struct OutboxWindow: Sendable {
  /// Messages on their way at most.
  public let limit: Int
  /// The broker has every ledger entry up to here.
  public private(set) var acknowledged: UInt64
  /// The last ledger entry that was handed over.
  public private(set) var handedOver: UInt64
  /// Entries beyond `acknowledged` that the broker has.
  private var settled: Set<UInt64> = []
  private var onTheirWay: [UInt64: PendingMessage] = [:]
  private var nextToken: UInt64 = 1

  public init(limit: Int, acknowledged: UInt64) {
    precondition(limit > 0)
    (self.limit, self.acknowledged, handedOver) = (limit, acknowledged, acknowledged)
  }

  /// For another journal in this one's place. Answers to what this one handed over mean nothing to it.
  public func renewed(acknowledged: UInt64) -> OutboxWindow {
    var window = OutboxWindow(limit: limit, acknowledged: acknowledged)
    window.nextToken = nextToken
    return window
  }

  /// How many more may be handed over now.
  public var room: Int { max(0, limit - onTheirWay.count) }
  public var count: Int { onTheirWay.count }

  /// Whether a topic's message is on its way: a newer one waits until the broker has answered, so that their order holds.
  public func isOnItsWay(topic: String) -> Bool {
    onTheirWay.values.contains {
      if case .state(topic, _) = $0.origin { true } else { false }
    }
  }

  /// - Returns: The token to hand it over with.
  public mutating func handOver(_ message: PendingMessage) -> UInt64 {
    let token = nextToken
    nextToken += 1
    onTheirWay[token] = message
    if case .ledger(let sequence) = message.origin { handedOver = max(handedOver, sequence) }
    return token
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
    guard let message = onTheirWay.removeValue(forKey: token) else { return .none }
    switch message.origin {
    case .state(let topic, let revision): return .state(topic: topic, revision: revision)
    case .ledger(let sequence):
      guard sequence > acknowledged else { return .none }
      settled.insert(sequence)
      let before = acknowledged
      while settled.remove(acknowledged + 1) != nil { acknowledged += 1 }
      return acknowledged > before ? .ledger(through: acknowledged) : .none
    }
  }

  /// The message of a token; nil for an unknown one.
  public func message(of token: UInt64) -> PendingMessage? { onTheirWay[token] }

  /// The link could not take it, or let it go: it is handed over again, and with it what follows it in the chain.
  public mutating func giveBack(_ token: UInt64) {
    guard let message = onTheirWay.removeValue(forKey: token) else { return }
    guard case .ledger(let sequence) = message.origin else { return }
    handedOver = min(handedOver, sequence - 1)
  }

  /// Whether an entry must not be handed over (again): the broker has it, or it is on its way.
  public func isSettledOrOnItsWay(ledger sequence: UInt64) -> Bool {
    sequence <= acknowledged || settled.contains(sequence)
      || onTheirWay.values.contains { $0.origin == .ledger(sequence: sequence) }
  }
}
