public import FarmUnits

/// Bytes for a topic of the marketplace, and how its broker is to treat them.
public struct JournalMessage: Equatable, Sendable {
  public var topic: String
  public var payload: [UInt8]
  public var retained: Bool
  /// MQTT 5 content type.
  public var contentType: String?
  /// After it nobody needs the message; nil: for ever.
  public var expiresAt: WallTime?

  public init(
    topic: String, payload: [UInt8], retained: Bool, contentType: String? = nil, expiresAt: WallTime? = nil
  ) {
    (self.topic, self.payload, self.retained) = (topic, payload, retained)
    (self.contentType, self.expiresAt) = (contentType, expiresAt)
  }
}

/// What goes when the budget is used up, first things first. Raw values are stored.
public enum KeptClass: Int, Sendable, CaseIterable, Comparable {
  case reading = 0
  case condition = 1
  case health = 2
  /// What a decision rested on.
  case input = 3
  /// What somebody asked of an output, an alarm, a lot or a drone, and the answer.
  case command = 4

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// One thing to be kept.
public enum JournalEntry: Equatable, Sendable {
  /// In the chain. Its bytes are never changed, and never evicted before the broker has them.
  case ledger(LedgerRow)
  /// Replaces what the topic said before; only the newest is sent.
  ///
  /// - Parameter revision: Rises with every message of the topic.
  case state(revision: Int64, JournalMessage)
  /// The topic is to be empty; sent once.
  case cleared(topic: String, revision: Int64)
  /// Kept for explanations, and never sent.
  ///
  /// - Parameters:
  ///   - subject: A sensor, a store, a drone, or what a command was about.
  ///   - at: Wall time, of use where `clock` was trusted.
  case sample(KeptClass, subject: String, at: Moment, boot: String, [UInt8])
  /// The inputs of decisions, kept once under their hash.
  case input(hash: String, at: WallTime, [UInt8])
  /// A fact that is to outlive a restart; nil forgets it.
  case fact(name: String, [UInt8]?)
}

/// Where the chain stands.
public struct JournalHead: Equatable, Sendable {
  /// Of the last entry; 0 before the first.
  public var sequence: UInt64
  /// 64 hex digits; zeros before the first.
  public var hash: String

  /// - Parameter hash: Left out: not known, so that the next entry follows nothing.
  public init(sequence: UInt64, hash: String = Self.noHash) {
    (self.sequence, self.hash) = (sequence, hash)
  }

  public static let noHash = String(repeating: "0", count: 64)
  public static let empty = JournalHead(sequence: 0)
}

/// An entry of the chain as it is kept.
public struct LedgerRow: Equatable, Sendable {
  /// That of the entry before, and 1.
  public var sequence: UInt64
  /// Hash of the entry before.
  public var previousHash: String
  /// SHA-256 of the payload, 64 hex digits.
  public var hash: String
  public var at: WallTime
  public var message: JournalMessage

  public init(
    sequence: UInt64, previousHash: String, hash: String, at: WallTime, message: JournalMessage
  ) {
    (self.sequence, self.previousHash, self.hash) = (sequence, previousHash, hash)
    (self.at, self.message) = (at, message)
  }

  /// Where the chain stands with it.
  public var head: JournalHead { JournalHead(sequence: sequence, hash: hash) }
}

/// A message that waits for the broker.
public struct PendingMessage: Equatable, Sendable {
  public enum Origin: Hashable, Sendable {
    case ledger(sequence: UInt64)
    case state(topic: String, revision: Int64)
  }
  public var origin: Origin
  public var message: JournalMessage
  /// Of a state: the last entry of the ledger when it was said. It is handed over before those that came later.
  public var after: UInt64

  public init(origin: Origin, message: JournalMessage, after: UInt64 = 0) {
    (self.origin, self.message, self.after) = (origin, message, after)
  }
}
