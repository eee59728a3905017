import FarmUnits
import SensorPresets
import TestSupport
import Testing

/// What real devices sent, and what it means.
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct SampleTests {
  struct Case: Sendable {
    let sample: String, preset: Preset, field: String?, quantity: Quantity, unit: Unit?,
      outcome: PresetOutcome

    init(
      _ sample: String, _ preset: Preset, _ field: String?, _ quantity: Quantity, _ unit: Unit?,
      _ outcome: PresetOutcome
    ) {
      (self.sample, self.preset, self.field) = (sample, preset, field)
      (self.quantity, self.unit, self.outcome) = (quantity, unit, outcome)
    }
  }

  static let cases: [Case] = [
    Case(
      "z2m_soil_unit_trap", .zigbee2mqtt, "soil_moisture", .soilMoisture, .percent,
      .number(10, at: "2025-06-24T20:24:16Z")),
    Case(
      "z2m_soil_unit_trap", .zigbee2mqtt, "temperature", .temperature, .celsius,
      .number(26.8, at: "2025-06-24T20:24:16Z")),
    Case("z2m_soil_unit_trap", .zigbee2mqtt, nil, .battery, .percent, .number(8, at: "2025-06-24T20:24:16Z")),
    Case("z2m_plug_nulls", .zigbee2mqtt, "voltage", .voltage, .volt, .number(228)),
    Case("z2m_plug_nulls", .zigbee2mqtt, "overload_protection", .power, .watt, .none(.missing)),
    Case("z2m_plug_nulls", .zigbee2mqtt, "energy", .energy, .wattHour, .number(17_600)),
    Case("z2m_plug_nulls", .zigbee2mqtt, "state", .contact, nil, .contact(.open)),
    Case("z2m_plug_nulls", .zigbee2mqtt, "consumer_connected", .contact, nil, .contact(.closed)),
    Case("z2m_plug_nulls", .zigbee2mqtt, "update", .level, .percent, .refused(.notANumber(found: "{…}"))),
    Case("z2m_plug_nulls", .zigbee2mqtt, "soil_moisture", .soilMoisture, .percent, .unchanged(.fieldAbsent)),
    Case(
      "tasmota_ds18b20_multi", .tasmota, "00000566CC39.Temperature", .temperature, .celsius, .number(13.3)),
    Case("tasmota_ds18b20_multi", .tasmota, "0000059352d4.Temperature", .temperature, .celsius, .number(1.2)),
    Case("tasmota_ds18b20_multi", .tasmota, "DS18B20-3.Temperature", .temperature, .celsius, .number(22.5)),
    Case(
      "tasmota_ds18b20_multi", .tasmota, "DS18B20.Temperature", .temperature, .celsius,
      .refused(.ambiguous(field: "DS18B20", candidates: ["00000566CC39", "0000059352D4", "000005937C90"]))),
    Case("tasmota_door_switch", .tasmota, "Switch1", .contact, nil, .contact(.closed)),
    Case("tasmota_hx711_weight_retained", .tasmota, "HX711.Weight", .mass, .kilogram, .number(0)),
    Case("tasmota_nulls_counter", .tasmota, "DHT11-00.Temperature", .temperature, .celsius, .none(.missing)),
    Case("tasmota_nulls_counter", .tasmota, "AM2301-01.Humidity", .humidity, .percent, .none(.missing)),
    Case("tasmota_nulls_counter", .tasmota, "COUNTER.C1", .volume, .litre, .number(0)),
    Case("tasmota_nulls_counter", .tasmota, "ANALOG.A0", .level, .percent, .number(4)),
    Case(
      "tasmota_nulls_counter", .tasmota, "DS18B20.Temperature", .temperature, .celsius,
      .unchanged(.fieldAbsent)),
    Case("esphome_sensor_state", .esphome, nil, .temperature, .celsius, .number(23.5)),
    Case("esphome_binary_sensor", .esphome, nil, .contact, nil, .contact(.closed)),
    Case("mqttio_input", .mqttIO, nil, .contact, nil, .contact(.closed)),
    Case(
      "shelly_gen2_plug_fullstatus", .shelly, "switch:0.apower", .power, .watt,
      .number(0, at: "2023-11-03T08:25:54.770Z")),
    Case(
      "shelly_gen2_plug_fullstatus", .shelly, nil, .energy, .kilowattHour,
      .number(30_473.355 / 1000, at: "2023-11-03T08:25:54.770Z")),
    Case(
      "shelly_gen2_plug_fullstatus", .shelly, nil, .voltage, .volt,
      .number(229.1, at: "2023-11-03T08:25:54.770Z")),
    Case(
      "shelly_gen2_plug_fullstatus", .shelly, "switch:0.output", .contact, nil,
      .contact(.closed, at: "2023-11-03T08:25:54.770Z")),
    Case(
      "shelly_gen2_plug_fullstatus", .shelly, nil, .temperature, .celsius,
      .refused(.noField("temperature:0.tC"))),
    Case(
      "shelly_gen2_input_delta", .shelly, nil, .contact, nil, .contact(.open, at: "2022-06-29T16:20:45.480Z")),
    Case("shelly_gen2_input_delta", .shelly, nil, .temperature, .celsius, .unchanged(.fieldAbsent)),
    Case(
      "chirpstack_v4_up", .chirpstack, "soil_tension_kpa", .soilTension, .kilopascal, .refused(.notDecoded)),
    Case(
      "chirpstack_v4_status", .chirpstack, "batteryLevel", .battery, .percent,
      .number(88.3, at: "2022-07-18T09:35:06.927Z")),
    Case(
      "chirpstack_v4_status", .chirpstack, "soil_tension_kpa", .soilTension, .kilopascal,
      .unchanged(.otherMessage)),
    Case(
      "tts_v3_up", .theThingsStack, "temperature", .temperature, .celsius,
      .number(1, at: "2020-02-12T15:15:45.789Z")),
    Case("tts_v3_up", .theThingsStack, "water_SOIL", .soilMoisture, .percent, .unchanged(.fieldAbsent)),
    Case(
      "tts_v3_soil_strings_dragino_lse01", .theThingsStack, "water_SOIL", .soilMoisture, .percent,
      .number(15, at: "2020-02-12T15:15:45.789Z")),
    Case(
      "tts_v3_soil_strings_dragino_lse01", .theThingsStack, "temp_SOIL", .temperature, .celsius,
      .number(2.61, at: "2020-02-12T15:15:45.789Z")),
    Case(
      "tts_v3_soil_strings_dragino_lse01", .theThingsStack, "conduct_SOIL", .soilConductivity,
      .microsiemensPerCentimetre,
      .number(200, at: "2020-02-12T15:15:45.789Z")),
    Case(
      "tts_v3_soil_strings_dragino_lse01", .theThingsStack, "BatV", .battery, .millivolt,
      .number(3330, at: "2020-02-12T15:15:45.789Z")),
    Case(
      "sparkplug_nbirth", .sparkplug, "Supply Voltage", .voltage, .volt,
      .number(12.1, at: "2017-02-03T17:55:02.122Z")),
    Case("sparkplug_nbirth", .sparkplug, "Inputs/A", .contact, nil, .refused(.noField("Inputs/A"))),
    Case(
      "sparkplug_ddata", .sparkplug, "Inputs/A", .contact, nil,
      .contact(.closed, at: "2017-02-03T17:55:02.122Z")),
    Case("sparkplug_ddata", .sparkplug, "Inputs/B", .contact, nil, .unchanged(.fieldAbsent)),
    Case("sparkplug_dcmd", .sparkplug, "Outputs/LEDs/Green", .contact, nil, .unchanged(.otherMessage)),
    Case("z2m_bridge_state", .zigbee2mqtt, "temperature", .temperature, .celsius, .unchanged(.fieldAbsent)),
  ]

  @Test(arguments: cases) func `a device's message gives its reading, or says why none`(_ example: Case)
    throws
  {
    let sample = try Sample(example.sample)
    let binding = try SensorBinding(
      preset: example.preset, field: example.field, quantity: example.quantity, unit: example.unit)
    let payload = try ParsedPayload(sample.bytes, topic: sample.topic, preset: example.preset)
    #expect(payload.outcome(for: binding) == example.outcome, "\(example.sample) \(example.field ?? "")")
  }

  @Test(
    arguments: [
      ("z2m_bridge_state", .zigbee2mqtt, Liveness(isOnline: true)),
      ("tasmota_lwt", .tasmota, Liveness(isOnline: true)),
      ("esphome_status", .esphome, Liveness(isOnline: true)),
      ("shelly_gen2_online", .shelly, Liveness(isOnline: true)),
      ("mqttio_status_dead", .mqttIO, Liveness(isOnline: false)),
      ("sparkplug_state", .sparkplug, Liveness(isOnline: true, at: "2017-02-03T17:55:02.122Z")),
      ("sparkplug_nbirth", .sparkplug, Liveness(isOnline: true, at: "2017-02-03T17:55:02.122Z", session: 0)),
      ("sparkplug_ddata", .sparkplug, nil), ("tasmota_door_switch", .tasmota, nil),
      ("esphome_sensor_state", .esphome, nil),
    ] as [(String, Preset, Liveness?)])
  func `an availability message says whether the device is there`(
    name: String, preset: Preset, liveness: Liveness?
  ) throws {
    let sample = try Sample(name)
    #expect(preset.liveness(topic: sample.topic, payload: sample.bytes) == liveness)
  }

  /// Discovery messages are what farmgate publishes itself; no sensor reads them.
  @Test func `every sample that holds a measurement has a case here`() {
    let covered = Set(Self.cases.map(\.sample))
    let others: Set = [
      "tasmota_lwt", "esphome_status", "shelly_gen2_online", "mqttio_status_dead", "sparkplug_state",
    ]
    for name in Sample.names where !name.hasPrefix("ha_") {
      #expect(covered.contains(name) || others.contains(name), "\(name)")
    }
  }
}
