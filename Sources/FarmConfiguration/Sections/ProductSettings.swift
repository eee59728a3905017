public import FarmUnits
public import Harvest

/// Something that is harvested and sold.
public struct ProductSettings: Sendable, Equatable {
  public let id: String
  /// Of its name in the file.
  public private(set) var mark: SourceMark
  /// For people.
  public let name: String
  public let sku: String
  /// In which its stock is counted, as all quantities here.
  public let unit: Unit
  /// Sold in multiples of this; 0: in any amount. At most 3 decimals, as all quantities here.
  public let increment: Double
  /// Kept back for the scale's uncertainty.
  public let buffer: Double
  /// Kept for neighbours and box schemes.
  public let localShare: Double
  /// The cold store that its lots lie in; nil for what needs none.
  public let store: String?
  /// Where it grows, unless the harvest command says so.
  public let field: String?
  public let productClass: ProductClass
  public let limits: TemperatureLimitSettings
  public let shelfLife: ShelfLifeSettings?
  /// How long a lot that comes in warm may take to reach its limits.
  public let coolDown: Duration
  /// First part of a made lot id.
  public let lotPrefix: String
  public let bench: BenchSettings?
  /// Where limits and shelf life come from.
  public let source: String?

  /// Without its place in the file: what it says, to be compared.
  public var unmarked: Self {
    var settings = self
    settings.mark = .start
    return settings
  }
}

extension ProductSettings: ConfigurationSection {
  private enum Keys {
    static let name = Key("name", .text(max: 128), .required, "for people")
    static let sku = Key("sku", .text(max: 64), .required, "the shop's article number")
    static let unit = Key("unit", .productUnit, .required, "in which its stock is counted")
    static let increment = Key(
      "increment", .amount, .byDefault(0), "sold in multiples of this; 0: in any amount")
    static let buffer = Key(
      "buffer", .amount, .byDefault(0), "of each lot, kept back for the scale's uncertainty")
    static let store = Key(
      "store", .name(of: .coldStore), .optional, "where its lots lie; left out: needs no cooling")
    static let field = Key(
      "field", .identifier, .optional, "where it grows, unless the harvest command says so")
    static let productClass = Key(
      "class", .choice(ProductClass.self), .required, "decides the cold-chain rules")
    static let limits = Key.section("limits", TemperatureLimitSettings.self, "temperatures to keep it at")
    static let shelfLife = Key("shelf_life", .section(ShelfLifeSettings.self), .optional, "how long it keeps")
    static let coolDown = Key(
      "cool_down_h", .hours(0...240), .byDefault(.zero),
      "how long a lot stored warm may take to reach its limits")
    static let localShare = Key(
      "local_share", .amount, .byDefault(0),
      "of each lot, kept for neighbours and never offered to the marketplace")
    static let lotPrefix = Key("lot_prefix", .lotPrefix, .required, "first part of a made lot id")
    static let bench = Key(
      "bench", .section(BenchSettings.self), .optional, "a scale, and a button to take its weight")
    static let source = Key("source", .text(max: 512), .optional, "where limits and shelf life come from")
  }
  static let keys = [
    Keys.name.reference, Keys.sku.reference, Keys.unit.reference, Keys.increment.reference,
    Keys.buffer.reference,
    Keys.store.reference, Keys.field.reference, Keys.productClass.reference, Keys.limits.reference,
    Keys.shelfLife.reference, Keys.coolDown.reference, Keys.localShare.reference, Keys.lotPrefix.reference,
    Keys.bench.reference, Keys.source.reference,
  ]

  init?(_ section: SectionReader) {
    let name = section.read(Keys.name)
    let sku = section.read(Keys.sku)
    let unit = section.read(Keys.unit)
    let increment = section.read(Keys.increment)
    let buffer = section.read(Keys.buffer)
    store = section.read(Keys.store)
    field = section.read(Keys.field)
    let productClass = section.read(Keys.productClass)
    let limits = section.read(Keys.limits)
    shelfLife = section.read(Keys.shelfLife)
    let coolDown = section.read(Keys.coolDown)
    let localShare = section.read(Keys.localShare)
    let lotPrefix = section.read(Keys.lotPrefix)
    bench = section.read(Keys.bench)
    source = section.read(Keys.source)
    if let sku { section.claim("the sku \(sku)", Keys.sku) }
    if let lotPrefix { section.claim("the lot prefix \(lotPrefix)", Keys.lotPrefix) }
    if let unit, let bench { bench.check(unit: unit, in: section) }
    guard let name, let sku, let unit, let increment, let buffer, let productClass, let limits, let coolDown,
      let localShare, let lotPrefix
    else { return nil }
    id = section.name
    mark = section.mark
    (self.name, self.sku, self.unit, self.increment) = (name, sku, unit, increment)
    (self.buffer, self.localShare, self.productClass) = (buffer, localShare, productClass)
    (self.limits, self.coolDown, self.lotPrefix) = (limits, coolDown, lotPrefix)
    if productClass != .produce, limits.maxCelsius == nil {
      section.report(
        Keys.limits, .missingKey,
        "\(productClass.rawValue) is judged by its warmest temperature, and the law says which",
        allowed: "limits: {max: °C}")
    }
    if let floor = limits.chillingConflict(with: shelfLife) {
      section.report(
        Keys.limits, .advice, severity: .advice,
        "min lies below shelf_life.chilling_below (\(PlainNumber.text(floor)) °C): cold that harms it would count as within limits"
      )
    }
  }
}

