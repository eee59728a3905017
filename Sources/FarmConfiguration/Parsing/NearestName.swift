/// Finds what somebody meant to write.
enum NearestName {
  /// The candidate with the fewest slips (a letter too many, missing, wrong, or two swapped), capitals not
  /// counted; nil when
  /// none is near: at most one slip in three letters, and never more than three.
  ///
  /// - Parameter candidates: On equal distance the longest common beginning wins, then the first.
  static func of(_ text: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(text.lowercased().unicodeScalars)
    guard (1...64).contains(wanted.count) else { return nil }
    var best: (name: String, slips: Int, alike: Int)?
    for candidate in candidates where candidate != text {
      let scalars = Array(candidate.lowercased().unicodeScalars)
      let limit = min(3, max(1, min(wanted.count, scalars.count) / 3))
      guard abs(scalars.count - wanted.count) <= limit, scalars.count <= 64 else { continue }
      let slips = distance(wanted, scalars)
      guard slips <= limit else { continue }
      let alike = zip(wanted, scalars).prefix { $0 == $1 }.count
      if best.map({ (slips, -alike) < ($0.slips, -$0.alike) }) ?? true { best = (candidate, slips, alike) }
    }
    return best?.name
  }

  /// Damerau-Levenshtein distance in its optimal-string-alignment form.
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        let substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(last[j] + 1, row[j - 1] + 1, substituted)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], beforeLast[j - 2] + 1)
        }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
