import Claims
import FarmConfiguration
import FarmControl
import FarmDaemon
import Foundation
import Gateway
import Testing

/// What the README promises is what the program does. `FARMGATE_WRITE_README=1` writes the generated chapters anew.
struct ReadmeTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "README.md")

  private func expect(_ chapter: String, between name: String) throws {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    let (begin, end) = ("<!-- \(name) -->\n", "<!-- end of \(name) -->")
    let from = try #require(text.range(of: begin)?.upperBound)
    let to = try #require(text.range(of: end)?.lowerBound)
    if ProcessInfo.processInfo.environment["FARMGATE_WRITE_README"] == "1" {
      try (text[..<from] + chapter + text[to...]).write(to: Self.file, atomically: true, encoding: .utf8)
    } else {
      #expect(
        text[from..<to] == chapter, "write it anew: FARMGATE_WRITE_README=1 swift test --filter ReadmeTests")
    }
  }

  @Test func `the chapters of keys, limits and reasons list what the program knows`() throws {
    try expect("\n" + ConfigurationReference.markdown() + "\n", between: "reference")
    try expect("\n" + ConfigurationReference.thresholdsMarkdown() + "\n", between: "limits of drones")
    try expect("\n" + ConfigurationReference.rulesMarkdown() + "\n", between: "rules of the cold chain")
    let reasons = ReasonCode.allCases.map { "| `\($0.code)` | \($0.sentence) |" }.joined(separator: "\n")
    try expect("\n| reason | in words |\n|---|---|\n" + reasons + "\n\n", between: "reasons")
    let refusals = CommandRefusal.allCases.map { "| `\($0.code)` | \($0.sentence) |" }.joined(separator: "\n")
    try expect("\n| reason | in words |\n|---|---|\n" + refusals + "\n\n", between: "refusals")
    let alarms = AlarmKind.allCases.map { "| `\($0.code)` | \($0.sentence) |" }.joined(separator: "\n")
    try expect("\n| alarm | in words |\n|---|---|\n" + alarms + "\n\n", between: "alarms")
    let events = NotedEvent.allCases.map { "| `\($0.rawValue)` | `\($0.id)` | \($0.sentence) |" }
      .joined(separator: "\n")
    try expect(
      "\n| event | `MESSAGE_ID` | in words |\n|---|---|---|\n" + events + "\n\n", between: "log events")
  }

  @Test func `every file that the README points at is there`() throws {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    let root = Self.file.deletingLastPathComponent()
    var found = 0
    for match in text.matches(of: /\]\(([A-Za-z0-9_\/.-]+)\)/) {
      found += 1
      #expect(
        FileManager.default.fileExists(atPath: root.appending(path: String(match.output.1)).path),
        "\(match.output.1)")
    }
    #expect(found > 0)
  }
}
