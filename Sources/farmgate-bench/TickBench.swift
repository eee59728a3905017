import Glibc

/// What one tick costs, how that grows with the farm, and that it takes neither memory nor pages.
///
/// The cost is shown beside a copy of the same bytes, so that figures of two machines can be compared.
struct TickBench: Benchmark {
  static let name = "tick"
  static let purpose = "cost of a tick, its growth to 10,000 sensors, its allocations and page faults"
  private let ticks: Int

  init(_ options: BenchOptions) { ticks = options.isFull ? 20_000 : 2000 }

  func run(into report: inout Report) async throws {
    try measureCost(&report)
    let situations: [TickSituation] = [.tenthNew, .allNew, .stale]
    for (place, situation) in situations.enumerated() {
      try measureGrowth(situation, sizes: place == 0 ? [1000, 2500, 5000, 10_000] : [10_000], &report)
    }
    try countAllocations(&report)
  }

  /// Ten rounds over the situations in turn, each beside a copy of as many bytes as a tick has to look at.
  private func measureCost(_ report: inout Report) throws {
    let situations = TickSituation.allCases
    var farms = try situations.map { try $0.farm(sensors: 256, outputs: 64) }
    let limit = CopyLimit(sensors: 256, outputs: 64)
    var costs = Array(repeating: Comparison(), count: situations.count)
    for _ in 0..<10 {
      for (place, situation) in situations.enumerated() {
        costs[place].add(
          ours: median(&farms[place], hearing: situation.heard(of: 256), ticks: ticks / 10),
          peer: limit.median(of: ticks / 10))
      }
    }
    report.note("tick: its peer copies \(limit.bytes / 1024) KiB, the size of its slots and states")
    for (situation, cost) in zip(situations, costs) {
      report.add("tick, 64 outputs, 256 sensors, \(situation.sentence)", cost, unit: "µs", target: .value(20))
    }
  }

  /// Beside a straight line through nought and the cost at 256 sensors, without outputs.
  private func measureGrowth(_ situation: TickSituation, sizes larger: [Int], _ report: inout Report) throws {
    let sizes = [256] + larger
    var farms = try sizes.map { try situation.farm(sensors: $0, outputs: 0) }
    var costs = Array(repeating: [Double](), count: sizes.count)
    for _ in 0..<5 {
      for (place, size) in sizes.enumerated() {
        costs[place].append(
          median(&farms[place], hearing: situation.heard(of: size), ticks: max(20, ticks / 20)))
      }
    }
    for (place, size) in sizes.enumerated().dropFirst() {
      var comparison = Comparison()
      for (cost, base) in zip(costs[place], costs[0]) {
        comparison.add(ours: cost, peer: base * Double(size) / Double(sizes[0]))
      }
      report.add(
        "tick, \(size) sensors, \(situation.sentence), beside a straight line", comparison, unit: "µs")
    }
  }

  /// µs
  private func median(_ farm: inout TickFarm, hearing count: Int, ticks: Int) -> Double {
    (0..<ticks).map { _ in
      farm.hear(count)
      return Double(farm.tick()) / 1000
    }.median
  }

  private func countAllocations(_ report: inout Report) throws {
    let child = try TickProcess.startCounting(ticks: 10_000)
    let answer = child.remainder()
    child.wait()
    let numbers = answer.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    guard numbers.count == 4 else {
      return report.skip(
        "allocations per tick", because: "glibc's libc_malloc_debug.so.0 did not count: \(answer)")
    }
    let (allocations, control, minor, major) = (numbers[0], numbers[1], numbers[2], numbers[3])
    guard control > 0 else {
      return report.skip(
        "allocations per tick", because: "the counter does not see an allocation made on purpose")
    }
    report.add("heap allocations in 10,000 ticks", [allocations], unit: "", target: .value(0))
    report.add("page faults in 10,000 ticks", [minor + major], unit: "", target: .value(0))
  }
}
