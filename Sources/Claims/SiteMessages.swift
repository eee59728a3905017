public import CanonicalJSON
public import FarmUnits

/// The payload of `output/{id}`.
public struct OutputMessage: Equatable, Sendable {
  public var commanded: Bool
  /// Nil: unknown, as always without a feedback input.
  public var confirmed: Bool?
  /// The code of what decided, such as `min_off`.
  public var reason: String
  /// The same for a person.
  public var text: String?
  public var since: WallTime

  public init(commanded: Bool, confirmed: Bool?, reason: String, text: String? = nil, since: WallTime) {
    (self.commanded, self.confirmed, self.reason) = (commanded, confirmed, reason)
    (self.text, self.since) = (text, since)
  }

  public var json: JSONValue {
    .present([
      ("commanded", commanded ? "on" : "off"),
      ("confirmed", .string(confirmed.map { $0 ? "on" : "off" } ?? "unknown")), ("reason", .string(reason)),
      ("text", text.map(JSONValue.string)), ("since", .string(since.rfc3339)),
    ])
  }
}

/// The payload of `alarm/{id}`.
public struct AlarmMessage: Equatable, Sendable {
  public enum State: String, Sendable, CaseIterable {
    case normal, pending, active, acknowledged, shelved
  }
  public var state: State
  public var since: WallTime
  /// For a person.
  public var text: String
  /// What raised it last, as a code of the list of reasons; nil where the text says all.
  public var cause: String?
  /// The end of shelving.
  public var until: WallTime?
  /// What has become of it lately, the oldest first, this state included.
  public var history: [Change]

  /// It came into a state.
  public struct Change: Equatable, Sendable {
    public var state: State
    public var at: WallTime
    public var cause: String?

    public init(_ state: State, at: WallTime, cause: String? = nil) {
      (self.state, self.at, self.cause) = (state, at, cause)
    }

    var json: JSONValue {
      .present([
        ("state", .string(state.rawValue)), ("at", .string(at.rfc3339)), ("cause", cause.map { .string($0) }),
      ])
    }
  }

  public init(
    state: State, since: WallTime, text: String, cause: String? = nil, until: WallTime? = nil,
    history: [Change] = []
  ) {
    (self.state, self.since, self.text, self.cause) = (state, since, text, cause)
    (self.until, self.history) = (until, history)
  }

  public var json: JSONValue {
    .present([
      ("state", .string(state.rawValue)), ("since", .string(since.rfc3339)), ("text", .string(text)),
      ("cause", cause.map { .string($0) }), ("until", until.map { .string($0.rfc3339) }),
      ("history", history.isEmpty ? nil : .array(history.map(\.json))),
    ])
  }
}

/// The payload of `status`, the last will included.
public enum GatewayStatusMessage: Equatable, Sendable {
  /// - Parameters:
  ///   - boot: Distinguishes the starts of the daemon.
  ///   - notes: What an operator should know at a glance, by name: a dead disk, a missing broker.
  case online(version: String, boot: String, since: WallTime, notes: JSONObject = [:])
  case offline

  public var json: JSONValue {
    switch self {
    case .offline: return ["state": "offline"]
    case .online(let version, let boot, let since, let notes):
      var object: JSONObject = [
        "state": "online", "version": .string(version), "boot": .string(boot),
        "since": .string(since.rfc3339),
      ]
      for (name, value) in notes.members where object[name] == nil { object[name] = value }
      return .object(object)
    }
  }
}

/// The payload of `loop`: how punctual the control loop is.
public struct LoopMessage: Equatable, Sendable {
  /// Of the ticks since the last message, microseconds.
  public struct Lateness: Equatable, Sendable {
    public var median, p99, p999, max: Double
    public init(median: Double, p99: Double, p999: Double, max: Double) {
      (self.median, self.p99, self.p999, self.max) = (median, p99, p999, max)
    }
  }
  public var interval: Duration
  /// Since the start.
  public var ticks: UInt64
  /// Since the start.
  public var missed: UInt64
  public var lateness: Lateness
  public var at: WallTime

  public init(interval: Duration, ticks: UInt64, missed: UInt64, lateness: Lateness, at: WallTime) {
    (self.interval, self.ticks, self.missed) = (interval, ticks, missed)
    (self.lateness, self.at) = (lateness, at)
  }

  public var json: JSONValue {
    [
      "interval_ms": .rounded(interval.inSeconds * 1000) ?? .null, "ticks": .integer(Int64(clamping: ticks)),
      "missed": .integer(Int64(clamping: missed)),
      "lateness_us": [
        "p50": .rounded(lateness.median, decimals: 1) ?? .null,
        "p99": .rounded(lateness.p99, decimals: 1) ?? .null,
        "p99.9": .rounded(lateness.p999, decimals: 1) ?? .null,
        "max": .rounded(lateness.max, decimals: 1) ?? .null,
      ],
      "at": .string(at.rfc3339),
    ]
  }
}

/// The answer to a command, on `…/result`.
public struct CommandResultMessage: Equatable, Sendable {
  public enum Result: String, Sendable, CaseIterable {
    case accepted, deferred, refused
  }
  /// Nil when the command had none that could be read.
  public var id: String?
  public var result: Result
  /// A stable code.
  public var reason: String
  /// For a person.
  public var text: String
  public var at: WallTime
  /// The lot concerned, for lot commands: the one just made included.
  public var lot: String?

  public init(id: String?, result: Result, reason: String, text: String, at: WallTime, lot: String? = nil) {
    (self.id, self.result, self.reason, self.text) = (id, result, reason, text)
    (self.at, self.lot) = (at, lot)
  }

  public var json: JSONValue {
    .present([
      ("id", .text(id)), ("result", .string(result.rawValue)), ("reason", .string(reason)),
      ("text", .string(text)), ("lot", lot.map(JSONValue.string)), ("at", .string(at.rfc3339)),
    ])
  }
}
