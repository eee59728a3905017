import Glibc

/// How late ticks begin, beside `cyclictest --laptop` at the same priority and interval on the same processor.
struct LoopBench: Benchmark {
  static let name = "loop"
  static let purpose = "lateness of ticks, beside cyclictest"
  private let pairs: Int
  private let samples: Int
  private static let microseconds = 1000
  private static let priority: Int32 = 50

  init(_ options: BenchOptions) { (pairs, samples) = options.isFull ? (10, 100_000) : (5, 4000) }

  func run(into report: inout Report) async throws {
    guard let cyclictest = program("cyclictest") else {
      return report.skip(Self.name, because: "cyclictest is not installed (Debian: apt install rt-tests)")
    }
    guard let taskset = program("taskset") else {
      return report.skip(Self.name, because: "taskset is not installed (Debian: apt install util-linux)")
    }
    let processor = max(0, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)
    let names = ["p50", "p99", "p99.9", "max"]
    var comparisons = names.map { _ in Comparison() }
    var (setup, priority, missed) = ("", Self.priority, 0)
    for _ in 0..<pairs {
      let ours = try loop(taskset, processor, priority)
      (setup, missed) = (ours.setup, missed + ours.missed)
      // Neither gets what the other one is refused.
      if setup.contains("refused") { priority = 0 }
      let peer = try Cyclictest(
        cyclictest, processor: processor, priority: priority, microseconds: Self.microseconds,
        samples: samples)
      for place in names.indices {
        comparisons[place].add(ours: ours.lateness[place], peer: peer.lateness[place])
      }
    }
    for (name, comparison) in zip(names, comparisons) {
      report.add(
        "tick lateness \(name)", comparison, unit: "µs", target: name == "p99.9" ? .ratio(1.25) : .none)
    }
    report.note(
      "loop: \(pairs) pairs of \(samples) ticks of \(Self.microseconds) µs on processor \(processor), "
        + "each tick with 64 outputs and 256 sensors; \(setup); \(missed) missed, counted as late as they were"
    )
  }

  private func loop(_ taskset: String, _ processor: Int, _ priority: Int32) throws -> (
    lateness: [Double], missed: Int, setup: String
  ) {
    let child = try ChildProcess([
      taskset, "-c", "\(processor)", ownProgram, "peer", "loop", "\(Self.microseconds)", "\(priority)",
      "\(samples)",
    ])
    let fields = child.remainder().split(separator: " ", maxSplits: 5).map(String.init)
    child.wait()
    let numbers = fields.prefix(5).compactMap { Double($0) }
    guard numbers.count == 5, fields.count == 6 else { throw BenchFailure("the loop did not run") }
    let setup = fields[5].split(separator: "\n").joined()
    return (numbers.prefix(4).map { $0 / 1000 }, Int(numbers[4]), setup)
  }
}

/// One run of cyclictest, from its histogram; whole microseconds, rounded down as it does.
struct Cyclictest {
  /// p50, p99, p99.9 and the longest, in µs.
  let lateness: [Double]

  init(_ path: String, processor: Int, priority: Int32, microseconds: Int, samples: Int) throws {
    var arguments = [
      path, "--laptop", "-q", "-m", "-t", "1", "-a", "\(processor)", "-i", "\(microseconds)", "-l",
      "\(samples)",
      "-h", "20000",
    ]
    if priority > 0 { arguments += ["-p", "\(priority)"] }
    let child = try ChildProcess(arguments, mergesErrors: true)
    let text = child.remainder()
    child.wait()
    var buckets: [(microseconds: Double, count: Int)] = []
    var longest: Double?
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# Max Latencies:") {
        longest = line.split(whereSeparator: { $0 == " " }).last.flatMap { Double($0) }
      }
      guard line.first?.isNumber == true else { continue }
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count == 2, let time = Double(fields[0]), let count = Int(fields[1]) else { continue }
      if count > 0 { buckets.append((time, count)) }
    }
    let total = buckets.reduce(0) { $0 + $1.count }
    guard let longest, total > 0 else { throw BenchFailure("cyclictest did not run: \(text.prefix(300))") }
    lateness =
      [500, 990, 999].map { perMille in
        let rank = (total * perMille + 999) / 1000
        var seen = 0
        return buckets.first { bucket in
          seen += bucket.count
          return seen >= rank
        }?.microseconds ?? longest
      } + [longest]
  }
}
