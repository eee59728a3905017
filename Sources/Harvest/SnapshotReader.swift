internal import CanonicalJSON
internal import FarmUnits

/// Reads the members of one kept object; an error names the object and the member.
struct SnapshotReader {
  let json: JSONValue
  /// For error messages, such as `lot CAR-2026-326-01`.
  var name: String

  func missing(_ member: String) -> LotBookError {
    LotBookError(description: "\(name): \(member) is missing or not what it should be")
  }

  func has(_ member: String) -> Bool { json[member] != nil }

  func string(_ member: String) throws(LotBookError) -> String {
    guard let text = json[member]?.string else { throw missing(member) }
    return text
  }
  func optionalString(_ member: String) throws(LotBookError) -> String? {
    has(member) ? try string(member) : nil
  }
  func identifier(_ member: String) throws(LotBookError) -> String {
    let text = try string(member)
    guard Identifier.isValid(text) else { throw missing(member) }
    return text
  }
  func amount(_ member: String) throws(LotBookError) -> Amount {
    guard let amount = Amount(json: json[member]), amount >= .zero else { throw missing(member) }
    return amount
  }
  func optionalNumber(_ member: String) throws(LotBookError) -> Double? {
    guard has(member) else { return nil }
    guard let number = json[member]?.double, number.isFinite else { throw missing(member) }
    return number
  }
  func number(_ member: String) throws(LotBookError) -> Double {
    guard let number = try optionalNumber(member) else { throw missing(member) }
    return number
  }
  func count(_ member: String) throws(LotBookError) -> Int64 {
    guard let number = json[member]?.integer, number >= 0 else { throw missing(member) }
    return number
  }
  func flag(_ member: String) throws(LotBookError) -> Bool {
    guard let flag = json[member]?.bool else { throw missing(member) }
    return flag
  }
  func array(_ member: String) throws(LotBookError) -> [JSONValue] {
    guard let array = json[member]?.array else { throw missing(member) }
    return array
  }
  func choice<Choice: RawRepresentable<String>>(_ member: String, _: Choice.Type) throws(LotBookError)
    -> Choice
  {
    guard let choice = Choice(rawValue: try string(member)) else { throw missing(member) }
    return choice
  }
  func time(_ member: String) throws(LotBookError) -> WallTime {
    guard let time = WallTime(rfc3339: try string(member)) else { throw missing(member) }
    return time
  }
  func child(_ member: String) throws(LotBookError) -> SnapshotReader {
    guard let child = json[member], child.object != nil else { throw missing(member) }
    return SnapshotReader(json: child, name: "\(name).\(member)")
  }
  func optionalChild(_ member: String) throws(LotBookError) -> SnapshotReader? {
    has(member) ? try child(member) : nil
  }
}

extension JSONValue {
  /// An object without the members that are nil.
  static func present(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(JSONObject(members.compactMap { name, value in value.map { (name: name, value: $0) } }))
  }
}

extension Stamp {
  var snapshot: JSONValue { ["at": .string(wall.rfc3339), "clock": .string(clock.rawValue)] }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    self.init(wall: try reader.time("at"), clock: try reader.choice("clock", ClockTrust.self))
  }
}

extension PersonWord {
  var snapshot: JSONValue {
    .present([("by", .string(by)), ("note", note.map(JSONValue.string)), ("said", at.snapshot)])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    self.init(
      by: try reader.string("by"), note: try reader.optionalString("note"),
      at: try Stamp(try reader.child("said")))
  }
}

extension AvailabilityReason {
  var snapshot: JSONValue {
    .present([
      ("code", .string(code.rawValue)), ("rule", .string(rule)), ("observed", observed.map(JSONValue.number)),
      ("limit", limit.map(JSONValue.number)), ("unit", unit.map { .string($0.rawValue) }),
      ("windowSeconds", window.map { .integer($0.components.seconds) }), ("sentence", .string(sentence)),
    ])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    self.init(
      try reader.choice("code", Code.self), rule: try reader.string("rule"),
      observed: try reader.optionalNumber("observed"), limit: try reader.optionalNumber("limit"),
      unit: reader.has("unit") ? try reader.choice("unit", Unit.self) : nil,
      window: reader.has("windowSeconds") ? .seconds(try reader.count("windowSeconds")) : nil,
      sentence: try reader.string("sentence"))
  }
}

extension Withdrawal {
  var snapshot: JSONValue {
    .present([
      ("scope", .string(scope.rawValue)), ("since", since.snapshot), ("said", said.snapshot),
      ("action", .string(action)), ("reason", reason.snapshot),
      ("by", by.map(JSONValue.string)),
    ])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    self.init(
      scope: try reader.choice("scope", Scope.self), since: try Stamp(try reader.child("since")),
      said: try Stamp(try reader.child("said")), action: try reader.string("action"),
      reason: try AvailabilityReason(try reader.child("reason")), by: try reader.optionalString("by"))
  }
}

extension MarketPromises {
  var snapshot: JSONValue {
    .array(standing.map { ["amount": $0.amount.json, "until": .string($0.until.rfc3339)] })
  }

  init(_ kept: [JSONValue], of lot: String) throws(LotBookError) {
    self.init()
    guard kept.count <= Self.capacity else { throw LotBookError(description: "\(lot): too many promises") }
    for one in kept {
      let reader = SnapshotReader(json: one, name: "\(lot).promises")
      add(Promise(amount: try reader.amount("amount"), until: try reader.time("until"), ends: nil))
    }
  }
}
