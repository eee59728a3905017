import LoopbackBroker

/// Processor time per published reading, from the change in its slot to the socket, beside a publisher that sends
/// the same bytes in the same bursts. The gateway is fed in turns with values that stay and with values that
/// change; the difference is what publishing costs.
struct OutboundBench: Benchmark {
  static let name = "outbound"
  static let purpose = "processor time per published reading, beside a bare publisher"
  private let rounds: Int
  private static let window = Duration.milliseconds(1500)

  init(_ options: BenchOptions) { rounds = options.isFull ? 30 : 6 }

  func run(into report: inout Report) async throws {
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let broker = try await PrivateBroker.start()
    try measure(port: broker.port, into: &report)
    await broker.stop()
  }

  private func measure(port: UInt16, into report: inout Report) throws {
    let farm = BenchFarm(gateway: "gw")
    let client = try BareClient(port: port, name: "bench-outbound")
    try client.subscribe(farm.shown("+"))
    let payload =
      #"{"at":"2026-11-22T10:15:00.000Z","clock":"trusted","quality":"good","seq":1007,"unit":"P1","value":45.1}"#
    let topic = BenchFarm(gateway: "bp").shown(farm.name(0))
    let publisher = try ChildProcess([ownProgram, "peer", "publish", "\(port)", topic, payload])
    guard publisher.line(within: .seconds(5)) == "ready" else { throw BenchFailure("no publisher") }
    let gateway = try GatewayChild(farm, port: port)
    let feeder = Feeder(client: client, farm: farm)
    sleepFor(.seconds(1))
    _ = feeder.feed(for: .milliseconds(500)) { _ in 45 }
    sleepFor(.milliseconds(500))

    var comparison = Comparison()
    var published: [Double] = []
    var number = 0
    for _ in 0..<rounds {
      let steady = try cost(gateway.process) { _ = feeder.feed(for: Self.window) { _ in 45 } }
      let heard = client.received.load(ordering: .relaxed)
      let changing = try cost(gateway.process) {
        _ = feeder.feed(for: Self.window) { message in
          number += 1
          return BenchFarm.moisture(message / farm.sensors + number)
        }
      }
      let count = client.received.load(ordering: .relaxed) - heard
      guard count > 100 else { throw BenchFailure("only \(count) readings were published") }
      // As many, as the ticks send them: ten bursts a second.
      let bursts = 15
      let size = count / bursts
      let peer = try cost(publisher) {
        try publisher.say("\(size) \(bursts) 100")
        guard publisher.line(within: .seconds(20)) == "done" else {
          throw BenchFailure("the publisher stopped")
        }
      }
      published.append(Double(count))
      comparison.add(
        ours: Double(changing - steady) / Double(count) / 1000,
        peer: Double(peer) / Double(size * bursts) / 1000)
    }
    report.add("CPU per published reading", comparison, unit: "µs", target: .ratio(2))
    report.note("outbound: \(published.median.short) readings published in each window of \(Self.window)")
  }

  private func cost(_ process: ChildProcess, _ work: () throws -> Void) throws -> Int64 {
    let before = try process.processorNanoseconds()
    try work()
    sleepFor(.milliseconds(200))
    return try process.processorNanoseconds() - before
  }
}
