/// What an output is told to be.
public enum Level: UInt8, Sendable, CaseIterable {
  case off, on

  /// As published: `off`, `on`.
  public var text: String { self == .on ? "on" : "off" }
}

/// What is known about an output's real state. Without a feedback input it stays unknown: reading back a
/// register proves nothing.
public enum ConfirmedLevel: UInt8, Sendable, CaseIterable {
  case off, on, unknown

  /// As published: `off`, `on`, `unknown`.
  public var text: String {
    switch self {
    case .off: "off"
    case .on: "on"
    case .unknown: "unknown"
    }
  }
}

/// Who wants an output to be as it is.
public enum CommandSource: UInt8, Sendable, CaseIterable {
  case controller, `operator`, marketplace, safety, test

  /// As published.
  public var text: String {
    switch self {
    case .controller: "controller"
    case .operator: "operator"
    case .marketplace: "marketplace"
    case .safety: "safety"
    case .test: "test"
    }
  }
}

/// The rule that keeps an output from being what is wanted of it.
public enum GuardKind: UInt8, Sendable, CaseIterable {
  case minimumOn, minimumOff, maximumOn, startsPerHour, exclusion

  /// As in the configuration file.
  public var text: String {
    switch self {
    case .minimumOn: "min_on"
    case .minimumOff: "min_off"
    case .maximumOn: "max_on"
    case .startsPerHour: "starts_per_hour"
    case .exclusion: "excludes"
    }
  }
}
