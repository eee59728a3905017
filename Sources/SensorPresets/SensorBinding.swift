public import FarmUnits

/// How one sensor is read from the messages of one topic, checked and prepared once.
public struct SensorBinding: Sendable {
  public let preset: Preset
  /// As configured, or the family's usual one; nil where the whole payload is the value.
  public let field: String?
  public let quantity: Quantity
  /// Of the readings; nil for contacts.
  public let unit: Unit?
  /// What the payload's numbers are in where the configuration says so; it outranks what the family says.
  public let payloadUnit: Unit?
  /// Minutes east of UTC for families whose times have no zone; nil: such times are not used.
  public let zoneMinutes: Int?

  let path: FieldPath
  /// The family's own unit for this field, where it is known.
  let fieldUnit: Unit?
  let contact: ContactWords

  /// - Parameters:
  ///   - field: The family's own path to the value; nil takes the usual one.
  ///   - unit: Nil for contacts only.
  ///   - payloadUnit: For devices whose payload does not say its unit, or says a wrong one.
  ///   - closed: The payload's word, boolean or digit for a closed contact (`ON`, `false`, `0`), where the
  ///     wiring makes it differ from the family's usual.
  ///   - zoneMinutes: East of UTC, for times without a zone; −1440...1440.
  public init(
    preset: Preset, field: String? = nil, quantity: Quantity, unit: Unit?, payloadUnit: Unit? = nil,
    closed: String? = nil, zoneMinutes: Int? = nil
  ) throws(BindingError) {
    guard preset.canGive(quantity) else { throw .quantityNotGiven(preset, quantity) }
    (self.preset, self.quantity, self.unit) = (preset, quantity, unit)
    (self.payloadUnit, self.zoneMinutes) = (payloadUnit, zoneMinutes)
    if let zoneMinutes, !(-1440...1440).contains(zoneMinutes) { throw .zoneOutOfRange(zoneMinutes) }

    let family = preset.family
    let field = try Self.field(field, of: preset, for: quantity)
    let path = if let field { try family.path(of: field) } else { FieldPath(parts: []) }
    (self.field, self.path) = (field, path)
    let meaning = family.meanings.first { $0.name == path.leaf }
    if let meaning, !meaning.quantities.contains(quantity) {
      throw .fieldGivesOther(
        field: path.leaf, gives: meaning.quantities, wanted: quantity, instead: preset.fields(for: quantity))
    }
    fieldUnit = meaning?.unit
    try Self.check(unit: unit, of: quantity)
    if let unit, let source = payloadUnit ?? fieldUnit, !source.converts(to: unit) {
      throw .unitsDiffer(payload: source, sensor: unit, field: path.leaf)
    }
    if closed != nil, quantity != .contact { throw .closedNotAllowed(quantity) }
    contact = ContactWords(closed: closed, field: path.leaf)
  }

  /// A sentence for whoever wires this sensor, where the field is allowed and still risky.
  public var caution: String? { field.flatMap { preset.family.caution(field: $0, quantity: quantity) } }

  private static func field(
    _ field: String?, of preset: Preset, for quantity: Quantity
  ) throws(BindingError) -> String? {
    switch (preset.fieldRule, field) {
    case (.forbidden, nil): return nil
    case (.forbidden, _): throw .fieldNotAllowed(preset)
    case (_, let field?): return field
    case (.required(let example), nil): throw .fieldMissing(preset, example: example)
    case (.optional, nil):
      guard let usual = preset.defaultField(for: quantity) else {
        throw .fieldMissing(preset, example: preset.fields(for: quantity).first ?? "")
      }
      return usual
    }
  }

  private static func check(unit: Unit?, of quantity: Quantity) throws(BindingError) {
    guard let unit else {
      guard quantity.units.isEmpty else { throw .unitMissing(quantity) }
      return
    }
    guard quantity.units.contains(unit) else { throw .unitNotOfQuantity(unit, quantity) }
  }
}
