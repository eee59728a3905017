internal import DroneHealth
internal import Harvest

/// Every key of the file as data: the same that the parser reads with, so that the reference chapter cannot
/// promise what is not accepted.
public enum ConfigurationReference {
  /// The keys of the top level, each with those below it.
  public static var keys: [KeyReference] { GatewayConfiguration.keys }

  /// One row of the reference.
  public struct Row: Sendable, Equatable {
    /// `sensors.NAME.valid.min`; in lists `drones.mavlink[].udp`.
    public var path: String
    public var key: KeyReference
  }

  /// All keys at any depth, each after the section that it belongs to.
  public static var rows: [Row] { rows(keys, below: "") }

  /// A table of all keys: key, type with unit and range, what holds when it is left out, and what it is for.
  public static func markdown() -> String {
    let lines = rows.map { row in
      let cells = [
        "`\(row.path)`", escaped(row.key.typeInWords), escaped(row.key.presenceInWords),
        escaped(row.key.summary),
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    return (["| key | value | left out | what for |", "|---|---|---|---|"] + lines).joined(separator: "\n")
      + "\n"
  }

  /// A table of the limits below `drones.thresholds`: name, unit, which way is worse, defaults, and where
  /// those come from.
  public static func thresholdsMarkdown() -> String {
    let lines = DroneThresholds.Key.allCases.map { key in
      let limits = key.standard
      let cells = [
        "`\(key.rawValue)`", key.unit ?? "", key.isFloor ? "below" : "above",
        limits.warn.map(PlainNumber.text) ?? "none",
        limits.block.map(PlainNumber.text) ?? "none", escaped(key.source),
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    return (["| limit | unit | bad is | warn | block | source |", "|---|---|---|---|---|---|"] + lines)
      .joined(separator: "\n") + "\n"
  }

  /// A table of the rules by which lots are judged: the words of the standard set, and where each comes from.
  public static func rulesMarkdown() -> String {
    let rules = ColdChainRules.standard
    let lines = ColdChainRule.allCases.map { rule in
      "| `\(rule.rawValue)` | \(escaped(rules.text(of: rule))) | \(escaped(rules.source(of: rule))) |"
    }
    return (["| rule | what it does | source |", "|---|---|---|"] + lines).joined(separator: "\n") + "\n"
  }

  private static func rows(_ keys: [KeyReference], below path: String) -> [Row] {
    keys.flatMap { key in
      let own = path.isEmpty ? key.name : "\(path).\(key.name)"
      let inside =
        switch key.nesting {
        case .none, .section: own
        case .named: "\(own).NAME"
        case .list: "\(own)[]"
        }
      return [Row(path: own, key: key)] + rows(key.keys, below: inside)
    }
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

extension KeyReference {
  /// `whole number 1...10000 (ms)`
  public var typeInWords: String { Form<Never>.allowed(type, range, unit) }

  /// `required`, `optional`, or the default.
  public var presenceInWords: String {
    switch presence {
    case .required: "required"
    case .optional: "optional"
    case .byDefault(let text): text
    }
  }
}
