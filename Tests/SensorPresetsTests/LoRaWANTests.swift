import CanonicalJSON
import FarmUnits
import SensorPresets
import Testing

struct LoRaWANTests {
  private let eui = "24e124454d083548"
  private func chirpstack(_ event: String, _ members: String) -> (topic: String, payload: String) {
    (
      "application/1/device/\(eui)/event/\(event)",
      "{\"time\":\"2026-11-22T10:15:00.123456789+00:00\",\"deviceInfo\":{\"devEui\":\"\(eui)\"}\(members)}"
    )
  }
  private func uplink(_ decoded: String, _ more: String = "") -> String {
    "{\"end_device_ids\":{\"device_id\":\"dev1\"},\"received_at\":\"2026-11-22T10:15:00.500Z\",\"uplink_message\":"
      + "{\"frm_payload\":\"gkHe\",\"decoded_payload\":\(decoded),\"received_at\":\"2026-11-22T10:15:00.123456789Z\"\(more)}}"
  }
  private let at: WallTime = "2026-11-22T10:15:00.123Z"

  @Test func `a decoded uplink of ChirpStack gives its fields with nanoseconds cut`() throws {
    let (topic, payload) = chirpstack(
      "up", #","data":"qg==","object":{"soil_tension_kpa":31.5,"channels":{"1":{"t":4}}}"#)
    #expect(
      try outcome(.chirpstack, payload, topic: topic, field: "soil_tension_kpa", .soilTension, .kilopascal)
        == .number(31.5, at: at))
    #expect(
      try outcome(.chirpstack, payload, topic: topic, field: "channels.1.t", .temperature, .celsius)
        == .number(4, at: at))
  }

  @Test func `an uplink of another port leaves the field unchanged, an undecoded one is refused`() throws {
    let (topic, other) = chirpstack("up", #","data":"qg==","object":{"firmware":"1.2"}"#)
    let field = "soil_tension_kpa"
    #expect(
      try outcome(.chirpstack, other, topic: topic, field: field, .soilTension, .kilopascal)
        == .unchanged(.fieldAbsent))
    let (_, raw) = chirpstack("up", #","data":"qg==""#)
    #expect(
      try outcome(.chirpstack, raw, topic: topic, field: field, .soilTension, .kilopascal)
        == .refused(.notDecoded))
    for event in ["join", "ack", "txack", "log", "location"] {
      let (topic, payload) = chirpstack(event, "")
      #expect(
        try outcome(.chirpstack, payload, topic: topic, field: field, .soilTension, .kilopascal)
          == .unchanged(.otherMessage))
    }
  }

  @Test func `zero in a decoded object is a value`() throws {
    let (topic, payload) = chirpstack("up", #","object":{"soil_tension_kpa":0}"#)
    #expect(
      try outcome(.chirpstack, payload, topic: topic, field: "soil_tension_kpa", .soilTension, .kilopascal)
        == .number(0, at: at))
  }

  @Test func `a battery level that is left out is zero, unless a flag says why there is none`() throws {
    let read = { (members: String) in
      let (topic, payload) = chirpstack("status", members)
      return try outcome(.chirpstack, payload, topic: topic, field: "batteryLevel", .battery, .percent)
    }
    #expect(try read(#","margin":10,"batteryLevel":88.3"#) == .number(88.3, at: at))
    #expect(try read(#","margin":10"#) == .number(0, at: at))
    #expect(try read(#","margin":10,"externalPowerSource":true"#) == .none(.missing, at: at))
    #expect(try read(#","margin":10,"batteryLevelUnavailable":true"#) == .none(.missing, at: at))
  }

  @Test func `The Things Stack's inner time is the earlier and taken`() throws {
    #expect(
      try outcome(
        .theThingsStack, uplink(#"{"temp_SOIL":"-0.53"}"#), field: "temp_SOIL", .temperature, .celsius)
        == .number(-0.53, at: at))
  }

  @Test func `numbers as strings and as numbers live in one object`() throws {
    let payload = uplink(#"{"BatV":3.33,"water_SOIL":"15.00","temp_DS18B20":"","conduct_SOIL":200}"#)
    #expect(
      try outcome(.theThingsStack, payload, field: "water_SOIL", .soilMoisture, .percent)
        == .number(15, at: at))
    #expect(try outcome(.theThingsStack, payload, field: "BatV", .battery, .volt) == .number(3.33, at: at))
    #expect(
      try outcome(.theThingsStack, payload, field: "temp_DS18B20", .temperature, .celsius)
        == .none(.missing, at: at))
  }

  @Test func `a door that is named after being open is open at 1`() throws {
    let door = { (status: String) in
      uplink("{\"ALARM\":0,\"BAT_V\":3.0,\"DOOR_OPEN_STATUS\":\(status),\"MOD\":1}")
    }
    #expect(
      try outcome(.theThingsStack, door("1"), field: "DOOR_OPEN_STATUS", .contact) == .contact(.open, at: at))
    #expect(
      try outcome(.theThingsStack, door("0"), field: "DOOR_OPEN_STATUS", .contact)
        == .contact(.closed, at: at))
    #expect(
      try outcome(.theThingsStack, door("1"), field: "DOOR_OPEN_STATUS", .contact, closed: "1")
        == .contact(.closed, at: at))
    #expect(
      try outcome(.theThingsStack, door("2"), field: "DOOR_OPEN_STATUS", .contact)
        == .refused(.notAContact(found: "2")))
  }

  @Test(arguments: ["327.67", "\"327.67\"", "3276.7", "-327.68", "6553.5"])
  func `all bits set is a probe that is not there`(number: String) throws {
    let payload = uplink("{\"TempC_DS\":\(number)}")
    #expect(
      try outcome(.theThingsStack, payload, field: "TempC_DS", .temperature, .celsius)
        == .none(.sentinel, at: at))
    #expect(
      try outcome(.theThingsStack, uplink("{\"lux\":6553.5}"), field: "lux", .illuminance, .lux)
        == .number(6553.5, at: at))
  }

  @Test func `joins and undecoded uplinks give no reading`() throws {
    let join = #"{"end_device_ids":{"device_id":"dev1"},"join_accept":{}}"#
    #expect(
      try outcome(.theThingsStack, join, field: "t", .temperature, .celsius) == .unchanged(.otherMessage))
    let raw = #"{"end_device_ids":{},"uplink_message":{"frm_payload":"gkHe"}}"#
    #expect(try outcome(.theThingsStack, raw, field: "t", .temperature, .celsius) == .refused(.notDecoded))
    #expect(
      try outcome(.theThingsStack, "{}", field: "t", .temperature, .celsius)
        == .refused(.wrongShape(expected: "a message with end_device_ids")))
  }

  @Test func `the network's own battery figure leaves out zero`() throws {
    let read = { (battery: String) in
      try outcome(
        .theThingsStack, uplink("{}", ",\"last_battery_percentage\":{\(battery)}"),
        field: "last_battery_percentage", .battery,
        .percent)
    }
    #expect(try read(#""f_cnt":3,"value":88.5"#) == .number(88.5, at: at))
    #expect(
      try read(#""f_cnt":3,"received_at":"2026-11-22T09:00:00Z""#) == .number(0, at: "2026-11-22T09:00:00Z"))
  }
}
