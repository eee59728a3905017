import Foundation
import LoopbackBroker

/// What the daemon holds of memory and of the disk, at 100 sensors and 16 outputs with both brokers connected.
struct MemoryBench: Benchmark {
  static let name = "memory"
  static let purpose = "memory of the daemon at 100 sensors and 16 outputs, size of the program"

  init(_ options: BenchOptions) {}

  func run(into report: inout Report) async throws {
    guard PrivateBroker.executable != nil else {
      return report.skip(Self.name, because: PrivateBroker.absence)
    }
    let (site, market) = (try await PrivateBroker.start(), try await PrivateBroker.start())
    try measure(site.port, market.port, into: &report)
    await site.stop()
    await market.stop()
  }

  private func measure(_ site: UInt16, _ market: UInt16, into report: inout Report) throws {
    let farm = BenchFarm(gateway: "gw", sensors: 97, outputs: 15, hasMarket: true, isWhole: true)
    let client = try BareClient(port: site, name: "bench-memory")
    let subscriber = try ChildProcess([ownProgram, "peer", "subscribe", "\(site)", "zigbee2mqtt/gw/+"])
    guard subscriber.line(within: .seconds(5)) == "ready" else { throw BenchFailure("no subscriber") }
    let gateway = try GatewayChild(farm, port: site, marketPort: market)
    sleepFor(.seconds(1))
    let fresh = try Memory(of: gateway.process.identifier)
    var number = 0
    _ = Feeder(client: client, farm: farm).feed(for: .seconds(5)) { message in
      number += 1
      return BenchFarm.moisture(message / farm.sensors + number)
    }
    sleepFor(.seconds(1))
    let beforeAnswers = try Memory(of: gateway.process.identifier)
    try gateway.askForStatus(times: 50)
    let (ours, peer) = (try Memory(of: gateway.process.identifier), try Memory(of: subscriber.identifier))
    report.add("anonymous memory, started", [fresh.anonymous], unit: "MB", target: .value(12))
    report.add(
      "anonymous memory, after 5000 readings", [beforeAnswers.anonymous], unit: "MB", target: .value(12))
    report.add(
      "anonymous memory, after 50 answers about its status", [ours.anonymous], unit: "MB", target: .value(12))
    var resident = Comparison()
    resident.add(ours: ours.resident, peer: peer.resident)
    report.add("resident memory, beside a bare subscriber", resident, unit: "MB")
    try addSize(to: &report)
  }

  /// Of what a package would hold.
  private func addSize(to report: inout Report) throws {
    // The name of a library that the program asks for stands in it.
    let image = try GatewayChild.executable.map { try Data(contentsOf: URL(filePath: $0)) } ?? Data()
    let isDynamic = image.range(of: Data("libswiftCore.so".utf8)) != nil
    let name = "size of the program, stripped\(isDynamic ? ", without Swift's libraries" : "")"
    guard let source = GatewayChild.executable, let strip = program("strip") else {
      return report.skip(name, because: "there is no strip here (Debian's binutils)")
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "farmgate-stripped-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: file) }  // a temporary file left behind harms nobody
    guard try ChildProcess([strip, "-o", file, source]).wait() == 0 else {
      throw BenchFailure("\(strip) failed")
    }
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    report.add(name, [Double(size) / 1e6], unit: "MB")
  }
}

/// A process's memory, in MB of 10⁶ bytes. Source: `/proc/PID/smaps_rollup`.
struct Memory {
  /// Heap, stacks, and what was changed of files.
  let anonymous: Double
  /// With the pages of its files.
  let resident: Double

  init(of process: pid_t) throws {
    let text = try String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)
    func megabytes(_ key: String) -> Double {
      for line in text.split(separator: "\n") where line.hasPrefix(key) {
        let fields = line.split(whereSeparator: \.isWhitespace)
        if fields.count >= 2, let kibibytes = Double(fields[1]) { return kibibytes * 1024 / 1e6 }
      }
      return .nan
    }
    (anonymous, resident) = (megabytes("Anonymous:"), megabytes("Rss:"))
  }
}
