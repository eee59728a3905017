/// How often each lateness occurred, in whole microseconds, so that runs can be put together.
struct LatenessHistogram {
  private var counts: [Int: Int] = [:]
  private(set) var longest = 0

  init() {}

  /// - Parameter nanoseconds: Rounded down, as cyclictest does.
  init(nanoseconds: [Double]) {
    for time in nanoseconds { add(Int(time) / 1000, 1) }
  }

  /// One of each column behind the first: lines are `MICROSECONDS COUNT COUNT …`, others do not matter.
  static func columns(_ lines: some Sequence<Substring>, count: Int) -> [LatenessHistogram] {
    var columns = [LatenessHistogram](repeating: LatenessHistogram(), count: count)
    for line in lines {
      let numbers = line.split(whereSeparator: \.isWhitespace).map { Int($0) }
      guard numbers.count == 1 + count, let time = numbers[0] else { continue }
      for (place, number) in numbers.dropFirst().enumerated() { columns[place].add(time, number ?? 0) }
    }
    return columns
  }

  /// What `columns` reads.
  static func lines(_ columns: [LatenessHistogram]) -> String {
    Set(columns.flatMap(\.counts.keys)).sorted().map { time in
      "\(time) " + columns.map { "\($0.counts[time] ?? 0)" }.joined(separator: " ")
    }.joined(separator: "\n")
  }

  var total: Int { counts.values.reduce(0, +) }

  mutating func add(_ microseconds: Int, _ count: Int) {
    guard count > 0 else { return }
    counts[microseconds, default: 0] += count
    longest = max(longest, microseconds)
  }

  mutating func add(_ other: LatenessHistogram) {
    for (time, count) in other.counts { add(time, count) }
    longest = max(longest, other.longest)
  }

  /// Nobody knows in which bucket the longest is that a histogram has no bucket for.
  mutating func note(longest time: Int) { longest = max(longest, time) }

  /// The time that `perMille` of all do not exceed, in µs.
  func percentile(perMille: Int) -> Double {
    let rank = (total * perMille + 999) / 1000
    var seen = 0
    for (time, count) in counts.sorted(by: { $0.key < $1.key }) {
      seen += count
      if seen >= rank { return Double(time) }
    }
    return Double(longest)
  }

  /// p50, p99, p99.9 and the longest, in µs.
  var figures: [Double] { [500, 990, 999].map { percentile(perMille: $0) } + [Double(longest)] }
}
