import FarmStatus
import Foundation
import Testing

/// The README's list of metrics is the program's. `FARMGATE_WRITE_README=1` writes it anew.
struct MetricsReadmeTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "README.md")

  private static var chapter: String {
    let rows = StatusMetrics.families(of: ExampleStatus.document).map { family in
      let suffix = family.kind == .counter ? "_total" : family.kind == .info ? "_info" : ""
      let labels = (family.samples.first?.labels ?? []).map { "`\($0.name)`" }.joined(separator: ", ")
      return "| `\(family.name)\(suffix)` | \(family.kind.rawValue) | \(labels) | \(family.help) |\n"
    }
    return "\n| metric | kind | labels | what |\n|---|---|---|---|\n" + rows.joined() + "\n"
  }

  @Test func `the chapter on metrics lists what the program tells`() throws {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    let from = try #require(text.range(of: "<!-- metrics -->\n")?.upperBound)
    let to = try #require(text.range(of: "<!-- end of metrics -->")?.lowerBound)
    if ProcessInfo.processInfo.environment["FARMGATE_WRITE_README"] == "1" {
      try (text[..<from] + Self.chapter + text[to...]).write(to: Self.file, atomically: true, encoding: .utf8)
    } else {
      #expect(
        text[from..<to] == Self.chapter,
        "write it anew: FARMGATE_WRITE_README=1 swift test --filter ReadmeTests")
    }
  }
}
