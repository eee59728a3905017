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
    try read("read") { UInt64(try Int64.fetchOne($0, sql: "SELECT acknowledged_sequence FROM cursor") ?? 0) }
  }

  /// Ledger entries after a number, in their order.
  public func ledger(after sequence: UInt64, limit: Int) throws(JournalError) -> [LedgerRow] {
    try read("read") { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT ?",
        arguments: [Int64(clamping: sequence), limit]
      ).map { row in
        LedgerRow(
          sequence: UInt64(row["sequence"] as Int64), previousHash: row["previous_hash"], hash: row["hash"],
          at: WallTime(milliseconds: row["at_ms"]), message: Self.message(of: row))
      }
    }
  }

  /// States that the broker has not acknowledged: the newest of each topic. What has expired is left out.
  public func pendingStates(at now: WallTime, limit: Int) throws(JournalError) -> [PendingMessage] {
    try read("read") { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM state WHERE acknowledged_revision < revision AND (expires_ms IS NULL OR expires_ms > ?)
          ORDER BY topic LIMIT ?
          """, arguments: [now.milliseconds, limit]
      ).map { row in
        let message = Self.message(of: row)
        return PendingMessage(
          origin: .state(topic: message.topic, revision: row["revision"]), message: message)
      }
    }
  }

  /// The broker has everything up to a number. Never goes back.
  public func acknowledge(through sequence: UInt64) throws(JournalError) {
    try write("acknowledge in") { database in
      try database.execute(
        sql: "UPDATE cursor SET acknowledged_sequence = ?1 WHERE acknowledged_sequence < ?1",
        arguments: [Int64(clamping: sequence)])
    }
  }

  /// The broker has these revisions. A topic that was to be emptied is forgotten then, but for its revision.
  public func acknowledge(states: [String: Int64]) throws(JournalError) {
    try write("acknowledge in") { database in
      for (topic, revision) in states {
        try database.execute(
          sql: """
            UPDATE state SET acknowledged_revision = ?1
            WHERE topic = ?2 AND acknowledged_revision < ?1 AND revision >= ?1
            """, arguments: [revision, topic])
      }
    }
  }

  /// The broker may have forgotten what it kept: every state is to be sent once more.
  public func repeatStates() throws(JournalError) {
    try write("repeat states of") {
      try $0.execute(sql: "UPDATE state SET acknowledged_revision = 0 WHERE acknowledged_revision > 0")
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
        try database.execute(
          sql: "UPDATE state SET acknowledged_revision = ?1 WHERE topic = ?2 AND revision = ?1",
          arguments: [revision, topic])
      }
    }
  }

  static let deadLettersMax = 1000

  public func depth() throws(JournalError) -> OutboxDepth {
    try read("read") { database in
      let cursor = try Int64.fetchOne(database, sql: "SELECT acknowledged_sequence FROM cursor") ?? 0
      let head = try Self.head(database)
      return OutboxDepth(
        ledger: head.sequence - min(head.sequence, UInt64(cursor)),
        states: try Int.fetchOne(
          database, sql: "SELECT count(*) FROM state WHERE acknowledged_revision < revision") ?? 0,
        deadLetters: try Int.fetchOne(database, sql: "SELECT count(*) FROM dead_letter") ?? 0)
    }
  }

  static func message(of row: Row) -> JournalMessage {
    JournalMessage(
      topic: row["topic"], payload: Array(row["payload"] as Data), retained: row["retained"],
      contentType: row["content_type"],
      expiresAt: (row["expires_ms"] as Int64?).map { WallTime(milliseconds: $0) })
  }
}
