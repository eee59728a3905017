import CanonicalJSON
import LoopbackBroker

/// From a device's message to `sensor/{id}`, through a real broker and the real program, beside a client that
/// echoes. The loop adds up to one interval, half of it on average: that is the price of fixed ticks.
struct LatencyBench: Benchmark {
  static let name = "latency"
  static let purpose = "device message -> sensor/{id}, beside an echo of libmosquitto"
  private let rounds: Int

  init(_ options: BenchOptions) { rounds = options.isFull ? 1000 : 120 }

  func run(into report: inout Report) async throws {
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let broker = try await PrivateBroker.start()
    try measure(port: broker.port, into: &report)
    await broker.stop()
  }

  private func measure(port: UInt16, into report: inout Report) throws {
    let farms = [100, 10].map { interval in
      BenchFarm(gateway: "gw\(interval)", sensors: 1, outputs: 1, intervalMilliseconds: interval)
    }
    let client = try BareClient(port: port, name: "bench-latency")
    try client.subscribe("farmgate/bench/+/sensor/+")
    try client.subscribe("echo/back")
    let echo = try ChildProcess([ownProgram, "peer", "echo", "\(port)", "echo"])
    guard echo.line(within: .seconds(5)) == "ready" else { throw BenchFailure("the echo does not start") }
    let gateways = try farms.map { try GatewayChild($0, port: port) }
    for farm in farms { try warmUp(farm, client) }

    var figures = Array(repeating: (ours: [Double](), echo: [Double]()), count: farms.count)
    var phases = SystemRandomNumberGenerator()
    for round in 0..<rounds {
      for (place, farm) in farms.enumerated() {
        // Meets the tick at any phase.
        sleepFor(.microseconds(Int64.random(in: 0..<Int64(farm.intervalMilliseconds) * 1000, using: &phases)))
        let value = BenchFarm.moisture(round + 1)
        let shown = farm.shown(farm.name(0))
        guard
          let ours = client.exchange(
            farm.device(0), BenchFarm.payload(value), matching: { $0 == shown && Self.value($1) == value }),
          let theirs = client.exchange(
            "echo", "\(round)", matching: { $0 == "echo/back" && $1 == Array("\(round)".utf8) })
        else { throw BenchFailure("no answer within 3 s") }
        figures[place].ours.append(Double(ours.nanoseconds) / 1e6)
        figures[place].echo.append(Double(theirs.nanoseconds) / 1e6)
      }
    }
    for (farm, figure) in zip(farms, figures) {
      for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        var comparison = Comparison()
        // Percentiles of five slices in turn: their spread tells how far to believe them.
        let size = (rounds + 4) / 5
        for start in stride(from: 0, to: rounds, by: size) {
          let slice = start..<min(start + size, rounds)
          comparison.add(
            ours: Array(figure.ours[slice]).quantile(share), peer: Array(figure.echo[slice]).quantile(share))
        }
        report.add("latency \(name), loop \(farm.intervalMilliseconds) ms", comparison, unit: "ms")
      }
    }
    report.note("latency: the wait for the next tick alone is half an interval at p50 and a whole one at p99")
    withExtendedLifetime(gateways) {}
  }

  /// Returns once a reading comes through.
  private func warmUp(_ farm: BenchFarm, _ client: BareClient) throws {
    let shown = farm.shown(farm.name(0))
    for attempt in 0..<20 {
      let value = BenchFarm.moisture(300 + attempt)
      let answer = client.exchange(
        farm.device(0), BenchFarm.payload(value), within: .milliseconds(500),
        matching: { $0 == shown && Self.value($1) == value })
      if answer != nil { return }
    }
    throw BenchFailure("no reading comes through \(farm.gateway)")
  }

  static func value(_ payload: [UInt8]) -> Double? { (try? JSONValue(parsing: payload))?["value"]?.double }
}
