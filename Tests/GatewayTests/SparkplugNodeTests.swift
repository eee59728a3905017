import CanonicalJSON
import Claims
import FarmUnits
import TestSupport
import Testing

/// What becomes of a Sparkplug node's readings when a message of it is lost, and what the gateway does about it.
struct SparkplugNodeTests {
  private static let yaml = """
    farm: f
    gateway: g
    brokers: {site: {url: "mqtt://localhost"}}
    storage: {directory: /tmp}
    sensors:
      press: {quantity: temperature, unit: CEL, valid: {stale_after_s: 3600}, mqtt: {topic: spBv1.0/farm/DDATA/gw/press, preset: sparkplug, field: temperature}}
      vat: {quantity: temperature, unit: CEL, valid: {stale_after_s: 3600}, mqtt: {topic: spBv1.0/farm/DDATA/gw/vat, preset: sparkplug, field: temperature}}
      other: {quantity: temperature, unit: CEL, valid: {stale_after_s: 3600}, mqtt: {topic: spBv1.0/farm/NDATA/gw2, preset: sparkplug, field: temperature}}
    outputs: {valve: {simulated: true, guard: {max_on_s: 60}}}
    """
  private static let request = "spBv1.0/farm/NCMD/gw"
  private static let born: UInt64 = 1_795_342_400_000

  /// A farm whose node has told its births: numbers 0, 1 and 2.
  private func farm() throws -> HearingFarm {
    var farm = try HearingFarm(Self.yaml)
    try tellBirths(&farm)
    try farm.receive("spBv1.0/farm/NBIRTH/gw2", Sparkplug.payload(temperature: 9, sequence: 0))
    return farm
  }

  private func tellBirths(_ farm: inout HearingFarm) throws {
    try farm.receive("spBv1.0/farm/NBIRTH/gw", Sparkplug.payload(session: 1, sequence: 0))
    for (number, device) in [(1, "press"), (2, "vat")] as [(UInt64, String)] {
      try farm.receive(
        "spBv1.0/farm/DBIRTH/gw/\(device)",
        Sparkplug.payload(at: Self.born, temperature: 4, alias: number, sequence: number))
    }
  }

  private func data(_ sequence: UInt64, alias: UInt64 = 1, _ temperature: Double) -> [UInt8] {
    Sparkplug.payload(temperature: temperature, alias: alias, isNamed: false, sequence: sequence)
  }

  private func requests(_ farm: HearingFarm) -> [OutgoingMessage] {
    farm.told.filter { $0.topic.contains("/NCMD/") }
  }

  private func counters(_ farm: inout HearingFarm) throws -> JSONValue {
    farm.gateway.report(counters: [:])
    try farm.tick()
    let last = try #require(farm.told.last { $0.topic.hasSuffix("/counters") })
    return try #require(try JSONValue(parsing: last.payload)["sparkplug"])
  }

