internal import FarmUnits

/// One bed: its probe, its valve, and when enough is enough.
public struct IrrigationSettings: Sendable, Equatable {
  public let id: String
  /// Of its name in the file.
  public private(set) var mark: SourceMark
  public let probe: SoilProbeSettings
  /// Output ids.
  public let valve: String
  /// A valve before several beds, opened with each of them.
  public let masterValve: String?
  public let flow: FlowSettings?
  /// Water in portions, with rests for it to sink in; nil: without rests.
  public let soak: SoakSettings?
  public let limits: IrrigationLimitSettings
  public let soil: SoilSettings?
  public let crop: CropSettings?
  public let areaSquareMetres: Double?
  /// A sensor that counts millimetres of rain.
  public let rain: String?
  /// Nil: without a water balance, which needs soil, crop and area.
  public let balance: WaterBalanceSettings?

  /// Without its place in the file: what it says, to be compared.
  public var unmarked: Self {
    var settings = self
    settings.mark = .start
    return settings
  }
}

/// What tells that the soil is dry; exactly one.
public enum SoilProbeSettings: Sendable, Equatable {
  /// Per cent of volume: dry is low.
  case moisture(sensor: String, startBelow: Double, stopAbove: Double)
  /// Kilopascal: dry is high.
  case tension(sensor: String, startAbove: Double, stopBelow: Double)

  /// The sensor's id.
  public var sensor: String {
    switch self {
    case .moisture(let sensor, _, _), .tension(let sensor, _, _): sensor
    }
  }
}

extension IrrigationSettings: ConfigurationSection {
  enum Keys {
    static let moisture = Key(
      "moisture", .sensor(.soilMoisture), .optional, "probe in per cent; or `tension`")
    static let tension = Key("tension", .sensor(.soilTension), .optional, "probe in kPa; or `moisture`")
    static let valve = Key("valve", .name(of: .output), .required, "the bed's valve")
    static let masterValve = Key(
      "master_valve", .name(of: .output), .optional, "a valve before several beds, opened with each of them")
    static let flow = Key(
      "flow", .section(FlowSettings.self), .optional, "the meter that counts the bed's water")
    static let startBelow = Key(
      "start_below", .number(0...100, unit: "P1"), .optional, "moisture: waters below this")
    static let stopAbove = Key(
      "stop_above", .number(0...100, unit: "P1"), .optional, "moisture: stops above this")
    static let startAbove = Key(
      "start_above", .number(0...1500, unit: "KPA"), .optional, "tension: waters above this")
    static let stopBelow = Key(
      "stop_below", .number(0...1500, unit: "KPA"), .optional, "tension: stops below this")
    static let soak = Key(
      "soak", .section(SoakSettings.self), .optional, "portions, with rests for the water to sink in")
    static let limits = Key.section("limits", IrrigationLimitSettings.self, "when enough is enough")
    static let soil = Key("soil", .section(SoilSettings.self), .optional, "for the water balance")
    static let crop = Key("crop", .section(CropSettings.self), .optional, "for the water balance")
    static let area = Key("area_m2", .positive(upTo: 1e7, unit: "m²"), .optional, "for the water balance")
    static let rain = Key("rain", .sensor(.rain), .optional, "counts millimetres of rain")
    static let balance = Key(
      "water_balance", .section(WaterBalanceSettings.self), .optional,
      "a second opinion beside the probe; left out: its defaults, where soil, crop and area_m2 are there")
  }
  static let keys = [
    Keys.moisture.reference, Keys.tension.reference, Keys.valve.reference, Keys.masterValve.reference,
    Keys.flow.reference, Keys.startBelow.reference, Keys.stopAbove.reference, Keys.startAbove.reference,
    Keys.stopBelow.reference, Keys.soak.reference, Keys.limits.reference, Keys.soil.reference,
    Keys.crop.reference,
    Keys.area.reference, Keys.rain.reference, Keys.balance.reference,
  ]

  init?(_ section: SectionReader) {
    let probe = SoilProbeSettings(section)
    let valve = section.read(Keys.valve)
    masterValve = section.read(Keys.masterValve)
    flow = section.read(Keys.flow)
    soak = section.read(Keys.soak)
    let limits = section.read(Keys.limits)
    soil = section.read(Keys.soil)
    crop = section.read(Keys.crop)
    areaSquareMetres = section.read(Keys.area)
    rain = section.read(Keys.rain)
    let balance = section.read(Keys.balance)
    let isKnown = soil != nil && crop != nil && areaSquareMetres != nil
    self.balance = balance ?? (isKnown ? .usual : nil)
    if let valve { section.context.drive(valve, by: section, Keys.valve) }
    if let masterValve, masterValve == valve {
      section.report(Keys.masterValve, .conflict, "the bed's own valve cannot be its master valve too")
    }
    Self.checkBalance(section)
    guard let probe, let valve, let limits else { return nil }
    id = section.name
    mark = section.mark
    (self.probe, self.valve, self.limits) = (probe, valve, limits)
    if limits.litresPerDay ?? limits.litresPerWeek != nil, !section.has(Keys.flow) {
      section.report(
        Keys.limits, .missingKey, "litres cannot be counted without a meter",
        allowed: "flow: {sensor: …} beside it")
    }
    checkValve(section)
  }

  private static func checkBalance(_ section: SectionReader) {
    let missing = [
      (Keys.soil.name, section.has(Keys.soil)), (Keys.crop.name, section.has(Keys.crop)),
      (Keys.area.name, section.has(Keys.area)),
    ].filter { !$0.1 }.map(\.0)
    if section.has(Keys.balance), !missing.isEmpty {
      section.report(
        Keys.balance, .missingKey, "needs \(missing.joined(separator: ", ")) beside it",
        allowed: "soil, crop, area_m2")
    }
  }

  /// A valve that nothing ever shuts is one stuck controller away from a flood.
  private func checkValve(_ section: SectionReader) {
    guard let output = section.context.outputs[valve] else { return }
    guard let onMax = output.guards.onMax else {
      section.report(
        Keys.valve, .advice, severity: .advice,
        "output \"\(valve)\" has no guard.max_on_s: nothing shuts it if watering never stops",
        allowed: "guard: {max_on_s: N} in outputs.\(valve)")
      return
    }
    if let soak, soak.run > onMax {
      section.report(
        Keys.soak, .conflict, "run_s is longer than guard.max_on_s of \"\(valve)\"",
        allowed: "at most \(PlainNumber.text(onMax.exactSeconds)) s")
    }
  }
}
