public import FarmUnits
import Foundation
import GRDB

/// What had to go, and how large the journal is.
public struct Eviction: Equatable, Sendable {
  /// Rows that went for room, by class.
  public var evicted: [KeptClass: Int] = [:]
  /// Acknowledged entries of the ledger that went, by age or for room.
  public var ledger = 0
  /// Afterwards, in bytes.
  public var bytes = 0
  /// Nothing may go any more and there is still too much.
  public var isOverBudget = false
}

extension JournalStore {
  /// Bytes that are in use in the file.
  public func bytes() throws(JournalError) -> Int { try read("read") { try Self.bytes($0) } }

  private static func bytes(_ database: Database) throws -> Int {
    let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
    let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
    let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
    return (pages - free) * size
  }

  /// Lets go of what is too old, and then of what is least important until the rest fits: readings, conditions, health,
  /// inputs, acknowledged entries of the ledger; never an entry that the broker does not have.
  ///
  /// - Parameter isOwed: Whether there is a broker that the ledger is for; without one every entry may go.
  public func keepBudget(at now: WallTime, isOwed: Bool = true) throws(JournalError) -> Eviction {
    let eviction = try write("tidy") { database in
      var eviction = Eviction()
      let oldest = now.milliseconds - Int64(budget.days) * 86_400_000
      try database.execute(sql: "DELETE FROM sample WHERE at_ms < ? AND is_trusted", arguments: [oldest])
      try database.execute(
        sql: "DELETE FROM input WHERE at_ms < ? AND at_ms >= ?", arguments: [oldest, Self.clockUnset])
      eviction.ledger = try forget(
        database, isOwed,
        // The last entry stays in any case: the next one follows it.
        """
        AND sequence < (SELECT ifnull(min(sequence), (SELECT max(sequence) FROM ledger)) FROM ledger
                        WHERE at_ms >= \(oldest) OR at_ms < \(Self.clockUnset))
        """,
        limit: Int(Int32.max))
      eviction.bytes = try Self.bytes(database)
      for kind in KeptClass.allCases {
        let gone = try makeRoom(&eviction, database) { try Self.evict(kind, database) }
        if gone > 0 { eviction.evicted[kind] = gone }
      }
      eviction.ledger += try makeRoom(&eviction, database) {
        try forget(database, isOwed, "", limit: Self.step)
      }
      eviction.isOverBudget = eviction.bytes > budget.bytes
      return eviction
    }
    do {
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA incremental_vacuum") }
    } catch {
      throw JournalError("tidy", path, error)
    }
    return eviction
  }

  /// Rows that go at once.
  private static let step = 256

  /// Deletes until the rest fits or nothing is left to go.
  /// - Parameter delete: Says how many went.
  private func makeRoom(_ eviction: inout Eviction, _ database: Database, _ delete: () throws -> Int) throws
    -> Int
  {
    var gone = 0
    while eviction.bytes > budget.bytes {
      let count = try delete()
      guard count > 0 else { break }
      gone += count
      eviction.bytes = try Self.bytes(database)
    }
    return gone
  }

  private static func evict(_ kind: KeptClass, _ database: Database) throws -> Int {
    if kind == .input {
      try database.execute(
        sql: "DELETE FROM input WHERE hash IN (SELECT hash FROM input ORDER BY at_ms LIMIT \(step))")
    } else {
      try database.execute(
        sql:
          "DELETE FROM sample WHERE id IN (SELECT id FROM sample WHERE class = ? ORDER BY at_ms LIMIT \(step))",
        arguments: [kind.rawValue])
    }
    return database.changesCount
  }

  /// The oldest acknowledged entries of the chain go, and `base` says where it begins. The last entry stays, for the
  /// next one to follow.
  private func forget(_ database: Database, _ isOwed: Bool, _ condition: String, limit: Int) throws -> Int {
    try database.execute(
      sql: """
        DELETE FROM ledger WHERE sequence IN (
          SELECT sequence FROM ledger
          WHERE \(isOwed ? "sequence <= (SELECT acknowledged_sequence FROM cursor)" : "TRUE")
            AND sequence < (SELECT max(sequence) FROM ledger) \(condition)
          ORDER BY sequence LIMIT \(limit))
        """)
    let gone = database.changesCount
    guard gone > 0 else { return 0 }
    try database.execute(
      sql: """
        UPDATE cursor SET (base_sequence, base_hash) =
          (SELECT sequence - 1, previous_hash FROM ledger ORDER BY sequence LIMIT 1)
        """)
    return gone
  }
}
