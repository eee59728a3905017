import Glibc
import LoopbackBroker

/// How late ticks begin, beside `cyclictest --laptop` at the same priority and interval on the same processor: idle, and
/// while a broker floods the loop's own process with readings and that process writes to storage.
///
/// Both run at the same time, deadline by deadline between each other's, so that whatever holds the machine up holds up
/// both: what the terms ask for by pairs in turns, which would take twelve hours. A thread that is due every 10 ms leaves
/// the processor to itself for long enough that ten pairs run abreast; at 1 ms one pair runs at a time.
struct LoopBench: Benchmark {
  static let name = "loop"
  static let purpose = "lateness of ticks, beside cyclictest, idle and under load"
  private static let priority: Int32 = 50
  private static let termSamples = 100_000
  private static let names = ["p50", "p99", "p99.9", "max"]

  private let pairs: Int
  /// Ticks of one run.
  private let samples: Int
  /// All cases when nil.
  private let only: String?

  init(_ options: BenchOptions) {
    pairs = options.loopPairs ?? 10
    samples = options.loopSamples ?? (options.isFull ? Self.termSamples : 4000)
    only = options.loopCase
  }

  /// What a run finds.
  private struct Setting {
    let microseconds: Int
    let flood: LoopFlood?

    /// Pairs at a time.
    var abreast: Int { microseconds >= 10_000 ? 10 : 1 }
    var text: String { "\(microseconds / 1000) ms \(flood == nil ? "idle" : "loaded")" }
  }

  /// The intervals to measure, in microseconds.
  private func wanted(isLoaded: Bool) -> [Int] {
    [1000, 10_000].filter { only == nil || only == "\($0 / 1000)ms-\(isLoaded ? "loaded" : "idle")" }
  }

  /// The programs and the processor of all runs.
  private struct Bench {
    let cyclictest, taskset: String
    let processor: Int
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
      try measure(Setting(microseconds: microseconds, flood: nil), bench, into: &report)
    }
    defer { tellTerms(&report) }
    let loaded = wanted(isLoaded: true)
    guard !loaded.isEmpty else { return }
    guard PrivateBroker.executable != nil else {
      return report.skip("tick lateness, loaded", because: PrivateBroker.absence)
    }
    let flood = try await LoopFlood()
    for microseconds in loaded {
      try measure(Setting(microseconds: microseconds, flood: flood), bench, into: &report)
    }
    await flood.end()
  }

  private func measure(_ setting: Setting, _ bench: Bench, into report: inout Report) throws {
    var comparisons = Self.names.map { _ in Comparison() }
    var together = (ours: LatenessHistogram(), peer: LatenessHistogram())
    var (setup, priority, missed, heard) = ("", Self.priority, 0, [Double]())
    var left = pairs
    while left > 0 {
      let run = try run(bench, setting, priority, pairs: min(left, setting.abreast))
      left -= min(left, setting.abreast)
      (setup, missed) = (run.setup, missed + run.missed)
      heard.append(run.heard)
      // Neither gets what the other one is refused.
      if setup.contains("refused") { priority = 0 }
      for (ours, peer) in zip(run.ours, run.peer) {
        for (place, figures) in zip(ours.figures, peer.figures).enumerated() {
          comparisons[place].add(ours: figures.0, peer: figures.1)
        }
        together.ours.add(ours)
        together.peer.add(peer)
      }
    }
    for (name, comparison) in zip(Self.names, comparisons) {
      report.add(
        "tick lateness \(name), \(setting.text)", comparison, unit: "µs",
        target: name == "p99.9" ? .ratio(1.25) : .none)
    }
    var whole = Comparison()
    whole.add(ours: together.ours.percentile(perMille: 999), peer: together.peer.percentile(perMille: 999))
    report.add("tick lateness p99.9 of all runs together, \(setting.text)", whole, unit: "µs")
    var note =
      "loop, \(setting.text): \(pairs) pairs of \(samples) ticks, \(min(pairs, setting.abreast)) at a time; "
    note += "\(setup); \(missed) missed"
    if setting.flood != nil {
      guard heard.median > 0 else { throw BenchFailure("the flood did not arrive") }
      note += "; \(heard.median.short) messages a second came in, and were answered"
    }
    report.note(note)
  }

  private func tellTerms(_ report: inout Report) {
    report.note(
      "loop: a tick has 64 outputs and 256 sensors; farmgate and cyclictest run at the same time on one processor; both are "
        + "rounded down to whole microseconds, as cyclictest does, and count no lateness for a deadline that had gone by "
        + "when they woke")
    guard samples < Self.termSamples else { return }
    report.note(
      "loop: the terms ask for \(Self.termSamples) ticks a run, which take 17 minutes a case (--full)")
  }

  private typealias Run = (
    ours: [LatenessHistogram], peer: [LatenessHistogram], missed: Int, heard: Double, setup: String
  )

  /// So many loops in one process, and as many threads of cyclictest beside them.
  private func run(_ bench: Bench, _ setting: Setting, _ priority: Int32, pairs: Int) throws -> Run {
    let loops = try ChildProcess(
      [bench.taskset, "-c", "\(bench.processor)", ownProgram, "peer", "loop", "\(setting.microseconds)"]
        + ["\(priority)", "\(samples)", "\(pairs)"] + (setting.flood?.arguments ?? []))
    guard loops.line(within: .seconds(30)) == "ready" else { throw BenchFailure("the loop did not start") }
    let cyclictest = try Cyclictest(
      bench.cyclictest, processor: bench.processor, priority: priority, microseconds: setting.microseconds,
      samples: samples, threads: pairs)
    let peer = try cyclictest.lateness()
    let lines = loops.remainder().split(separator: "\n")
    let seconds = Double(monotonicNanoseconds() - loops.started) / 1e9
    loops.wait()
    let fields = lines.first?.split(separator: " ", maxSplits: 2) ?? []
    let ours = LatenessHistogram.columns(lines.dropFirst(), count: pairs)
    guard fields.count == 3, let missed = Int(fields[0]), let heard = Double(fields[1]),
      ours.allSatisfy({ $0.total > 0 })
    else { throw BenchFailure("the loop did not run") }
    return (ours, peer, missed, heard / seconds, String(fields[2]))
  }
}
