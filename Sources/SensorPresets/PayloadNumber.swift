internal import CanonicalJSON

/// A number as devices write it in JSON or as bare text.
enum PayloadNumber: Equatable {
  case number(Double)
  /// The payload says that there is none.
  case absent
  case unreadable

  init(_ value: JSONValue) {
    switch value {
    case .integer(let integer): self = .number(Double(integer))
    case .number(let number): self = number.isFinite ? .number(number) : .absent
    case .null: self = .absent
    case .string(let text): self.init(text: text)
    case .bool, .array, .object: self = .unreadable
    }
  }

  /// Digits with an optional sign, point and exponent; nothing before or after, no decimal comma, no unit, no
  /// hexadecimal. Words for "none" are those seen from real devices.
  init(text: String) {
    let text = trimmed(text)
    if text.utf8.allSatisfy(Self.belongsToNumber), text.utf8.contains(where: { (48...57).contains($0) }) {
      guard let number = Double(text), number.isFinite else {
        self = .unreadable
        return
      }
      self = .number(number)
    } else {
      self = Self.meansNone(text) ? .absent : .unreadable
    }
  }

  private static func belongsToNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private static func meansNone(_ text: String) -> Bool {
    guard text.utf8.count <= 16 else { return false }
    if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") }) { return true }  // "" as well
    switch text.lowercased() {
    case "nan", "-nan", "inf", "-inf", "+inf", "infinity", "-infinity", "null", "none", "nil", "n/a", "na",
      "unknown",
      "unavailable", "not available", "undefined", "invalid", "error":
      return true
    default: return false
    }
  }
}
