internal import FarmUnits

/// A Watermark probe whose resistance another sensor measures: soil tension by the manufacturer's equation.
public struct WatermarkSource: Sendable, Equatable {
  /// A sensor of resistance.
  public let resistance: String
  /// A sensor of the soil's temperature in °C; nil: `assumedCelsius` always holds.
  public let soilTemperature: String?
  /// Of the soil, while nobody measures it or who measures it is not good; 0...50.
  public let assumedCelsius: Double
}

extension WatermarkSource: ConfigurationSection {
  private enum Keys {
    static let resistance = Key(
      "resistance", .sensor(.resistance), .required, "measures the probe's resistance, in OHM or B49")
    static let soilTemperature = Key(
      "soil_temperature", .sensor(.temperature), .optional, "beside the probe, in CEL")
    static let assumed = Key(
      "assumed_c", .number(0...50, unit: "CEL"), .byDefault(24),
      "the soil's temperature while `soil_temperature` is left out or not good; each degree beside it is about 1 %"
    )
  }
  static let keys = [Keys.resistance.reference, Keys.soilTemperature.reference, Keys.assumed.reference]

  init?(_ section: SectionReader) {
    let resistance = section.read(Keys.resistance)
    soilTemperature = section.read(Keys.soilTemperature)
    let assumed = section.read(Keys.assumed)
    guard let resistance, let assumed else { return nil }
    (self.resistance, assumedCelsius) = (resistance, assumed)
  }
}

extension WatermarkSource {
  /// What needs every sensor read.
  func checkTogether(_ sensor: SensorSettings, in context: ReadingContext) {
    guard let name = soilTemperature, let unit = context.sensors[name]?.unit, unit != .celsius else { return }
    Place(path: "sensors.\(sensor.id).watermark.soil_temperature", context: context).report(
      .wrongUnit, at: sensor.mark,
      "sensor \"\(name)\" is declared in \(unit.rawValue), and the equation is in °C",
      allowed: "a sensor with unit: CEL (its messages are converted)")
  }
}
