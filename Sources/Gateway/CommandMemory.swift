import CanonicalJSON
import FarmUnits

/// What was answered to whom. Every issuer has a ledger of its own, so that nobody else can make an id of it forgotten;
/// unsigned commands share one.
struct CommandMemory: Sendable {
  /// Ids of one issuer.
  static let issuerCapacity = 1024
  /// Ids of all unsigned commands.
  static let unsignedCapacity = 2048
  /// What is kept over a restart at most, the newest.
  static let keptMax = 512

  /// Nil: the control loop has not answered yet.
  typealias Ledger = CommandLedger<CommandAnswer?>

  private var ledgers: [CommandSender: Ledger]
  /// Rises with every answer that is to outlive a restart.
  private(set) var changes: UInt64 = 0

  init(issuers: [String]) {
    ledgers = [.anybody: Ledger(capacity: Self.unsignedCapacity)]
    for name in issuers { ledgers[.issuer(name)] = Ledger(capacity: Self.issuerCapacity) }
  }

  /// Of the issuers that there still are.
  mutating func takeOver(_ old: Self) {
    for sender in ledgers.keys { old.ledgers[sender].map { ledgers[sender] = $0 } }
    changes = old.changes &+ 1
  }

  var forgotten: Int { ledgers.values.reduce(0) { $0 + $1.forgotten } }

  /// Nil: the id is new; an answer of nil: it is with the loop.
  subscript(key: CommandKey) -> CommandAnswer?? { ledgers[key.sender]?[key.text] }

  /// Whether another id fits. An issuer's windows are never forgotten while they are open. An unsigned command can be
  /// sent again under another id by anybody, so that refusing for want of room would protect nothing: the oldest goes.
  mutating func makeRoom(for sender: CommandSender, at now: Moment) -> Bool {
    guard let ledger = ledgers[sender] else { return false }
    if ledger.hasRoom(at: now) { return true }
    guard sender == .anybody else { return false }
    ledgers[sender]?.forgetOldest()
    return true
  }

  /// The command is with the loop.
  mutating func begin(_ key: CommandKey, until: WallTime?, at now: Moment) {
    ledgers[key.sender]?.note(key.text, nil, until: until, at: now)
  }

  mutating func finish(_ key: CommandKey, _ answer: CommandAnswer) {
    ledgers[key.sender]?.renew(key.text, answer)
    changes += 1
  }

  /// The command was not carried out after all.
  mutating func forget(_ key: CommandKey) { ledgers[key.sender]?.forget(key.text) }

  // MARK: Over a restart

  /// Ids whose window is open, and those of signed commands without one, so that neither a broker that delivers again nor
  /// a stranger that recorded them can have them carried out once more.
  func kept(at now: Moment) -> JSONValue {
    let entries = ledgers.flatMap { sender, ledger in
      ledger.entries.compactMap { key, entry -> (isOpen: Bool, number: UInt64, json: JSONValue)? in
        let isOpen = entry.isOpen(at: now)
        guard isOpen || (sender != .anybody && entry.until == nil), let answer = entry.answer else {
          return nil
        }
        return (isOpen, entry.number, Self.json(sender, key, entry.until, answer))
      }
    }
    let newest = entries.sorted {
      ($0.isOpen ? 1 : 0, $0.number, $0.json.text) > ($1.isOpen ? 1 : 0, $1.number, $1.json.text)
    }.prefix(Self.keptMax)
    return ["commands": .array(newest.reversed().map(\.json))]
  }

  /// Takes what was kept before a restart.
  /// - Returns: How many entries were damaged or are no issuer's any more, and left out.
  mutating func restore(_ json: JSONValue, at now: Moment) -> Int {
    var leftOut = 0
    for entry in (json["commands"]?.array ?? []).suffix(Self.keptMax) {
      let sender = entry["issuer"]?.string.map(CommandSender.issuer) ?? .anybody
      let until = entry["until"]?.string.flatMap { WallTime(rfc3339: $0) }
      guard ledgers[sender] != nil, let key = entry["command"]?.string, key.utf8.count <= 256,
        let id = entry["id"]?.string,
        let result = entry["result"]?.string.flatMap(CommandAnswer.Result.init),
        until != nil || entry["until"] == nil,
        let reason = entry["reason"]?.string
      else {
        leftOut += 1
        continue
      }
      let answer = CommandAnswer(
        id: id, result, reason, "It was answered before the gateway's last start.", lot: entry["lot"]?.string)
      ledgers[sender]?.note(key, answer, until: until, at: now)
    }
    return leftOut
  }

  private static func json(
    _ sender: CommandSender, _ key: String, _ until: WallTime?, _ answer: CommandAnswer
  ) -> JSONValue {
    var json: JSONObject = [
      "command": .string(key), "id": .text(answer.id), "result": .string(answer.result.rawValue),
      "reason": .string(answer.reason),
    ]
    if case .issuer(let name) = sender { json["issuer"] = .string(name) }
    if let until { json["until"] = .string(until.rfc3339) }
    if let lot = answer.lot { json["lot"] = .string(lot) }
    return .object(json)
  }
}

/// What makes a command that one and no other: who sent it, what it is for, and its id.
struct CommandKey: Hashable, Sendable {
  let sender: CommandSender
  /// `output/bed-1-valve/1234`
  let text: String

  init(_ command: AdmittedCommand) {
    sender = command.sender
    text =
      switch command.target {
      case .output(let name): "output/\(name)/\(command.envelope.id)"
      case .alarm(let name): "alarm/\(name)/\(command.envelope.id)"
      case .lot: "lot/\(command.envelope.id)"
      case .drone(let name): "drone/\(name)/\(command.envelope.id)"
      }
  }
}
