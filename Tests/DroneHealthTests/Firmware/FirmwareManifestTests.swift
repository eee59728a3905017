import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

/// Which firmware a drone is made up of, and whether it has changed.
struct FirmwareManifestTests {
  /// AUTOPILOT_VERSION with everything that has a version.
  private static func versions(
    flight: UInt32 = 0x04_05_07_FF, middleware: UInt32 = 0x01_02_03_FF, system: UInt32 = 0x0B_00_00_C0,
    hash: String = "0badcafe", product: UInt16 = 22
  ) -> [UInt8] {
    var payload = Payload([UInt8](repeating: 0, count: 16))
    for word in [flight, middleware, system, 50 << 16] { payload.add(word) }
    payload.add(UInt16(4660))
    payload.add(product)
    payload.bytes += Array(hash.utf8) + [UInt8](repeating: 0, count: 8) + Array("12345678".utf8)
    return payload.bytes + [UInt8](1...18)
  }

  private func fly(_ depot: inout Depot, _ versions: [UInt8], seconds: Int = 2) {
    var drone = Drone()
    (drone.hardware, drone.further) = (nil, [(148, versions)])
    depot.fly(drone, seconds: seconds)
  }

  private func firmware(_ depot: inout Depot) throws -> JSONValue {
    try #require(try depot.record().json["firmware"])
  }

