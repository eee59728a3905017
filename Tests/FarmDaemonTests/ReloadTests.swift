import CanonicalJSON
import FarmUnits
import Foundation
import LoopbackBroker
import Testing

/// SIGHUP on the real program: what changed is taken over, what did not change is not touched, and a file that is wrong
/// changes nothing.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct ReloadTests {
  private static let root = "farmgate/greenhollow/gw1"
  private static let patience = Duration.seconds(60)

  private static let bed = """
    irrigation:
      bed: {moisture: probe, valve: valve, start_below: 22, stop_above: 30}
    """
  private static let probe = """
      probe: {quantity: soil_moisture, unit: P1, mqtt: {topic: probe, preset: plain}}
    """
  private static let valve = """
      valve: {simulated: true, guard: {max_on_s: 600}}
    """

  /// A farm with a broker, under one configuration after the other.
  private final class Farm {
    let broker: PrivateBroker
    let recorder: Recorder
    let gateway: GatewayProcess
    private let head: String

    init(
      sensors: [String] = [probe], outputs: [String] = [valve], more: String = bed,
      environment: [String: String] = [:]
    ) async throws {
      broker = try await PrivateBroker.start()
      recorder = try Recorder(port: broker.port)
      head = """
        farm: greenhollow
        gateway: gw1
        loop: {interval_ms: 20, priority: 0}
        brokers: {site: {url: "mqtt://127.0.0.1:\(broker.port)"}}
        storage: {directory: STORAGE}

        """
      gateway = try GatewayProcess(
        configuration: head + Self.text(sensors, outputs, more), environment: environment)
      try await recorder.message(on: "\(root)/status", within: patience, "online") {
        $0.json?["state"] == "online"
      }
    }

    private static func text(_ sensors: [String], _ outputs: [String], _ more: String) -> String {
      (["sensors:"] + sensors + ["outputs:"] + outputs + [more]).joined(separator: "\n") + "\n"
    }

    /// Has the daemon read this, and waits for what it says about it.
    func reload(
      sensors: [String] = [probe], outputs: [String] = [valve], more: String = bed,
      head changed: String? = nil,
      _ said: String
    ) async throws {
      let before = gateway.log.components(separatedBy: said).count
      try gateway.reload((changed ?? head) + Self.text(sensors, outputs, more))
      _ = try await eventually(within: patience, "“\(said)” on the log") {
        gateway.log.components(separatedBy: said).count > before ? true : nil
      } onTimeout: {
        gateway.log
      }
    }

    func head(replacing text: String, with other: String) -> String { head.replacing(text, with: other) }

    func says(_ topic: String, _ what: String, where condition: (JSONValue) -> Bool) async throws {
      try await recorder.message(on: "\(root)/\(topic)", within: patience, what) {
        $0.json.map(condition) ?? false
      }
    }

    /// Says a reading until the daemon shows it, since it may just have subscribed.
    func hear(_ topic: String, _ value: Int, of sensor: String) async throws {
      let shown = "\(root)/sensor/\(sensor)"
      var next = ContinuousClock.now
      _ = try await eventually(within: patience, "\(value) on \(shown)") {
        if .now >= next {
          recorder.publish(topic, "\(value)")
          next = .now.advanced(by: .milliseconds(250))
        }
        return recorder.messages(on: shown).contains { $0.json?["value"]?.double == Double(value) }
          ? true : nil
      } onTimeout: {
        gateway.log
      }
    }

    func counters(_ what: String, where condition: (JSONValue) -> Bool) async throws -> JSONValue {
      let message = try await recorder.message(on: "\(root)/counters", within: patience, what) {
        $0.json.map(condition) ?? false
      }
      return try #require(message.json)
    }

    /// Every state that was said of an output, and since when.
    func states(of output: String) throws -> [(commanded: String, since: WallTime)] {
      try recorder.messages(on: "\(root)/output/\(output)").map { message in
        let json = try #require(message.json)
        return (
          json["commanded"]?.string ?? "nothing",
          try #require(json["since"]?.string.flatMap { WallTime(rfc3339: $0) })
        )
      }
    }

    /// Whether nothing was said of an output but that it has been so all the time.
    func isUnmoved(_ output: String, since state: (commanded: String, since: WallTime)) throws -> Bool {
      // A clock that is being set moves by a little what is told of the past.
      try states(of: output).allSatisfy {
        $0.commanded == state.commanded && abs($0.since.duration(to: state.since).milliseconds) < 250
      }
    }
  }

  @Test
  func
    `a broken file is refused with line and column; corrected it renames a sensor and adds an output, and the valve stays open`()
    async throws
  {
    let farm = try await Farm()
    try await farm.hear("probe", 18, of: "probe")
    try await farm.says("output/valve", "open") { $0["commanded"] == "on" }
    let before = try #require(try farm.states(of: "valve").last)
    farm.recorder.forget()

    let renamed = Self.probe.replacing("probe: {quantity", with: "north: {quantity")
    let bed = Self.bed.replacing("moisture: probe", with: "moisture: north")
    let lamp = "  lamp: {simulated: true, guard: {max_on_s: 60}}"
    let broken = "  fan: {simulated: true, gaurd: {max_on_s: 60}}"
    try await farm.reload(
      sensors: [renamed], outputs: [Self.valve, lamp, broken], more: bed, "configuration refused")
    // The eleventh line of the file, and where the key begins.
    #expect(farm.gateway.log.contains("farmgate.yaml:11:"), "\(farm.gateway.log)")
    #expect(farm.gateway.log.contains("gaurd"))
    try await farm.says("status", "the refusal") {
      $0["configuration"]?.string?.contains("farmgate.yaml:11:") ?? false
    }
    #expect(farm.recorder.messages(on: "\(Self.root)/output/lamp").isEmpty)

    try await farm.reload(
      sensors: [renamed], outputs: [Self.valve, lamp], more: bed, "configuration taken over")
    #expect(farm.gateway.log.contains("sensors: probe is now north; outputs: +lamp; beds: ~bed"))
    try await farm.says("output/lamp", "off") { $0["commanded"] == "off" }
    try await farm.says("output/valve", "told again") { $0["commanded"] == "on" }
    try await farm.hear("probe", 19, of: "north")
    try await farm.says("status", "no refusal any more") {
      $0["state"] == "online" && $0["configuration"] == nil
    }
    #expect(try farm.isUnmoved("valve", since: before))

    // It still does what it is for.
    try await farm.hear("probe", 31, of: "north")
    try await farm.says("output/valve", "shut") { $0["commanded"] == "off" && $0["reason"] == "soil_wet" }
    let counters = try await farm.counters("both reloads") {
      $0["configuration"]?["reloads_accepted"]?.integer == 1
    }
    #expect(counters["configuration"]?["reloads_refused"]?.integer == 1)
    #expect(counters["configuration"]?["trouble"] == nil)
    #expect(counters["links"]?["site"]?["connects"]?.integer == 1)
    print("loop held up for \(counters["configuration"]?["loop_pause_us"]?.double ?? -1) µs")
    #expect(try await farm.gateway.terminate() == 0)
  }

  @Test func `what needs a restart is refused in a sentence, and nothing else of the file is taken`()
    async throws
  {
    let farm = try await Farm()
    let lamp = "  lamp: {simulated: true, guard: {max_on_s: 60}}"
    try await farm.reload(
      outputs: [Self.valve, lamp], head: farm.head(replacing: "gateway: gw1", with: "gateway: gw2"),
      "a change of gateway needs a restart")
    try await farm.reload(
      outputs: [Self.valve, lamp], head: farm.head(replacing: "interval_ms: 20", with: "interval_ms: 30"),
      "a change of loop needs a restart")
    let counters = try await farm.counters("two refusals") {
      $0["configuration"]?["reloads_refused"]?.integer == 2
    }
    #expect(counters["configuration"]?["trouble"] == "a change of loop needs a restart")
    #expect(farm.recorder.messages(on: "\(Self.root)/output/lamp").isEmpty)
    try await farm.reload("nothing has changed")
    #expect(try await farm.gateway.terminate() == 0)
  }

  @Test func `a person's lease, a known command and an acknowledged alarm go on`() async throws {
    let silent =
      "  silent: {quantity: temperature, unit: CEL, mqtt: {topic: silent, preset: plain}, valid: {stale_after_s: 1}}"
    let farm = try await Farm(sensors: [Self.probe, silent])
    farm.recorder.publish("silent", "20")
    try await farm.says("alarm/silent.stale", "active") { $0["state"] == "active" }
    farm.recorder.publish(
      "\(Self.root)/alarm/silent.stale/command", #"{"id":"a","action":"acknowledge","by":"Mira"}"#)
    try await farm.says("alarm/silent.stale", "acknowledged") { $0["state"] == "acknowledged" }
    try await farm.hear("probe", 31, of: "probe")
    let expires = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 300_000).rfc3339
    let on = #"{"id":"c","set":"on","for_s":240,"expires":"\#(expires)","by":"Mira"}"#
    farm.recorder.publish("\(Self.root)/command/valve", on)
    try await farm.says("output/valve", "on by hand") { $0["reason"] == "manual_on" }
    let before = try #require(try farm.states(of: "valve").last)
    farm.recorder.forget()

    try await farm.reload(
      sensors: [silent.replacing("stale_after_s: 1", with: "stale_after_s: 1, max: 60"), Self.probe],
      outputs: ["  first: {simulated: true}", Self.valve], "configuration taken over")
    try await farm.says("output/valve", "told again") { $0["reason"] == "manual_on" }
    try await farm.says("alarm/silent.stale", "told again") { $0["state"] == "acknowledged" }
    #expect(try farm.isUnmoved("valve", since: before))
    // The same command again is answered, not carried out once more.
    farm.recorder.publish("\(Self.root)/command/valve", #"{"id":"d","set":"auto","by":"Mira"}"#)
    try await farm.says("output/valve", "automatic") { $0["reason"] == "soil_wet" }
    farm.recorder.forget()
    farm.recorder.publish("\(Self.root)/command/valve", on)
    try await farm.says("command/valve/result", "the answer of before") {
      $0["id"] == "c" && $0["result"] == "accepted"
    }
    farm.recorder.publish("\(Self.root)/command/first", #"{"id":"e","set":"off","by":"Mira"}"#)
    try await farm.says("command/first/result", "an answer") { $0["id"] == "e" }
    #expect(farm.recorder.messages(on: "\(Self.root)/output/valve").isEmpty)
    #expect(try await farm.gateway.terminate() == 0)
  }

  @Test func `what is gone is cleared from the broker, at Home Assistant as well`() async throws {
    let second = "  second: {quantity: temperature, unit: CEL, mqtt: {topic: second, preset: plain}}"
    let lamp = "  lamp: {simulated: true, guard: {max_on_s: 60}}"
    let house = Self.bed + "\noperators: {home_assistant: {}}"
    let farm = try await Farm(sensors: [Self.probe, second], outputs: [Self.valve, lamp], more: house)
    func isThere(_ part: String) -> (Recorder.Message) -> Bool {
      { String(decoding: $0.payload, as: UTF8.self).contains(part) }
    }
    let device = try await eventually(within: Self.patience, "the announcement of the sensor") {
      farm.recorder.all.first { $0.topic.hasPrefix("homeassistant/") && isThere("/sensor/second")($0) }
    }.topic
    try await farm.says("output/lamp", "off") { $0["commanded"] == "off" }
    try await farm.says("alarm/lamp.max-on", "normal") { $0["state"] == "normal" }
    farm.recorder.forget()

    try await farm.reload(more: house, "configuration taken over: sensors: -second; outputs: -lamp")
    for topic in ["output/lamp", "alarm/lamp.max-on", "alarm/lamp.output-failed", "alarm/second.stale"] {
      try await farm.recorder.message(on: "\(Self.root)/\(topic)", within: Self.patience, "nothing") {
        $0.payload.isEmpty
      }
    }
    try await farm.recorder.message(on: device, within: Self.patience, "a document without the sensor") {
      !$0.payload.isEmpty && !isThere("/sensor/second")($0)
    }
    // Who comes later finds nothing of it.
    let late = try Recorder(port: farm.broker.port)
    try await late.message(on: "\(Self.root)/output/valve", within: Self.patience, "what is kept")
    #expect(late.messages(on: "\(Self.root)/output/lamp").isEmpty)
    #expect(try await farm.gateway.terminate() == 0)
  }

  @Test func `a sensor on a new topic is heard on the connection that stands, and one that is gone no more`()
    async throws
  {
    let farm = try await Farm()
    try await farm.hear("probe", 25, of: "probe")
    let air = "  air: {quantity: temperature, unit: CEL, mqtt: {topic: air, preset: plain}}"
    farm.recorder.publish("air", "7", retained: true)
    try await farm.reload(sensors: [Self.probe, air], "configuration taken over: sensors: +air")
    // What the broker kept is there without being said again.
    try await farm.says("sensor/air", "what the broker kept") { $0["value"]?.double == 7 }
    try await farm.hear("air", 8, of: "air")
    try await farm.reload("configuration taken over: sensors: -air")
    let counters = try await farm.counters("the second reload") {
      $0["configuration"]?["reloads_accepted"]?.integer == 2
    }
    #expect(counters["links"]?["site"]?["connects"]?.integer == 1)
    let received = try #require(counters["links"]?["site"]?["received"]?.integer)
    for _ in 0..<5 { farm.recorder.publish("air", "9") }
    farm.recorder.forget()
    try await farm.hear("probe", 26, of: "probe")
    // Its own words, the probe's and the link's proofs come; the five of the sensor that is gone do not.
    let later = try await farm.counters("counters of later") {
      ($0["links"]?["site"]?["received"]?.integer ?? 0) > received
    }
    #expect((later["refused_payloads"]?["air"]?.integer ?? 0) == 0)
    #expect(later["links"]?["site"]?["connects"]?.integer == 1)
    #expect(try await farm.gateway.terminate() == 0)
  }

  @Test func `the service manager is told, and its watchdog fed across it`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "notify-reload-\(getpid())").path
    let socket = try NotificationSocket(path)
    let farm = try await Farm(environment: ["NOTIFY_SOCKET": path])
    try await farm.reload(outputs: [Self.valve, "  lamp: {simulated: true}"], "configuration taken over")
    _ = try await eventually(within: Self.patience, "the end of the reload, and two feedings") {
      () -> Bool? in
      socket.drain()
      let after = socket.text.components(separatedBy: "RELOADING=1\nMONOTONIC_USEC=")
      guard after.count == 2, after[1].first?.isNumber == true else { return nil }
      let parts = after[1].components(separatedBy: "READY=1\nSTATUS=configuration taken over")
      return parts.count == 2 && parts[1].components(separatedBy: "WATCHDOG=1").count > 2 ? true : nil
    } onTimeout: {
      socket.text + farm.gateway.log
    }
    #expect(try await farm.gateway.terminate() == 0)
  }
}
