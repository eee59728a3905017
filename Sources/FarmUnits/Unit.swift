/// A unit of measurement by its UN/ECE Recommendation 20 code, the codes that EPCIS, schema.org and
/// GS1 use as well.
public enum Unit: String, Sendable, CaseIterable, BitwiseCopyable {
  /// Per cent.
  case percent = "P1"
  /// Kilopascal; soil tension is counted positive (dry is high).
  case kilopascal = "KPA"
  case celsius = "CEL"
  case fahrenheit = "FAH"
  case kelvin = "KEL"
  case litre = "LTR"
  case millilitre = "MLT"
  case cubicMetre = "MTQ"
  /// Litre per minute.
  case litrePerMinute = "L2"
  /// Cubic metre per hour.
  case cubicMetrePerHour = "MQH"
  case millimetre = "MMT"
  case metre = "MTR"
  case squareMetre = "MTK"
  case kilogram = "KGM"
  case gram = "GRM"
  case tonne = "TNE"
  case piece = "H87"
  case volt = "VLT"
  case millivolt = "2Z"
  case ampere = "AMP"
  case watt = "WTT"
  case kilowattHour = "KWH"
  case wattHour = "WHR"
  case hertz = "HTZ"
  /// Kilo-ohm, as a resistive tension sensor reports.
  case kilohm = "B49"
  case ohm = "OHM"
  case lux = "LUX"
  case metrePerSecond = "MTS"
  case hectopascal = "A97"
  case pascal = "PAL"
  /// Microsiemens per centimetre (soil conductivity).
  case microsiemensPerCentimetre = "G42"
  /// Parts per million (carbon dioxide).
  case partsPerMillion = "59"
  case wattPerSquareMetre = "D54"
  case second = "SEC"
  case minute = "MIN"
  case hour = "HUR"
  case day = "DAY"
  case millimetrePerHour = "H67"

  /// For people: `%`, `°C`, `kg`.
  public var symbol: String {
    switch self {
    case .percent: "%"
    case .kilopascal: "kPa"
    case .celsius: "°C"
    case .fahrenheit: "°F"
    case .kelvin: "K"
    case .litre: "L"
    case .millilitre: "mL"
    case .cubicMetre: "m³"
    case .litrePerMinute: "L/min"
    case .cubicMetrePerHour: "m³/h"
    case .millimetre: "mm"
    case .metre: "m"
    case .squareMetre: "m²"
    case .kilogram: "kg"
    case .gram: "g"
    case .tonne: "t"
    case .piece: "pcs"
    case .volt: "V"
    case .millivolt: "mV"
    case .ampere: "A"
    case .watt: "W"
    case .kilowattHour: "kWh"
    case .wattHour: "Wh"
    case .hertz: "Hz"
    case .kilohm: "kΩ"
    case .ohm: "Ω"
    case .lux: "lx"
    case .metrePerSecond: "m/s"
    case .hectopascal: "hPa"
    case .pascal: "Pa"
    case .microsiemensPerCentimetre: "µS/cm"
    case .partsPerMillion: "ppm"
    case .wattPerSquareMetre: "W/m²"
    case .second: "s"
    case .minute: "min"
    case .hour: "h"
    case .day: "d"
    case .millimetrePerHour: "mm/h"
    }
  }
}

/// What a channel measures; decides which units make sense.
public enum Quantity: String, Sendable, CaseIterable {
  case soilMoisture = "soil_moisture"
  case soilTension = "soil_tension"
  case soilConductivity = "soil_conductivity"
  case temperature
  case humidity
  /// Open or closed; has no unit.
  case contact
  case flow
  /// A total that only rises: litres through a meter.
  case volume
  case rain
  /// A total that only rises.
  case energy
  case mass
  case level
  case voltage
  case current
  case power
  case pressure
  case resistance
  case illuminance
  case battery
  case windSpeed = "wind_speed"
  case solarRadiation = "solar_radiation"
  case carbonDioxide = "carbon_dioxide"

  /// The units that a channel of this quantity may be declared in; the first is the usual one. Empty for contacts.
  public var units: [Unit] {
    switch self {
    case .soilMoisture, .humidity: [.percent]
    case .soilTension: [.kilopascal]
    case .soilConductivity: [.microsiemensPerCentimetre]
    case .temperature: [.celsius, .fahrenheit, .kelvin]
    case .contact: []
    case .flow: [.litrePerMinute, .cubicMetrePerHour]
    case .volume: [.litre, .millilitre, .cubicMetre]
    case .rain: [.millimetre]
    case .energy: [.kilowattHour, .wattHour]
    case .mass: [.kilogram, .gram, .tonne]
    case .level: [.percent, .millimetre, .metre]
    case .voltage: [.volt, .millivolt]
    case .current: [.ampere]
    case .power: [.watt]
    case .pressure: [.kilopascal, .hectopascal, .pascal]
    case .resistance: [.kilohm, .ohm]
    case .illuminance: [.lux]
    case .battery: [.percent, .volt, .millivolt]
    case .windSpeed: [.metrePerSecond]
    case .solarRadiation: [.wattPerSquareMetre]
    case .carbonDioxide: [.partsPerMillion]
    }
  }
}
