import FarmUnits
import SensorPresets
import TestSupport
import Testing

/// The traps that are noted beside what real devices sent, where no other test is about one.
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct SampleTrapTests {
  private func read(
    _ name: String, _ preset: Preset, _ field: String?, _ quantity: Quantity, _ unit: Unit?,
    retained: Bool = false
  ) throws -> PresetOutcome {
    let sample = try Sample(name)
    let binding = try SensorBinding(preset: preset, field: field, quantity: quantity, unit: unit)
    return try ParsedPayload(sample.bytes, topic: sample.topic, preset: preset).outcome(
      for: binding, retained: retained)
  }

  @Test func `what ESPHome retains has neither time nor unit, and is of unknown age`() throws {
    #expect(
      try read("esphome_sensor_state", .esphome, nil, .temperature, .celsius, retained: true)
        == .reading(PresetReading(value: .number(23.5), quality: .stale, at: nil)))
    #expect(
      try read("esphome_binary_sensor", .esphome, nil, .contact, nil, retained: true)
        == .reading(PresetReading(value: .contact(.closed), quality: .stale, at: nil)))
  }

  @Test func `a retained weight of zero may be a scale that tared itself under its load`() throws {
    #expect(
      try read("tasmota_hx711_weight_retained", .tasmota, "HX711.Weight", .mass, .kilogram, retained: true)
        == .reading(PresetReading(value: .number(0), quality: .stale, at: nil)))
  }

  @Test func `a plug that switched itself on at power-up is told as on, with the time of that`() throws {
    #expect(
      try read("shelly_gen2_plug_fullstatus", .shelly, "switch:0.output", .contact, nil)
        == .contact(.closed, at: "2023-11-03T08:25:54.770Z"))
  }

  @Test func `a plug's own temperature is read only by its own name`() throws {
    #expect(
      try read("shelly_gen2_plug_fullstatus", .shelly, "switch:0.temperature.tC", .temperature, .celsius)
        == .number(34.8, at: "2023-11-03T08:25:54.770Z"))
    #expect(
      try read("shelly_gen2_plug_fullstatus", .shelly, nil, .temperature, .celsius)
        == .refused(.noField("temperature:0.tC")))
  }

  @Test func `what stands around decoded values is never taken for one of them`() throws {
    // The radio's frequency is a text there, its air time ends in "s", and two times have one name.
    for field in ["frequency", "settings.frequency", "consumed_airtime", "received_at", "f_port", "rssi"] {
      #expect(
        try read("tts_v3_up", .theThingsStack, field, .temperature, .celsius) == .unchanged(.fieldAbsent))
      #expect(
        try read("chirpstack_v4_up", .chirpstack, field, .temperature, .celsius) == .refused(.notDecoded))
    }
  }

  @Test func `a command of Sparkplug's is no reading, retained or not`() throws {
    for retained in [false, true] {
      #expect(
        try read("sparkplug_dcmd", .sparkplug, "Outputs/LEDs/Green", .contact, nil, retained: retained)
          == .unchanged(.otherMessage))
    }
  }

  @Test func `what a node must have in its birth is what the gateway commands, and no reading`() throws {
    var nodes = SparkplugNodes(["spBv1.0/farm/NDATA/gw"])
    nodes.connected()
    let now = Moment(
      instant: Instant(sinceBoot: .zero), wall: WallTime(milliseconds: 1_486_144_502_122), clock: .trusted)
    let requests = nodes.takeRequests(at: now)
    let request = try #require(requests.first)
    // The metric as the example's birth has it, with the value true.
    let metric = Protobuf().text(1, "Node Control/Rebirth").varint(3, 1_486_144_502_122).varint(4, 11).varint(
      14, 1)
    #expect(request.payload == Protobuf().varint(1, 1_486_144_502_122).message(2, metric).bytes)
    let birth = try Sample("sparkplug_nbirth").bytes
    #expect(String(decoding: birth, as: UTF8.self).contains("Node Control/Rebirth"))
    #expect(
      try read("sparkplug_nbirth", .sparkplug, "Node Control/Rebirth", .temperature, .celsius)
        == .refused(.notANumber(found: "false")))
  }

  @Test func `the display's unit and the battery's word beside a soil probe's numbers change none of them`()
    throws
  {
    let at: WallTime = "2025-06-24T20:24:16Z"
    #expect(
      try read("z2m_soil_unit_trap", .zigbee2mqtt, nil, .temperature, .celsius) == .number(26.8, at: at))
    #expect(
      try read("z2m_soil_unit_trap", .zigbee2mqtt, nil, .temperature, .fahrenheit)
        == .number(26.8 * 9 / 5 + 32, at: at))
    #expect(
      try read("z2m_soil_unit_trap", .zigbee2mqtt, "battery_state", .level, .percent)
        == .refused(.notANumber(found: "low")))
  }
}

/// Traps that need no sample.
struct NotedTrapTests {
  @Test(
    arguments: [
      (.zigbee2mqtt, "online", true), (.zigbee2mqtt, #"{"state":"offline"}"#, false),
      (.mqttIO, "running", true),
      (.mqttIO, "stopped", false), (.mqttIO, "dead", false), (.tasmota, "Offline", false),
      (.shelly, "false", false),
      (.esphome, "offline", false),
    ] as [(Preset, String, Bool)])
  func `each family's words for being there, old and new, clean end and crash`(
    preset: Preset, word: String, isOnline: Bool
  ) {
    #expect(preset.liveness(topic: "t", payload: Array(word.utf8))?.isOnline == isOnline)
  }

  @Test func `a decoder that is one bit off below zero is believed, for nobody can tell`() throws {
    let payload =
      #"{"end_device_ids":{},"uplink_message":{"decoded_payload":{"temp_SOIL":"-0.01","water_SOIL":"0.00"}}}"#
    #expect(
      try outcome(.theThingsStack, payload, field: "temp_SOIL", .temperature, .celsius) == .number(-0.01))
    #expect(
      try outcome(.theThingsStack, payload, field: "water_SOIL", .soilMoisture, .percent) == .number(0))
  }

  @Test func `a pulse total that began again with its device is read as it stands`() throws {
    let total = { (count: Int) in
      try outcome(.tasmota, "{\"COUNTER\":{\"C1\":\(count)}}", field: "COUNTER.C1", .volume, .litre)
    }
    #expect(try total(4711) == .number(4711))
    #expect(try total(0) == .number(0))
  }
}
