import CanonicalJSON
import LoopbackBroker

/// Processor time per message in, from the socket to the value in its slot and the tick that judges it, beside a
/// subscriber that parses nothing. The same messages, evenly spaced, from 100 devices whose values stay as they
/// are, so that nothing is published. What either process uses while the other one is fed is subtracted.
struct InboundBench: Benchmark {
  static let name = "inbound"
  static let purpose = "processor time per MQTT message in, beside a bare subscriber"
  private let rounds: Int

  init(_ options: BenchOptions) { rounds = options.isFull ? 30 : 5 }

  func run(into report: inout Report) async throws {
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let broker = try await PrivateBroker.start()
    try measure(port: broker.port, into: &report)
    await broker.stop()
  }

  private func measure(port: UInt16, into report: inout Report) throws {
    // Topics of the same length.
    let (farm, peerFarm) = (BenchFarm(gateway: "gw"), BenchFarm(gateway: "bs"))
    let client = try BareClient(port: port, name: "bench-inbound")
    let subscriber = try ChildProcess([ownProgram, "peer", "subscribe", "\(port)", "zigbee2mqtt/bs/+"])
    guard subscriber.line(within: .seconds(5)) == "ready" else { throw BenchFailure("no subscriber") }
    let gateway = try GatewayChild(farm, port: port)
    let feeds = (ours: Feeder(client: client, farm: farm), peer: Feeder(client: client, farm: peerFarm))
    try client.subscribe(farm.shown("+"))
    sleepFor(.seconds(1))
    var sent = feeds.ours.feed(for: .milliseconds(500)) { _ in 45 }  // first values, published once
    sleepFor(.milliseconds(500))

    var comparison = Comparison()
    for _ in 0..<rounds {
      let before = try (gateway.process.processorNanoseconds(), subscriber.processorNanoseconds())
      let count = feeds.ours.feed(for: .seconds(2)) { _ in 45 }
      sleepFor(.milliseconds(100))
      let middle = try (gateway.process.processorNanoseconds(), subscriber.processorNanoseconds())
      _ = feeds.peer.feed(for: .seconds(2)) { _ in 45 }
      sleepFor(.milliseconds(100))
      let after = try (gateway.process.processorNanoseconds(), subscriber.processorNanoseconds())
      sent += count
      let ours = (middle.0 - before.0) - (after.0 - middle.0)
      let peer = (after.1 - middle.1) - (middle.1 - before.1)
      comparison.add(ours: Double(ours) / Double(count) / 1000, peer: Double(peer) / Double(count) / 1000)
    }
    report.add("CPU per message in, 1000/s", comparison, unit: "µs", target: .ratio(2))
    report.note("inbound: \(try readings(farm, client)) readings taken of \(sent) messages sent")
  }

  /// How many readings of all sensors the gateway has taken: their sequence numbers tell.
  private func readings(_ farm: BenchFarm, _ client: BareClient) throws -> Int64 {
    var sum: Int64 = 0
    for sensor in 0..<farm.sensors {
      let shown = farm.shown(farm.name(sensor))
      let number = SequenceNumber()
      let answer = client.exchange(farm.device(sensor), BenchFarm.payload(46)) { topic, payload in
        guard topic == shown, LatencyBench.value(payload) == 46 else { return false }
        number.store(payload)
        return true
      }
      guard answer != nil else { throw BenchFailure("\(shown) is not shown") }
      sum += number.value - 1
    }
    return sum
  }
}
