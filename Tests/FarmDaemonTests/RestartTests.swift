import CanonicalJSON
import FarmUnits
import Foundation
import LoopbackBroker
import Testing

@testable import FarmDaemon

/// No restart of the real program is a way around a guard, and no trouble with the disk stops control.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct RestartTests {
  private static let root = "farmgate/greenhollow/gw1"
  private var output: String { "\(Self.root)/output/valve" }

  private static func yaml(_ port: UInt16, guards: String, storage: String = "STORAGE") -> String {
    """
    farm: greenhollow
    gateway: gw1
    loop: {interval_ms: 20, priority: 0}
    brokers:
      site: {url: "mqtt://127.0.0.1:\(port)"}
    storage: {directory: \(storage)}
    sensors:
      probe:
        quantity: soil_moisture
        unit: P1
        mqtt: {topic: probe, preset: plain}
    outputs:
      valve:
        simulated: true
        guard: \(guards)
    irrigation:
      bed: {moisture: probe, valve: valve, start_below: 22, stop_above: 30}
    """
  }

  /// A broker and a folder that outlive the daemons started on them.
  private final class Rig {
    let broker: PrivateBroker
    let recorder: Recorder
    let folder: URL
    private let configuration: String

    init(guards: String, storage: String = "STORAGE") async throws {
      broker = try await PrivateBroker.start()
      recorder = try Recorder(port: broker.port)
      folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-kept-\(UUID().uuidString)")
      configuration = RestartTests.yaml(broker.port, guards: guards, storage: storage)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody

    /// A daemon that has said that it is there.
    func start() async throws -> GatewayProcess {
      recorder.forget()
      let gateway = try GatewayProcess(configuration: configuration, in: folder)
      let status = "\(RestartTests.root)/status"
      try await recorder.message(on: status, within: .seconds(60), "online") {
        $0.json?["state"] == "online"
      }
      return gateway
    }

    func hear(_ moisture: Int) { recorder.publish("probe", "\(moisture)") }

    /// Waits until the file on the disk says so.
    func kept(_ what: String, _ condition: (JSONValue) -> Bool) async throws {
      let path = ControlMemoryFile(in: folder.path).path
      _ = try await eventually(within: .seconds(60), "\(what) on the disk") { () -> Bool? in
        guard let bytes = StoredFile.read(path, bytesMax: 1 << 20) else { return nil }
        return condition(try JSONValue(parsing: bytes)) ? true : nil
      }
    }

    /// - Returns: Since when, as published.
    @discardableResult
    func valve(_ commanded: String, _ reason: String? = nil) async throws -> WallTime? {
      try await recorder.message(
        on: "\(RestartTests.root)/output/valve", within: .seconds(60),
        "\(commanded), \(reason ?? "any reason")"
      ) {
        $0.json?["commanded"]?.string == commanded && (reason == nil || $0.json?["reason"]?.string == reason)
      }.json?["since"]?.string.flatMap { WallTime(rfc3339: $0) }
    }
  }

  @Test func `what latched stays latched over a kill and over a clean end, until a person clears it`()
    async throws
  {
    let rig = try await Rig(guards: "{max_on_s: 1}")
    var gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("off", "max_on")
    try await rig.kept("the latch") { $0["outputs"]?["valve"]?["latched"] == true }
    try await gateway.killOutright()

    gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("off", "latched")
    #expect(try await gateway.terminate() == 0)

    gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("off", "latched")
    try await rig.recorder.message(on: "\(Self.root)/alarm/valve.max-on", "active") {
      $0.json?["state"] == "active"
    }
    rig.recorder.publish(
      "\(Self.root)/alarm/valve.max-on/command", #"{"id":"1","action":"clear","by":"Mira"}"#)
    rig.recorder.forget()
    try await rig.valve("on", "soil_dry")
    try await rig.kept("the release") { $0["outputs"]?["valve"]?["latched"] == nil }
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `a rest goes on over a clean end, and after a kill it is a full one`() async throws {
    // Longer than a start takes on a machine that is busy with other tests.
    let rest = 30.0
    let rig = try await Rig(guards: "{min_off_s: 30, max_on_s: 600}")
    let clock = ContinuousClock()
    var gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("on")
    rig.hear(31)
    rig.recorder.forget()
    let off = try #require(try await rig.valve("off", "soil_wet"))
    let ending = WallTime.now
    #expect(try await gateway.terminate() == 0)

    gateway = try await rig.start()
    rig.hear(18)
    let resting = try #require(try await rig.valve("off", "min_off"))
    // It has rested since it really went off, not since the start: ages are kept to the millisecond.
    #expect(resting < ending && resting.duration(to: off) < .milliseconds(250), "\(resting), \(off)")
    let on = try #require(try await rig.valve("on", "soil_dry"))
    // By the gateway's own times: on a busy machine both are heard late, and not equally late.
    #expect(off.duration(to: on).inSeconds > rest - 0.25, "\(off), \(on)")

    let (killed, killedAt) = (WallTime.now, clock.now)
    try await gateway.killOutright()
    gateway = try await rig.start()
    rig.hear(18)
    #expect(try #require(try await rig.valve("off", "min_off")) >= killed)
    try await rig.valve("on", "soil_dry")
    #expect(killedAt.duration(to: clock.now).inSeconds >= rest)
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `starts before a kill count among those of the hour`() async throws {
    let rig = try await Rig(guards: "{starts_per_hour: 1, max_on_s: 600}")
    var gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("on")
    try await rig.kept("the start") { $0["outputs"]?["valve"]?["starts_ago_s"]?.array?.count == 1 }
    try await gateway.killOutright()
    gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("off", "starts_per_hour")
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `a person's off until further notice outlives a kill`() async throws {
    let rig = try await Rig(guards: "{max_on_s: 600}")
    var gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("on")
    rig.recorder.publish("\(Self.root)/command/valve", #"{"id":"1","set":"off","by":"Mira"}"#)
    try await rig.valve("off", "manual_off")
    try await rig.kept("the off") { $0["outputs"]?["valve"]?["held_off"] == true }
    try await gateway.killOutright()
    gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("off", "manual_off")
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `a damaged file is told and set aside, and control runs on`() async throws {
    let rig = try await Rig(guards: "{max_on_s: 600}")
    try FileManager.default.createDirectory(at: rig.folder, withIntermediateDirectories: true)
    let path = ControlMemoryFile(in: rig.folder.path).path
    try "{\"outputs\":".write(toFile: path, atomically: false, encoding: .utf8)
    let gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("on", "soil_dry")
    #expect(gateway.log.contains("control-memory.json is damaged"), "\(gateway.log)")
    #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    try await rig.kept("the new memory") { $0["outputs"]?["valve"]?["starts_ago_s"]?.array?.count == 1 }
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `a disk that takes nothing is told once, and control runs on`() async throws {
    // A folder below a file: even the superuser cannot write there.
    let rig = try await Rig(guards: "{max_on_s: 600}", storage: "STORAGE/farmgate.yaml/below")
    let gateway = try await rig.start()
    rig.hear(18)
    try await rig.valve("on", "soil_dry")
    _ = try await eventually(within: .seconds(60), "the trouble on the log") {
      gateway.log.contains("lock-outs are not kept") ? true : nil
    }
    rig.hear(31)
    try await rig.valve("off", "soil_wet")
    let counters = try await rig.recorder.message(
      on: "\(Self.root)/counters", within: .seconds(60), "a failed write"
    ) {
      $0.json?["storage"]?["memory_failures"]?.integer ?? 0 > 0
    }
    #expect(counters.json?["storage"]?["memory_writes"]?.integer ?? 0 > 0)
    #expect(try await gateway.terminate() == 0)
    #expect(gateway.log.components(separatedBy: "lock-outs are not kept").count == 2, "\(gateway.log)")
  }

  @Test func `a first start has nothing to complain about`() async throws {
    let rig = try await Rig(guards: "{max_on_s: 600}")
    let gateway = try await rig.start()
    try await rig.kept("the memory") { $0["outputs"]?["valve"] != nil }
    #expect(!gateway.log.contains("error"), "\(gateway.log)")
    #expect(try await gateway.terminate() == 0)
    #expect(FileManager.default.fileExists(atPath: ControlMemoryFile(in: rig.folder.path).cleanMark))
  }
}

extension WallTime {
  fileprivate static var now: WallTime {
    WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
  }
}