/// The temperatures between which a lot is kept, °C. Law-dependent, hence here and not in code.
public struct TemperatureLimitSettings: Sendable, Equatable {
  public let maxCelsius: Double?
  public let minCelsius: Double?

  /// The chilling temperature, if the lower limit allows it.
  fileprivate func chillingConflict(with shelfLife: ShelfLifeSettings?) -> Double? {
    guard let minCelsius, let chilling = shelfLife?.chillingBelowCelsius, minCelsius < chilling else {
      return nil
    }
    return chilling
  }
}

extension TemperatureLimitSettings: ConfigurationSection {
  private enum Keys {
    static let max = Key("max", .number(-60...60, unit: "°C"), .optional, "warmest")
    static let min = Key("min", .number(-60...60, unit: "°C"), .optional, "coldest")
  }
  static let keys = [Keys.max.reference, Keys.min.reference]

  init?(_ section: SectionReader) {
    maxCelsius = section.read(Keys.max)
    minCelsius = section.read(Keys.min)
    if let maxCelsius, let minCelsius, minCelsius >= maxCelsius {
      section.report(
        Keys.max, .outOfRange, "found \(PlainNumber.text(maxCelsius)), which is not above min",
        allowed: "more than \(PlainNumber.text(minCelsius))")
    }
  }
}

/// How long a product keeps.
public struct ShelfLifeSettings: Sendable, Equatable {
  /// At `atCelsius`.
  public let days: Double
  public let atCelsius: Double
  /// How many times faster it ages per 10 K.
  public let q10: Double
  /// Below this, cold does harm; nil: only frost does.
  public let chillingBelowCelsius: Double?
  /// With less than this left a lot is expired.
  public let daysMin: Double
}

extension ShelfLifeSettings: ConfigurationSection {
  private enum Keys {
    static let days = Key("days", .positive(upTo: 3650, unit: "d"), .required, "how long it keeps")
    static let at = Key("at", .number(-40...40, unit: "°C"), .required, "at this temperature")
    static let q10 = Key(
      "q10", .number(1...10), .required, "how many times faster it ages per 10 K (USDA AH-66: 2.5...4)")
    static let chilling = Key(
      "chilling_below", .number(-40...30, unit: "°C"), .optional,
      "below this, cold does harm; left out: only frost does")
    static let minimum = Key(
      "minimum_days", .number(0...3650, unit: "d"), .byDefault(0), "with less left, a lot is expired")
  }
  static let keys = [
    Keys.days.reference, Keys.at.reference, Keys.q10.reference, Keys.chilling.reference,
    Keys.minimum.reference,
  ]

  init?(_ section: SectionReader) {
    let days = section.read(Keys.days)
    let at = section.read(Keys.at)
    let q10 = section.read(Keys.q10)
    chillingBelowCelsius = section.read(Keys.chilling)
    let minimum = section.read(Keys.minimum)
    guard let days, let at, let q10, let minimum else { return nil }
    (self.days, atCelsius, self.q10, daysMin) = (days, at, q10, minimum)
    if minimum >= days {
      section.report(
        Keys.minimum, .outOfRange,
        "found \(PlainNumber.text(minimum)): every lot would be expired at harvest",
        allowed: "less than \(PlainNumber.text(days))")
    }
  }
}

/// The packing bench.
public struct BenchSettings: Sendable, Equatable {
  /// A sensor of mass, in the product's unit.
  public let scale: String
  /// A contact: pressed, the weight is taken. Nil: weights come by command.
  public let button: String?

  fileprivate func check(unit: Unit, in section: SectionReader) {
    guard let sensor = section.context.sensors[scale], sensor.unit != unit else { return }
    section.place.inside("bench.scale").report(
      .wrongUnit, at: section.mark(of: ["bench", "scale"]) ?? section.mark,
      "sensor \"\(scale)\" weighs in \(sensor.unit?.rawValue ?? "no unit"), and the product is counted in \(unit.rawValue)",
      allowed: "a scale in the product's unit")
  }
}

extension BenchSettings: ConfigurationSection {
  private enum Keys {
    static let scale = Key("scale", .sensor(.mass), .required, "in the product's unit")
    static let button = Key("button", .sensor(.contact), .optional, "pressed, the weight is taken")
  }
  static let keys = [Keys.scale.reference, Keys.button.reference]

  init?(_ section: SectionReader) {
    let scale = section.read(Keys.scale)
    button = section.read(Keys.button)
    if let button { section.claim("the button \(button)", Keys.button) }
    guard let scale else { return nil }
    self.scale = scale
  }
}
