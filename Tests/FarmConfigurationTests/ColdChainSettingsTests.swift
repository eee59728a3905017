import Harvest
import Testing

@testable import FarmConfiguration

struct ColdChainSettingsTests {
  private func parse(_ coldChain: String) -> ParseResult {
    ExampleFile.parse(
      ExampleFile.text.replacing("\nproducts:", with: "\ncold_chain:\n\(coldChain)\nproducts:"))
  }

  @Test func `without a word the standard rules count`() throws {
    #expect(try #require(ExampleFile.parse(ExampleFile.text).configuration).coldChain.rules == .standard)
  }

  @Test func `a farm's own figures count, with their source, under a name of their own`() throws {
    let result = parse("  tphc_4h: {minutes: 120, classes: [tcs, meat], source: Own food law 12}")
    #expect(result.errors.isEmpty)
    let rules = try #require(result.configuration).coldChain.rules
    #expect(rules.title == "cold-chain@1.0.0-own")
    #expect(rules.source(of: .cumulative) == "Own food law 12")
    #expect(rules.figure("minutes", of: .cumulative) == "120")
    #expect(rules.figure("classes", of: .cumulative) == "tcs, meat")
    #expect(rules.figure("above", of: .cumulative) == "5")
    #expect(rules.text(of: .cumulative).contains("for 120 minutes in all"))
    #expect(rules.text(of: .gap) == ColdChainRules.standard.text(of: .gap))
  }

  @Test(arguments: [
    ("  gap: {hold_minutes: 20}", "needs the key \"source\""),
    ("  gap: {hold_minutes: 0, source: s}", "found 0"),
    ("  gap: {hold_minutes: 300, source: s}", "rules.cc.gap.withdraw_minutes"),
    ("  frozen: {withdraw_above: -20, source: s}", "rules.cc.frozen.withdraw_above"),
    ("  tphc_4h: {classes: [fish], source: s}", "found \"fish\""),
    ("  abs_21: {above: 21 C, source: s}", "which is no number"),
    ("  tphc: {minutes: 5, source: s}", "unknown key \"tphc\" in cold_chain"),
    ("  abs_21: {withdraw_records: 1.5, source: s}", "found 1.5"),
    ("  version: \"a b\"", "found \"a b\""),
  ])
  func `a figure that is not sound is told`(_ text: String, _ message: String) {
    let errors = parse(text).errors
    #expect(errors.count == 1, "\(errors)")
    #expect(errors.first?.message.contains(message) == true, "\(errors)")
  }
}
