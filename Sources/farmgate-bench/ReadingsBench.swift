import Foundation
import LoopbackBroker

/// Processor time per published reading, beside mqtt-io: 100 sensors that each tell a new value once a second, one
/// broker, QoS 0. What either program uses while it publishes nothing is subtracted.
///
/// They are not quite the same: mqtt-io asks its mock sensors itself and publishes the number alone (3 bytes); the
/// daemon hears its sensors as Zigbee2MQTT messages of 137 bytes, judges them and publishes value, unit, quality, time
/// and sequence number (104 bytes). One row counts what publishing adds to hearing, the other everything.
struct ReadingsBench: Benchmark {
  static let name = "readings"
  static let purpose = "processor time per published reading, beside mqtt-io"
  private let rounds: Int
  private static let sensors = 100
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
    let broker = try await PrivateBroker.start()
    try measure(port: broker.port, python, folder, into: &report)
    await broker.stop()
    try FileManager.default.removeItem(at: folder)
  }

  private func measure(port: UInt16, _ python: String, _ folder: URL, into report: inout Report) throws {
    let farm = BenchFarm(gateway: "gw", sensors: Self.sensors)
    let ears = (
      ours: try BareClient(port: port, name: "bench-readings"),
      peer: try BareClient(port: port, name: "bench-readings-peer")
    )
    try ears.ours.subscribe(farm.shown("+"))
    try ears.peer.subscribe("mqtt-io/sensor/+")
    let gateway = try GatewayChild(farm, port: port)
    let talking = try mqttIO(python, everySeconds: 1, prefix: "mqtt-io", folder, port: port)
    let idle = try mqttIO(python, everySeconds: 86_400, prefix: "mqtt-io-idle", folder, port: port)
    let feeder = Feeder(client: ears.ours, farm: farm, rate: Self.sensors)
    let end = monotonicNanoseconds() + 60_000_000_000
    while ears.peer.received.load(ordering: .relaxed) < 3 * Self.sensors {
      guard monotonicNanoseconds() < end else {
        talking.terminate()
        throw BenchFailure("mqtt-io tells too little: \(talking.remainder().suffix(1000))")
      }
      _ = feeder.feed(for: .seconds(1)) { _ in 45 }
    }

    var (publishing, everything) = (Comparison(), Comparison())
    var counts: [Double] = []
    var number = 0
    for _ in 0..<rounds {
      func window(_ work: () -> Void) throws -> Window {
        try Window(gateway.process, talking, idle, ears, during: work)
      }
      let quiet = try window { sleepFor(Self.window) }
      let steady = try window { _ = feeder.feed(for: Self.window) { _ in 45 } }
      let changing = try window {
        _ = feeder.feed(for: Self.window) { message in
          number += 1
          return BenchFarm.moisture(message / farm.sensors + number)
        }
      }
      guard changing.told > 100, changing.toldByPeer > 100 else {
        throw BenchFailure("only \(changing.told) and \(changing.toldByPeer) readings were published")
      }
      let peer = Double(changing.peer - changing.idlePeer) / Double(changing.toldByPeer) / 1000
      let told = Double(changing.told)
      publishing.add(ours: Double(changing.gateway - steady.gateway) / told / 1000, peer: peer)
      everything.add(ours: Double(changing.gateway - quiet.gateway) / told / 1000, peer: peer)
      counts += [told, Double(changing.toldByPeer)]
    }
    report.add(
      "CPU per published reading, beside mqtt-io", publishing, unit: "µs", target: .ratio(1.0 / 50))
    report.add("… with hearing and judging it", everything, unit: "µs")
    report.note(
      "readings: mqtt-io has 100 sensors of its module mock, a number each second; we and it published "
        + "\(counts.described("messages")) in each window of \(Self.window)")
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
    _ python: String, everySeconds interval: Int, prefix: String, _ folder: URL, port: UInt16
  ) throws -> ChildProcess {
    let file = folder.appending(path: prefix + ".yaml")
    try MQTTIO.sensors(Self.sensors, everySeconds: interval, prefix: prefix, port: port)
      .write(to: file, atomically: true, encoding: .utf8)
    return try ChildProcess([python, "-m", "mqtt_io", file.path], mergesErrors: true)
  }
}
