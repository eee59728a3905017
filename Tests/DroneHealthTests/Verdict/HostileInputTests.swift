import CanonicalJSON
import DroneHealth
import FarmUnits
import TestSupport
import Testing

/// Whatever comes in, the registry answers, stays within its bounds, and every record can be written.
struct HostileInputTests {
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `any payload under a right checksum is survived`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var depot = Depot()
    let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]
    for step in 0..<400 {
      let layout = MAVLinkCatalogue.layouts.randomElement(using: &generator)!
      let isExtreme = Bool.random(using: &generator)
      var payload = (0..<Int.random(in: 0...255, using: &generator)).map { _ in
        isExtreme ? extremes.randomElement(using: &generator)! : UInt8.random(in: 0...255, using: &generator)
      }
      if layout.id == 0, payload.count > 5, Bool.random(using: &generator) { payload[5] = 12 }
      if payload.isEmpty { payload = [0] }
      let system = UInt8.random(in: 1...3, using: &generator)
      depot.hear(
        Frames.two(
          layout.id, payload: payload, system: system, component: UInt8.random(in: 1...2, using: &generator)),
        link: "pad-\(Int.random(in: 1...2, using: &generator))")
      if step.isMultiple(of: 7) {
        depot.now = depot.now.advanced(by: .seconds(Int.random(in: 0...40, using: &generator)))
        for update in depot.registry.evaluate(at: depot.now).updates {
          #expect(Identifier.isValid(update.id))
          #expect(update.record.json.canonicalBytes.count < 65_536)
          #expect(update.record.deliverable != .yes || update.record.level != .red)
        }
      }
    }
    for memory in depot.registry.memory {
      #expect(DroneMemory(try JSONValue(parsing: memory.json.canonicalText))?.id == memory.id)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `any value in any member of a DJI message is survived`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let values: [JSONValue] = [
      .null, true, 0, -1, 1, 2, 32_767, 65_535, .integer(.max), .integer(.min), 1e300, -1e300, 0.5, "", "7",
      "x", [], [1],
      [:], [["state": 1]],
    ]
    let names = [
      "mode_code", "battery", "position_state", "rid_state", "firmware_version", "total_flight_time",
      "total_flight_sorties", "maintain_status", "horizontal_speed", "drone_in_dock", "cover_state",
      "sub_device",
      "drone_charge_state", "compatible_status", "mode_code_reason", "list", "output", "sub_devices",
    ]
    let inner = [
      "batteries", "capacity_percent", "voltage", "temperature", "loop_times", "sn", "index", "is_fixed",
      "gps_number",
      "maintain_status_array", "device_sn", "device_online_status", "state", "code", "level", "status",
      "progress",
    ]
    var registry = DroneRegistry()
    var now = Depot().now
    for _ in 0..<200 {
      var data = JSONObject()
      for name in names where Bool.random(using: &generator) {
        var value = values.randomElement(using: &generator)!
        if Bool.random(using: &generator) {
          var object = JSONObject()
          for name in inner { object[name] = values.randomElement(using: &generator)! }
          var nested = object
          nested["batteries"] = [.object(object), value]
          value = Bool.random(using: &generator) ? .object(nested) : [.object(object)]
        }
        data[name] = value
      }
      let topic = [
        "thing/product/A/osd", "thing/product/A/state", "thing/product/D/events", "sys/product/D/status",
      ]
      .randomElement(using: &generator)!
      let payload: JSONValue = [
        "data": .object(data), "gateway": "D", "timestamp": values.randomElement(using: &generator)!,
      ]
      registry.receive(dji: payload, topic: topic, at: now)
      _ = DJIMessage(payload, topic: topic)?.facts.map(\.json.canonicalText)
      now = now.advanced(by: .seconds(1))
      for update in registry.evaluate(at: now).updates {
        #expect(Identifier.isValid(update.id) && update.record.json.canonicalBytes.count < 65_536)
      }
    }
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `all sample streams together make only drones that an autopilot announced`() {
    var depot = Depot()
    for row in HostileStream.all { depot.hear([UInt8](hex: row.stream_hex), link: "l") }
    for row in GoodFrame.all { depot.hear([UInt8](hex: row.hex), link: "m") }
    let updates = depot.registry.evaluate(at: depot.now).updates
    // The corrupted id of row 111 named system 77.
    #expect(!updates.isEmpty && !updates.map(\.id).contains("l-77"))
    #expect(updates.allSatisfy { $0.record.deliverable != .yes })
  }
}
