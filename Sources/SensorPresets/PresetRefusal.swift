public import CanonicalJSON

/// Why a message was not taken. `code` is stable, for counters and tests; `description` is for people.
public enum PresetRefusal: Error, Equatable, Sendable {
  case notJSON(JSONError)
  /// Bytes that are no Sparkplug payload, from which byte on.
  case notSparkplug(offset: Int)
  /// More bytes than a message of this family has.
  case tooLong(limit: Int)
  /// Text that is not UTF-8.
  case notText
  /// The message lacks the object that carries the readings.
  case wrongShape(expected: String)
  /// A message that lists everything, without this field.
  case noField(String)
  /// Several sensors could be meant.
  case ambiguous(field: String, candidates: [String])
  /// A network server that has no decoder for this device sends only raw bytes.
  case notDecoded
  /// Neither a number nor a word for "no number". `found` is at most 40 characters.
  case notANumber(found: String)
  /// Neither open nor closed. `found` is at most 40 characters.
  case notAContact(found: String)
  /// The payload names a unit that is unknown or measures something else.
  case unknownUnit(String)

  public var code: String {
    switch self {
    case .notJSON(let error): error.kind.rawValue
    case .notSparkplug: "not_sparkplug"
    case .tooLong: "too_long"
    case .notText: "not_text"
    case .wrongShape: "wrong_shape"
    case .noField: "no_field"
    case .ambiguous: "ambiguous"
    case .notDecoded: "not_decoded"
    case .notANumber: "not_a_number"
    case .notAContact: "not_a_contact"
    case .unknownUnit: "unknown_unit"
    }
  }
}

extension PresetRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notJSON(let error): "not JSON as this gateway reads it, \(error)"
    case .notSparkplug(let offset): "not a Sparkplug B payload from byte \(offset) on"
    case .tooLong(let limit): "longer than the \(limit) bytes that such a message may have"
    case .notText: "not UTF-8 text"
    case .wrongShape(let expected): "\(expected) expected"
    case .noField(let field): "nothing at '\(field)'"
    case .ambiguous(let field, let candidates):
      "'\(field)' could be any of \(candidates.joined(separator: ", ")): name one by its Id"
    case .notDecoded: "the network server sent raw bytes only: set up a payload decoder for this device there"
    case .notANumber(let found): "'\(found)' is no number"
    case .notAContact(let found): "'\(found)' is neither open nor closed"
    case .unknownUnit(let unit): "the unit '\(unit)' is not one this sensor can be in"
    }
  }
}
