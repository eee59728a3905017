public import FarmUnits

/// Why a sensor cannot be read as configured. Each names the key that is wrong.
public enum BindingError: Error, Equatable, Sendable {
  public enum Key: String, Sendable {
    case preset, field, quantity, unit
    case payloadUnit = "payload_unit"
    case closed
    case zoneMinutes = "zone_minutes"
  }
  public enum Unreadable: Equatable, Sendable {
    /// Nothing before, between or after dots, or more than 16 parts.
    case emptyPart
    /// Not a JSON pointer; why.
    case pointer(String)
  }

  case quantityNotGiven(Preset, Quantity)
  case fieldMissing(Preset, example: String)
  case fieldNotAllowed(Preset)
  case fieldNotReadable(String, why: Unreadable)
  /// The family sends something else under this name.
  case fieldGivesOther(field: String, gives: [Quantity], wanted: Quantity, instead: [String])
  case unitMissing(Quantity)
  case unitNotOfQuantity(Unit, Quantity)
  /// The payload's unit cannot be converted into the sensor's.
  case unitsDiffer(payload: Unit, sensor: Unit, field: String)
  /// `closed` on a sensor that is no contact, or not a word.
  case closedNotAllowed(Quantity)
  /// Beyond a day.
  case zoneOutOfRange(Int)

  /// The configuration key to point at.
  public var key: Key {
    switch self {
    case .quantityNotGiven: .preset
    case .fieldMissing, .fieldNotAllowed, .fieldNotReadable, .fieldGivesOther: .field
    case .unitMissing, .unitNotOfQuantity: .unit
    case .unitsDiffer: .payloadUnit
    case .closedNotAllowed: .closed
    case .zoneOutOfRange: .zoneMinutes
    }
  }

  /// What could stand there instead; may be empty.
  public var suggestions: [String] {
    switch self {
    case .quantityNotGiven(_, let quantity):
      Preset.allCases.filter { $0.canGive(quantity) }.map(\.rawValue)
    case .fieldMissing(_, let example): [example]
    case .fieldGivesOther(_, _, _, let instead): instead
    case .unitMissing(let quantity), .unitNotOfQuantity(_, let quantity): quantity.units.map(\.rawValue)
    case .unitsDiffer(_, let sensor, _): sensor.convertible.map(\.rawValue)
    case .fieldNotAllowed, .fieldNotReadable, .closedNotAllowed, .zoneOutOfRange: []
    }
  }
}

extension BindingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .quantityNotGiven(let preset, let quantity):
      "\(preset.rawValue) devices do not measure \(quantity.rawValue)"
    case .fieldMissing(let preset, let example): "\(preset.rawValue) needs a field, such as \(example)"
    case .fieldNotAllowed(let preset): "\(preset.rawValue) has no fields: the whole payload is the value"
    case .fieldNotReadable(let field, .emptyPart): "'\(field)' is no path of names with dots between them"
    case .fieldNotReadable(let field, .pointer(let why)): "'\(field)' is no JSON pointer: \(why)"
    case .fieldGivesOther(let field, [], let wanted, _): "'\(field)' is no \(wanted.rawValue)"
    case .fieldGivesOther(let field, let gives, let wanted, _):
      "'\(field)' is \(gives.map(\.rawValue).joined(separator: " or ")), not \(wanted.rawValue)"
    case .unitMissing(let quantity): "\(quantity.rawValue) needs a unit"
    case .unitNotOfQuantity(let unit, let quantity):
      "\(quantity.rawValue) has no values in \(unit.rawValue) (\(unit.symbol))"
    case .unitsDiffer(let payload, let sensor, let field):
      "'\(field)' is in \(payload.rawValue) (\(payload.symbol)), which does not convert to "
        + "\(sensor.rawValue) (\(sensor.symbol))"
    case .closedNotAllowed(let quantity): "only a contact can be closed, and \(quantity.rawValue) is none"
    case .zoneOutOfRange(let minutes): "\(minutes) minutes are no time zone"
    }
  }
}
