/// A terminal that is redrawn in place: each frame goes over the one before it, line by line, and nothing is ever
/// blanked that is not blank afterwards. So nothing flickers.
///
/// - Source: ECMA-48 (CUP, EL); xterm's control sequences (1049, 25 and 2026 of DECSET).
public enum Screen {
  /// To a screen of its own, without a cursor: what was there comes back with `leave`.
  public static let enter = Array("\u{1B}[?1049h\u{1B}[?25l".utf8)
  public static let leave = Array("\u{1B}[?25h\u{1B}[?1049l".utf8)

  /// One frame, to be written at once; the cursor stays in it.
  ///
  /// - Parameters:
  ///   - lines: Cut to the width, and to the height with a word on how many more there are.
  ///   - width: Columns of the terminal; each character takes one.
  ///   - height: Rows of the terminal, all of which are written.
  public static func frame(_ lines: [String], width: Int, height: Int) -> [UInt8] {
    let (width, height) = (max(1, width), max(1, height))
    var shown = Array(lines.prefix(height))
    if lines.count > height { shown[height - 1] = "… \(lines.count - height + 1) more lines" }
    shown += Array(repeating: "", count: height - shown.count)
    let rows = shown.map { line in
      let cells = TextTable.printable(line).prefix(width)
      // In the last column the cursor waits on the last character, which would be erased.
      return cells + (cells.count < width ? "\u{1B}[K" : "")
    }
    // A terminal that knows the first and the last shows the frame whole; others pass over them.
    return Array("\u{1B}[?2026h\u{1B}[H\(rows.joined(separator: "\r\n"))\u{1B}[?2026l".utf8)
  }
}
