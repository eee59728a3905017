import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

@testable import Gateway

/// Under which names a drone is told, and to whom.
struct DroneIdentityTests {
  @Test func `a drone without a hardware number is told on the site broker only`() throws {
    var depot = try DepotFixture()
    depot.fly(2)
    let told = depot.messages("\(DepotFixture.root)/drone/pad-1-7")
    #expect(told.count == 1 && told.allSatisfy { $0.message.retained })
    #expect(try depot.record("pad-1-7")["deliverable"] == "unknown")
    #expect(!depot.said.contains { $0.message.topic.contains("/drones/") })
  }

  @Test func `once its number is known the old topic is cleared and the marketplace is told`() throws {
    var depot = try DepotFixture()
    depot.fly(2)
    depot.forget()
    depot.fly(1, further: DepotFixture.version(uid: 0xABCD))
    let cleared = try #require(depot.messages("\(DepotFixture.root)/drone/pad-1-7").first)
    #expect(cleared.message.payload.isEmpty && cleared.message.retained)
    let id = "uid-000000000000abcd"
    #expect(depot.messages("\(DepotFixture.root)/drone/\(id)").count == 1)
    #expect(depot.messages("\(DepotFixture.market)/drones/\(id)/health").count == 1)
    // Nothing was ever told of the old name to the marketplace, so nothing is cleared there.
    #expect(!depot.said.contains { $0.message.topic.contains("drones/pad-1-7") })
  }

  @Test func `what an earlier run left under the old name is cleared as well`() throws {
    var depot = try DepotFixture()
    // The number comes in the first second already, before the nameless drone was told by this run.
    depot.fly(1, further: DepotFixture.version(uid: 5))
    #expect(depot.messages("\(DepotFixture.root)/drone/pad-1-7").map(\.message.payload) == [[]])
  }

  @Test func `two vehicles with one number are reported on both brokers and grounded`() throws {
    var depot = try DepotFixture()
    for _ in 0..<3 {
      let frames = depot.drone.telemetry(&depot.random) + DepotFixture.version(uid: 9)
      depot.hear("depot/pad-1/mavlink", frames)
      depot.hear("depot/pad-2/mavlink", frames)
      depot.pass()
    }
    let record = try depot.record("uid-0000000000000009")
    #expect(record["deliverable"] == "no")
    #expect(record["reasons"]?.array?.contains { $0["code"] == "DUPLICATE_ID" } == true)
    #expect(!depot.messages("\(DepotFixture.market)/drones/uid-0000000000000009/health").isEmpty)
  }

  @Test func `a retained payload makes nobody look heard`() throws {
    var depot = try DepotFixture()
    depot.hear("depot/pad-1/mavlink", depot.drone.telemetry(&depot.random), retained: true)
    depot.pass()
    #expect(!depot.said.contains { $0.message.topic.contains("/drone/") })
    #expect(try depot.counters()["mavlink"]?["retained"] == 1)
  }

  @Test func `frames of a UDP link become a drone of that link`() throws {
    var depot = try DepotFixture()
    let frames = depot.drone.telemetry(&depot.random)
    // Cut anywhere: the rest comes with the next read.
    depot.gateway.receive(link: "udp-14550", bytes: Array(frames.prefix(17)), at: depot.now)
    depot.gateway.receive(link: "udp-14550", bytes: Array(frames.dropFirst(17)), at: depot.now)
    depot.pass()
    #expect(try depot.record("udp-14550-7")["identity"]?["links"] == ["udp-14550"])
  }
}

/// DJI's Cloud API on the site broker.
struct DockTopicTests {
  private let dock: JSONValue = [
    "tid": "a", "bid": "b", "timestamp": 1_795_342_500_000, "gateway": "DOCK0001",
    "data": ["mode_code": 0, "battery": ["capacity_percent": 90]],
  ]

  @Test func `the docks configured, and their aircraft, are listened to`() throws {
    let depot = try DepotFixture()
    #expect(
      depot.gateway.readingFilters == [
        "pads/1", "depot/+/mavlink", "thing/product/+/osd", "thing/product/+/state",
        "thing/product/DOCK0001/events", "sys/product/DOCK0001/status",
      ])
  }

  @Test func `an aircraft of a configured dock is told under its serial number on both brokers`() throws {
    var depot = try DepotFixture()
    depot.hear("thing/product/SN4711/osd", dock)
    depot.pass()
    let record = try depot.record("SN4711")
    #expect(record["deliverable"] == "unknown")  // half heard
    #expect(depot.messages("\(DepotFixture.market)/drones/SN4711/health").count == 1)
    #expect(try depot.counters()["dji"] == ["taken": 1])
  }

  @Test func `a dock that is not configured is not heard, and what cannot be read is counted`() throws {
    var depot = try DepotFixture()
    var foreign = try #require(dock.object)
    foreign["gateway"] = "DOCK9999"
    depot.hear("thing/product/SN1/osd", .object(foreign))
    depot.hear("thing/product/SN1/osd", Array("{".utf8))
    depot.hear("thing/product/SN2/osd", dock.bytes, retained: true)
    depot.pass()
    #expect(!depot.said.contains { $0.message.topic.contains("/drone/") })
    let counters = try depot.counters()
    #expect(counters["dji"] == ["unknown_gateway": 1, "unreadable": 1])
    #expect(counters["mavlink"]?["retained"] == 1)
  }

  @Test func `an alarm that keeps the aircraft down grounds it until the list is empty`() throws {
    var depot = try DepotFixture()
    depot.hear("thing/product/SN4711/osd", dock)
    let alarm: JSONValue = [
      "method": "hms", "timestamp": 1_795_342_500_000,
      "data": ["list": [["code": "0x16100082", "level": 2, "module": 3, "device_type": "0-91-0"]]],
    ]
    depot.hear("thing/product/DOCK0001/events", alarm)
    depot.pass()
    func hasAlarm() throws -> Bool {
      try depot.record("SN4711")["reasons"]?.array?.contains { $0["code"] == "CELL_SPREAD" } == true
    }
    #expect(try hasAlarm())
    depot.hear("thing/product/DOCK0001/events", ["method": "hms", "data": ["list": []]])
    for second in 1...15 {
      var next = try #require(dock.object)
      next["timestamp"] = .integer(1_795_342_500_000 + Int64(second) * 1000)
      depot.hear("thing/product/SN4711/osd", .object(next))
      depot.pass()
    }
    #expect(try !hasAlarm())
  }
}
