internal import FarmUnits

extension Unit {
  /// A scale that units of one kind share. Percentages, lux and the like are alone on theirs.
  private enum Scale: Equatable {
    case mass, volume, flow, pressure, length, energy, voltage, resistance, time, temperature
    case own(Unit)
  }

  /// How many of the scale's smallest parts one of this unit is. All are whole, so that a conversion rounds
  /// once or twice, and 3035 mV become exactly 3.035 V.
  private var measure: (scale: Scale, parts: Double) {
    switch self {
    case .gram: (.mass, 1)
    case .kilogram: (.mass, 1000)
    case .tonne: (.mass, 1_000_000)
    case .millilitre: (.volume, 1)
    case .litre: (.volume, 1000)
    case .cubicMetre: (.volume, 1_000_000)
    case .litrePerMinute: (.flow, 3)
    case .cubicMetrePerHour: (.flow, 50)
    case .pascal: (.pressure, 1)
    case .hectopascal: (.pressure, 100)
    case .kilopascal: (.pressure, 1000)
    case .millimetre: (.length, 1)
    case .metre: (.length, 1000)
    case .wattHour: (.energy, 1)
    case .kilowattHour: (.energy, 1000)
    case .millivolt: (.voltage, 1)
    case .volt: (.voltage, 1000)
    case .ohm: (.resistance, 1)
    case .kilohm: (.resistance, 1000)
    case .second: (.time, 1)
    case .minute: (.time, 60)
    case .hour: (.time, 3600)
    case .day: (.time, 86_400)
    case .celsius, .fahrenheit, .kelvin: (.temperature, 1)
    default: (.own(self), 1)
    }
  }

  func converts(to other: Unit) -> Bool { measure.scale == other.measure.scale }

  /// All units that this one converts to, itself included.
  var convertible: [Unit] { Unit.allCases.filter(converts) }

  /// A value of this unit in another; nil where they measure different things.
  func convert(_ value: Double, to other: Unit) -> Double? {
    if self == other { return value }
    let (from, to) = (measure, other.measure)
    guard from.scale == to.scale else { return nil }
    if from.scale == .temperature { return other.fromCelsius(celsius(value)) }
    return value * from.parts / to.parts
  }

  private func celsius(_ value: Double) -> Double {
    switch self {
    case .fahrenheit: (value - 32) * 5 / 9
    case .kelvin: value - 273.15
    default: value
    }
  }

  private func fromCelsius(_ value: Double) -> Double {
    switch self {
    case .fahrenheit: value * 9 / 5 + 32
    case .kelvin: value + 273.15
    default: value
    }
  }
}
