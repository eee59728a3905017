import Foundation

/// The table at the end of a run.
struct Report {
  /// A bound that a figure must not exceed.
  enum Target {
    case none
    case ratio(Double)
    case value(Double)
  }

  private struct Row {
    var figure, ours, peer, ratio, target, verdict: String
  }

  private var rows: [Row] = []
  private(set) var notes: [String] = []
  private(set) var missed = 0

  /// A figure beside its peer's.
  mutating func add(_ figure: String, _ comparison: Comparison, unit: String, target: Target = .none) {
    let spread = comparison.ratioSpread
    add(
      figure, ours: comparison.ours.described(unit), peer: comparison.peer.described(unit),
      ratio: "\(comparison.ratio.short) [\(spread.lowest.short)…\(spread.highest.short)]",
      value: comparison.ours.median, ratioValue: comparison.ratio, unit: unit, target: target)
  }

  /// A figure that has a bound, but no peer.
  mutating func add(_ figure: String, _ values: [Double], unit: String, target: Target = .none) {
    add(
      figure, ours: values.described(unit), peer: "", ratio: "", value: values.median, ratioValue: .nan,
      unit: unit, target: target)
  }

  mutating func skip(_ figure: String, because reason: String) {
    rows.append(Row(figure: figure, ours: "skipped: " + reason, peer: "", ratio: "", target: "", verdict: ""))
  }

  /// What a reader must know to believe the figures; printed below the table.
  mutating func note(_ text: String) { notes.append(text) }

  private mutating func add(
    _ figure: String, ours: String, peer: String, ratio: String, value: Double, ratioValue: Double,
    unit: String, target: Target
  ) {
    let (text, isMet): (String, Bool?) =
      switch target {
      case .none: ("", nil)
      case .ratio(let bound): ("≤ \(bound.short) ×", ratioValue <= bound)
      case .value(let bound): ("≤ \(bound == 0 ? "0" : bound.short) \(unit)", value <= bound)
      }
    if isMet == false { missed += 1 }
    rows.append(
      Row(
        figure: figure, ours: ours, peer: peer, ratio: ratio, target: text,
        verdict: isMet.map { $0 ? "met" : "MISSED" } ?? ""))
  }

  /// The table and the notes as lines.
  var text: String {
    let all =
      [Row(figure: "FIGURE", ours: "FARMGATE", peer: "PEER", ratio: "RATIO", target: "TARGET", verdict: "")]
      + rows
    let columns = [\Row.figure, \.ours, \.peer, \.ratio, \.target, \.verdict]
    // A reason for a skip may run on through the empty columns.
    let widths = columns.map { column in
      all.filter { !$0.ours.hasPrefix("skipped") || column == \Row.figure }.map { $0[keyPath: column].count }
        .max() ?? 0
    }
    let lines = all.map { row in
      zip(columns, widths).map { column, width in
        let cell = row[keyPath: column]
        return cell + String(repeating: " ", count: max(0, width - cell.count))
      }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }
    return (lines + notes.map { "- " + $0 }).joined(separator: "\n")
  }
}
