import FarmUnits

/// How long to wait before the next try: doubling up to a limit, with chance, so that a hundred gateways do not
/// come back in the same moment.
///
/// The n-th wait is drawn evenly from the upper half of 0.5 s × 2ⁿ, at most 30 s: 0.25–0.5 s, 0.5–1 s, … 15–30 s.
struct Backoff: Sendable {
  /// Half of the first range's upper end: the shortest wait.
  static let shortest = Duration.milliseconds(250)
  static let longest = Duration.seconds(30)

  private(set) var failures = 0
  private var chance: UInt64

  init(seed: UInt64) { chance = seed }

  /// Another try failed.
  ///
  /// - Parameter longest: Where the growth ends.
  mutating func next(longest: Duration = Self.longest) -> Duration {
    let upper = min(longest, Self.shortest * (2 << min(failures, 16)))
    failures += 1
    let half = upper.nanoseconds / 2
    return .nanoseconds(half + Int64(draw() % UInt64(half + 1)))
  }

  mutating func reset() { failures = 0 }

  /// - Source: SplitMix64; Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195.
  private mutating func draw() -> UInt64 {
    chance &+= 0x9E37_79B9_7F4A_7C15
    var z = chance
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
