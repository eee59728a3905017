public import CanonicalJSON
internal import FarmUnits

extension LotCommand {
  /// The longest command id and name of a person, UTF-8 bytes.
  public static let longestName = 128
  /// The longest note, UTF-8 bytes.
  public static let longestNote = 500

  /// Reads the payload of `lot/command`. Members that are not known are ignored; a known member with the wrong
  /// type or range is an error, a null counts as left out.
  public init(json: JSONValue) throws(LotCommandError) {
    guard case .object = json else {
      throw LotCommandError(id: nil, reason: .malformed, text: "a lot command is a JSON object")
    }
    let id = try CommandMembers(json: json, id: nil).commandID()
    let members = CommandMembers(json: json, id: id)
    let action: Action = try members.action()
    self.init(id: id, action: action)
    lot = try members.identifier("lot", .lotInvalid)
    product = try members.identifier("product", .productInvalid)
    field = try members.identifier("field", .valueUnknown)
    store = try members.identifier("store", .valueUnknown)
    by = try members.text("by", limit: Self.longestName)
    note = try members.text("note", limit: Self.longestNote)
    channel = try members.choice("channel", Channel.self) ?? .local
    method = try members.choice("method", QuantityMethod.self)
    scope = try members.choice("scope", Withdrawal.Scope.self)
    effectiveFrom = try members.time("effective_from")
    unit = try members.unit()
    quantity = action.needsQuantity ? try members.quantity(zeroAllowed: action == .weigh) : nil
    try members.requireWhatIsNeeded(by: self)
  }
}

/// The members of one command with the checks that each of them has to pass.
private struct CommandMembers {
  let json: JSONValue
  let id: String?

  func error(_ reason: LotRefusal, _ text: String) -> LotCommandError {
    LotCommandError(id: id, reason: reason, text: text)
  }

  subscript(name: String) -> JSONValue? {
    guard let value = json[name], value != .null else { return nil }
    return value
  }

  func commandID() throws(LotCommandError) -> String {
    guard let value = self["id"] else { throw error(.idMissing, "the command has no id") }
    guard let text = value.string, isPlain(text), (1...LotCommand.longestName).contains(text.utf8.count)
    else {
      throw error(
        .idInvalid, "id must be a text of 1 to \(LotCommand.longestName) bytes without control characters")
    }
    return text
  }

  func action() throws(LotCommandError) -> LotCommand.Action {
    let known = LotCommand.Action.allCases.map(\.rawValue).joined(separator: ", ")
    guard let value = self["action"] else { throw error(.actionMissing, "action must be one of \(known)") }
    guard let action = value.string.flatMap(LotCommand.Action.init) else {
      throw error(.actionUnknown, "\(shown(value)) is no action; it must be one of \(known)")
    }
    return action
  }

  func identifier(_ name: String, _ reason: LotRefusal) throws(LotCommandError) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string, Identifier.isValid(text) else {
      throw error(reason, "\(name) must be 1 to 64 of A-Z a-z 0-9 . _ -")
    }
    // `lot/command` is where commands arrive; a lot of that name would publish there.
    guard name != "lot" || text != "command" else { throw error(reason, "a lot cannot be called command") }
    return text
  }

  func text(_ name: String, limit: Int) throws(LotCommandError) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string else { throw error(.textInvalid, "\(name) must be a text") }
    guard text.utf8.count <= limit else { throw error(.textTooLong, "\(name) is longer than \(limit) bytes") }
    guard isPlain(text) else { throw error(.textInvalid, "\(name) has control characters") }
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }

  func choice<Choice>(_ name: String, _: Choice.Type) throws(LotCommandError) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let value = self[name] else { return nil }
    guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw error(.valueUnknown, "\(name) must be one of \(known)")
    }
    return choice
  }

  func time(_ name: String) throws(LotCommandError) -> WallTime? {
    guard let value = self[name] else { return nil }
    guard let text = value.string, let time = WallTime(rfc3339: text) else {
      throw error(.timeInvalid, "\(name) must be a time such as 2026-11-22T10:15:00Z")
    }
    return time
  }

  func unit() throws(LotCommandError) -> Unit? {
    guard let value = self["unit"] else { return nil }
    guard let unit = value.string.flatMap(Unit.init(rawValue:)) else {
      throw error(.unitUnknown, "\(shown(value)) is no unit known here; units are Rec 20 codes such as KGM")
    }
    return unit
  }

  func quantity(zeroAllowed: Bool) throws(LotCommandError) -> Amount? {
    guard let value = self["quantity"] else { return nil }
    guard let number = value.double, number.isFinite else {
      throw error(.quantityInvalid, "quantity must be a number")
    }
    guard number >= 0 else { throw error(.quantityNegative, "quantity must not be negative") }
    guard number <= Amount.largest.units else {
      throw error(.quantityTooLarge, "quantity must not exceed \(Amount.largest)")
    }
    guard let amount = Amount(exactly: number) else {
      throw error(.quantityTooFine, "quantity must have at most 3 decimals")
    }
    guard amount > .zero || zeroAllowed else { throw error(.quantityZero, "quantity must be more than 0") }
    return amount
  }

  func requireWhatIsNeeded(by command: LotCommand) throws(LotCommandError) {
    let action = command.action
    guard command.lot != nil || action == .harvest else {
      throw error(.lotMissing, "\(action.rawValue) needs a lot")
    }
    guard command.product != nil || action != .harvest else {
      throw error(.productMissing, "harvest needs a product")
    }
    guard command.quantity != nil || !action.needsQuantity else {
      throw error(.quantityMissing, "\(action.rawValue) needs a quantity")
    }
    guard command.by != nil || !action.needsPerson else {
      throw error(.personMissing, "\(action.rawValue) needs the name of a person (by)")
    }
    guard command.note != nil || action != .release else {
      throw error(.noteMissing, "release needs a note that says why the lot is good")
    }
  }

  private func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
  }

  /// What was sent, short enough for an answer.
  private func shown(_ value: JSONValue) -> String {
    guard let text = value.string else { return "that" }
    let head = String(
      text.unicodeScalars.prefix(24).filter { $0.value >= 0x20 && $0.value != 0x7F }.map(Character.init))
    return "\"\(head)\(text.unicodeScalars.count > 24 ? "…" : "")\""
  }
}
