internal import FarmUnits

/// What the decoders of LoRaWAN devices have in common, whichever network server runs them.
enum LoRaWAN {
  /// Names from the decoders of Dragino's sensors, the farm's most common. Other names carry what the
  /// configuration says.
  ///
  /// - Source: github.com/TheThingsNetwork/lorawan-devices, vendor/dragino.
  static let meanings: [FieldMeaning] = [
    FieldMeaning("water_SOIL", .soilMoisture, unit: .percent),
    FieldMeaning("temp_SOIL", .temperature, unit: .celsius),
    FieldMeaning("conduct_SOIL", .soilConductivity, unit: .microsiemensPerCentimetre),
    FieldMeaning("temp_DS18B20", .temperature, unit: .celsius),
    FieldMeaning("TempC_DS", .temperature, unit: .celsius),
    FieldMeaning("TempC_SHT", .temperature, unit: .celsius),
    FieldMeaning("Hum_SHT", .humidity, unit: .percent),
    FieldMeaning("DOOR_OPEN_STATUS", .contact, unit: nil),
    FieldMeaning("WATER_LEAK_STATUS", .contact, unit: nil),
    FieldMeaning("BatV", .battery, .voltage, unit: nil),
    FieldMeaning("BAT_V", .battery, .voltage, unit: nil),
    FieldMeaning("Bat_V", .battery, .voltage, unit: nil),
    FieldMeaning("battery_v", .battery, .voltage, unit: nil),
  ]

  /// Sixteen bits that are all set, or all but the sign, scaled by 10 or 100: a probe that is not there.
  static func isSentinel(_ number: Double, binding: SensorBinding) -> Bool {
    switch binding.quantity {
    case .temperature, .humidity, .soilMoisture, .soilTension:
      [327.67, 3276.7, 655.35, 6553.5, -327.68, -3276.8, 32_767, 65_535, -32_768].contains(number)
    default: false
    }
  }
}
