/// Which of a list of MQTT topic filters a topic matches.
///
/// Exact filters are looked up; only those with a wildcard are walked.
struct TopicRouter: Sendable {
  private var exact: [String: [Int]] = [:]
  private var patterns: [(levels: [Substring], index: Int)] = []

  /// - Parameter filters: Valid MQTT filters; their positions are what `matches` returns.
  init(_ filters: some Sequence<String>) {
    for (index, filter) in filters.enumerated() {
      if filter.utf8.contains(UInt8(ascii: "+")) || filter.utf8.contains(UInt8(ascii: "#")) {
        patterns.append((filter.split(separator: "/", omittingEmptySubsequences: false), index))
      } else {
        exact[filter, default: []].append(index)
      }
    }
  }

  /// Positions of the filters that match, ascending within exact ones, then within patterns.
  func matches(_ topic: String) -> [Int] {
    let plain = exact[topic] ?? []
    guard !patterns.isEmpty else { return plain }
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    return plain + patterns.filter { Self.matches(levels, $0.levels) }.map(\.index)
  }

  /// The part of a topic that stands where the filter's only `+` is; nil when it does not match.
  static func wildcardLevel(of topic: String, in filter: String) -> Substring? {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    let pattern = filter.split(separator: "/", omittingEmptySubsequences: false)
    guard matches(levels, pattern), let position = pattern.firstIndex(of: "+") else { return nil }
    return levels[position]
  }

  private static func matches(_ topic: [Substring], _ pattern: [Substring]) -> Bool {
    // A filter that starts with a wildcard does not match the broker's own topics.
    if let first = topic.first, first.hasPrefix("$"), let lead = pattern.first, lead == "+" || lead == "#" {
      return false
    }
    for (position, level) in pattern.enumerated() {
      if level == "#" { return true }
      guard position < topic.count, level == "+" || level == topic[position] else { return false }
    }
    return topic.count == pattern.count
  }
}
