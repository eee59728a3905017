import LoopbackBroker

/// From the start of the process to the first completed tick, beside a program with the same libraries that does
/// nothing: what the dynamic linker takes is not ours to save.
struct StartBench: Benchmark {
  static let name = "start"
  static let purpose = "time from the program's start to its first tick"
  private let rounds: Int

  init(_ options: BenchOptions) { rounds = options.isFull ? 50 : 9 }

  func run(into report: inout Report) async throws {
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let broker = try await PrivateBroker.start()
    let farm = BenchFarm(gateway: "gw")
    var (ready, logged) = (Comparison(), Comparison())
    for _ in 0..<rounds {
      let gateway = try GatewayChild(farm, port: broker.port)
      let nothing = try ChildProcess([ownProgram, "peer", "nothing"])
      nothing.wait()
      let floor = Double(monotonicNanoseconds() - nothing.started) / 1e6
      ready.add(ours: Double(gateway.ready.nanoseconds) / 1e6, peer: floor)
      if let loop = gateway.loopStarted { logged.add(ours: Double(loop.nanoseconds) / 1e6, peer: floor) }
    }
    report.add("start to READY=1 (first tick told)", ready, unit: "ms", target: .value(150))
    report.add(
      "start to the loop's start (first tick 1 ms later)", logged.ours, unit: "ms", target: .value(150))
    await broker.stop()
  }
}
