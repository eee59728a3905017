/// What passed, and what was lost and where, since the start.
public struct LinkCounters: Sendable, Equatable {
  public var inbound: InboundCounters
  public var outbound: OutboundCounters
  /// Events that nobody fetched in time.
  public var eventsDropped: UInt64
}

/// Messages from the broker.
public struct InboundCounters: Sendable, Equatable {
  public var received: UInt64 = 0
  /// Payloads.
  public var bytes: UInt64 = 0
  /// Old readings that made room for new ones.
  public var readingsDropped: UInt64 = 0
  /// Commands that found their queue full and went to `overflowedCommands`.
  public var commandsOverflowed: UInt64 = 0
  /// Commands that found that full, too.
  public var commandsLost: UInt64 = 0
  /// Messages with a payload above `maximumPayloadBytes`.
  public var refusedBySize: UInt64 = 0
  public var refusedBySizeTopics = TopicCounts()
  /// Messages that no subscription asked for: a session that the broker kept from an earlier configuration.
  public var unexpected: UInt64 = 0

  init() {}
}

/// Messages to the broker.
public struct OutboundCounters: Sendable, Equatable {
  /// Handed to the connection.
  public var published: UInt64 = 0
  /// Payloads.
  public var bytes: UInt64 = 0
  /// PUBACK below 0x80.
  public var acknowledged: UInt64 = 0
  /// PUBACK from 0x80, or more than the broker takes.
  public var refusedByBroker: UInt64 = 0
  public var refusedByBrokerTopics = TopicCounts()
  /// Old messages that made room for new ones.
  public var dropped: UInt64 = 0
  /// Not taken by `publish`.
  public var refused: UInt64 = 0
  /// Retained messages replaced by a newer one before they were sent.
  public var superseded: UInt64 = 0
  public var expired: UInt64 = 0
  /// Messages that libmosquitto would not take.
  public var failed: UInt64 = 0
  /// Retained topics sent again after a connect.
  public var repeated: UInt64 = 0
  /// Connections given up because PUBACKs were overdue.
  public var overdueConnections: UInt64 = 0

  init() {}
}

/// Counts by topic, for the first 32 topics; the others are counted together.
public struct TopicCounts: Sendable, Equatable {
  public static let limit = 32
  public private(set) var topics: [String: UInt64] = [:]
  public private(set) var others: UInt64 = 0

  init() {}

  mutating func add(_ topic: String) {
    // The network chooses topics, so neither their number nor their length may be its choice.
    guard topic.utf8.count <= 256, topics[topic] != nil || topics.count < Self.limit else {
      return others += 1
    }
    topics[topic, default: 0] += 1
  }
}
