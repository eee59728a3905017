import Foundation

/// One figure of ours and of a peer, taken in turns (A B A B …) so that both see the same machine.
struct Comparison {
  private(set) var ours: [Double] = []
  private(set) var peer: [Double] = []

  /// - Parameters:
  ///   - rounds: How many pairs.
  ///   - ours: The figure of one run, in any unit.
  ///   - peer: The same of the peer, right after.
  static func interleaved(
    rounds: Int, ours: () throws -> Double, peer: () throws -> Double
  ) rethrows -> Comparison {
    var comparison = Comparison()
    for _ in 0..<rounds { comparison.add(ours: try ours(), peer: try peer()) }
    return comparison
  }

  mutating func add(ours: Double, peer: Double) {
    self.ours.append(ours)
    self.peer.append(peer)
  }

  /// Median of ours over median of the peer's.
  var ratio: Double { ours.median / peer.median }
  /// The lowest and the highest ratio of a single pair.
  var ratioSpread: (lowest: Double, highest: Double) {
    let ratios = zip(ours, peer).map { $0 / $1 }
    return (ratios.min() ?? .nan, ratios.max() ?? .nan)
  }
}

extension [Double] {
  /// The middle value, or the mean of the two in the middle; not a number when there is none.
  var median: Double { quantile(0.5) }

  /// Interpolated between neighbours.
  /// - Parameter share: 0...1.
  func quantile(_ share: Double) -> Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    let place = share * Double(count - 1)
    let below = Int(place)
    let above = Swift.min(below + 1, count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }

  /// `median [lowest…highest]` with a unit.
  func described(_ unit: String) -> String {
    "\(median.short) [\((self.min() ?? .nan).short)…\((self.max() ?? .nan).short)] \(unit)"
  }
}

extension Double {
  /// Three digits that count.
  var short: String {
    guard isFinite else { return "–" }
    return magnitude >= 100
      ? String(format: "%.0f", self) : String(format: magnitude >= 10 ? "%.1f" : "%.2f", self)
  }
}
