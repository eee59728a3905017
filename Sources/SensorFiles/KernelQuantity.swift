import FarmUnits

/// What an IIO channel measures, by the word behind `in_`, and the kernel's unit for it.
///
/// - Source: Linux 6.1, `Documentation/ABI/testing/sysfs-bus-iio`.
enum KernelQuantity: String {
  /// Millivolt.
  case voltage
  /// Milliampere.
  case current
  /// Milliwatt.
  case power
  /// Joule.
  case energy
  /// Thousandth of a degree Celsius.
  case temperature = "temp"
  /// Thousandth of a per cent.
  case humidity = "humidityrelative"
  /// Kilopascal.
  case pressure
  /// Ohm.
  case resistance
  /// Lux.
  case illuminance
  /// Per cent.
  case concentration
  /// Siemens per metre.
  case conductivity = "electricalconductivity"
  /// Metre.
  case distance
  /// Metre per second.
  case velocity

  /// - Parameter channel: A file's name without `_raw`: `in_voltage0`, `in_voltage0-voltage1`,
  ///   `in_concentration_co2`. Nil for what is not in the list, such as `in_count0` or `out_voltage0`.
  init?(channel: String) {
    guard let word = Self.word(of: channel) else { return nil }
    self.init(rawValue: word)
  }

  /// `voltage` of `in_voltage0`; nil for what is no input.
  static func word(of channel: String) -> String? {
    guard channel.hasPrefix("in_") else { return nil }
    let word = channel.dropFirst(3).prefix { ("a"..."z").contains($0) }
    return word.isEmpty ? nil : String(word)
  }

  /// - Parameter number: In the kernel's unit.
  /// - Returns: Nil where the units measure different things.
  func convert(_ number: Double, to unit: Unit) -> Double? {
    switch (self, unit) {
    case (.voltage, .millivolt): number
    case (.voltage, .volt), (.current, .ampere), (.power, .watt), (.temperature, .celsius),
      (.humidity, .percent):
      number / 1000
    case (.temperature, .fahrenheit): number / 1000 * 1.8 + 32
    case (.temperature, .kelvin): number / 1000 + 273.15
    case (.energy, .wattHour): number / 3600
    case (.energy, .kilowattHour): number / 3_600_000
    case (.pressure, .kilopascal): number
    case (.pressure, .hectopascal): number * 10
    case (.pressure, .pascal): number * 1000
    case (.resistance, .ohm), (.illuminance, .lux), (.distance, .metre), (.velocity, .metrePerSecond),
      (.concentration, .percent):
      number
    case (.resistance, .kilohm): number / 1000
    case (.concentration, .partsPerMillion): number * 10_000
    case (.conductivity, .microsiemensPerCentimetre): number * 10_000
    case (.distance, .millimetre): number * 1000
    default: nil
    }
  }
}
