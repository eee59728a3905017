import CanonicalJSON
import FarmUnits
import SensorPresets
import Testing

struct Zigbee2MQTTTests {
  private let soil = #"""
    {"battery":92,"battery_state":"high","last_seen":"2026-11-22T11:15:00+01:00","linkquality":120,"soil_moisture":22.4,
     "temperature":11.5,"temperature_unit":"fahrenheit","humidity":31,"voltage":2950}
    """#

  @Test func `the display's unit is not the payload's`() throws {
    #expect(
      try outcome(.zigbee2mqtt, soil, .temperature, .celsius) == .number(11.5, at: "2026-11-22T10:15:00Z"))
    #expect(
      try outcome(.zigbee2mqtt, soil, .temperature, .fahrenheit) == .number(52.7, at: "2026-11-22T10:15:00Z"))
  }

  @Test func `moisture may hide under humidity`() throws {
    #expect(
      try outcome(.zigbee2mqtt, soil, field: "humidity", .soilMoisture, .percent)
        == .number(31, at: "2026-11-22T10:15:00Z"))
  }

  @Test(
    arguments: [
      (#""2026-11-22T10:15:00.500Z""#, "2026-11-22T10:15:00.500Z"),
      ("1795342500500", "2026-11-22T10:15:00.500Z"),
      (#""2026-11-22T12:15:00+02:00""#, "2026-11-22T10:15:00Z"), (#""yesterday""#, nil), ("null", nil),
      ("0", nil),
      (#""2026-11-22T10:15:00""#, nil), (#""1970-01-01T00:00:01Z""#, nil), ("9223372036854775807", nil),
      ("-9223372036854775808", nil), ("1e300", nil),
    ] as [(String, WallTime?)]) func `last seen is the time, in any of the bridge's formats`(
      text: String, at: WallTime?
    ) throws
  {
    let payload = "{\"temperature\":11.5,\"last_seen\":\(text)}"
    #expect(try outcome(.zigbee2mqtt, payload, .temperature, .celsius) == .number(11.5, at: at))
  }

  @Test func `a value told again with the same last seen is no new measurement`() throws {
    let first = try outcome(.zigbee2mqtt, soil, .temperature, .celsius)
    let again = try outcome(
      .zigbee2mqtt, soil.replacing("\"linkquality\":120", with: "\"linkquality\":99"), .temperature, .celsius)
    let later = try outcome(
      .zigbee2mqtt, soil.replacing("11:15:00", with: "11:20:00"), .temperature, .celsius)
    guard case (.reading(let a), .reading(let b), .reading(let c)) = (first, again, later) else {
      Issue.record("not readings")
      return
    }
    #expect(b.repeats(a))
    #expect(!c.repeats(a))
    let silent = PresetReading(value: .number(1), quality: .good, at: nil)
    #expect(!silent.repeats(silent))
  }

  @Test func `the time of the payload moves the acquisition back by its age`() {
    let arrival = Moment(
      instant: Instant(sinceBoot: .seconds(10_000)), wall: "2026-11-22T10:20:00Z", clock: .trusted)
    let reading = PresetReading(value: .number(1), quality: .good, at: "2026-11-22T10:15:00Z")
    #expect(reading.acquired(arrivedAt: arrival).instant == Instant(sinceBoot: .seconds(9_700)))
    #expect(reading.acquired(arrivedAt: arrival).wall == "2026-11-22T10:15:00Z")

    let fromTheFuture = PresetReading(value: .number(1), quality: .good, at: "2026-11-22T11:20:00Z")
    #expect(fromTheFuture.acquired(arrivedAt: arrival) == arrival)
    let unset = Moment(instant: arrival.instant, wall: "2026-11-22T10:20:00Z", clock: .untrusted)
    #expect(reading.acquired(arrivedAt: unset) == unset)
    #expect(PresetReading(value: nil, quality: .missing, at: nil).acquired(arrivedAt: arrival) == arrival)
  }

  @Test func `a battery's voltage is in millivolts and the mains' in volts, under one name`() throws {
    let motion = #"{"battery":100,"occupancy":false,"voltage":3035}"#
    #expect(try outcome(.zigbee2mqtt, motion, .voltage, .volt) == .number(3.035))
    #expect(try outcome(.zigbee2mqtt, motion, field: "voltage", .battery, .volt) == .number(3.035))
    #expect(
      try outcome(.zigbee2mqtt, #"{"voltage":3035}"#, field: "voltage", .battery, .millivolt) == .number(3035)
    )
    #expect(try outcome(.zigbee2mqtt, #"{"state":"ON","voltage":228}"#, .voltage, .volt) == .number(228))
  }

  @Test func `contact true is closed`() throws {
    #expect(try outcome(.zigbee2mqtt, #"{"contact":true}"#, .contact) == .contact(.closed))
    #expect(try outcome(.zigbee2mqtt, #"{"contact":false}"#, .contact) == .contact(.open))
  }

  @Test func `zero is a value, null is none, and what is left out is unchanged`() throws {
    #expect(try outcome(.zigbee2mqtt, #"{"soil_moisture":0}"#, .soilMoisture, .percent) == .number(0))
    #expect(try outcome(.zigbee2mqtt, #"{"soil_moisture":null}"#, .soilMoisture, .percent) == .none(.missing))
    #expect(
      try outcome(.zigbee2mqtt, #"{"linkquality":3}"#, .soilMoisture, .percent) == .unchanged(.fieldAbsent))
  }

  @Test func `a message that is no object is refused`() throws {
    #expect(
      try outcome(.zigbee2mqtt, "online", .temperature, .celsius)
        == .refused(.notJSON(.init(.unexpectedByte, at: 0))))
    #expect(
      try outcome(.zigbee2mqtt, "[1]", .temperature, .celsius) == .refused(.wrongShape(expected: "an object"))
    )
  }

  @Test func `availability comes from the device and from the bridge`() {
    #expect(
      Preset.zigbee2mqtt.availabilityTopics(of: "zigbee2mqtt/barn/bed-1")
        == ["zigbee2mqtt/barn/bed-1/availability", "zigbee2mqtt/bridge/state"])
  }
}
