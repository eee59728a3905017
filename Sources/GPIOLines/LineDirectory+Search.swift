extension LineDirectory {
  /// Where the line with this name is.
  ///
  /// - Parameters:
  ///   - name: As the board's description gives it.
  ///   - label: Of the chip; nil looks on all chips.
  /// - Throws: Where there is no such chip or line, or more than one.
  public func place(ofLine name: String, onChip label: String? = nil) throws(LineSearchError) -> LinePlace {
    let candidates = try label.map { label throws(LineSearchError) in [try chip(labelled: label)] } ?? chips
    guard !candidates.isEmpty else { throw .noChips(unreadable: unreadable) }
    let places = candidates.flatMap { chip in
      chip.lines.filter { $0.name == name && !name.isEmpty }.map {
        LinePlace(chipPath: chip.path, chipLabel: chip.label, lineName: name, offset: $0.offset)
      }
    }
    guard let place = places.first else {
      let names = candidates.flatMap { $0.lines.map(\.name) }.filter { !$0.isEmpty }
      throw .noLine(
        name: name, chips: candidates.map(\.label), similar: nearest(to: name, among: names),
        unreadable: label == nil ? unreadable : [])
    }
    guard places.count == 1 else { throw .manyLines(name: name, places: places) }
    return place
  }

  private func chip(labelled label: String) throws(LineSearchError) -> Chip {
    let found = chips.filter { $0.label == label }
    guard let chip = found.first else {
      guard !chips.isEmpty else { throw .noChips(unreadable: unreadable) }
      throw .noChip(label: label, chips: chips.map { ChipName($0) }, unreadable: unreadable)
    }
    guard found.count == 1 else { throw .manyChips(label: label, chips: found.map { ChipName($0) }) }
    return chip
  }

  /// The most similar name, if it is at most two letters off.
  private func nearest(to name: String, among names: [String]) -> String? {
    names.map { (distance(name, $0), $0) }.min { $0 < $1 }.flatMap { $0.0 <= 2 ? $0.1 : nil }
  }

  /// Letters to add, drop or change to make one name of the other; case does not count.
  ///
  /// - Source: Wagner & Fischer 1974, doi:10.1145/321796.321811.
  private func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.uppercased().utf8.prefix(64)), Array(b.uppercased().utf8.prefix(64)))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let change = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}

/// A chip as an error message tells it.
public struct ChipName: Equatable, Sendable {
  public var path, name, label: String

  init(_ chip: LineDirectory.Chip) { (path, name, label) = (chip.path, chip.name, chip.label) }
}

/// Why no line, or not one line, answers to a name.
public enum LineSearchError: Error, Equatable {
  case noChips(unreadable: [LineDirectory.Unreadable])
  case noChip(label: String, chips: [ChipName], unreadable: [LineDirectory.Unreadable])
  case manyChips(label: String, chips: [ChipName])
  case noLine(name: String, chips: [String], similar: String?, unreadable: [LineDirectory.Unreadable])
  case manyLines(name: String, places: [LinePlace])
}

extension LineSearchError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noChips(let unreadable):
      "this machine has no GPIO chip" + (unreadable.isEmpty ? "" : " that can be read" + tell(unreadable))
    case .noChip(let label, let chips, let unreadable):
      if let numbered = chips.first(where: { $0.name == label || $0.path == label }) {
        "GPIO chips are found by label, not by number: \(label) is now labelled \"\(numbered.label)\""
      } else {
        "no GPIO chip is labelled \"\(label)\"; there is "
          + chips.map { "\"\($0.label)\"" }.joined(separator: ", ") + tell(unreadable)
      }
    case .manyChips(let label, let chips):
      "\(chips.count) GPIO chips are labelled \"\(label)\": "
        + chips.map(\.path).joined(separator: ", ") + "; leave the label out where line names tell them apart"
    case .noLine(let name, let chips, let similar, let unreadable):
      "no GPIO line is named \"\(name)\" on \(chips.joined(separator: ", "))"
        + (similar.map { "; did you mean \"\($0)\"?" } ?? "") + tell(unreadable)
    case .manyLines(let name, let places):
      "\(places.count) GPIO lines are named \"\(name)\": "
        + places.map { "line \($0.offset) of \($0.chipLabel)" }.joined(separator: ", ")
    }
  }

  private func tell(_ unreadable: [LineDirectory.Unreadable]) -> String {
    unreadable.map { " (\($0.path): \(systemText($0.code)))" }.joined()
  }
}