  @Test func `autopilot, middleware and operating system are listed with version and hash`() throws {
    var depot = Depot()
    fly(&depot, Self.versions())
    let firmware = try firmware(&depot)
    #expect(
      firmware["manifest"] == [
        [
          "component": "autopilot", "version": "4.5.7", "hash": "0badcafe", "vendor_id": 4660,
          "product_id": 22,
          "quality": "good",
        ],
        ["component": "middleware", "version": "1.2.3", "hash": .null, "quality": "good"],
        ["component": "os", "version": "11.0.0-rc", "hash": "12345678", "quality": "good"],
      ])
    #expect(firmware["counter"] == 1)
  }

  @Test func `nothing told is nothing listed`() throws {
    var depot = Depot()
    fly(&depot, Self.versions(flight: 0, middleware: 0xFF, system: 0, hash: "\0\0\0\0\0\0\0\0"))
    let manifest = try firmware(&depot)["manifest"]?.array ?? []
    // The operating system tells its hash alone.
    #expect(manifest == [["component": "os", "version": .null, "hash": "12345678", "quality": "good"]])
    var silent = Depot(remembered: [DroneMemory(id: Drone.uid2)])
    #expect(try firmware(&silent)["manifest"] == [] && firmware(&silent)["counter"] == 0)
  }

  @Test func `the counter rises with each change and not with each telling`() throws {
    var depot = Depot()
    fly(&depot, Self.versions(), seconds: 20)
    #expect(try firmware(&depot)["counter"] == 1)
    fly(&depot, Self.versions(flight: 0x04_05_08_FF))
    #expect(try firmware(&depot)["counter"] == 2)
    // The same number, another source; then a candidate of the same number; then another product.
    fly(&depot, Self.versions(flight: 0x04_05_08_FF, hash: "deadbeef"))
    #expect(try firmware(&depot)["counter"] == 3)
    fly(&depot, Self.versions(flight: 0x04_05_08_C0, hash: "deadbeef"))
    #expect(try firmware(&depot)["counter"] == 4)
    fly(&depot, Self.versions(flight: 0x04_05_08_C0, hash: "deadbeef", product: 23))
    #expect(try firmware(&depot)["counter"] == 5)
    // Back again is a change too.
    fly(&depot, Self.versions())
    #expect(try firmware(&depot)["counter"] == 6)
  }

  @Test func `a change is published at once`() throws {
    var depot = Depot()
    fly(&depot, Self.versions(), seconds: 15)
    #expect(depot.registry.evaluate(at: depot.now).updates.isEmpty)
    var drone = Drone()
    (drone.hardware, drone.further) = (nil, [(148, Self.versions(system: 0x0C_00_00_FF))])
    depot.hear(drone)
    #expect(depot.registry.evaluate(at: depot.now).updates.map(\.id) == [Drone.uid2])
  }

  @Test func `manifest and counter outlive a restart, in which a change is one too`() throws {
    var depot = Depot()
    fly(&depot, Self.versions())
    fly(&depot, Self.versions(flight: 0x04_05_08_FF))
    let kept = try #require(depot.registry.memory.first)
    let read = try #require(DroneMemory(kept.json))
    #expect(read == kept && kept.manifest.counter == 2)

    var same = Depot(remembered: [read])
    let before = try firmware(&same)
    #expect(before["counter"] == 2)
    #expect(before["manifest"]?.array?.first?["version"] == "4.5.8")
    #expect(before["manifest"]?.array?.allSatisfy { $0["quality"] == "stale" } == true)
    fly(&same, Self.versions(flight: 0x04_05_08_FF))
    #expect(try firmware(&same)["counter"] == 2)
    #expect(try firmware(&same)["manifest"]?.array?.allSatisfy { $0["quality"] == "good" } == true)

    var changed = Depot(remembered: [read])
    fly(&changed, Self.versions(flight: 0x04_05_09_FF))
    #expect(try firmware(&changed)["counter"] == 3)
  }

  @Test func `a drone that is lost has told nothing lately`() throws {
    var depot = Depot()
    fly(&depot, Self.versions())
    depot.wait(40)
    #expect(try firmware(&depot)["manifest"]?.array?.allSatisfy { $0["quality"] == "stale" } == true)
    #expect(try firmware(&depot)["counter"] == 1)
  }

  @Test func `aircraft, batteries, payload and dock of DJI are listed, placeholders are not`() throws {
    var dock = Dock()
    try dock.telemetry()
    try dock.say(
      "thing/product/AIR1/osd",
      #"{"mode_code":0,"battery":{"batteries":[{"index":0,"firmware_version":"02.00.20.44"},{"index":1,"firmware_version":"0.0.0.0"}]}}"#
    )
    try dock.say(
      "thing/product/AIR1/state",
      #"{"firmware_version":"10.01.0504","payloads":[{"payload_index":"99-0-0","firmware_version":"01.02.03","sn":"P"},{"payload_index":"53-0-0","firmware_version":"0.0.0.0"},7]}"#,
      gateway: nil)
    try dock.say("thing/product/DOCK1/state", #"{"firmware_version":"06.01.0308"}"#, gateway: nil)
    dock.pass(1)
    func listed() throws -> [String] {
      let firmware = try #require(try dock.record().json["firmware"])
      return (firmware["manifest"]?.array ?? []).map {
        "\($0["component"]?.string ?? "") \($0["version"]?.string ?? "") \($0["quality"]?.string ?? "")"
      } + ["\(firmware["counter"]?.integer ?? -1)"]
    }
    #expect(
      try listed() == [
        "aircraft 10.01.0504 good", "battery[0] 02.00.20.44 good", "dock 06.01.0308 good",
        "payload[99-0-0] 01.02.03 good", "1",
      ])
    try dock.say("thing/product/DOCK1/osd", #"{"drone_in_dock":1,"firmware_version":"06.01.0309"}"#)
    dock.pass(1)
    #expect(try listed().contains("dock 06.01.0309 good") && listed().last == "2")
  }

  @Test func `as many parts are kept as may be, and no more`() throws {
    var depot = Dock()
    try depot.telemetry()
    for batch in 0..<4 {
      let batteries = (0..<16).map { #"{"index":\#(batch * 16 + $0),"firmware_version":"1.0"}"# }
      depot.registry = DroneRegistry(remembered: depot.registry.memory)
      try depot.say(
        "thing/product/AIR1/osd",
        #"{"mode_code":0,"battery":{"batteries":[\#(batteries.joined(separator: ","))]}}"#)
      depot.pass(1)
    }
    #expect(depot.registry.memory.first?.manifest.parts.count == 32)
  }
}
