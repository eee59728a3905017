import CanonicalJSON
import FarmConfiguration
import Testing

struct ProblemTests {
  @Test func `all problems are told in one go, in the order of the file`() {
    var lines = ExampleFile.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let slips = Slip.independent
    for slip in slips { lines[slip.line - 1].replace(slip.old, with: slip.new, maxReplacements: 1) }
    let errors = ExampleFile.parse(lines.joined(separator: "\n")).errors
    #expect(errors.map(\.mark.line) == slips.map(\.at.line))
    #expect(zip(errors, slips).allSatisfy { $0.message.contains($1.message) })
  }

  @Test func `a line of a problem reads as compilers write it`() throws {
    let result = ExampleFile.parse(ExampleFile.replacing(line: 32, "quantity", with: "quantitiy"))
    #expect(
      result.errors.map(\.description) == [
        "farmgate.yaml:32:5: unknown key \"quantitiy\" in sensors.bed-1-moisture; did you mean \"quantity\"?"
      ])
  }

  @Test func `a warning says so`() throws {
    let problem = try #require(ExampleFile.parse(ExampleFile.text).problems.first)
    #expect(problem.description.hasPrefix("farmgate.yaml:164:24: warning: drones.firmware_policy_key: "))
  }

  @Test func `a problem as JSON carries place, key, code and what is allowed`() throws {
    let result = ExampleFile.parse(ExampleFile.replacing(line: 33, "P1", with: "CEL"))
    let problem = try #require(result.errors.first)
    #expect(
      problem.json == [
        "severity": "error", "code": "wrong_unit", "file": "farmgate.yaml", "line": 33, "column": 11,
        "key": "sensors.bed-1-moisture.unit",
        "message": "sensors.bed-1-moisture.unit: CEL (°C) is no unit of soil_moisture", "allowed": "P1 (%)",
        "suggestion": "P1",
      ])
    #expect(result.json["wiring"] == nil)
    #expect(result.json["problems"]?.array?.count == 3)
  }

  @Test func `every place of a key that stands three times is told`() {
    let text = "farm: a\ngateway: b\nloop:\n  priority: 1\n  \"priority\": 2\n  priority: 3\n"
    let errors = ExampleFile.parse(text).errors
    #expect(errors.map(\.kind) == [.duplicateKey, .duplicateKey])
    #expect(errors.map(\.mark) == [SourceMark(line: 5, column: 3), SourceMark(line: 6, column: 3)])
  }

  @Test func `a key that stands twice does not hide other problems`() {
    let text = "farm: a\nfarm: b\ngateway: c d\n"
    #expect(ExampleFile.parse(text).errors.map(\.kind) == [.duplicateKey, .notAllowed])
  }

  @Test func `every tab that indents is told`() {
    let text = "farm: a\ngateway: b\nloop:\n\tpriority: 1\n\tinterval_ms: 5\n"
    let errors = ExampleFile.parse(text).errors
    #expect(errors.map(\.mark) == [SourceMark(line: 4, column: 1), SourceMark(line: 5, column: 1)])
    #expect(errors.allSatisfy { $0.message == "a tab in the indentation" })
  }

  @Test func `an empty file needs everything`() {
    #expect(ExampleFile.parse("").errors.map(\.message) == ["the file is empty"])
    #expect(ExampleFile.parse("# only a comment\n").errors.map(\.message) == ["the file is empty"])
  }

  @Test func `a sensor with a fault is not missed by those who use it`() {
    let result = ExampleFile.parse(ExampleFile.replacing(line: 44, "28-0316a2795aff", with: "x"))
    #expect(result.errors.count == 1)
  }
}

extension Slip {
  /// One slip in each of several sections, none of which touches another.
  static let independent: [Slip] = [
    Slip(2, "greenhollow", "green hollow", column: 7, .notAllowed, "farm: found \"green hollow\""),
    Slip(8, "100", "0", column: 16, .outOfRange, "loop.interval_ms: found 0"),
    Slip(13, "mqtt:", "http:", column: 10, .notAllowed, "brokers.site.url"),
    Slip(33, "P1", "KPA", column: 11, .wrongUnit, "KPA (kPa) is no unit of soil_moisture"),
    Slip(53, "pull_up", "pullup", column: 34, .notAllowed, "sensors.cold-1-running.gpio.bias"),
    Slip(89, "RELAY2", "RELAY1", column: 18, .conflict, "line RELAY1"),
    Slip(109, "10", "ten", column: 27, .wrongType, "alarms.flood_limit_per_minute"),
    Slip(126, "bed-2-valve", "bed-9-valve", column: 12, .unknownName, "there is no output \"bed-9-valve\""),
    Slip(137, "band", "bandd", column: 5, .unknownKey, "unknown key \"bandd\" in cold_stores.cold-1"),
    Slip(150, "produce ", "fruit", column: 12, .notAllowed, "products.carrots.class"),
    Slip(161, "4TADK4E001009S", "?", column: 19, .notAllowed, "drones.dji.gateways[0]"),
    Slip(172, "1800", "1", column: 14, .outOfRange, "claims.refresh_s"),
    Slip(180, "127.0.0.1", "10.0.0.1", column: 22, .notAllowed, "operators.metrics.listen"),
  ]
}
