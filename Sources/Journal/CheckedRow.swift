import FarmUnits
import Foundation
import GRDB

/// Columns of a file that may be damaged: what is missing or of another type is told, and never trapped on.
struct CheckedRow {
  let row: Row
  let path: String

  init(_ row: Row, of path: String) { (self.row, self.path) = (row, path) }

  func value<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self) throws
    -> Value
  {
    guard let value = try optional(column, as: type) else { throw wrong(column) }
    return value
  }

  func optional<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self) throws
    -> Value?
  {
    guard row.hasColumn(column) else { throw wrong(column) }
    let stored: DatabaseValue = row[column]
    if stored.isNull { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw wrong(column) }
    return value
  }

  func number(_ column: String) throws -> UInt64 {
    guard let number = UInt64(exactly: try value(column, as: Int64.self)) else { throw wrong(column) }
    return number
  }

  func bytes(_ column: String) throws -> [UInt8] { Array(try value(column, as: Data.self)) }

  func time(_ column: String) throws -> WallTime { WallTime(milliseconds: try value(column)) }

  private func wrong(_ column: String) -> JournalError {
    JournalError("read", path, .damaged, "the column \(column) holds something else than it should")
  }
}

extension JournalMessage {
  /// The columns that `init` reads.
  static let columns = "topic, retained, content_type, expires_ms, payload"

  init(_ row: CheckedRow) throws {
    self.init(
      topic: try row.value("topic"), payload: try row.bytes("payload"),
      retained: try row.value("retained", as: Int64.self) != 0,
      contentType: try row.optional("content_type"),
      expiresAt: try row.optional("expires_ms", as: Int64.self).map { WallTime(milliseconds: $0) })
  }
}

extension LedgerRow {
  /// The columns that `init` reads.
  static let columns = "sequence, previous_hash, hash, at_ms, \(JournalMessage.columns)"

  init(_ row: CheckedRow) throws {
    self.init(
      sequence: try row.number("sequence"), previousHash: try row.value("previous_hash"),
      hash: try row.value("hash"), at: try row.time("at_ms"), message: try JournalMessage(row))
  }
}

extension JournalHead {
  /// - Parameter row: With a number and a hash by these names.
  init(_ row: CheckedRow, sequence: String = "sequence", hash: String = "hash") throws {
    self.init(sequence: try row.number(sequence), hash: try row.value(hash))
  }
}

extension KeptState {
  /// The columns that `init` reads, of `state`.
  static let columns = """
    revision, ifnull((SELECT revision FROM told WHERE told.topic = state.topic), 0) AS acknowledged_revision,
    \(JournalMessage.columns)
    """

  init(_ row: CheckedRow) throws {
    self.init(
      revision: try row.value("revision"), acknowledgedRevision: try row.value("acknowledged_revision"),
      message: try JournalMessage(row))
  }
}
