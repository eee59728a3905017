public import FarmUnits
public import SensorPresets

/// Messages of a device on the site broker.
public struct MQTTSource: Sendable, Equatable {
  /// A filter: `+` stands for one level.
  public let topic: String
  /// The device's family.
  public let preset: Preset
  /// Which of a message's values; nil: as the family has it.
  public let field: String?
  /// The unit in the message, where it is not the channel's; nil: as the family has it.
  public let payloadUnit: Unit?
  /// For contacts: the word or number that means closed; nil: as the family has it.
  public let closed: String?
  /// Of times in messages that name no zone, east of UTC; nil: such times are not used.
  public let zoneMinutes: Int?
  /// Where the device, or its bridge, says whether it is there; nil: where the family says it.
  public let availability: String?
}

extension MQTTSource: ConfigurationSection {
  private enum Keys {
    static let topic = Key(
      "topic", .topicFilter, .required, "where the device speaks; `+` stands for one level")
    static let preset = Key("preset", .choice(Preset.self), .required, "the device's family")
    static let field = Key(
      "field", .text(), .optional,
      "which of the message's values, as the family names it; a JSON pointer for `json`")
    static let payloadUnit = Key(
      "payload_unit", .unit, .optional,
      "unit in the message, where it is not the sensor's; readings are converted")
    static let closed = Key(
      "closed", .text(max: 64), .optional,
      "contacts: the word that means closed; left out: as the family has it")
    static let zone = Key(
      "zone_minutes", .integer(-840...840, unit: "min"), .optional,
      "zone of times in messages that name none, east of UTC")
    static let availability = Key(
      "availability", .topicFilter, .optional,
      "where the device says whether it is there; left out: where its family does")
  }
  static let keys = [
    Keys.topic.reference, Keys.preset.reference, Keys.field.reference, Keys.payloadUnit.reference,
    Keys.closed.reference, Keys.zone.reference, Keys.availability.reference,
  ]

  init?(_ section: SectionReader) {
    let topic = section.read(Keys.topic)
    let preset = section.read(Keys.preset)
    field = section.read(Keys.field)
    payloadUnit = section.read(Keys.payloadUnit)
    closed = section.read(Keys.closed)
    zoneMinutes = section.read(Keys.zone)
    availability = section.read(Keys.availability)
    section.requireSiteBroker()
    guard let topic, let preset else { return nil }
    (self.topic, self.preset) = (topic, preset)
  }

  /// Whether the preset can give the quantity in the unit, from the field that is named: asked of the code
  /// that
  /// will read the messages.
  func check(quantity: Quantity, unit: Unit?, in section: SectionReader) {
    do {
      let binding = try SensorBinding(
        preset: preset, field: field, quantity: quantity, unit: unit, payloadUnit: payloadUnit,
        closed: closed,
        zoneMinutes: zoneMinutes)
      if let caution = binding.caution {
        report("field", .advice, severity: .advice, caution, allowed: nil, suggestion: nil, section)
      }
    } catch {
      let key = Self.keyName(error.key)
      let names = error.suggestions.filter { !$0.isEmpty }
      let allowed = names.isEmpty ? nil : names.prefix(12).joined(separator: ", ")
      let nearest = field.flatMap { NearestName.of($0, among: names) }
      report(key, .notAllowed, severity: .error, "\(error)", allowed: allowed, suggestion: nearest, section)
    }
  }

  /// - Parameter key: Below `mqtt`; the preset's place is shown where that key was left out.
  private func report(
    _ key: String, _ kind: ConfigurationProblem.Kind, severity: ConfigurationProblem.Severity,
    _ message: String,
    allowed: String?, suggestion: String?, _ section: SectionReader
  ) {
    let mark = section.mark(of: ["mqtt", key]) ?? section.mark(of: ["mqtt", "preset"]) ?? section.mark
    section.place.inside("mqtt").inside(key).report(
      kind, severity: severity, at: mark, message, allowed: allowed, suggestion: suggestion)
  }

  /// The key of this section to point at.
  private static func keyName(_ key: BindingError.Key) -> String {
    switch key {
    case .field: Keys.field.name
    case .payloadUnit: Keys.payloadUnit.name
    case .closed: Keys.closed.name
    case .zoneMinutes: Keys.zone.name
    case .preset, .quantity, .unit: Keys.preset.name
    }
  }
}
