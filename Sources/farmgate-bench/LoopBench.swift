import Glibc
import LoopbackBroker

/// How late ticks begin, beside `cyclictest --laptop` at the same priority and interval on the same processor: idle, and
/// while a broker floods the loop's own process with readings and that process writes to storage.
///
/// Each run has a process of its own for what is measured, pinned to one processor with all its threads. Under load
/// cyclictest runs beside a process that does the same as the loop's, except for the loop.
struct LoopBench: Benchmark {
  static let name = "loop"
  static let purpose = "lateness of ticks, beside cyclictest, idle and under load"
  private static let priority: Int32 = 50
  private static let termPairs = 10
  private static let termSamples = 100_000
  private static let names = ["p50", "p99", "p99.9", "max"]

  private let pairs: Int
  /// Seconds of one run; nil: as many as the terms ask.
  private let seconds: Int?
  /// All cases when nil.
  private let only: String?

  init(_ options: BenchOptions) {
    pairs = options.loopPairs ?? (options.isFull || options.loopSeconds != nil ? Self.termPairs : 5)
    seconds = options.loopSeconds ?? (options.isFull ? nil : 4)
    only = options.loopCase
  }

  /// What a run finds.
  private struct Setting {
    let microseconds: Int
    let samples: Int
    let flood: LoopFlood?

    var text: String { LoopBench.text(microseconds, isLoaded: flood != nil) }
  }

  private static let intervals = [1000, 10_000]
  private static func text(_ microseconds: Int, isLoaded: Bool) -> String {
    "\(microseconds / 1000) ms \(isLoaded ? "loaded" : "idle")"
  }
  /// The intervals to measure, in microseconds.
  private func wanted(isLoaded: Bool) -> [Int] {
    Self.intervals.filter { only == nil || only == "\($0 / 1000)ms-\(isLoaded ? "loaded" : "idle")" }
  }

  /// The programs and the processor of all runs.
  private struct Bench {
    let cyclictest, taskset: String
    let processor: Int
    var pinned: [String] { [taskset, "-c", "\(processor)", ownProgram, "peer"] }
  }

  func run(into report: inout Report) async throws {
    guard let cyclictest = program("cyclictest") else {
      return report.skip(Self.name, because: "cyclictest is not installed (Debian: apt install rt-tests)")
    }
    guard let taskset = program("taskset") else {
      return report.skip(Self.name, because: "taskset is not installed (Debian: apt install util-linux)")
    }
    let bench = Bench(
      cyclictest: cyclictest, taskset: taskset, processor: max(0, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1))
    for microseconds in wanted(isLoaded: false) {
      try measure(setting(microseconds, nil), bench, into: &report)
    }
    defer { tellTerms(&report) }
    let loaded = wanted(isLoaded: true)
    guard !loaded.isEmpty else { return }
    guard PrivateBroker.executable != nil else {
      return report.skip("tick lateness, loaded", because: PrivateBroker.absence)
    }
    let flood = try await LoopFlood()
    for microseconds in loaded { try measure(setting(microseconds, flood), bench, into: &report) }
    await flood.end()
  }

  private func setting(_ microseconds: Int, _ flood: LoopFlood?) -> Setting {
    let samples = seconds.map { $0 * 1_000_000 / microseconds } ?? Self.termSamples
    return Setting(microseconds: microseconds, samples: samples, flood: flood)
  }

