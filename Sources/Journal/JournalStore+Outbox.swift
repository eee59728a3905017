public import FarmUnits
import Foundation
import GRDB

/// Where the outbox stands, for `status`.
public struct OutboxDepth: Equatable, Sendable {
  /// Ledger entries that the broker has not acknowledged.
  public var ledger: UInt64
  /// Topics whose newest state it has not acknowledged.
  public var states: Int
  public var deadLetters: Int
}

extension JournalStore {
  /// The last entry of the chain up to which the broker has everything.
  public func acknowledgedSequence() throws(JournalError) -> UInt64 {
    try read("read") { database in
      let row = try Row.fetchOne(database, sql: "SELECT acknowledged_sequence FROM cursor")
      return try row.map { try CheckedRow($0, of: path).number("acknowledged_sequence") } ?? 0
    }
  }

  /// When an entry was written; nil where there is none of this number.
  public func time(ofEntry sequence: UInt64) throws(JournalError) -> WallTime? {
    try read("read") { database in
      try Int64.fetchOne(
        database, sql: "SELECT at_ms FROM ledger WHERE sequence = ?", arguments: [Int64(clamping: sequence)]
      ).map(WallTime.init(milliseconds:))
    }
  }

  /// Ledger entries after a number, in their order: at most `limit`, and no further one once their payloads have `bytes`.
  public func ledger(after sequence: UInt64, limit: Int, bytes: Int = .max) throws(JournalError)
    -> [LedgerRow]
  {
    try look { database in
      let statement = try database.cachedStatement(
        sql: "SELECT \(LedgerRow.columns) FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT ?")
      let cursor = try Row.fetchCursor(statement, arguments: [Int64(clamping: sequence), limit])
      let columns = StatementColumns(statement: statement.sqliteStatement, path: path)
      var (rows, read): ([LedgerRow], Int) = ([], 0)
      rows.reserveCapacity(min(limit, 256))
      while read < bytes, try cursor.next() != nil {
        rows.append(try LedgerRow(columns))
        read += rows.last?.message.payload.count ?? 0
      }
      return rows
    }
  }

  /// States that the broker has not acknowledged: the newest of each topic, in the order in which they were said between
  /// the entries of the ledger. What has expired is left out.
  public func pendingStates(at now: WallTime, limit: Int) throws(JournalError) -> [PendingMessage] {
    try read("read") { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT revision, after_sequence, \(JournalMessage.columns) FROM state
            WHERE \(Self.isPending) AND (expires_ms IS NULL OR expires_ms > ?)
            ORDER BY after_sequence, topic LIMIT ?
            """), arguments: [now.milliseconds, limit]
      ).map { row in
        let row = CheckedRow(row, of: path)
        let message = try JournalMessage(row, from: 2)
        return PendingMessage(
          origin: .state(topic: message.topic, revision: try row.value("revision")), message: message,
          after: try row.number("after_sequence"))
      }
    }
  }

  /// Of a row of `state`: the broker does not have it.
  static let isPending =
    "NOT EXISTS (SELECT 1 FROM told WHERE told.topic = state.topic AND told.revision >= state.revision)"

  /// The broker has everything up to a number. Never goes back.
  public func acknowledge(through sequence: UInt64) throws(JournalError) {
    try write("acknowledge in") { try Self.acknowledge(through: sequence, $0) }
  }

  static func acknowledge(through sequence: UInt64, _ database: Database) throws {
    try database.cachedStatement(
      sql: "UPDATE cursor SET acknowledged_sequence = ?1 WHERE acknowledged_sequence < ?1"
    ).execute(arguments: [Int64(clamping: sequence)])
  }

  /// The broker has these revisions.
  public func acknowledge(states: [String: Int64]) throws(JournalError) {
    try write("acknowledge in") { try Self.acknowledge(states: states, $0) }
  }

  static func acknowledge(states: [String: Int64], _ database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO told (topic, revision) SELECT topic, ?1 FROM state WHERE topic = ?2 AND revision >= ?1
        ON CONFLICT (topic) DO UPDATE SET revision = excluded.revision WHERE excluded.revision > told.revision
        """)
    if states.isEmpty { return }
    let cleared = try database.cachedStatement(
      sql: "DELETE FROM state WHERE topic = ? AND revision <= ? AND length(payload) = 0")
    var floor: Int64 = 0
    for (topic, revision) in states {
      try statement.execute(arguments: [revision, topic])
      try cleared.execute(arguments: [topic, revision])
      guard database.changesCount > 0 else { continue }
      try database.execute(sql: "DELETE FROM told WHERE topic = ?", arguments: [topic])
      floor = max(floor, revision)
    }
    if floor > 0 { try raiseRevisionFloor(to: floor, database) }
  }

  /// Of topics that were cleared, and that the broker has forgotten: no revision was higher. So that one that comes again
  /// goes on rising, though nothing of it is kept.
  public func revisionFloor() throws(JournalError) -> Int64 {
    try read("read") { try Self.revisionFloor($0) }
  }

  private static let revisionFloorName = "revision-floor"

  private static func revisionFloor(_ database: Database) throws -> Int64 {
    let bytes = try Data.fetchOne(
      database, sql: "SELECT payload FROM fact WHERE name = ?", arguments: [revisionFloorName])
    // What is no number was not written by us.
    return bytes.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
  }

  private static func raiseRevisionFloor(to revision: Int64, _ database: Database) throws {
    let floor = try max(revision, revisionFloor(database))
    try database.execute(
      sql: "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET payload = excluded.payload",
      arguments: [revisionFloorName, Data(String(floor).utf8)])
  }

  /// The broker may have forgotten what it kept: every state is to be sent once more.
  public func repeatStates() throws(JournalError) {
    try write("repeat states of") {
      try $0.execute(sql: "DELETE FROM told")
    }
  }

  /// The broker refuses a message for good: it is kept where a person finds it, and blocks nothing behind it.
  ///
  /// - Parameter reasonCode: PUBACK's, from 0x80.
  public func bury(_ pending: PendingMessage, reasonCode: UInt8, at now: WallTime) throws(JournalError) {
    try write("bury in") { database in
      try database.execute(
        sql: "INSERT INTO dead_letter (topic, reason_code, at_ms, payload) VALUES (?, ?, ?, ?)",
        arguments: [
          pending.message.topic, Int(reasonCode), now.milliseconds, Data(pending.message.payload),
        ])
      // Of thousands the newest are enough.
      try database.execute(
        sql: "DELETE FROM dead_letter WHERE id <= (SELECT max(id) FROM dead_letter) - ?",
        arguments: [Self.deadLettersMax])
      if case .state(let topic, let revision) = pending.origin {
        try Self.acknowledge(states: [topic: revision], database)
      }
    }
  }

  static let deadLettersMax = 1000

  /// - Parameter now: States that have expired by then count no more; nil: none has.
  public func depth(at now: WallTime? = nil) throws(JournalError) -> OutboxDepth {
    try read("read") { database in
      func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try Int.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) ?? 0
      }
      let cursor = UInt64(clamping: try count("SELECT acknowledged_sequence FROM cursor"))
      let head = try self.head(database)
      return OutboxDepth(
        ledger: head.sequence - min(head.sequence, cursor),
        states: try count(
          """
          SELECT count(*) FROM state WHERE \(Self.isPending) AND (expires_ms IS NULL OR expires_ms > ?)
          """, [now?.milliseconds ?? Int64.min]),
        deadLetters: try count("SELECT count(*) FROM dead_letter"))
    }
  }
}
