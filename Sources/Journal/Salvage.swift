import Foundation
import GRDB

/// What can still be had of a damaged file: facts, the newest states, and the entries that the broker does not have.
///
/// Whatever cannot be read ends its list; nothing is made up.
struct Salvage {
  /// As the file has it; nil when it does not say.
  var head: JournalHead?
  /// How far the broker has everything; nil when the file does not say.
  var acknowledged: UInt64?
  /// The entries after `acknowledged`, without a gap, each following the one before.
  var owed: [LedgerRow] = []
  var states: [KeptState] = []
  var facts: [(name: String, payload: [UInt8])] = []

  /// Entries of more bytes than this are not held in memory.
  private static let owedBytesMax = 64 << 20

  /// From a connection that is open already.
  init(_ queue: DatabaseQueue, path: String) {
    // Each list for itself: the damage may concern one of them only.
    try? queue.read { try readHead($0, path) }
    try? queue.read { try readOwed($0, path) }
    try? queue.read { database in
      try Self.visit(
        database, path,
        "SELECT revision, 0 AS acknowledged_revision, \(JournalMessage.columns) FROM state ORDER BY topic"
      ) {
        states.append(try KeptState($0))
        return true
      }
    }
    try? queue.read { database in
      try Self.visit(database, path, "SELECT name, payload FROM fact ORDER BY name") {
        facts.append((try $0.value("name"), try $0.bytes("payload")))
        return true
      }
    }
  }

  /// From a file that nobody has open; nil when it is no database any more.
  init?(_ path: String) {
    var configuration = Configuration()
    configuration.readonly = true
    // The file is damaged: an answer of it is welcome, and none is expected.
    guard let queue = try? DatabaseQueue(path: path, configuration: configuration) else { return nil }
    self.init(queue, path: path)
  }

  private mutating func readHead(_ database: Database, _ path: String) throws {
    let cursor = try Row.fetchOne(
      database, sql: "SELECT acknowledged_sequence, base_sequence, base_hash FROM cursor"
    ).map { CheckedRow($0, of: path) }
    acknowledged = try cursor?.number("acknowledged_sequence")
    let last = try Row.fetchOne(
      database, sql: "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1"
    ).map { CheckedRow($0, of: path) }
    head =
      try last.map { try JournalHead($0) }
      ?? cursor.map { try JournalHead($0, sequence: "base_sequence", hash: "base_hash") }
  }

  private mutating func readOwed(_ database: Database, _ path: String) throws {
    guard let acknowledged else { return }
    var bytes = 0
    try Self.visit(
      database, path,
      "SELECT \(LedgerRow.columns) FROM ledger WHERE sequence > \(acknowledged) ORDER BY sequence"
    ) { row in
      let row = try LedgerRow(row)
      bytes += row.message.payload.count
      guard row.sequence == owed.last.map({ $0.sequence + 1 }) ?? acknowledged + 1,
        bytes <= Self.owedBytesMax,
        owed.last.map({ $0.hash == row.previousHash }) ?? true
      else { return false }
      owed.append(row)
      return true
    }
  }

  private static func visit(
    _ database: Database, _ path: String, _ sql: String, _ take: (CheckedRow) throws -> Bool
  ) throws {
    let cursor = try Row.fetchCursor(database, sql: sql)
    while let row = try cursor.next() {
      guard try take(CheckedRow(row, of: path)) else { return }
    }
  }

  /// What a new file keeps of it. The chain goes on behind `head`, with the owed entries where they reach it.
  ///
  /// - Returns: How many entries the broker will never get.
  func keep(in database: Database, after head: JournalHead, _ store: JournalStore) throws -> UInt64 {
    let reaches = owed.last?.head == head
    let base =
      reaches
      ? owed.first.map { JournalHead(sequence: $0.sequence - 1, hash: $0.previousHash) } ?? head : head
    try database.execute(
      sql: "UPDATE cursor SET acknowledged_sequence = ?, base_sequence = ?, base_hash = ?",
      arguments: [Int64(clamping: base.sequence), Int64(clamping: base.sequence), base.hash])
    var end = base
    if reaches { for row in owed { try store.append(.ledger(row), after: &end, database) } }
    // Whether the broker has them does not matter much: each is told once more.
    for state in states {
      try store.append(.state(revision: state.revision, state.message), after: &end, database)
    }
    for fact in facts { try store.append(.fact(name: fact.name, fact.payload), after: &end, database) }
    return reaches ? 0 : head.sequence - min(head.sequence, acknowledged ?? 0)
  }
}