  private func measure(_ setting: Setting, _ bench: Bench, into report: inout Report) throws {
    var comparisons = Self.names.map { _ in Comparison() }
    var (setup, priority, missed) = ("", Self.priority, 0)
    var heard = (ours: [Double](), peer: [Double]())
    var together = (ours: LatenessHistogram(), peer: LatenessHistogram())
    for _ in 0..<pairs {
      let ours = try loop(bench, setting, priority)
      (setup, missed) = (ours.setup, missed + ours.missed)
      // Neither gets what the other one is refused.
      if setup.contains("refused") { priority = 0 }
      let peer = try cyclictest(bench, setting, priority)
      for (place, figures) in zip(ours.lateness.figures, peer.lateness.figures).enumerated() {
        comparisons[place].add(ours: figures.0, peer: figures.1)
      }
      together.ours.add(ours.lateness)
      together.peer.add(peer.lateness)
      heard.ours.append(ours.heard)
      heard.peer.append(peer.heard)
    }
    for (name, comparison) in zip(Self.names, comparisons) {
      report.add(
        "tick lateness \(name), \(setting.text)", comparison, unit: "µs",
        target: name == "p99.9" ? .ratio(1.25) : .none)
    }
    var whole = Comparison()
    whole.add(ours: together.ours.percentile(perMille: 999), peer: together.peer.percentile(perMille: 999))
    report.add("tick lateness p99.9 of all runs together, \(setting.text)", whole, unit: "µs")
    var note = "loop, \(setting.text): \(pairs) pairs of \(setting.samples) ticks; \(setup); \(missed) missed"
    if setting.flood != nil {
      guard heard.ours.median > 0, heard.peer.median > 0 else {
        throw BenchFailure("the flood did not arrive")
      }
      note += "; beside the loop \(heard.ours.median.short) messages a second came in, and were answered, "
      note += "beside cyclictest \(heard.peer.median.short)"
    }
    report.note(note)
  }

  private func tellTerms(_ report: inout Report) {
    report.note(
      "loop: a tick has 64 outputs and 256 sensors; both are rounded down to whole microseconds, as cyclictest "
        + "does, and count no lateness for a deadline that had gone by when they woke")
    let run = { (microseconds: Int) in Double(Self.termSamples * microseconds) / 1e6 }
    let hours = [1000, 10_000].map { "\((2 * Double(Self.termPairs) * run($0) / 3600).short) h" }
    guard let seconds else { return }
    report.note(
      "loop: the terms ask for \(Self.termPairs) pairs of \(Self.termSamples) ticks, which take "
        + "2 × \(Self.termPairs) × \(Self.termSamples) × 1 ms = \(hours[0]) and × 10 ms = \(hours[1]), idle and loaded "
        + "each (--full); here a run took \(seconds) s")
  }

  private func loop(_ bench: Bench, _ setting: Setting, _ priority: Int32) throws -> (
    lateness: LatenessHistogram, missed: Int, heard: Double, setup: String
  ) {
    let child = try ChildProcess(
      bench.pinned + ["loop", "\(setting.microseconds)", "\(priority)", "\(setting.samples)"]
        + (setting.flood?.arguments ?? []))
    let lines = child.remainder().split(separator: "\n")
    child.wait()
    let fields = lines.first?.split(separator: " ", maxSplits: 2) ?? []
    let lateness = LatenessHistogram(lines: lines.dropFirst())
    guard fields.count == 3, let missed = Int(fields[0]), let heard = Double(fields[1]), lateness.total > 0
    else { throw BenchFailure("the loop did not run") }
    let seconds = Double(monotonicNanoseconds() - child.started) / 1e9
    return (lateness, missed, heard / seconds, String(fields[2]))
  }

  private func cyclictest(_ bench: Bench, _ setting: Setting, _ priority: Int32) throws -> (
    lateness: LatenessHistogram, heard: Double
  ) {
    let load = try setting.flood.map { try ChildProcess(bench.pinned + ["load"] + $0.arguments) }
    if let load {
      guard load.line(within: .seconds(10)) == "ready" else {
        throw BenchFailure("no load beside cyclictest")
      }
    }
    let run = try Cyclictest(
      bench.cyclictest, processor: bench.processor, priority: priority, microseconds: setting.microseconds,
      samples: setting.samples)
    guard let load else { return (run.lateness, 0) }
    try load.say("enough")
    let heard = load.remainder().split(whereSeparator: \.isWhitespace).last.flatMap { Double($0) } ?? 0
    let seconds = Double(monotonicNanoseconds() - load.started) / 1e9
    load.wait()
    return (run.lateness, heard / seconds)
  }
}
