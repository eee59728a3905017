/// Columns as wide as what stands in them.
public enum TextTable {
  /// - Parameter rows: Shorter ones end early.
  public static func lines(_ headings: [String]?, _ rows: [[String]]) -> [String] {
    let all = (headings.map { [$0] } ?? []) + rows.map { $0.map(printable) }
    let columns = all.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      all.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return all.map { row in
      row.enumerated().map { place, cell in
        place == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[place] - cell.count + 2)
      }.joined()
    }
  }

  /// What came from outside must not drive the terminal.
  public static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
