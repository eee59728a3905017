/// One published table or worked example beside what is reckoned here, row by row.
public struct PublishedTable: Sendable, CustomStringConvertible {
  public struct Row: Sendable {
    public var label: String
    /// Nil where the sum gives no answer.
    public var reckoned: Double?
    public var printed: Double
    /// The most that may differ: half of the last printed digit, unless the source itself is less exact.
    public var allowed: Double

    public var difference: Double { reckoned.map { ($0 - printed).magnitude } ?? .infinity }
    /// A last digit that lies half way is rounded either way.
    public var holds: Bool { difference <= allowed + 1e-9 }
  }

  /// Label, what is reckoned, what is printed, and with how many digits after the point.
  public typealias Figures = [(String, Double?, Double, Int)]

  public var name: String
  public var rows: [Row]
  public var description: String { name }

  /// - Parameter tolerance: Instead of half of the last digit.
  public init(_ name: String, tolerance: Double? = nil, _ figures: Figures) {
    self.name = name
    rows = figures.map { label, reckoned, printed, decimals in
      let unit = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
      return Row(label: label, reckoned: reckoned, printed: printed, allowed: tolerance ?? 0.5 / unit)
    }
  }

  /// One line: how many figures, and the one that differs most, measured by what its digits allow.
  public var summary: String {
    guard let worst = rows.max(by: { $0.difference / $0.allowed < $1.difference / $1.allowed }) else {
      return "\(name): nothing to compare"
    }
    return "\(name): \(rows.count) figures, worst difference \(worst.difference) at \(worst.label)"
      + " (printed \(worst.printed), allowed \(worst.allowed))"
  }

  /// What does not hold; a table without rows does not.
  public var failures: [String] {
    rows.isEmpty
      ? ["\(name): nothing to compare"]
      : rows.filter { !$0.holds }.map { "\($0.label): \($0.reckoned ?? .nan), printed \($0.printed)" }
  }
}