  @Test func `a number that is left out makes the whole node stale until its next birth, and is asked about`()
    throws
  {
    var farm = try farm()
    try farm.receive("spBv1.0/farm/DDATA/gw/press", data(3, 5))
    #expect(farm.shown["press"]?["value"] == 5)
    #expect(requests(farm).isEmpty)

    try farm.receive("spBv1.0/farm/DDATA/gw/press", data(5, 6))
    #expect(farm.look("press") == ["online", "stale"])
    #expect(farm.shown["press"]?["value"] == 5, "an alias may mean something else by now")
    #expect(farm.look("vat") == ["online", "stale"], "the message that is missing may have been its own")
    #expect(farm.look("other") == ["online", "good"], "another node's")
    let request = try #require(requests(farm).last)
    #expect(requests(farm).count == 1)
    #expect(request.topic == Self.request)
    #expect(
      request.qualityOfService == 0 && !request.retained && request.lifetime(at: farm.now.wall) == .unlimited)
    #expect(
      try counters(&farm)
        == [
          "nodes": 2, "doubted": 1, "births": 2, "gaps": 1, "lost": 1, "rebirth_requests": 1,
          "not_followed": 0, "aliases_forgotten": 0,
        ])

    // The same measurement told again, as it stands now: a birth is believed, whenever it was measured.
    try tellBirths(&farm)
    #expect(farm.look("press") == ["online", "good"])
    #expect(farm.look("vat") == ["online", "good"])
    try farm.receive("spBv1.0/farm/DDATA/gw/vat", data(3, alias: 2, 7))
    #expect(farm.shown["vat"]?["value"] == 7)
    #expect(try counters(&farm)["doubted"] == 0)
  }

  @Test func `what a doubted node tells by name is believed, and nothing else of it`() throws {
    var farm = try farm()
    try farm.receive("spBv1.0/farm/DDATA/gw/press", Sparkplug.payload(temperature: 6, sequence: 9))
    #expect(farm.look("press") == ["online", "good"])
    #expect(farm.shown["press"]?["value"] == 6)
    #expect(farm.look("vat") == ["online", "stale"])
  }

  @Test func `messages of devices that no sensor reads are counted with their node's`() throws {
    var farm = try farm()
    try farm.receive("spBv1.0/farm/DDATA/gw/gate", Sparkplug.payload(sequence: 3))
    try farm.receive("spBv1.0/farm/NDATA/gw", Sparkplug.payload(sequence: 4))
    try farm.receive("spBv1.0/farm/DDEATH/gw/gate", Sparkplug.payload(sequence: 5))
    try farm.receive("spBv1.0/farm/DDATA/gw/press", data(6, 5))
    #expect(farm.look("press") == ["online", "good"])
    #expect(requests(farm).isEmpty)
  }

  @Test func `requests to a node that does not answer become rare, and none is told for silence`() throws {
    var farm = try farm()
    var sequence: UInt64 = 3
    for _ in 0..<3600 {
      sequence += 2
      try farm.receive("spBv1.0/farm/DDATA/gw/press", data(sequence % 256, 6))
      try farm.wait(1)
    }
    // At 0, 10, 30, 70, 150, 310, 630 s, and every 600 s from then on.
    #expect(requests(farm).count == 11)
    let before = requests(farm).count
    for _ in 0..<3600 { try farm.wait(1) }
    #expect(requests(farm).count <= before + 1)
  }

  @Test func `after every connect each node is asked once, for births are not kept`() throws {
    var farm = try farm()
    farm.gateway.siteConnected()
    try farm.tick()
    #expect(Set(requests(farm).map(\.topic)) == [Self.request, "spBv1.0/farm/NCMD/gw2"])
    for _ in 0..<5 {
      farm.gateway.siteConnected()
      try farm.wait(1)
    }
    #expect(requests(farm).count == 2, "a link that flaps floods nobody")
  }

  @Test func `an alias whose birth was never heard is asked about`() throws {
    var farm = try HearingFarm(Self.yaml)
    try farm.receive("spBv1.0/farm/DDATA/gw/press", data(17, 6))
    #expect(farm.shown["press"]?["quality"] == "missing")
    #expect(requests(farm).map(\.topic) == [Self.request])
  }

  @Test func `a birth that the broker had stored neither ends a doubt nor begins a count`() throws {
    var farm = try farm()
    try farm.receive("spBv1.0/farm/DDATA/gw/press", data(9, 6))
    try farm.receive("spBv1.0/farm/NBIRTH/gw", Sparkplug.payload(session: 1, sequence: 0), retained: true)
    #expect(try counters(&farm)["doubted"] == 1)
    try farm.receive("spBv1.0/farm/DDATA/gw/press", Sparkplug.payload(sequence: 10))
    #expect(try counters(&farm)["gaps"] == 1)
  }

  @Test func `a farm without Sparkplug counts none of it`() throws {
    var farm = try HearingFarm(
      """
      farm: f
      gateway: g
      brokers: {site: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      sensors: {tank: {quantity: temperature, unit: CEL, mqtt: {topic: farm/tank, preset: plain}}}
      outputs: {valve: {simulated: true, guard: {max_on_s: 60}}}
      """)
    farm.gateway.report(counters: [:])
    try farm.tick()
    let last = try #require(farm.told.last { $0.topic.hasSuffix("/counters") })
    #expect(try JSONValue(parsing: last.payload)["sparkplug"] == nil)
  }
}

