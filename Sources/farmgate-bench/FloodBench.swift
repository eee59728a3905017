import CanonicalJSON
import Foundation
import LoopbackBroker
import Synchronization

/// Ten thousand messages a second for a minute to the daemon: whether it stays up and bounded, and whether every
/// message is accounted for.
struct FloodBench: Benchmark {
  static let name = "flood"
  static let purpose = "10,000 messages a second for a minute: what becomes of them, and of the memory"
  private static let perSecond = 10_000
  private static let seconds = 60

  init(_ options: BenchOptions) {}

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
    let client = try BareClient(port: port, name: "bench-flood")
    try client.subscribe("farmgate/bench/gw/+")
    try client.subscribe(farm.shown("+"))
    let gateway = try GatewayChild(farm, port: port)
    let before = try counters(client)
    let fresh = try Memory(of: gateway.process.identifier).anonymous
    let publisher = try ChildProcess([
      ownProgram, "peer", "publish", "\(port)", farm.device(0), BenchFarm.payload(45),
    ])
    guard publisher.line(within: .seconds(10)) == "ready" else { throw BenchFailure("no publisher") }
    let begun = monotonicNanoseconds()
    try publisher.say("\(Self.perSecond / 100) \(Self.seconds * 100) 10")
    var peak = fresh
    while publisher.line(within: .seconds(1)) == nil {
      peak = max(peak, try Memory(of: gateway.process.identifier).anonymous)
      guard monotonicNanoseconds() - begun < 10 * Int64(Self.seconds) * 1_000_000_000 else {
        throw BenchFailure("the publisher does not come to its end")
      }
    }
    let took = Double(monotonicNanoseconds() - begun) / 1e9
    let offered = Self.perSecond * Self.seconds
    let taken = try readings(farm, client)
    let after = try counters(client)
    let settled = try Memory(of: gateway.process.identifier).anonymous
    // The last one is the bench's own question.
    let arrived = after.received - before.received - 1
    let dropped = after.dropped - before.dropped
    report.add("anonymous memory, before a flood", [fresh], unit: "MB", target: .value(12))
    report.add("anonymous memory, the most during it", [peak], unit: "MB", target: .value(12))
    report.add("anonymous memory, after it", [settled], unit: "MB", target: .value(12))
    report.add(
      "messages that arrived and are neither taken nor counted as dropped",
      [Double(arrived - dropped - taken)], unit: "", target: .value(0))
    report.note(
      "flood: \(offered) offered in \(took.short) s, \(arrived) arrived, \(taken) taken, "
        + "\(dropped) dropped by the queue and counted, \(offered - Int(arrived)) not delivered by the broker; "
        + "the queue holds 1.05 MB; connection \(after.state), connects \(after.connects), "
        + "given up as deaf \(after.deaf)")
  }

  private struct Counters {
    var received: Int64 = 0
    var dropped: Int64 = 0
    var connects: Int64 = 0
    var deaf: Int64 = 0
    var state = ""
  }

  /// The next report.
  private func counters(_ client: BareClient) throws -> Counters {
    let shared = Box()
    client.expect { topic, payload in
      guard topic.hasSuffix("/counters"), let json = try? JSONValue(parsing: payload),
        let site = json["links"]?["site"]
      else { return false }
      shared.found.withLock {
        $0 = Counters(
          received: site["received"]?.integer ?? 0,
          dropped: json["dropped"]?["site_readings"]?.integer ?? 0,
          connects: site["connects"]?.integer ?? 0, deaf: site["given_up"]?["deaf"]?.integer ?? 0,
          state: site["state"]?.string ?? "")
      }
      return true
    }
    guard client.arrival(within: .seconds(30)) != nil, let counters = shared.found.withLock({ $0 }) else {
      throw BenchFailure("the daemon reports no counters")
    }
    return counters
  }

  private final class Box: Sendable {
    let found = Mutex<Counters?>(nil)
  }

  /// How many readings of the flooded sensor were taken: its sequence number tells.
  private func readings(_ farm: BenchFarm, _ client: BareClient) throws -> Int64 {
    let (shown, number) = (farm.shown(farm.name(0)), SequenceNumber())
    let answer = client.exchange(farm.device(0), BenchFarm.payload(46), within: .seconds(60)) {
      topic, payload in
      guard topic == shown, LatencyBench.value(payload) == 46 else { return false }
      number.store(payload)
      return true
    }
    guard answer != nil else { throw BenchFailure("\(shown) is not shown") }
    return number.value - 1
  }
}
