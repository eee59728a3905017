public import FarmUnits

/// One channel: what it measures, in which unit, where it comes from, and what is believed of it.
public struct SensorSettings: Sendable, Equatable {
  public let id: String
  /// Of its name in the file.
  public let mark: SourceMark
  public let quantity: Quantity
  /// Nil for contacts.
  public let unit: Unit?
  public let source: SensorSource
  public let plausibility: Plausibility
  /// Another channel of the same thing; both are doubted while they differ.
  public let agreement: Agreement?

  /// What two channels of one thing may differ.
  public struct Agreement: Sendable, Equatable {
    /// The other sensor's id.
    public let partner: String
    /// In this channel's unit, above 0.
    public let within: Double
    /// How long they may differ more.
    public let tolerated: Duration
  }
}

/// Where readings come from; exactly one.
public enum SensorSource: Sendable, Equatable {
  case mqtt(MQTTSource)
  case gpio(GPIOInput)
  case oneWire(OneWireSource)
  case industrialIO(IndustrialIOSource)
  case watermark(WatermarkSource)
}

extension SensorSource {
  /// It comes from other sensors, not from a device.
  public var isReckoned: Bool { if case .watermark = self { true } else { false } }
}

extension SensorSettings: ConfigurationSection {
  private enum Keys {
    static let quantity = Key(
      "quantity", .choice(Quantity.self), .required, "what is measured; decides the units")
    static let unit = Key("unit", .unit, .optional, "UN/ECE Rec 20 code; needed except for contacts")
    static let mqtt = Key("mqtt", .section(MQTTSource.self), .optional, "source: messages of a device")
    static let gpio = Key("gpio", .section(GPIOInput.self), .optional, "source: a GPIO line")
    static let oneWire = Key(
      "one_wire", .section(OneWireSource.self), .optional, "source: a 1-wire thermometer")
    static let iio = Key(
      "iio", .section(IndustrialIOSource.self), .optional, "source: an IIO channel of the kernel")
    static let watermark = Key(
      "watermark", .section(WatermarkSource.self), .optional,
      "source: soil tension from the resistance that another sensor measures")
    static let valid = Key.section("valid", Plausibility.self, "what is believed of it")
    static let agreement = Key(
      "agrees_with", .section(AgreementKeys.self), .optional,
      "another sensor of the same thing, to compare with")
  }
  static let keys = [
    Keys.quantity.reference, Keys.unit.reference, Keys.mqtt.reference, Keys.gpio.reference,
    Keys.oneWire.reference, Keys.iio.reference, Keys.watermark.reference, Keys.valid.reference,
    Keys.agreement.reference,
  ]

  init?(_ section: SectionReader) {
    let quantity = section.read(Keys.quantity)
    let unit = Self.unit(of: quantity, in: section)
    let mqtt = section.read(Keys.mqtt).map(SensorSource.mqtt)
    let gpio = section.read(Keys.gpio).map(SensorSource.gpio)
    let oneWire = section.read(Keys.oneWire).map(SensorSource.oneWire)
    let iio = section.read(Keys.iio).map(SensorSource.industrialIO)
    let watermark = section.read(Keys.watermark).map(SensorSource.watermark)
    let plausibility = section.read(Keys.valid)
    let agreement = section.read(Keys.agreement)
    let present = [
      (Keys.mqtt.name, section.has(Keys.mqtt)), (Keys.gpio.name, section.has(Keys.gpio)),
      (Keys.oneWire.name, section.has(Keys.oneWire)), (Keys.iio.name, section.has(Keys.iio)),
      (Keys.watermark.name, section.has(Keys.watermark)),
    ].filter(\.1).map(\.0)
    if present.count != 1 {
      let found =
        present.isEmpty
        ? "found no source" : "found \(present.count) sources: \(present.joined(separator: ", "))"
      section.report(
        present.isEmpty ? .missingKey : .conflict, found,
        allowed: "exactly one of mqtt, gpio, one_wire, iio, watermark")
    }
    guard let source = mqtt ?? gpio ?? oneWire ?? iio ?? watermark, let quantity, let plausibility,
      quantity == .contact || unit != nil
    else { return nil }
    id = section.name
    mark = section.mark
    self.quantity = quantity
    self.unit = unit
    self.source = source
    self.plausibility = plausibility.completed(for: source, quantity: quantity)
    self.agreement = agreement.map {
      Agreement(partner: $0.sensor, within: $0.within, tolerated: $0.tolerated)
    }
    source.check(quantity: quantity, unit: unit, in: section)
    self.plausibility.check(quantity: quantity, in: section)
    if agreement?.sensor == id {
      section.report(
        Keys.agreement, .conflict, "a sensor always agrees with itself", allowed: "another sensor")
    }
    section.context.sensors[id] = self
  }

