import Foundation

/// One thing that is measured; selectable by its name.
protocol Benchmark: Sendable {
  static var name: String { get }
  /// For the list of names.
  static var purpose: String { get }
  /// Whether it runs there and nowhere else: in `Hardware/simulated`'s machine.
  static var isForSimulatedMachine: Bool { get }
  init(_ options: BenchOptions)
  /// Adds its figures to the report, or says there why it cannot have them.
  func run(into report: inout Report) async throws
}

extension Benchmark {
  static var isForSimulatedMachine: Bool { false }
}

/// What the command line asks for.
struct BenchOptions {
  /// As many samples as the terms of the figures ask: `loop` alone takes 70 minutes.
  var isFull = false
  /// Ticks of one run of `loop`, and how many pairs of runs.
  var loopSamples: Int?
  var loopPairs: Int?
  /// The only case of `loop` to measure, as `1ms-idle`, `10ms-loaded`.
  var loopCase: String?

  /// Takes its options out of the command line; what is left are names.
  init(takenFrom arguments: inout [String]) {
    func value(_ name: String) -> String? {
      guard let place = arguments.lastIndex(where: { $0.hasPrefix(name + "=") }) else { return nil }
      return String(arguments.remove(at: place).dropFirst(name.count + 1))
    }
    func count(_ name: String) -> Int? { value(name).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
    loopSamples = count("--loop-samples")
    loopPairs = count("--loop-pairs")
    loopCase = value("--loop-case")
    isFull = arguments.contains("--full")
    arguments.removeAll { $0 == "--full" }
  }
}

/// Speed and memory beside their peers, in one run on one machine:
/// `farmgate-bench [--full] [--loop-samples=N] [--loop-pairs=N] [--loop-case=CASE] [NAME …]`.
@main
struct Bench {
  private static let all: [any Benchmark.Type] = [
    LatencyBench.self, InboundBench.self, OutboundBench.self, ReadingsBench.self, LoopBench.self,
    TickBench.self, MemoryBench.self, FloodBench.self, StartBench.self, DroneBench.self, JournalBench.self,
    EdgeBench.self,
  ]

  /// Exits 0 when everything was measured or skipped with a reason, whatever the figures say; 64 on wrong usage;
  /// 70 when a measurement failed.
  static func main() async {
    var arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "peer" { exit(BarePeer.run(Array(arguments.dropFirst()))) }
    let options = BenchOptions(takenFrom: &arguments)
    let names = all.map { $0.name }
    guard arguments.allSatisfy({ names.contains($0) }) else {
      complain(
        "usage: farmgate-bench [--full] [--loop-samples=N] [--loop-pairs=N] [--loop-case=CASE] [NAME …]")
      for bench in all { complain("  \(bench.name): \(bench.purpose)") }
      exit(64)
    }
    signal(SIGPIPE, SIG_IGN)
    var report = Report()
    var failures = 0
    // Without a name: all that can be measured here.
    func isWanted(_ bench: any Benchmark.Type) -> Bool {
      arguments.isEmpty
        ? bench.isForSimulatedMachine == SimulatedWire.isThere : arguments.contains(bench.name)
    }
    for bench in all where isWanted(bench) {
      complain("\(bench.name): \(bench.purpose)")
      do {
        try await bench.init(options).run(into: &report)
      } catch {
        failures += 1
        report.skip(bench.name, because: "FAILED: \(error)")
      }
    }
    report.note("median [lowest…highest] of runs taken in turns; the ratio is that of the medians")
    tell(report.text)
    exit(failures == 0 ? 0 : 70)
  }
}
