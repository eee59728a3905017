import Claims
import FarmConfiguration
import FarmDaemon
import Foundation
import LoopbackBroker
import Rehearsal

/// What a day at 100 sensors writes to the disk: a rehearsed farm says what it says, and the journal keeps each second of it
/// in a commit of its own, as the daemon does, and tells a broker.
struct JournalWear {
  func measure(in folder: URL, into report: inout Report) async throws {
    let seconds = try rehearse(in: folder)
    let broker = try await PrivateBroker.start()
    let before = try Written.byThisProcess()
    let commits: UInt64
    do {
      let trial = try await JournalTrial(directory: folder.path, port: broker.port)
      try await trial.connect()
      for second in seconds { try await trial.keep(second) }
      try await trial.end()
      commits = await trial.commits
    }
    // The file is closed: what stood in its log is in it.
    let after = try Written.byThisProcess()
    await broker.stop()
    report.add(
      "written to storage in a day, 100 sensors", [Double(after.toStorage - before.toStorage) / 1e6],
      unit: "MB",
      target: .value(50))
    let messages = seconds.joined()
    report.note(
      "journal: a day of 100 sensors is \(messages.count) claims of \((Double(messages.reduce(0) { $0 + $1.payload.count }) / 1e6).short) MB (\(messages.filter { !$0.retained }.count) of them in the ledger) in \(commits) commits; \((Double(after.byCalls - before.byCalls) / 1e6).short) MB by write calls, counted by the kernel in pages for storage, with checkpoints; the file system's own log is not in it"
    )
  }

  /// - Returns: What was said to the marketplace in each second in which anything was.
  private func rehearse(in folder: URL) throws -> [[OutgoingMessage]] {
    let file = folder.appending(path: "farmgate.yaml").path
    try Self.yaml(folder.path).write(toFile: file, atomically: true, encoding: .utf8)
    let result = GatewayConfiguration.load(path: file, files: .thisMachine(credentialsDirectory: nil))
    guard let configuration = result.configuration, result.errors.isEmpty else {
      throw BenchFailure("\(result.errors)")
    }
    var said: [Int64: [OutgoingMessage]] = [:]
    let rehearsal = try Rehearsal(configuration, RehearsalSettings(interval: .seconds(1))) { wall, message in
      guard message.topic.hasPrefix("nexus/") else { return }
      var lasting = message
      // The rehearsed day lies in the past, where everything has expired.
      lasting.expiry = .never
      said[wall.milliseconds / 1000, default: []].append(lasting)
    }
    try rehearsal.run(until: .seconds(86_400))
    return said.keys.sorted().compactMap { said[$0] }
  }

  /// 40 beds with two probes each, six cold stores with three, a scale and a tank; six products and two drones.
  private static func yaml(_ directory: String) -> String {
    var sensors: [String] = []
    var outputs: [String] = []
    var (beds, stores, products): ([String], [String], [String]) = ([], [], [])
    func sensor(_ name: String, _ quantity: String, _ unit: String?, _ valid: String?) {
      let unit = unit.map { ", unit: \($0)" } ?? ""
      let valid = valid.map { ", valid: {\($0), stale_after_s: 3600}" } ?? ""
      sensors.append(
        "  \(name): {quantity: \(quantity)\(unit), mqtt: {topic: sensors/\(name), preset: plain}\(valid)}")
    }
    for bed in 1...40 {
      sensor("bed-\(bed)-moisture", "soil_moisture", "P1", "min: 1, max: 70")
      sensor("bed-\(bed)-soil", "temperature", "CEL", "min: -30, max: 60")
      outputs.append(
        "  bed-\(bed)-valve: {simulated: true, safe: off, guard: {min_off_s: 30, max_on_s: 1800}}")
      beds.append(
        "  bed-\(bed): {moisture: bed-\(bed)-moisture, valve: bed-\(bed)-valve, start_below: 22, stop_above: 30}"
      )
    }
    for store in 1...6 {
      sensor("cold-\(store)-air", "temperature", "CEL", "min: -30, max: 45")
      sensor("cold-\(store)-product", "temperature", "CEL", "min: -30, max: 45")
      sensor("cold-\(store)-door", "contact", nil, nil)
      outputs.append(
        "  cold-\(store)-compressor: {simulated: true, safe: off, guard: {min_on_s: 120, min_off_s: 300}}")
      stores.append(
        "  cold-\(store): {air: cold-\(store)-air, product: cold-\(store)-product, door: cold-\(store)-door, compressor: cold-\(store)-compressor, setpoint: 3.0, band: 1.0}"
      )
      products.append(
        "  crop-\(store): {name: Crop \(store), sku: C-\(store), unit: KGM, increment: 2.5, buffer: 5, store: cold-\(store), class: produce, lot_prefix: C\(store)}"
      )
    }
    sensor("bench-scale", "mass", "KGM", nil)
    sensor("tank", "level", "P1", nil)
    return """
      farm: bench
      gateway: gw
      timezone: Etc/UTC
      loop: {interval_ms: 1000, priority: 0}
      brokers:
        site: {url: "mqtt://127.0.0.1:1"}
        market: {url: "mqtt://127.0.0.1:1"}
      storage: {directory: \(directory)}
      claims: {key_file: \(directory)/signing.key}
      sensors:
      \(sensors.joined(separator: "\n"))
      outputs:
      \(outputs.joined(separator: "\n"))
      irrigation:
      \(beds.joined(separator: "\n"))
      cold_stores:
      \(stores.joined(separator: "\n"))
      products:
      \(products.joined(separator: "\n"))
      drones:
        mavlink: [{topic: "depot/+/mavlink"}]

      """
  }
}

/// What a process has written. Source: `/proc/PID/io`.
struct Written {
  /// Caused to be sent to storage, in whole pages.
  var toStorage: Int
  /// Handed to write calls, sockets included.
  var byCalls: Int

  static func byThisProcess() throws -> Written {
    let text = try String(contentsOfFile: "/proc/self/io", encoding: .utf8)
    func number(_ key: String) throws -> Int {
      for line in text.split(separator: "\n") where line.hasPrefix("\(key): ") {
        if let number = Int(line.dropFirst(key.count + 2)) { return number }
      }
      throw BenchFailure("/proc/self/io has no \(key)")
    }
    return Written(toStorage: try number("write_bytes"), byCalls: try number("wchar"))
  }
}