  private static func unit(of quantity: Quantity?, in section: SectionReader) -> Unit? {
    let unit = section.read(Keys.unit)
    guard let quantity else { return unit }
    let codes = quantity.units.map { "\($0.rawValue) (\($0.symbol))" }.joined(separator: ", ")
    if quantity == .contact {
      if section.has(Keys.unit) {
        section.report(
          Keys.unit, .wrongUnit, "a contact is open or closed and has no unit", allowed: "no such key")
      }
    } else if !section.has(Keys.unit) {
      section.report(
        .missingKey, "needs the key \"unit\": in what \(quantity.rawValue) is counted", allowed: codes)
    } else if let unit, !quantity.units.contains(unit) {
      section.report(
        Keys.unit, .wrongUnit, "\(unit.rawValue) (\(unit.symbol)) is no unit of \(quantity.rawValue)",
        allowed: codes, suggestion: quantity.units.first?.rawValue)
      return nil
    }
    return unit
  }
}

/// `agrees_with: {sensor: cold-1-product, within: 2, for_s: 600}`
struct AgreementKeys: ConfigurationSection {
  let sensor: String
  let within: Double
  let tolerated: Duration

  private enum Keys {
    static let sensor = Key(
      "sensor", .name(of: .sensor), .required, "the other sensor, of the same quantity and unit")
    static let within = Key(
      "within", .positive(upTo: 1e9), .required, "what they may differ, in the sensor's unit")
    static let tolerated = Key(
      "for_s", .seconds(0...86_400), .byDefault(.seconds(600)),
      "how long they may differ more before both are doubted")
  }
  static let keys = [Keys.sensor.reference, Keys.within.reference, Keys.tolerated.reference]

  init?(_ section: SectionReader) {
    let sensor = section.read(Keys.sensor)
    let within = section.read(Keys.within)
    let tolerated = section.read(Keys.tolerated)
    guard let sensor, let within, let tolerated else { return nil }
    (self.sensor, self.within, self.tolerated) = (sensor, within, tolerated)
  }
}

extension Form where Value == Unit {
  /// A code; for `°C` or `percent` the code is suggested.
  static let unit = Form(type: "UN/ECE Rec 20 code", write: { $0.rawValue }) { node, place in
    if let unit = node.text.flatMap(Unit.init(rawValue:)) { return unit }
    let allowed = "a UN/ECE Rec 20 code such as P1 (%), CEL (°C), KPA, LTR, KGM, MMT"
    let meant = node.text.flatMap { text in
      Unit.allCases.first { unit in
        [unit.symbol, "\(unit)", unit.rawValue].contains { $0.lowercased() == text.lowercased() }
      }?.rawValue ?? commonWords[text.lowercased()]?.rawValue
    }
    place.report(
      node.text == nil ? .wrongType : .wrongUnit, at: node.mark, "found \(node.found)", allowed: allowed,
      suggestion: meant)
    return nil
  }

  private static let commonWords: [String: Unit] = [
    "c": .celsius, "degc": .celsius, "°c": .celsius, "f": .fahrenheit, "k": .kelvin, "pct": .percent,
    "liter": .litre, "liters": .litre, "litres": .litre, "lpm": .litrePerMinute, "kilo": .kilogram,
    "mbar": .hectopascal,
    "cbar": .kilopascal, "cb": .kilopascal, "centibar": .kilopascal, "mv": .millivolt, "pieces": .piece,
  ]
}
