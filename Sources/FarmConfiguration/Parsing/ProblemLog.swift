/// Collects the problems of one parse, so that all are told in one go. Used by one thread.
final class ProblemLog {
  /// A person reads a screen or two; a hostile file could make a hundred thousand.
  static let limit = 500

  let file: String
  private(set) var problems: [ConfigurationProblem] = []
  private var unlisted = 0

  init(file: String) { self.file = file }

  func add(
    _ kind: ConfigurationProblem.Kind, severity: ConfigurationProblem.Severity = .error, at mark: SourceMark,
    path: String, _ message: String, allowed: String? = nil, suggestion: String? = nil
  ) {
    guard problems.count < Self.limit else {
      unlisted += 1
      return
    }
    problems.append(
      ConfigurationProblem(
        kind, severity: severity, file: file, mark: mark, keyPath: oneLine(path), message: oneLine(message),
        allowed: allowed.map(oneLine), suggestion: suggestion.map(oneLine)))
  }

  /// From here on nothing is listed, and nobody need search for a suggestion.
  var isFull: Bool { problems.count >= Self.limit }

  var hasErrors: Bool { unlisted > 0 || problems.contains { $0.severity == .error } }

  /// By place in the file; at one place in the order of finding. Ends with the number left out, if any were.
  var sorted: [ConfigurationProblem] {
    var sorted = problems.enumerated()
      .sorted { ($0.element.mark, $0.offset) < ($1.element.mark, $1.offset) }.map(\.element)
    if unlisted > 0 {
      sorted.append(
        ConfigurationProblem(
          .tooLarge, file: file, mark: sorted.last?.mark ?? .start, keyPath: "",
          message: "\(unlisted) more problems are not listed"))
    }
    return sorted
  }
}

/// A name of the file inside a message may be anything: here it cannot break the line, steer a terminal or
/// fill a screen.
private func oneLine(_ text: String) -> String {
  var line = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(600) {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xE000...0xF8FF:
      line.append(" ")
    default: line.append(scalar)
    }
  }
  return String(line)
}
