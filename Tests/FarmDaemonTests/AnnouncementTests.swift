import CanonicalJSON
import FarmSimulation
import FarmUnits
import Foundation
import HomeAssistant
import LoopbackBroker
import TestSupport
import Testing

@testable import FarmDaemon

/// What Home Assistant hears of the real program on a real broker, and what its presses do.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct AnnouncementTests {
  private static let root = ReducedFarm.root
  private static let head = "homeassistant/device/farmgate_-greenhollow_-gw1"
  private static let gatewayTopic = "\(head)/config"
  private static let announcing = "operators: {home_assistant: {}}"

  /// A broker and a folder that outlive the daemons started on them.
  private final class Rig {
    let broker: PrivateBroker
    let recorder: Recorder
    let folder: URL

    init() async throws {
      broker = try await PrivateBroker.start()
      recorder = try Recorder(port: broker.port)
      folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-told-\(UUID().uuidString)")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody

    /// A daemon that has said that it is there.
    func start(_ configuration: String) async throws -> GatewayProcess {
      recorder.forget()
      let gateway = try GatewayProcess(configuration: configuration, in: folder)
      try await recorder.message(on: "\(root)/status", within: .seconds(60), "online") {
        $0.json?["state"] == "online"
      }
      return gateway
    }

    /// What stands in the file of what was announced.
    var record: AnnouncementRecord? {
      StoredFile.read(AnnouncementFile(in: folder.path).path, bytesMax: 1 << 20).flatMap {
        AnnouncementRecord($0)
      }
    }

    /// Every topic that the broker keeps, as one who comes now is told.
    func kept() async throws -> [String: Recorder.Message] {
      let late = try Recorder(port: broker.port)
      let mark = "test/mark-\(UUID().uuidString)"
      // Heard after everything kept, since the broker sends that first.
      _ = try await eventually("a mark behind the kept messages") { () -> Bool? in
        late.publish(mark, "x")
        return late.messages(on: mark).isEmpty ? nil : true
      }
      let kept = late.topics.compactMap { topic in late.messages(on: topic).first { $0.retained } }
      await late.close()
      return Dictionary(kept.map { ($0.topic, $0) }) { first, _ in first }
    }
  }

  @Test
  func `announced after the connect and again at Home Assistant's birth, kept by the broker, states told`()
    async throws
  {
    let rig = try await Rig()
    let gateway = try await rig.start(ReducedFarm.yaml(port: rig.broker.port, extra: Self.announcing))
    let recorder = rig.recorder
    try await recorder.message(on: Self.gatewayTopic, "the gateway") {
      $0.json?["components"]?["sensor_-cold-1-air"] != nil
    }
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":25}"#)
    try await recorder.message(on: "\(Self.root)/sensor/bed-1-moisture") { $0.json?["value"] == 25 }
    recorder.publish(
      "\(Self.root)/lot/command",
      #"{"id":"h","action":"harvest","lot":"CAR-1","product":"carrots","quantity":18,"unit":"KGM","by":"H"}"#)
    try await recorder.message(on: "\(Self.head)_-lot_-CAR-1/config", "the lot")
    var drone = SimulatedDrone(link: "pad-1", system: 7, charge: 81, chargeRate: 0)
    var random = SeededRandom(seed: 1)
    recorder.publish("depot/pad-1/mavlink", bytes: drone.telemetry(&random))
    try await recorder.message(on: "\(Self.head)_-drone_-pad-1-7/config", "the drone")

    let kept = try await rig.kept()
    let discovery = Set(kept.keys.filter { $0.hasPrefix("homeassistant/") })
    #expect(discovery.count > 5)
    #expect(discovery == Set(try #require(rig.record).topics.keys))
    #expect(!kept.keys.contains { $0.contains("/sensor/") }, "readings are not retained")

    recorder.forget()
    recorder.publish("homeassistant/status", "online")
    for topic in discovery.sorted() {
      let again = try await recorder.message(on: topic, "again")
      #expect(again.payload == kept[topic]?.payload)
    }
    try await recorder.message(on: "\(Self.root)/sensor/bed-1-moisture", "the state") {
      $0.json?["value"] == 25
    }
    #expect(try await gateway.terminate() == 0)
    #expect(!gateway.log.contains("error"), "\(gateway.log)")
  }

  @Test func `a smaller farm takes back what is gone and nothing else, and no prefix takes back everything`()
    async throws
  {
    let rig = try await Rig()
    let others = [
      "homeassistant/device/zigbee/config", "homeassistant/sensor/farmgate/config",
      "homeassistant/device/farmgate_-greenhollow_-gw2/config",
    ]
    for topic in others { rig.recorder.publish(topic, "{}", retained: true) }
    let whole = ReducedFarm.yaml(port: rig.broker.port, extra: Self.announcing)
    var gateway = try await rig.start(whole)
    try await rig.recorder.message(on: "\(Self.head)_-alarms_-tank/config", "the tank's alarms")
    // Killed: what was announced is on the disk already.
    try await gateway.killOutright()
    let before = try #require(rig.record)

    let tank = try #require(whole.range(of: "  tank:\n"))
    let rest = try #require(whole.range(of: "outputs:\n"))
    let smaller = whole.replacingCharacters(in: tank.lowerBound..<rest.lowerBound, with: "")
    gateway = try await rig.start(smaller)
    try await rig.recorder.message(on: "\(Self.head)_-alarms_-tank/config", "cleared") { $0.payload.isEmpty }
    let document = try await rig.recorder.message(on: Self.gatewayTopic, "without the tank") {
      $0.json?["components"]?["sensor_-tank"] == ["platform": "sensor"]
    }
    #expect(document.json?["components"]?["sensor_-bench-scale"]?["unique_id"] != nil)
    let gone = before.topics.keys.filter { $0.contains("tank") }
    _ = try await eventually("the record to forget what the broker has let go") {
      rig.record.map { record in gone.allSatisfy { record.topics[$0] == nil } } == true ? true : nil
    }
    var kept = try await rig.kept()
    #expect(
      Set(kept.keys.filter { $0.hasPrefix("homeassistant/") })
        == Set(before.topics.keys).subtracting(gone).union(others))
    #expect(try await gateway.terminate() == 0)

    gateway = try await rig.start(ReducedFarm.yaml(port: rig.broker.port))
    _ = try await eventually("an empty record") { rig.record?.topics.isEmpty == true ? true : nil }
    kept = try await rig.kept()
    #expect(Set(kept.keys.filter { $0.hasPrefix("homeassistant/") }) == Set(others))
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `a damaged record is told and set aside, and all is announced`() async throws {
    let rig = try await Rig()
    try FileManager.default.createDirectory(at: rig.folder, withIntermediateDirectories: true)
    let path = AnnouncementFile(in: rig.folder.path).path
    try #"{"announced":{"farmgate/greenhollow/gw1/status":{}}}"#.write(
      toFile: path, atomically: false, encoding: .utf8)
    let gateway = try await rig.start(ReducedFarm.yaml(port: rig.broker.port, extra: Self.announcing))
    try await rig.recorder.message(on: Self.gatewayTopic, "the gateway")
    #expect(gateway.log.contains("announced-topics.json is damaged"), "\(gateway.log)")
    #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    #expect(try await gateway.terminate() == 0)
  }

  /// The whole way: what the daemon announced and said is rendered by Home Assistant, and what a press of each of its
  /// switches and buttons gives is sent to the daemon.
  @Test(
    .enabled(
      if: !HomeAssistantReader.all.isEmpty,
      Comment(rawValue: HomeAssistantReader.absence + "; " + HomeAssistantReader.plainAbsence)),
    arguments: HomeAssistantReader.all)
  func `states are as published, a stale one is none, and every press has an id of its own and is obeyed`(
    _ reader: HomeAssistantReader
  ) async throws {
    let rig = try await Rig()
    let gateway = try await rig.start(ReducedFarm.yaml(port: rig.broker.port, extra: Self.announcing))
    let recorder = rig.recorder
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":25}"#)
    recorder.publish("zigbee2mqtt/door", #"{"contact":false}"#)
    recorder.publish(
      "tele/cold1/SENSOR", #"{"DS18B20-1":{"Temperature":85},"DS18B20-2":{"Temperature":3.5},"TempUnit":"C"}"#
    )
    recorder.publish(
      "\(Self.root)/lot/command",
      #"{"id":"h","action":"harvest","lot":"CAR-1","product":"carrots","quantity":18,"unit":"KGM","by":"H"}"#)
    var drone = SimulatedDrone(link: "pad-1", system: 7, charge: 81, chargeRate: 0)
    var random = SeededRandom(seed: 1)
    recorder.publish("depot/pad-1/mavlink", bytes: drone.telemetry(&random))
    try await recorder.message(on: "\(Self.root)/sensor/cold-1-air") { $0.json?["quality"] == "sentinel" }
    try await recorder.message(on: "\(Self.root)/sensor/cold-1-product") { $0.json?["value"] == 3.5 }
    try await recorder.message(on: "\(Self.root)/sensor/cold-1-door") { $0.json?["value"] == "open" }
    try await recorder.message(on: "\(Self.root)/sensor/bed-1-moisture") { $0.json?["value"] == 25 }
    try await recorder.message(on: "\(Self.root)/lot/CAR-1")
    try await recorder.message(on: "\(Self.root)/drone/pad-1-7")
    try await recorder.message(on: "\(Self.head)_-lot_-CAR-1/config")
    try await recorder.message(on: "\(Self.head)_-drone_-pad-1-7/config")

    let newest = recorder.topics.compactMap { recorder.messages(on: $0).last }
    let answer = try reader.read(newest.map { ($0.topic, $0.payload) }, prefix: "homeassistant")
    #expect(answer["problems"] == [], "\(reader)")
    let id = "farmgate_-greenhollow_-gw1_-"
    func state(_ key: String) -> JSONValue? { answer["states"]?["\(id)\(key)"]?["state"] }
    #expect(state("sensor_-bed-1-moisture") == "25")
    #expect(state("sensor_-cold-1-air") == "None")
    #expect(
      answer["states"]?["\(id)sensor_-cold-1-air"]?["attributes"]?["quality"] == "sentinel")
    #expect(state("sensor_-cold-1-product") == "3.5")
    #expect(state("contact_-cold-1-door") == "open")
    #expect(state("switch_-bed-1-valve") == "off")
    #expect(state("alarm_-cold-1-air_dimplausible") == "off")  // pending
    #expect(state("lot_-CAR-1") == "12.5")
    #expect(state("deliverable_-pad-1-7") == "None")  // half heard is not healthy
    #expect(state("battery_-pad-1-7") == "81")
    #expect(state("status") == "online")
    #expect(
      answer["states"]?.object?.members.allSatisfy { $0.value["available"] == true } == true)

    // Every press of every switch and button, twice: an answer each, and no id came before.
    var ids = Set<String>()
    var presses: [String: [String]] = [:]
    for command in try #require(answer["commands"]?.array) {
      let topic = try #require(command["topic"]?.string)
      let unique = try #require(command["unique_id"]?.string)
      let payloads = try #require(command["payloads"]?.array).compactMap(\.string)
      #expect(payloads.count >= 2)
      presses[unique] = payloads
      for payload in payloads {
        let json = try JSONValue(parsing: Array(payload.utf8))
        #expect(json["by"] == "home-assistant")
        let expires = try #require(json["expires"]?.string.flatMap { WallTime(rfc3339: $0) })
        let ahead = Double(expires.milliseconds) / 1000 - Date().timeIntervalSince1970
        #expect(ahead <= 60, "\(payload)")
        #expect(ids.insert(try #require(json["id"]?.string)).inserted, "\(payload)")
      }
      guard !topic.contains("/command/") else { continue }
      recorder.publish(topic, payloads[0])
      let id = try JSONValue(parsing: Array(payloads[0].utf8))["id"]
      let result = try await recorder.message(on: "\(topic)/result", within: .seconds(60), unique) {
        $0.json?["id"] == id
      }
      // There is nothing to acknowledge; but it was understood.
      #expect(result.json?["reason"] != "malformed", "\(unique): \(payloads[0])")
    }
    #expect(presses.count > 10)

    // on, on again, off, off again; then the button.
    let valve = try #require(presses["\(id)switch_-bed-1-valve"])
    let automatic = try #require(presses["\(id)auto_-bed-1-valve"])
    let topic = "\(Self.root)/command/bed-1-valve"
    for (payload, commanded) in [
      (valve[0], "on"), (valve[1], "on"), (valve[2], "off"), (automatic[0], "off"),
    ] {
      recorder.forget()
      recorder.publish(topic, payload)
      let id = try JSONValue(parsing: Array(payload.utf8))["id"]
      let result = try await recorder.message(on: "\(topic)/result", within: .seconds(60), payload) {
        $0.json?["id"] == id
      }
      // An untrusted clock cannot tell that a press is still meant.
      #expect(
        result.json?["result"] == "accepted", "\(payload): \(String(decoding: result.payload, as: UTF8.self))"
      )
      if payload == valve[0] || payload == valve[2] {
        try await recorder.message(on: "\(Self.root)/output/bed-1-valve", commanded) {
          $0.json?["commanded"] == .string(commanded)
        }
      }
    }
    print(
      "\(reader): \(answer["components"]?.integer ?? 0) components, \(ids.count) presses, all ids distinct")
    #expect(try await gateway.terminate() == 0)
  }
}
