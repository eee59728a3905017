import FarmUnits

/// What a channel is called in Home Assistant: its device class, its unit, and how it is added up.
struct SensorVocabulary: Equatable, Sendable {
  /// Nil where Home Assistant has no word for it.
  let deviceClass: String?
  let unit: String?
  let stateClass: String

  init(_ quantity: Quantity, _ unit: Unit?) {
    deviceClass = Self.deviceClass(quantity, unit)
    self.unit = unit.map(Self.spelling)
    switch quantity {
    case .volume, .energy, .rain: stateClass = "total_increasing"
    default: stateClass = "measurement"
    }
  }

  private static func deviceClass(_ quantity: Quantity, _ unit: Unit?) -> String? {
    switch (quantity, unit) {
    case (.soilMoisture, _): "moisture"
    case (.soilTension, _), (.pressure, _): "pressure"
    case (.soilConductivity, _): "conductivity"
    case (.temperature, _): "temperature"
    case (.humidity, _): "humidity"
    case (.flow, _): "volume_flow_rate"
    // Water is not counted in millilitres there.
    case (.volume, .millilitre): "volume"
    case (.volume, _): "water"
    case (.rain, _): "precipitation"
    case (.energy, _): "energy"
    // Nor are weights counted in tonnes.
    case (.mass, .tonne): nil
    case (.mass, _): "weight"
    case (.level, .percent): nil
    case (.level, _): "distance"
    case (.battery, .percent): "battery"
    case (.voltage, _), (.battery, _): "voltage"
    case (.current, _): "current"
    case (.power, _): "power"
    case (.illuminance, _): "illuminance"
    case (.windSpeed, _): "wind_speed"
    case (.solarRadiation, _): "irradiance"
    case (.carbonDioxide, _): "carbon_dioxide"
    case (.resistance, _), (.contact, _): nil
    }
  }

  /// Home Assistant knows our symbols, but for its micro sign.
  static func spelling(_ unit: Unit) -> String {
    switch unit {
    case .microsiemensPerCentimetre: "\u{B5}S/cm"
    default: unit.symbol
    }
  }
}
