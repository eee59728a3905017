internal import CanonicalJSON
internal import FarmUnits

/// Zigbee2MQTT: one flat object a device, `zigbee2mqtt/FRIENDLY_NAME`.
///
/// Every message repeats all that the bridge remembers of the device, so a value in a message is not
/// therefore new; only `last_seen` tells, where the bridge is set up to send it (`advanced.last_seen`).
/// Numbers are metric: `temperature_unit` is what the device's own display shows.
///
/// - Source: zigbee2mqtt.io device pages; lib/mqtt.ts, lib/controller.ts at 2.12.1.
enum Zigbee2MQTTFamily: DeviceFamily {
  static let quantities = Quantity.allCases.filter {
    ![.soilTension, .resistance, .solarRadiation].contains($0)
  }
  static let fieldRule = FieldRule.optional

  static let meanings: [FieldMeaning] = [
    FieldMeaning("soil_moisture", .soilMoisture, unit: .percent),
    // Several soil probes report moisture under the name of humidity.
    FieldMeaning("humidity", .humidity, .soilMoisture, unit: .percent),
    FieldMeaning("temperature", .temperature, unit: .celsius),
    FieldMeaning("soil_temperature", .temperature, unit: .celsius),
    FieldMeaning("local_temperature", .temperature, unit: .celsius),
    FieldMeaning("device_temperature", .temperature, unit: .celsius),
    FieldMeaning("soil_fertility", .soilConductivity, unit: .microsiemensPerCentimetre),
    FieldMeaning("contact", .contact, unit: nil),
    FieldMeaning("water_leak", .contact, unit: nil),
    FieldMeaning("battery", .battery, unit: .percent),
    // Volts of the mains, or millivolts of a battery: see `find`.
    FieldMeaning("voltage", .voltage, .battery, unit: nil),
    FieldMeaning("current", .current, unit: .ampere),
    FieldMeaning("power", .power, unit: .watt),
    FieldMeaning("energy", .energy, unit: .kilowattHour),
    FieldMeaning("pressure", .pressure, unit: .hectopascal),
    FieldMeaning("illuminance", .illuminance, unit: .lux),
    FieldMeaning("illuminance_lux", .illuminance, unit: .lux),
    FieldMeaning("co2", .carbonDioxide, unit: .partsPerMillion),
    FieldMeaning("flow", .flow, unit: .cubicMetrePerHour),
    FieldMeaning("wind_speed", .windSpeed, unit: .metrePerSecond),
    FieldMeaning("liquid_level_percent", .level, unit: .percent),
    FieldMeaning("liquid_depth", .level, unit: .metre),
    FieldMeaning("linkquality", unit: nil),
  ]

  static func defaultField(for quantity: Quantity) -> String? {
    meanings.first { $0.quantities.contains(quantity) }?.name
  }

  static func caution(field: String, quantity: Quantity) -> String? {
    field == "device_temperature" ? "device_temperature is the device's own, not that of the place" : nil
  }

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    guard let json = message.json, json.object != nil else {
      return .refused(.wrongShape(expected: "an object"))
    }
    var unit: Unit?
    if binding.path.leaf == "voltage", binding.quantity == .voltage {
      unit = isBatteryPowered(json) ? .millivolt : .volt
    }
    return .value(orAbsent: binding.path.value(in: json), unit: unit, at: lastSeen(json, binding))
  }

  /// A device that reports a battery reports that battery's voltage, which Zigbee2MQTT defines in millivolts.
  private static func isBatteryPowered(_ json: JSONValue) -> Bool {
    json["battery"] != nil || json["battery_low"] != nil || json["battery_state"] != nil
  }

  /// ISO 8601 in UTC or local time, or milliseconds since 1970, as the bridge is set up.
  private static func lastSeen(_ json: JSONValue, _ binding: SensorBinding) -> WallTime? {
    guard let value = json["last_seen"] else { return nil }
    return PayloadTime.text(value, zoneMinutes: binding.zoneMinutes) ?? PayloadTime.milliseconds(value)
  }

  /// The device's own (off unless switched on in the bridge) and the bridge's.
  static func availabilityTopics(of topic: String) -> [String] {
    let base = topic.prefix { $0 != "/" }
    return [topic + "/availability", base + "/bridge/state"]
  }
}
