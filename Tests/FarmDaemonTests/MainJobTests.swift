import CanonicalJSON
import FarmUnits
import Foundation
import LoopbackBroker
import TestSupport
import Testing

/// The daemon's main job, on a real broker and in a process of its own.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct MainJobTests {
  private let root = ReducedFarm.root

  private func farm() async throws -> (PrivateBroker, GatewayProcess, Recorder) {
    let broker = try await PrivateBroker.start()
    let recorder = try Recorder(port: broker.port)
    let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    try await recorder.message(on: "\(root)/status", within: .seconds(60), "online") {
      $0.json?["state"] == "online"
    }
    return (broker, gateway, recorder)
  }

  @Test func `device messages become readings with value, unit and quality`() async throws {
    let (broker, gateway, recorder) = try await farm()
    recorder.publish(
      "zigbee2mqtt/bed-1",
      #"{"battery":8,"last_seen":"2025-06-24T22:24:16+02:00","soil_moisture":25,"temperature":26.8,"temperature_unit":"fahrenheit"}"#
    )
    recorder.publish(
      "tele/cold1/SENSOR",
      #"{"Time":"2021-01-02T09:09:44","DS18B20-1":{"Id":"00000566CC39","Temperature":13.3},"DS18B20-2":{"Id":"0000059352D4","Temperature":1.2},"TempUnit":"C"}"#
    )
    recorder.publish("zigbee2mqtt/door", #"{"contact":false}"#)
    recorder.publish("bench/scale", #"{"weight":{"net":12.5}}"#)
    recorder.publish("tank/level", "61.5")

    func shows(_ id: String, _ value: JSONValue, unit: JSONValue?, quality: String = "good") async throws {
      let message = try await recorder.message(on: "\(root)/sensor/\(id)", "\(value)") {
        $0.json?["value"] == value
      }
      #expect(message.json?["unit"] == unit)
      #expect(message.json?["quality"]?.string == quality)
      #expect(message.json?["at"]?.string.flatMap { WallTime(rfc3339: $0) } != nil)
      #expect(message.json?["seq"]?.integer ?? 0 > 0)
    }
    try await shows("cold-1-air", 13.3, unit: "CEL")
    try await shows("cold-1-product", 1.2, unit: "CEL")
    try await shows("cold-1-door", "open", unit: nil)
    try await shows("bench-scale", 12.5, unit: "KGM")
    try await shows("tank", 61.5, unit: "P1")

    recorder.publish(
      "tele/cold1/SENSOR",
      #"{"Time":"2021-01-02T09:09:54","DS18B20-1":{"Id":"00000566CC39","Temperature":85},"DS18B20-2":{"Id":"0000059352D4","Temperature":null},"TempUnit":"C"}"#
    )
    try await recorder.message(on: "\(root)/sensor/cold-1-air", "a sentinel without a value") {
      $0.json?["quality"] == "sentinel" && $0.json?["value"] == .null
    }
    try await recorder.message(on: "\(root)/sensor/cold-1-product", "a missing value") {
      $0.json?["quality"] == "missing" && $0.json?["value"] == .null
    }
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime(broker) {}
  }

  @Test func `a dry bed opens its valve with the reason and a wet one shuts it`() async throws {
    let (broker, gateway, recorder) = try await farm()
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":18}"#)
    let on = try await recorder.message(on: "\(root)/output/bed-1-valve", "on") {
      $0.json?["commanded"] == "on"
    }
    #expect(on.json?["reason"]?.string?.isEmpty == false)
    #expect(on.json?["confirmed"] == "unknown")
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":31}"#)
    recorder.forget()
    let off = try await recorder.message(on: "\(root)/output/bed-1-valve", "off") {
      $0.json?["commanded"] == "off"
    }
    #expect(off.json?["reason"] != on.json?["reason"])
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime(broker) {}
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `the zigbee and tasmota samples of real devices give their values`() async throws {
    let (broker, gateway, recorder) = try await farm()
    func payload(_ name: String) throws -> [UInt8] {
      try JSONValue(parsing: SharedData.bytes("samples/mqtt/\(name).json"))["payload"]?.bytes ?? []
    }
    recorder.publish("zigbee2mqtt/bed-1", bytes: try payload("z2m_soil_unit_trap"))
    recorder.publish("tele/cold1/SENSOR", bytes: try payload("tasmota_ds18b20_multi"))
    // The sample says that the probe was last heard in 2025: the number is shown, and not as fresh.
    let old = try await recorder.message(on: "\(root)/sensor/bed-1-moisture") { $0.json?["value"] == 10 }
    #expect(old.json?["unit"] == "P1")
    #expect(old.json?["quality"] == "stale")
    #expect(old.json?["at"] == "2025-06-24T20:24:16.000Z")
    var fresh = try JSONValue(parsing: payload("z2m_soil_unit_trap")).object ?? [:]
    fresh["last_seen"] = .string(WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).rfc3339)
    recorder.publish("zigbee2mqtt/bed-1", bytes: JSONValue.object(fresh).bytes)
    try await recorder.message(on: "\(root)/sensor/bed-1-moisture", "good") {
      $0.json?["value"] == 10 && $0.json?["quality"] == "good"
    }
    try await recorder.message(on: "\(root)/sensor/cold-1-air") {
      $0.json?["value"] == 13.3 && $0.json?["quality"] == "good"
    }
    try await recorder.message(on: "\(root)/output/bed-1-valve", "on") { $0.json?["commanded"] == "on" }
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime(broker) {}
  }

  @Test func `the loop tells its lateness and the counters what was lost`() async throws {
    let (broker, gateway, recorder) = try await farm()
    let loop = try await recorder.message(on: "\(root)/loop", within: .seconds(60), "a report")
    #expect(loop.json?["ticks"]?.integer ?? 0 > 0)
    for key in ["p50", "p99", "p99.9", "max"] {
      #expect(loop.json?["lateness_us"]?[key]?.double != nil, "\(key)")
    }
    recorder.publish("zigbee2mqtt/bed-1", "this is no JSON")
    let counters = try await recorder.message(
      on: "\(root)/counters", within: .seconds(60), "the refused payload"
    ) {
      $0.json?["refused_payloads"]?["zigbee2mqtt/bed-1"]?.integer == 1
    }
    #expect(counters.json?["dropped"]?.object != nil)
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime(broker) {}
  }
}
