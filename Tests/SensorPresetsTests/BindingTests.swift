import FarmUnits
import SensorPresets
import Testing

struct BindingTests {
  @Test(
    arguments: [
      (
        .zigbee2mqtt, "soil_moisture", .soilTension, .kilopascal,
        .quantityNotGiven(.zigbee2mqtt, .soilTension)
      ),
      (.mqttIO, nil, .soilTension, .kilopascal, .quantityNotGiven(.mqttIO, .soilTension)),
      (.tasmota, nil, .temperature, .celsius, .fieldMissing(.tasmota, example: "DS18B20.Temperature")),
      (.json, nil, .temperature, .celsius, .fieldMissing(.json, example: "/soil/moisture")),
      (.plain, "x", .temperature, .celsius, .fieldNotAllowed(.plain)),
      (.esphome, "x", .temperature, .celsius, .fieldNotAllowed(.esphome)),
      (
        .json, "soil", .temperature, .celsius,
        .fieldNotReadable("soil", why: .pointer("a JSON pointer begins with '/'"))
      ),
      (
        .tasmota, "DS18B20..Temperature", .temperature, .celsius,
        .fieldNotReadable("DS18B20..Temperature", why: .emptyPart)
      ),
      (.tasmota, "", .temperature, .celsius, .fieldNotReadable("", why: .emptyPart)),
      (.sparkplug, "", .temperature, .celsius, .fieldNotReadable("", why: .emptyPart)),
      (
        .zigbee2mqtt, "temperature", .soilMoisture, .percent,
        .fieldGivesOther(
          field: "temperature", gives: [.temperature], wanted: .soilMoisture,
          instead: ["soil_moisture", "humidity"])
      ),
      (.plain, nil, .temperature, nil, .unitMissing(.temperature)),
      (.plain, nil, .temperature, .kilogram, .unitNotOfQuantity(.kilogram, .temperature)),
      (.plain, nil, .contact, .percent, .unitNotOfQuantity(.percent, .contact)),
      (.zigbee2mqtt, nil, .battery, .volt, .unitsDiffer(payload: .percent, sensor: .volt, field: "battery")),
    ] as [(Preset, String?, Quantity, Unit?, BindingError)])
  func `what cannot be read is refused with the key to blame`(
    preset: Preset, field: String?, quantity: Quantity, unit: Unit?, error: BindingError
  ) {
    #expect(throws: error) { try SensorBinding(preset: preset, field: field, quantity: quantity, unit: unit) }
    #expect(!error.description.isEmpty)
  }

  @Test
  func `a payload unit of another kind, a closed word off contacts and a zone beyond a day are refused`() {
    #expect(throws: BindingError.unitsDiffer(payload: .gram, sensor: .celsius, field: "")) {
      try SensorBinding(preset: .plain, quantity: .temperature, unit: .celsius, payloadUnit: .gram)
    }
    #expect(throws: BindingError.closedNotAllowed(.temperature)) {
      try SensorBinding(preset: .plain, quantity: .temperature, unit: .celsius, closed: "ON")
    }
    #expect(throws: BindingError.zoneOutOfRange(1441)) {
      try SensorBinding(preset: .plain, quantity: .temperature, unit: .celsius, zoneMinutes: 1441)
    }
  }

  @Test(
    arguments: [
      ("zigbee2mqtt", .zigbee2mqtt), ("the_things_stack", .theThingsStack), ("mqtt_io", .mqttIO),
      ("Tasmota", .tasmota),
      ("ttn", .theThingsStack), ("modbus", nil), ("", nil),
    ] as [(String, Preset?)]) func `a family is known by the names in use`(name: String, preset: Preset?)
  {
    #expect(Preset(configured: name) == preset)
  }

  @Test func `an error suggests what could stand there instead`() {
    #expect(BindingError.quantityNotGiven(.zigbee2mqtt, .soilTension).suggestions.contains("chirpstack"))
    #expect(BindingError.unitMissing(.temperature).suggestions == ["CEL", "FAH", "KEL"])
    #expect(BindingError.unitsDiffer(payload: .gram, sensor: .volt, field: "").suggestions == ["VLT", "2Z"])
  }

  @Test(arguments: Preset.allCases) func `every family gives something, and its usual fields can be bound`(
    preset: Preset
  ) throws {
    #expect(!preset.quantities.isEmpty)
    for quantity in preset.quantities {
      guard let field = preset.defaultField(for: quantity) else { continue }
      #expect(preset.fieldRule == .optional)
      let binding = try SensorBinding(preset: preset, quantity: quantity, unit: quantity.units.first)
      #expect(binding.field == field)
    }
    for quantity in Quantity.allCases {
      for field in preset.fields(for: quantity) { #expect(preset.canGive(quantity), "\(field)") }
    }
  }

  @Test(
    arguments: [
      ("online", true), ("Offline", false), ("running", true), ("stopped", false), ("dead", false),
      ("true", true),
      ("false", false), (#"{"state":"offline"}"#, false), (#" {"state":"online"} "#, true),
      ("OFFLINE\n", false),
      ("22.4", nil), ("", nil), ("{}", nil), (#"{"state":1}"#, nil),
      (String(repeating: "x", count: 1000), nil),
    ] as [(String, Bool?)]) func `the words of all families for being there are known`(
      payload: String, isOnline: Bool?
    )
  {
    #expect(Preset.json.liveness(topic: "t", payload: Array(payload.utf8))?.isOnline == isOnline)
  }

  @Test(
    arguments: [
      (.esphome, "geyser/sensor/tank/state", ["geyser/status"]),
      (.mqttIO, "home/input/doorbell", ["home/status"]),
      (.chirpstack, "application/1/device/2/event/up", []), (.plain, "a/b", []), (.esphome, "a/b/c", []),
    ] as [(Preset, String, [String])]) func `the usual availability topic follows from the sensor's`(
      preset: Preset, topic: String, availability: [String]
    )
  {
    #expect(preset.availabilityTopics(of: topic) == availability)
  }
}
