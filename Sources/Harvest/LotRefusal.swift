/// Why a lot command was not carried out. The raw value is the stable `reason` of the answer.
public enum LotRefusal: String, Sendable, CaseIterable {
  // The command itself.
  case malformed
  case idMissing = "id_missing"
  case idInvalid = "id_invalid"
  case actionMissing = "action_missing"
  case actionUnknown = "action_unknown"
  case lotMissing = "lot_missing"
  case lotInvalid = "lot_invalid"
  case productMissing = "product_missing"
  case productInvalid = "product_invalid"
  case quantityMissing = "quantity_missing"
  /// No number, or not a finite one.
  case quantityInvalid = "quantity_invalid"
  case quantityNegative = "quantity_negative"
  /// Zero, where only a stock-take may say so.
  case quantityZero = "quantity_zero"
  case quantityTooLarge = "quantity_too_large"
  /// More than three decimals, or a fraction of something that is counted.
  case quantityTooFine = "quantity_too_fine"
  case unitUnknown = "unit_unknown"
  case textTooLong = "text_too_long"
  case textInvalid = "text_invalid"
  case personMissing = "person_missing"
  case noteMissing = "note_missing"
  case valueUnknown = "value_unknown"
  case timeInvalid = "time_invalid"

  // What the book knows.
  case lotUnknown = "lot_unknown"
  case lotExists = "lot_exists"
  case lotsFull = "lots_full"
  case productUnknown = "product_unknown"
  case productMismatch = "product_mismatch"
  case unitWrong = "unit_wrong"
  case storeMissing = "store_missing"
  case alreadyStored = "already_stored"
  case onHold = "on_hold"
  case notOnHold = "not_on_hold"
  case expired
  case withdrawn
  /// There is not so much of it.
  case notEnough = "not_enough"
  case notReserved = "not_reserved"
  /// The marketplace may still sell it.
  case promised
  /// More than the marketplace was promised.
  case notPromised = "not_promised"
  case clockUntrusted = "clock_untrusted"
}

/// A lot command that could not even be read.
public struct LotCommandError: Error, Equatable, Sendable {
  /// The command's id where that could be read, so that it can be answered.
  public var id: String?
  public var reason: LotRefusal
  /// What is wrong, for a person.
  public var text: String

  public init(id: String?, reason: LotRefusal, text: String) {
    (self.id, self.reason, self.text) = (id, reason, text)
  }
}

extension LotCommandError: CustomStringConvertible {
  public var description: String { "\(reason.rawValue): \(text)" }
}

/// What became of a lot command.
public struct LotAnswer: Equatable, Sendable {
  public enum Result: String, Sendable {
    case accepted
    /// Noted, and true from a later moment that the text names.
    case deferred
    case refused
  }
  public var result: Result
  /// A stable code: a `LotRefusal`, or why it was deferred, or `done`.
  public var reason: String
  /// For a person.
  public var text: String
  /// The lot concerned, the one just made included.
  public var lot: String?

  public init(result: Result, reason: String, text: String, lot: String?) {
    (self.result, self.reason, self.text, self.lot) = (result, reason, text, lot)
  }

  static func done(_ text: String, _ lot: String) -> Self {
    Self(result: .accepted, reason: "done", text: text, lot: lot)
  }
  static func refused(_ reason: LotRefusal, _ text: String, _ lot: String? = nil) -> Self {
    Self(result: .refused, reason: reason.rawValue, text: text, lot: lot)
  }
}
