/// A place in the configuration file.
public struct SourceMark: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in Unicode scalars, as editors show it for text without combining marks.
  public let column: Int

  /// Both counted from 1.
  public init(line: Int, column: Int) { (self.line, self.column) = (line, column) }

  /// Where a problem of the whole file is shown.
  static let start = SourceMark(line: 1, column: 1)

  /// In reading order.
  public static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
  /// `31:11`
  public var description: String { "\(line):\(column)" }
}
