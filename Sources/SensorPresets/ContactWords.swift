internal import CanonicalJSON
internal import FarmUnits

/// Which words mean open and which closed.
///
/// `open` and `closed` speak for themselves. A contact that is on, true or 1 is closed, as the circuit
/// through it is; so Zigbee2MQTT's `contact` and Tasmota's `Switch1` in its follow mode. A field that is
/// named after being open, as Dragino's `DOOR_OPEN_STATUS`, turns that around, and so does wiring: then the
/// configuration says which word means closed.
struct ContactWords: Sendable {
  private let closed: String?
  private let onIsOpen: Bool

  /// - Parameters:
  ///   - closed: From the configuration.
  ///   - field: The last part of the field's path.
  init(closed: String?, field: String) {
    self.closed = closed.map(Self.folded)
    onIsOpen = Self.folded(field).split { !$0.isLetter }.contains("open")
  }

  /// Nil for what is no state of a contact.
  func contact(of value: JSONValue) -> Contact? {
    switch value {
    case .bool(let on): state(on: on, word: on ? "true" : "false")
    case .integer(0): state(on: false, word: "0")
    case .integer(1): state(on: true, word: "1")
    case .number(let number) where number == 0 || number == 1: contact(of: .integer(Int64(number)))
    case .string(let text): contact(of: Self.folded(text))
    default: nil
    }
  }

  private func contact(of word: String) -> Contact? {
    if let closed, word == closed { return .closed }
    switch word {
    case "closed", "close": return closed == nil ? .closed : .open
    case "open", "opened": return .open
    case "on", "true", "1": return state(on: true, word: word)
    case "off", "false", "0": return state(on: false, word: word)
    default: return nil
    }
  }

  private func state(on: Bool, word: String) -> Contact {
    if let closed { return word == closed ? .closed : .open }
    return on == onIsOpen ? .open : .closed
  }

  private static func folded(_ text: String) -> String { trimmed(text).lowercased() }
}

/// Without white space of ASCII at either end.
func trimmed(_ text: String) -> String {
  let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
  let bytes = text.utf8
  guard let first = bytes.first, let last = bytes.last, isSpace(first) || isSpace(last) else { return text }
  let body = bytes.drop(while: isSpace)
  guard let end = body.lastIndex(where: { !isSpace($0) }) else { return "" }
  return String(Substring(body[...end]))
}
