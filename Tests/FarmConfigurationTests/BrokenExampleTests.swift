import FarmConfiguration
import Testing

/// One slip in one line of the example, and what must be said about it.
struct Slip: CustomTestStringConvertible, Sendable {
  let line: Int
  let old: String
  let new: String
  /// Where the problem is told: on the slip's own line unless another is given.
  let at: (line: Int, column: Int)
  let kind: ConfigurationProblem.Kind
  let message: String
  let suggestion: String?

  init(
    _ line: Int, _ old: String, _ new: String, column: Int, toldOn: Int? = nil,
    _ kind: ConfigurationProblem.Kind,
    _ message: String, suggests suggestion: String? = nil
  ) {
    (self.line, self.old, self.new) = (line, old, new)
    at = (toldOn ?? line, column)
    (self.kind, self.message, self.suggestion) = (kind, message, suggestion)
  }

  var testDescription: String { "line \(line): \(old) → \(new)" }
}

struct BrokenExampleTests {
  @Test(arguments: SlipsOfWriting.all)
  func `a slip in names, numbers or units is told with its place`(slip: Slip) throws { try expectOnly(slip) }

  @Test(arguments: SlipsOfWiring.all)
  func `a slip in wiring or controllers is told with its place`(slip: Slip) throws { try expectOnly(slip) }

  @Test(arguments: SlipsOfYAML.all)
  func `a slip against YAML itself is told with its place`(slip: Slip) throws { try expectOnly(slip) }

  /// Exactly one error: a slip is told once, and nothing follows from it.
  private func expectOnly(_ slip: Slip) throws {
    let result = ExampleFile.parse(ExampleFile.replacing(line: slip.line, slip.old, with: slip.new))
    #expect(result.configuration == nil)
    let problem = try #require(result.errors.first)
    #expect(result.errors.count == 1, "\(result.errors.map(\.description))")
    #expect(problem.mark == SourceMark(line: slip.at.line, column: slip.at.column))
    #expect(problem.kind == slip.kind)
    #expect(problem.message.contains(slip.message), "\(problem)")
    #expect(problem.suggestion == slip.suggestion)
    #expect(problem.description.hasPrefix("farmgate.yaml:\(slip.at.line):\(slip.at.column): "))
  }
}
