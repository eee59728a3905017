import Logging

/// Leaves out lines that say the same too often: a few of each go through, and what was left out is told when a while has
/// passed. Bounded. What says something that was not said lately always goes through.
struct LogPace: Sendable {
  /// Lines of one kind within one period.
  static let limit = 8
  static let period = Duration.seconds(600)
  /// Kinds that are told apart.
  static let kindsMax = 256

  private struct Kind {
    var line: LogLine
    var since: Duration
    var passed = 0
    var leftOut = 0
  }
  private var kinds: [String: Kind] = [:]

  /// - Parameter now: On any clock that does not run backwards.
  /// - Returns: Whether the line is left out, and what is to be said of others before it.
  mutating func take(_ line: LogLine, at now: Duration) -> (isLeftOut: Bool, summaries: [LogLine]) {
    // Each of them is another place in the file, and a person wants all.
    if line.id == NotedEvent.configurationProblem.id { return (false, []) }
    let over = kinds.filter { now - $0.value.since >= Self.period }
    for key in over.keys { kinds[key] = nil }
    var summaries = over.sorted { $0.key < $1.key }.compactMap { Self.summary(of: $0.value) }
    let key = line.kind
    if kinds[key] == nil, kinds.count >= Self.kindsMax,
      let oldest = kinds.min(by: { $0.value.since < $1.value.since })?.key
    {
      summaries += [kinds.removeValue(forKey: oldest).flatMap(Self.summary)].compactMap(\.self)
    }
    var kind = kinds[key] ?? Kind(line: line, since: now)
    let isLeftOut = kind.passed >= Self.limit
    if isLeftOut { kind.leftOut += 1 } else { kind.passed += 1 }
    kinds[key] = kind
    return (isLeftOut, summaries)
  }

  private static func summary(of kind: Kind) -> LogLine? {
    guard kind.leftOut > 0 else { return nil }
    return LogLine(
      .notice, "\(kind.leftOut) more lines like this one were left out: \(kind.line.message)",
      Dictionary(kind.line.fields.map { ($0.name, "\($0.value)") }) { first, _ in first }.merging([
        Logger.eventKey: "\(NotedEvent.leftOut.id)"
      ]) { _, id in id })
  }
}

extension LogLine {
  /// Fields that make a line another one; others, such as a topic, are anybody's.
  private static let telling: Set<String> = [
    "alarm", "broker", "drone", "link", "output", "sensor",
  ]

  /// Lines of one kind say the same.
  var kind: String {
    // Not the numbers in it: those change while the sentence stays.
    let words = message.split { $0.isNumber }.joined(separator: "0")
    return ([level.rawValue, words] + fields.filter { Self.telling.contains($0.name) }.map(\.value))
      .joined(separator: "\u{1f}")
  }
}
