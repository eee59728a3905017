internal import Yams

/// What the YAML parser says, in words that help.
struct YAMLFault {
  private let problem: String
  private let context: String?
  private let mark: SourceMark?

  init(_ error: any Error) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self.problem = problem
      self.context = context.map { "\($0.text) that begins on line \($0.mark.line)" }
      self.mark = SourceMark(line: mark.line, column: mark.column)
    case .reader(let problem, _, _, _):
      (self.problem, context, mark) = (problem, nil, nil)
    case .memory:
      (problem, context, mark) = ("nested too deeply", nil, nil)
    default:
      (problem, context, mark) = ("\(error)", nil, nil)
    }
  }

  /// One problem; or, where tabs are the cause, one for each line that a tab indents.
  func tell(_ log: ProblemLog, text: String) {
    let tabs = Self.tabs(indenting: text)
    for tab in tabs.prefix(20) {
      log.add(.syntax, at: tab, path: "", "a tab in the indentation", allowed: "spaces")
    }
    let place = mark ?? .start
    guard !tabs.contains(where: { $0.line == place.line }) else { return }
    log.add(.syntax, at: place, path: "", message, allowed: hint)
  }

  private var message: String {
    if problem.contains("another document") { return "YAML: found a second document" }
    if problem.contains("nesting level") { return "YAML: nested too deeply" }
    guard let context else { return "YAML: \(problem)" }
    return "YAML: \(problem) (\(context))"
  }

  private var hint: String? {
    switch problem {
    case let text where text.contains("another document"): "one document, without --- after its beginning"
    case "mapping values are not allowed in this context":
      "one \"key: value\" a line at one indentation; quotes around a text with \": \" in it"
    case "found character that cannot start any token":
      "quotes around a text that begins with @, ` or %; no tabs"
    case "did not find expected key": "a \"key:\" at the indentation of its neighbours"
    case "could not find expected ':'": "\"key: value\", with a space after the colon"
    case let text where text.hasPrefix("did not find expected ',' or"):
      "a comma between entries, and the closing bracket"
    case "found unexpected end of stream": "the closing quote"
    default: nil
    }
  }

  /// Tabs before the first other character of a line that is neither empty nor a comment.
  private static func tabs(indenting text: String) -> [SourceMark] {
    var marks: [SourceMark] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let indentation = line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }
      guard let tab = indentation.firstIndex(of: 0x09) else { continue }
      let rest = line.utf8.dropFirst(indentation.count)
      guard let first = rest.first, first != UInt8(ascii: "#"), first != 0x0D else { continue }
      marks.append(
        SourceMark(line: index + 1, column: indentation.distance(from: indentation.startIndex, to: tab) + 1))
    }
    return marks
  }
}
