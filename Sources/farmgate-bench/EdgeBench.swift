import Foundation
import LoopbackBroker

/// From the change of a wire to the arrival of the message that tells of it, through the kernel's GPIO lines and a
/// real broker: the daemon, mqtt-io and a program that does nothing else, in turns, each with a line of one chip.
///
/// All of it shares the simulated machine's one processor: figures compare programs, and do not tell of a board.
struct EdgeBench: Benchmark {
  static let name = "edges"
  static let purpose = "change of a wire -> MQTT message, beside mqtt-io and bare libgpiod + libmosquitto"
  static let isForSimulatedMachine = true
  /// As the daemon runs by default.
  private static let intervalMilliseconds = 100
  private let edges: Int

  init(_ options: BenchOptions) { edges = options.isFull ? 2000 : 500 }

  func run(into report: inout Report) async throws {
    guard SimulatedWire.isThere else { return report.skip(Self.name, because: SimulatedWire.absence) }
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-edges-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let broker = try await PrivateBroker.start()
    try measure(port: broker.port, folder, into: &report)
    await broker.stop()
    try FileManager.default.removeItem(at: folder)
  }

  private func measure(port: UInt16, _ folder: URL, into report: inout Report) throws {
    let client = try BareClient(port: port, name: "bench-edges")
    for topic in [BenchFarm().shown("contact"), "bare/contact", "mqtt-io/input/contact"] {
      try client.subscribe(topic)
    }
    let wire = try SimulatedWire("EDGE1")
    let gateway = try GatewayChild { directory in
      EdgeTeller.configuration(
        wire, intervalMilliseconds: Self.intervalMilliseconds, directory: directory, port: port)
    }
    var tellers = [EdgeTeller.farmgate(gateway, wire)]
    tellers.append(try .bare(SimulatedWire("EDGE2"), port: port))
    for teller in tellers { try teller.warmUp(client) }
    do throws(MQTTIO.Absence) {
      tellers.append(try mqttIO(port: port, folder, client))
    } catch {
      report.skip("edge to MQTT, beside mqtt-io", because: error.reason)
    }
    let samples = try sample(tellers, client)
    for (teller, peer) in zip(tellers, samples).dropFirst() {
      compare(samples[0], peer, teller.name, into: &report)
    }
    describe(tellers, samples, into: &report)
    withExtendedLifetime(gateway) {}
  }

  private func mqttIO(port: UInt16, _ folder: URL, _ client: BareClient) throws(MQTTIO.Absence) -> EdgeTeller
  {
    let python = try MQTTIO.python()
    do {
      let teller = try EdgeTeller.mqttIO(
        SimulatedWire("EDGE3"), python: python, directory: folder, port: port)
      try teller.warmUp(client)
      return teller
    } catch {
      throw MQTTIO.Absence(reason: "\(error)")
    }
  }

  /// ms of every edge and teller; infinite where no message came.
  private func sample(_ tellers: [EdgeTeller], _ client: BareClient) throws -> [[Double]] {
    var samples = Array(repeating: [Double](), count: tellers.count)
    var phases = SystemRandomNumberGenerator()
    for edge in 0..<edges {
      // Who is first changes with every round: nobody is always measured behind the same other.
      for turn in tellers.indices {
        let place = (turn + edge) % tellers.count
        // Meets the tick at any phase, and every socket at rest: acknowledgements are put off for up to 40 ms.
        let rest = 60_000 + Int64.random(in: 0..<Int64(Self.intervalMilliseconds) * 1000, using: &phases)
        sleepFor(.microseconds(rest))
        let (high, before) = (edge % 2 == 0, client.received.load(ordering: .relaxed))
        let time = try tellers[place].exchange(high: high, client)
        samples[place].append(time.map { Double($0.nanoseconds) / 1e6 } ?? .infinity)
        if time == nil {
          let others = client.received.load(ordering: .relaxed) - before
          complain(
            "edges: \(tellers[place].name) did not tell that its wire is \(high ? "high" : "low") at edge \(edge); "
              + "other messages meanwhile: \(others)")
        }
      }
    }
    return samples
  }

  /// Percentiles of five slices in turn: their spread tells how far to believe them. Edges that were not told are
  /// left out here, and counted below the table.
  private func compare(_ ours: [Double], _ peer: [Double], _ name: String, into report: inout Report) {
    let size = (edges + 4) / 5
    for (text, share) in [("p50", 0.5), ("p99", 0.99)] {
      var comparison = Comparison()
      for start in stride(from: 0, to: edges, by: size) {
        let slice = start..<min(start + size, edges)
        comparison.add(
          ours: ours[slice].filter(\.isFinite).quantile(share),
          peer: peer[slice].filter(\.isFinite).quantile(share))
      }
      report.add("edge to MQTT \(text), beside \(name)", comparison, unit: "ms")
    }
  }

  private func describe(_ tellers: [EdgeTeller], _ samples: [[Double]], into report: inout Report) {
    report.note(
      "edges: \(edges) of each in turns, debounce 0, loop \(Self.intervalMilliseconds) ms, all with ordinary "
        + "scheduling, in the simulated machine on one processor")
    for (teller, sample) in zip(tellers, samples) {
      let figures = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("longest", 1)]
        .map { "\($0) \(sample.filter(\.isFinite).quantile($1).short)" }
      let lost = sample.count { $0.isInfinite }
      report.note("edges, \(teller.name): \(figures.joined(separator: ", ")) ms; \(lost) not told within 3 s")
    }
  }
}
