/// How much water a soil holds.
public struct SoilSettings: Sendable, Equatable {
  public let texture: SoilTexture
  /// m³ of water per m³ of soil, 0...0.6, above the wilting point.
  public let fieldCapacity: Double
  public let wiltingPoint: Double
}

/// Soil textures of FAO-56.
public enum SoilTexture: String, Sendable, CaseIterable {
  case sand
  case loamySand = "loamy_sand"
  case sandyLoam = "sandy_loam"
  case loam
  case siltLoam = "silt_loam"
  case silt
  case siltClayLoam = "silt_clay_loam"
  case siltyClay = "silty_clay"
  case clay

  /// Water contents at field capacity and at the wilting point, m³/m³.
  ///
  /// - Source: FAO Irrigation and Drainage Paper 56, table 19.
  public var waterContents: (fieldCapacity: ClosedRange<Double>, wiltingPoint: ClosedRange<Double>) {
    switch self {
    case .sand: (0.07...0.17, 0.02...0.07)
    case .loamySand: (0.11...0.19, 0.03...0.10)
    case .sandyLoam: (0.18...0.28, 0.06...0.16)
    case .loam: (0.20...0.30, 0.07...0.17)
    case .siltLoam: (0.22...0.36, 0.09...0.21)
    case .silt: (0.28...0.36, 0.12...0.22)
    case .siltClayLoam: (0.30...0.37, 0.17...0.24)
    case .siltyClay: (0.30...0.42, 0.17...0.29)
    case .clay: (0.32...0.40, 0.20...0.24)
    }
  }
}

extension SoilSettings: ConfigurationSection {
  private enum Keys {
    static let texture = Key("texture", .choice(SoilTexture.self), .required, "soil texture of FAO-56")
    static let fieldCapacity = Key(
      "field_capacity", .number(0.01...0.6, unit: "m³/m³"), .optional,
      "left out: the middle of FAO-56 table 19")
    static let wiltingPoint = Key(
      "wilting_point", .number(0...0.5, unit: "m³/m³"), .optional, "left out: the middle of FAO-56 table 19")
  }
  static let keys = [Keys.texture.reference, Keys.fieldCapacity.reference, Keys.wiltingPoint.reference]

  init?(_ section: SectionReader) {
    let texture = section.read(Keys.texture)
    let fieldCapacity = section.read(Keys.fieldCapacity)
    let wiltingPoint = section.read(Keys.wiltingPoint)
    guard let texture else { return nil }
    self.texture = texture
    let usual = texture.waterContents
    self.fieldCapacity = fieldCapacity ?? middle(usual.fieldCapacity)
    self.wiltingPoint = wiltingPoint ?? middle(usual.wiltingPoint)
    if self.fieldCapacity <= self.wiltingPoint {
      section.report(
        section.has(Keys.wiltingPoint) ? Keys.wiltingPoint : Keys.fieldCapacity, .outOfRange,
        "the wilting point \(PlainNumber.text(self.wiltingPoint)) is not below the field capacity "
          + PlainNumber.text(self.fieldCapacity),
        allowed: "a wilting point below the field capacity")
    }
    for (key, value, range) in [
      (Keys.fieldCapacity, fieldCapacity, usual.fieldCapacity),
      (Keys.wiltingPoint, wiltingPoint, usual.wiltingPoint),
    ] {
      guard let value, !range.contains(value) else { continue }
      section.report(
        key, .advice, severity: .advice,
        "found \(PlainNumber.text(value)), unusual for \(texture.rawValue): FAO-56 table 19 has "
          + "\(PlainNumber.text(range.lowerBound))...\(PlainNumber.text(range.upperBound))")
    }
  }
}

private func middle(_ range: ClosedRange<Double>) -> Double { (range.lowerBound + range.upperBound) / 2 }

/// What grows in a bed.
public struct CropSettings: Sendable, Equatable {
  public let name: String
  public let rootDepthMetres: Double
  /// Of the available water, that may be used before the crop suffers (FAO-56 p).
  public let depletionFraction: Double
  /// FAO-56 Kc.
  public let coefficient: Double
}

extension CropSettings: ConfigurationSection {
  private enum Keys {
    static let name = Key("name", .text(max: 64), .required, "for people")
    static let rootDepth = Key("root_depth_m", .number(0.05...5, unit: "m"), .required, "depth of its roots")
    static let depletion = Key(
      "depletion_fraction", .number(0.1...0.8), .required,
      "FAO-56 p, table 22: of the available water, before it suffers")
    static let coefficient = Key("coefficient", .number(0.05...2), .byDefault(1), "FAO-56 Kc")
  }
  static let keys = [
    Keys.name.reference, Keys.rootDepth.reference, Keys.depletion.reference, Keys.coefficient.reference,
  ]

  init?(_ section: SectionReader) {
    let name = section.read(Keys.name)
    let rootDepth = section.read(Keys.rootDepth)
    let depletion = section.read(Keys.depletion)
    let coefficient = section.read(Keys.coefficient)
    guard let name, let rootDepth, let depletion, let coefficient else { return nil }
    (self.name, rootDepthMetres) = (name, rootDepth)
    (depletionFraction, self.coefficient) = (depletion, coefficient)
  }
}

/// Where the water balance takes evaporation from.
public struct WaterBalanceSettings: Sendable, Equatable {
  /// Reference evapotranspiration without a day of temperatures, 0...15.
  public let evaporationMillimetresPerDay: Double
  /// Air temperature outside, for Hargreaves; nil: the number above always holds.
  public let temperature: String?
  /// Water by the balance while the probe is bad, instead of shutting the valve.
  public let standsIn: Bool

  /// What holds where the file has no such section: about a summer day's evaporation in a temperate climate.
  static let usual = WaterBalanceSettings(evaporationMillimetresPerDay: 4, temperature: nil, standsIn: false)
}

extension WaterBalanceSettings: ConfigurationSection {
  private enum Keys {
    static let evaporation = Key(
      "evaporation_mm_per_day", .number(0...15, unit: "mm/d"),
      .byDefault(WaterBalanceSettings.usual.evaporationMillimetresPerDay),
      "reference evapotranspiration, until temperatures tell")
    static let temperature = Key(
      "temperature", .sensor(.temperature), .optional, "air outside in CEL, for Hargreaves; needs `location`")
    static let standsIn = Key(
      "stands_in", .flag, .byDefault(false),
      "water by the balance while the probe is bad, instead of shutting the valve")
  }
  static let keys = [Keys.evaporation.reference, Keys.temperature.reference, Keys.standsIn.reference]

  init?(_ section: SectionReader) {
    let evaporation = section.read(Keys.evaporation)
    temperature = section.read(Keys.temperature)
    let standsIn = section.read(Keys.standsIn)
    section.requireCelsius(Keys.temperature, temperature)
    if section.has(Keys.temperature), !section.context.hasLocation {
      section.report(
        Keys.temperature, .missingKey, "the sun's strength needs the farm's latitude",
        allowed: "location: {latitude_deg: …} at the top")
    }
    guard let evaporation, let standsIn else { return nil }
    (evaporationMillimetresPerDay, self.standsIn) = (evaporation, standsIn)
  }
}
