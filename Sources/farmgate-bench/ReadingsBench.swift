import Foundation
import LoopbackBroker

/// Processor time per published reading, beside mqtt-io: sensors that each tell a new value once a second, 100 and then
/// 1,000 of them, one broker, QoS 0. At few readings a second waking up costs more than publishing; at many both
/// programs show what a reading costs them.
///
/// They are not quite the same: mqtt-io asks its mock sensors itself and publishes the number alone (3 bytes); the
/// daemon hears its sensors as Zigbee2MQTT messages of 137 bytes, judges them and publishes value, unit, quality, time
/// and sequence number (104 bytes). One row has what publishing adds to hearing, beside what mqtt-io uses more than one
/// that tells nothing; one has everything, nothing subtracted on either side; and one has what a reading more costs.
struct ReadingsBench: Benchmark {
  static let name = "readings"
  static let purpose = "processor time per published reading, beside mqtt-io"
  private let rounds: Int
  private static let rates = [100, 1000]
  private static let window = Duration.seconds(6)

  init(_ options: BenchOptions) { rounds = options.isFull ? 20 : 4 }

  func run(into report: inout Report) async throws {
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let python: String
    do throws(MQTTIO.Absence) {
      python = try MQTTIO.python()
    } catch {
      return report.skip("CPU per published reading, beside mqtt-io", because: error.reason)
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-readings-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var costs: [[Window]] = []
    for rate in Self.rates {
      let broker = try await PrivateBroker.start()
      costs.append(try measure(rate, port: broker.port, python, folder, into: &report))
      await broker.stop()
    }
    addSlope(costs, into: &report)
    try FileManager.default.removeItem(at: folder)
  }

  /// - Returns: The windows in which values changed.
  private func measure(
    _ rate: Int, port: UInt16, _ python: String, _ folder: URL, into report: inout Report
  ) throws -> [Window] {
    let farm = BenchFarm(gateway: "gw", sensors: rate)
    let ears = (
      ours: try BareClient(port: port, name: "bench-readings"),
      peer: try BareClient(port: port, name: "bench-readings-peer")
    )
    try ears.ours.subscribe(farm.shown("+"))
    try ears.peer.subscribe("mqtt-io/sensor/+")
    let gateway = try GatewayChild(farm, port: port)
    let talking = try mqttIO(python, rate, everySeconds: 1, prefix: "mqtt-io", folder, port: port)
    let idle = try mqttIO(python, rate, everySeconds: 86_400, prefix: "mqtt-io-idle", folder, port: port)
    let feeder = Feeder(client: ears.ours, farm: farm, rate: rate)
    let end = monotonicNanoseconds() + 120_000_000_000
    while ears.peer.received.load(ordering: .relaxed) < 3 * rate {
      guard monotonicNanoseconds() < end else {
        talking.terminate()
        throw BenchFailure("mqtt-io tells too little: \(talking.remainder().suffix(1000))")
      }
      _ = feeder.feed(for: .seconds(1)) { _ in 45 }
    }

    var (publishing, everything) = (Comparison(), Comparison())
    var (counts, windows): ([Double], [Window]) = ([], [])
    var number = 0
    for _ in 0..<rounds {
      func window(_ work: () -> Void) throws -> Window {
        try Window(gateway.process, talking, idle, ears, during: work)
      }
      let steady = try window { _ = feeder.feed(for: Self.window) { _ in 45 } }
      let changing = try window {
        _ = feeder.feed(for: Self.window) { message in
          number += 1
          return BenchFarm.moisture(message / farm.sensors + number)
        }
      }
      // Half of what was offered: a program that cannot follow would look cheap.
      let offered = Int(Self.window.nanoseconds / 1_000_000_000) * rate
      guard changing.told > offered / 2, changing.toldByPeer > offered / 2 else {
        throw BenchFailure(
          "only \(changing.told) and \(changing.toldByPeer) readings of \(offered) were published")
      }
      let (told, toldByPeer) = (Double(changing.told) * 1000, Double(changing.toldByPeer) * 1000)
      publishing.add(
        ours: Double(changing.gateway - steady.gateway) / told,
        peer: Double(changing.peer - changing.idlePeer) / toldByPeer)
      everything.add(ours: Double(changing.gateway) / told, peer: Double(changing.peer) / toldByPeer)
      counts += [told / 1000, toldByPeer / 1000]
      windows.append(changing)
    }
    // The terms ask for it where a reading's own cost shows.
    let target = rate == Self.rates.last ? Report.Target.ratio(1.0 / 50) : .none
    report.add(
      "CPU per published reading, \(rate)/s, beside mqtt-io", publishing, unit: "µs", target: target)
    report.add("… with hearing and judging it, nothing subtracted", everything, unit: "µs")
    report.note(
      "readings: mqtt-io has \(rate) sensors of its module mock, a number each second; we and it published "
        + "\(counts.described("messages")) in each window of \(Self.window)")
    return windows
  }

  /// What each reading more costs, fixed costs aside: hearing, judging and publishing it.
  private func addSlope(_ costs: [[Window]], into report: inout Report) {
    guard let few = costs.first, let many = costs.last else { return }
    var slope = Comparison()
    for (few, many) in zip(few, many) {
      slope.add(
        ours: Double(many.gateway - few.gateway) / Double(many.told - few.told) / 1000,
        peer: Double(many.peer - few.peer) / Double(many.toldByPeer - few.toldByPeer) / 1000)
    }
    report.add(
      "… of each reading between \(Self.rates[0])/s and \(Self.rates[1])/s", slope, unit: "µs")
  }

  /// What the programs used and told in the same time.
  private struct Window {
    let gateway, peer, idlePeer: Int64
    let told, toldByPeer: Int

    init(
      _ gateway: ChildProcess, _ peer: ChildProcess, _ idlePeer: ChildProcess,
      _ ears: (ours: BareClient, peer: BareClient), during work: () -> Void
    ) throws {
      func times() throws -> [Int64] {
        try [gateway, peer, idlePeer].map { try $0.processorNanoseconds() }
      }
      func heard() -> [Int] { [ears.ours, ears.peer].map { $0.received.load(ordering: .relaxed) } }
      let (timesBefore, heardBefore) = (try times(), heard())
      work()
      sleepFor(.milliseconds(300))
      let (timesAfter, heardAfter) = (try times(), heard())
      self.gateway = timesAfter[0] - timesBefore[0]
      self.peer = timesAfter[1] - timesBefore[1]
      self.idlePeer = timesAfter[2] - timesBefore[2]
      (told, toldByPeer) = (heardAfter[0] - heardBefore[0], heardAfter[1] - heardBefore[1])
    }
  }

  private func mqttIO(
    _ python: String, _ sensors: Int, everySeconds interval: Int, prefix: String, _ folder: URL, port: UInt16
  ) throws -> ChildProcess {
    let file = folder.appending(path: prefix + ".yaml")
    try MQTTIO.sensors(sensors, everySeconds: interval, prefix: prefix, port: port)
      .write(to: file, atomically: true, encoding: .utf8)
    return try ChildProcess([python, "-m", "mqtt_io", file.path], mergesErrors: true)
  }
}