/// Notes of the samples that need a memory of what was said before.
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct SparkplugSampleTests {
  private func sample(_ name: String) throws -> (topic: String, payload: JSONValue, bytes: [UInt8]) {
    let file = try JSONValue(parsing: try SharedData.bytes("samples/mqtt/\(name).json"))
    let hex = Array((file["payload_hex"]?.string ?? "").utf8)
    let bytes = stride(from: 0, to: hex.count, by: 2).compactMap {
      UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    return (try #require(file["topic"]?.string), try #require(file["payload"]), bytes)
  }

  @Test func `an offline that is older than the last online is ignored`() throws {
    let state = try sample("sparkplug_state")
    let topic = state.topic.replacing("<sparkplug_host_id>", with: "scada")
    var farm = try HearingFarm(
      """
      farm: f
      gateway: g
      brokers: {site: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      sensors:
        press: {quantity: temperature, unit: CEL, valid: {stale_after_s: 3600}, mqtt: {topic: spBv1.0/farm/DDATA/gw/press, preset: sparkplug, field: temperature, availability: \(topic)}}
      outputs: {valve: {simulated: true, guard: {max_on_s: 60}}}
      """)
    let online = try #require(state.payload["timestamp"]?.integer)
    func offline(at time: Int64) -> String { #"{"online":false,"timestamp":\#(time)}"# }
    try farm.receive(topic, state.payload.text)
    try farm.receive("spBv1.0/farm/DBIRTH/gw/press", Sparkplug.payload(temperature: 4, sequence: 1))
    #expect(farm.look("press") == ["online", "good"])
    try farm.receive(topic, offline(at: online - 1))
    #expect(farm.look("press") == ["online", "good"], "the will of a session that is over")
    try farm.receive(topic, offline(at: online))
    #expect(farm.look("press") == ["offline", "stale"], "the will of this session has the birth's own time")
  }

  @Test func `a node's death counts only with the number of its last birth`() throws {
    let birth = try sample("sparkplug_nbirth")
    var farm = try HearingFarm(
      """
      farm: f
      gateway: g
      brokers: {site: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      sensors:
        supply: {quantity: voltage, unit: VLT, mqtt: {topic: "\(birth.topic.replacing("NBIRTH", with: "NDATA"))", preset: sparkplug, field: Supply Voltage}}
      outputs: {valve: {simulated: true, guard: {max_on_s: 60}}}
      """)
    let death = birth.topic.replacing("NBIRTH", with: "NDEATH")
    try farm.receive(birth.topic, birth.bytes)
    #expect(farm.look("supply").first == "online", "its value is years old")
    try farm.receive(death, Sparkplug.payload(session: 255))
    #expect(farm.look("supply").first == "online", "the will of the session before")
    try farm.receive(death, Sparkplug.payload(session: 0))
    #expect(farm.look("supply").first == "offline")
  }

  @Test func `the birth of the standard's example begins the count, and its data continues it`() throws {
    let (birth, data) = (try sample("sparkplug_nbirth"), try sample("sparkplug_ddata"))
    var farm = try HearingFarm(
      """
      farm: f
      gateway: g
      brokers: {site: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      sensors:
        input: {quantity: contact, mqtt: {topic: "\(data.topic)", preset: sparkplug, field: Inputs/A}}
      outputs: {valve: {simulated: true, guard: {max_on_s: 60}}}
      """)
    try farm.receive(birth.topic, birth.bytes)
    // The example's number is its birth's, 0; the last byte of the payload.
    #expect(data.bytes.suffix(2) == [0x18, 0])
    try farm.receive(data.topic, data.bytes.dropLast() + [1])
    #expect(farm.shown["input"]?["value"] == "closed")
    #expect(farm.told.allSatisfy { !$0.topic.contains("/NCMD/") })
    try farm.receive(data.topic, data.bytes.dropLast() + [3])
    #expect(farm.told.contains { $0.topic == "spBv1.0/Sparkplug B Devices/NCMD/Raspberry Pi" })
  }
}
