import CanonicalJSON
import Foundation
import Glibc
import LoopbackBroker
import Testing

/// What a run leaves on the log: little, and no secret.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct QuietLogTests {
  private static let root = "farmgate/greenhollow/gw1"
  private static let patience = Duration.seconds(60)

  /// Ten beds, a cold store and lots of sensors: as much as a small farm has.
  private static func yaml(_ port: UInt16, username: String = "") -> String {
    let beds = 1...10
    let sensors = beds.map {
      "  soil-\($0): {quantity: soil_moisture, unit: P1, mqtt: {topic: soil/\($0), preset: plain}, valid: {stale_after_s: 600}}"
    }
    let valves = beds.map { "  valve-\($0): {simulated: true, guard: {max_on_s: 600}}" }
    let watered = beds.map {
      "  bed-\($0): {moisture: soil-\($0), valve: valve-\($0), start_below: 22, stop_above: 30}"
    }
    return """
      farm: greenhollow
      gateway: gw1
      loop: {interval_ms: 50, priority: 0}
      brokers: {site: {url: "mqtt://127.0.0.1:\(port)"\(username)}}
      storage: {directory: STORAGE}
      sensors:
      \(sensors.joined(separator: "\n"))
      outputs:
      \(valves.joined(separator: "\n"))
      irrigation:
      \(watered.joined(separator: "\n"))
      drones:
        mavlink: [{topic: "mav/+"}]
        signing_key_file: STORAGE/mavlink.key

      """
  }

  /// The drones' key; others than its owner must not read it.
  private static func keep(_ key: [UInt8], in folder: URL) throws {
    let path = folder.appending(path: "mavlink.key").path
    #expect(
      FileManager.default.createFile(
        atPath: path, contents: Data(key), attributes: [.posixPermissions: 0o600]))
  }

  @Test func `an ordinary hour of watering is a handful of lines`() async throws {
    let broker = try await PrivateBroker.start()
    let recorder = try Recorder(port: broker.port)
    let folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-quiet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody
    let key = (0..<32).map { UInt8(33 + $0) }
    try Self.keep(key, in: folder)
    let gateway = try GatewayProcess(configuration: Self.yaml(broker.port), in: folder)
    try await recorder.message(on: "\(Self.root)/status", within: Self.patience, "online") {
      $0.json?["state"] == "online"
    }
    // An hour's worth: each bed is watered three times, and tells its moisture every minute.
    for minute in 0..<60 {
      let isDry = minute / 10 % 2 == 0
      for bed in 1...10 { recorder.publish("soil/\(bed)", isDry ? "18.\(minute)" : "31.\(minute)") }
      try await recorder.message(
        on: "\(Self.root)/output/valve-10", within: Self.patience, isDry ? "open" : "shut"
      ) { $0.json?["commanded"]?.string == (isDry ? "on" : "off") }
      if minute % 10 == 9 { recorder.forget() }
    }
    #expect(try await gateway.terminate() == 0)
    let lines = gateway.log.split(separator: "\n")
    // A machine that is busy with other things makes the loop miss ticks, and that is said.
    let told = lines.filter { !$0.contains("missed ticks") }
    print("lines of an hour's work: \(told.count), and \(lines.count - told.count) about missed ticks")
    #expect(told.count <= 12, "\(gateway.log)")
    for line in lines { #expect(line.contains(": "), "\(line)") }
  }

  @Test func `no password and no key of a configuration appears on the log, whatever goes wrong`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "farmgate-secret-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody
    let password = "swordfish-\(UUID().uuidString)"
    let key = (0..<32).map { UInt8(65 + $0 % 26) }
    try Data((password + "\n").utf8).write(to: folder.appending(path: "password"))
    try Self.keep(key, in: folder)
    let username = ", username: gw, password_file: STORAGE/password"
    let yaml = Self.yaml(broker.port, username: username)
    let gateway = try GatewayProcess(configuration: yaml, in: folder)
    func said(_ text: String) async throws {
      _ = try await eventually(within: Self.patience, "“\(text)” on the log") {
        gateway.log.contains(text) ? true : nil
      } onTimeout: {
        gateway.log
      }
    }
    try await said("control loop ticks")
    // A secret where a path belongs, a key that is none, and a password that is gone.
    try gateway.reload(yaml.replacing("password_file: STORAGE/password", with: "password: \(password)"))
    try await said("configuration refused")
    try gateway.reload(yaml.replacing("interval_ms: 50", with: "interval_ms: 60"))
    try await said("a change of loop needs a restart")
    try gateway.reload(
      yaml.replacing("valve-10: {simulated", with: "tap: {simulated").replacing(
        "valve: valve-10", with: "valve: tap"))
    try await said("configuration taken over")
    #expect(try await gateway.terminate() == 0)
    // The signing key that the daemon has made for itself.
    let own = try String(contentsOf: folder.appending(path: "signing.key"), encoding: .utf8)
    let private64 = try #require(
      try JSONValue(parsing: Array(own.utf8)).privateParts.first, "\(own.prefix(20))")
    let log = gateway.log
    let hex = key.map { String($0, radix: 16) }.joined()
    for secret in [
      password, String(decoding: key, as: UTF8.self), hex, Data(key).base64EncodedString(), private64,
    ] { #expect(!log.contains(secret)) }
    #expect(log.contains("configuration"))
  }
}

extension JSONValue {
  /// Every text under a member named `d`, as a JWK has its private part.
  fileprivate var privateParts: [String] {
    if let object {
      return object.members.flatMap { member in
        (member.name == "d" ? [member.value.string].compactMap(\.self) : []) + member.value.privateParts
      }
    }
    return array?.flatMap(\.privateParts) ?? []
  }
}
