public import FarmUnits

/// One look at a link, for people and for `status`.
public struct LinkStatus: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    case idle
    case connecting
    case connected
    case backingOff = "backing_off"
    case stopped
  }

  public var state = State.idle
  /// Since when it is in this state.
  public var since: Instant
  /// Such as `connected to localhost:1883`, or why not and when the next try is.
  public var text = "not started"
  /// Connections that the broker accepted.
  public var connects: UInt64 = 0
  /// Those after the first.
  public var reconnects: UInt64 { connects > 0 ? connects - 1 : 0 }
  /// Tries that failed, and connections that ended.
  public var failures: UInt64 = 0
  /// Times that another client with our id put us out, or seems to have.
  public var takeovers: UInt64 = 0
  public var lastFailure: LinkFailure?
  /// Connections that we gave up, by cause.
  public struct GivenUp: Sendable, Equatable {
    public var deaf: UInt64 = 0
    public var quiet: UInt64 = 0
    public var silent: UInt64 = 0
    public var unacknowledged: UInt64 = 0

    mutating func count(_ failure: LinkFailure) {
      switch failure {
      case .deaf: deaf += 1
      case .quiet: quiet += 1
      case .silent: silent += 1
      case .unacknowledged: unacknowledged += 1
      default: break
      }
    }
  }
  public var givenUp = GivenUp()

  /// Whether messages are known to go both ways.
  public enum Proof: Sendable, Equatable {
    /// No probe is configured.
    case off
    /// No echo has come on this connection yet, or there is none.
    case pending
    case bothWays
    case fallback(LinkFallback)

    public var code: String {
      switch self {
      case .off: "off"
      case .pending: "pending"
      case .bothWays: "both_ways"
      case .fallback(let fallback): fallback.rawValue
      }
    }
  }
  public var proof = Proof.off
  public var probesSent: UInt64 = 0
  public var probesReturned: UInt64 = 0
  /// Messages on the probe's topic that are not ours: another gateway goes by our name.
  public var probesOfOthers: UInt64 = 0
  /// Filters that the broker refused on this connection, with SUBACK's reason code.
  public var refusedSubscriptions: [String: UInt8] = [:]
  /// Proofs that the connection carries messages, which pings are not: the last message that came, a probe too, and the
  /// last PUBACK.
  public var lastReceived: Instant?
  public var lastAcknowledged: Instant?
  /// Handed over and not acknowledged.
  public var inFlight = 0
  /// Waiting to be handed over: retained topics, messages with and without a token.
  public var waiting = 0
  /// Retained topics that are sent again after every connect.
  public var retainedTopics = 0

  init(since: Instant) { self.since = since }
}

/// What happened on a link; for a consumer that acts on it, such as one that re-announces after a connect.
public enum LinkEvent: Sendable, Equatable {
  /// Subscriptions are asked for, retained messages are on their way.
  case connected(sessionPresent: Bool)
  case disconnected(LinkFailure)
  /// A try to connect failed, and not for the same reason as the one before.
  case unreachable(LinkFailure)
  /// The broker keeps the probe back; told once, until an echo comes.
  case unproven(LinkFallback)
  /// The echo came after all.
  case proven
  case subscriptionRefused(filter: String, reasonCode: UInt8)
  case publicationRefused(topic: String, reasonCode: UInt8)
  case stopped
}
