internal import FarmUnits

/// The topics below `farmgate/{farm}/{gateway}` on the farm's own broker: the only place where one is put together.
public struct SiteTopics: Equatable, Sendable {
  public let root: String

  /// Nil unless both are identifiers (`[A-Za-z0-9._-]{1,64}`).
  public init?(farm: String, gateway: String) {
    guard Identifier.isValid(farm), Identifier.isValid(gateway) else { return nil }
    root = "farmgate/\(farm)/\(gateway)"
  }

  /// Also the last will's.
  public var status: String { "\(root)/status" }
  public var loop: String { "\(root)/loop" }
  public var counters: String { "\(root)/counters" }
  /// The gateway's messages to itself.
  public var probe: String { "\(root)/probe" }
  public func sensor(_ id: String) -> String { "\(root)/sensor/\(id)" }
  public func output(_ id: String) -> String { "\(root)/output/\(id)" }
  public func alarm(_ id: String) -> String { "\(root)/alarm/\(id)" }
  public func drone(_ id: String) -> String { "\(root)/drone/\(id)" }
  public func lot(_ id: String) -> String { "\(root)/lot/\(id)" }
  /// What neighbours may have.
  public var catalogue: String { "\(root)/catalogue" }

  /// Where a command comes in.
  public enum Command: Hashable, Sendable {
    case output(String)
    case alarm(String)
    /// Names its lot in the payload.
    case lot
    case drone(String)
  }

  public func topic(of command: Command) -> String {
    switch command {
    case .output(let id): "\(root)/command/\(id)"
    case .alarm(let id): "\(root)/alarm/\(id)/command"
    case .lot: "\(root)/lot/command"
    case .drone(let id): "\(root)/drone/\(id)/command"
    }
  }

  /// Where a command is answered.
  public func result(of command: Command) -> String { topic(of: command) + "/result" }

  /// What to subscribe to, to get every command and no answer.
  public var commandFilters: [String] {
    ["\(root)/command/+", "\(root)/alarm/+/command", "\(root)/lot/command", "\(root)/drone/+/command"]
  }

  /// What a topic that came in commands; nil for one that is no command topic of this gateway.
  public func command(in topic: String) -> Command? {
    guard topic.hasPrefix(root + "/") else { return nil }
    let levels = topic.dropFirst(root.count + 1).split(separator: "/", omittingEmptySubsequences: false)
    switch levels.count {
    case 2 where levels[0] == "lot" && levels[1] == "command": return .lot
    case 2 where levels[0] == "command" && Identifier.isValid(levels[1]): return .output(String(levels[1]))
    case 3 where levels[0] == "alarm" && levels[2] == "command" && Identifier.isValid(levels[1]):
      return .alarm(String(levels[1]))
    case 3 where levels[0] == "drone" && levels[2] == "command" && Identifier.isValid(levels[1]):
      return .drone(String(levels[1]))
    default: return nil
    }
  }
}
