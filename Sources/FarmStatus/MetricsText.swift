/// One metric with all its series.
public struct MetricFamily: Equatable, Sendable {
  public enum Kind: String, Sendable {
    case counter, gauge, histogram, info
  }

  /// With the unit at its end and without what a kind adds, such as `_total`.
  public var name: String
  public var kind: Kind
  /// The last part of the name, where it is a unit.
  public var unit: String?
  /// A sentence.
  public var help: String
  public var samples: [Sample]

  public struct Sample: Equatable, Sendable {
    /// What is added to the family's name, such as `_bucket`.
    public var suffix = ""
    public var labels: [Label] = []
    /// As text: whole numbers stay whole.
    public var value: String
  }

  public struct Label: Equatable, Sendable {
    public var name, value: String
    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }
}

/// Metrics as text, in one of the two formats that Prometheus reads.
///
/// - Source: OpenMetrics 1.0 (draft-richih-opsawg-openmetrics); Prometheus, Exposition formats, text 0.0.4.
public enum MetricsFormat: Sendable, CaseIterable {
  case openMetrics
  /// Older, and the only one that `promtool check metrics` reads.
  case plainText

  public var contentType: String {
    switch self {
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    case .plainText: "text/plain; version=0.0.4; charset=utf-8"
    }
  }

  /// The format that a client takes: the older one only where it names that and not the other.
  ///
  /// - Parameter accepted: What `Accept` says.
  public init(accepted: String) {
    let names = accepted.lowercased().split(separator: ",").map { range in
      range.prefix { $0 != ";" }.filter { $0 != " " }
    }
    let isOld = names.contains("text/plain") && !names.contains("application/openmetrics-text")
    self = isOld ? .plainText : .openMetrics
  }

  /// All families that have a series, with their descriptions.
  public func text(of families: [MetricFamily]) -> String {
    var text = ""
    for family in families where !family.samples.isEmpty {
      // The older format calls by its full name what the newer one calls by the family's, and knows no info.
      let isOld = self == .plainText
      let suffix = family.kind == .counter ? "_total" : family.kind == .info ? "_info" : ""
      let name = family.name + (isOld ? suffix : "")
      let kind = isOld && family.kind == .info ? "gauge" : family.kind.rawValue
      text += "# TYPE \(name) \(kind)\n"
      if let unit = family.unit, !isOld { text += "# UNIT \(name) \(unit)\n" }
      text += "# HELP \(name) \(Self.escaped(family.help, quotes: !isOld))\n"
      for sample in family.samples {
        let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
        let set = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        text += "\(family.name)\(suffix)\(sample.suffix)\(set) \(sample.value)\n"
      }
    }
    return self == .openMetrics ? text + "# EOF\n" : text
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
