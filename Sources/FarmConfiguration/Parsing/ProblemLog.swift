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
        kind, severity: severity, file: file, mark: mark, keyPath: path, message: message, allowed: allowed,
        suggestion: suggestion))
  }

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
