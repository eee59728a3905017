import FarmUnits
import Foundation
import GRDB
import GRDBSQLite

/// Columns of a query by their places in it, of a file that may be damaged: what is of another type is told.
protocol CheckedColumns {
  func text(at index: Int) throws -> String?
  func integer(at index: Int) throws -> Int64?
  func bytes(at index: Int) throws -> [UInt8]?
  func wrong(at index: Int) -> JournalError
}

extension CheckedColumns {
  /// What must be there.
  func some<Value>(_ index: Int, _ column: (Int) throws -> Value?) throws -> Value {
    guard let value = try column(index) else { throw wrong(at: index) }
    return value
  }

  func number(at index: Int) throws -> UInt64 {
    guard let number = UInt64(exactly: try some(index, integer)) else { throw wrong(at: index) }
    return number
  }
}

/// Columns of the row that a statement stands at, read from where SQLite has them. For queries of many rows: a
/// `CheckedRow` makes a value of every type of each.
///
/// The corresponding C functions are `sqlite3_column_type` and its like.
struct StatementColumns: CheckedColumns {
  let statement: OpaquePointer
  let path: String

  func text(at index: Int) throws -> String? {
    guard try holds(SQLITE_TEXT, index), let first = sqlite3_column_text(statement, Int32(index)) else {
      return nil
    }
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    return String(decoding: UnsafeBufferPointer(start: first, count: count), as: UTF8.self)
  }

  func integer(at index: Int) throws -> Int64? {
    try holds(SQLITE_INTEGER, index) ? sqlite3_column_int64(statement, Int32(index)) : nil
  }

  func bytes(at index: Int) throws -> [UInt8]? {
    guard try holds(SQLITE_BLOB, index) else { return nil }
    let first = sqlite3_column_blob(statement, Int32(index))
    return Array(
      UnsafeRawBufferPointer(start: first, count: Int(sqlite3_column_bytes(statement, Int32(index)))))
  }

  /// - Returns: False for NULL.
  private func holds(_ type: Int32, _ index: Int) throws -> Bool {
    let found = sqlite3_column_type(statement, Int32(index))
    guard found == type || found == SQLITE_NULL else { throw wrong(at: index) }
    return found == type
  }

  func wrong(at index: Int) -> JournalError {
    .wrongColumn(sqlite3_column_name(statement, Int32(index)).map { String(cString: $0) } ?? "\(index)", path)
  }
}

extension JournalError {
  fileprivate static func wrongColumn(_ name: String, _ path: String) -> JournalError {
    JournalError("read", path, .damaged, "the column \(name) holds something else than it should")
  }
}

/// Columns of a file that may be damaged: what is missing or of another type is told, and never trapped on.
struct CheckedRow: CheckedColumns {
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

  // By places, for what reads either kind of columns.
  func text(at index: Int) throws -> String? { try optional(at: index) }
  func integer(at index: Int) throws -> Int64? { try optional(at: index) }
  func bytes(at index: Int) throws -> [UInt8]? { try optional(at: index, as: Data.self).map(Array.init) }

  private func optional<Value: DatabaseValueConvertible>(at index: Int, as type: Value.Type = Value.self)
    throws -> Value?
  {
    let stored: DatabaseValue = row[index]
    if stored.isNull { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw wrong(at: index) }
    return value
  }

  func wrong(at index: Int) -> JournalError { wrong(Array(row.columnNames)[index]) }

  func number(_ column: String) throws -> UInt64 {
    guard let number = UInt64(exactly: try value(column, as: Int64.self)) else { throw wrong(column) }
    return number
  }

  func bytes(_ column: String) throws -> [UInt8] { Array(try value(column, as: Data.self)) }

  func time(_ column: String) throws -> WallTime { WallTime(milliseconds: try value(column)) }

  private func wrong(_ column: String) -> JournalError { .wrongColumn(column, path) }
}

extension JournalMessage {
  /// The columns that `init` reads.
  static let columns = "topic, retained, content_type, expires_ms, payload"

  /// - Parameter first: The place of the first of them in the query.
  init(_ row: some CheckedColumns, from first: Int) throws {
    self.init(
      topic: try row.some(first, row.text), payload: try row.some(first + 4, row.bytes),
      retained: try row.some(first + 1, row.integer) != 0, contentType: try row.text(at: first + 2),
      expiresAt: try row.integer(at: first + 3).map { WallTime(milliseconds: $0) })
  }
}

extension LedgerRow {
  /// The columns that `init` reads, first in the query.
  static let columns = "sequence, previous_hash, hash, at_ms, \(JournalMessage.columns)"

  init(_ row: some CheckedColumns) throws {
    self.init(
      sequence: try row.number(at: 0), previousHash: try row.some(1, row.text),
      hash: try row.some(2, row.text), at: WallTime(milliseconds: try row.some(3, row.integer)),
      message: try JournalMessage(row, from: 4))
  }
}

extension JournalHead {
  /// - Parameter row: With a number and a hash by these names.
  init(_ row: CheckedRow, sequence: String = "sequence", hash: String = "hash") throws {
    self.init(sequence: try row.number(sequence), hash: try row.value(hash))
  }
}

extension KeptState {
  /// The columns that `init` reads, of `state`, first in the query.
  static let columns = """
    revision, ifnull((SELECT revision FROM told WHERE told.topic = state.topic), 0) AS acknowledged_revision,
    \(JournalMessage.columns)
    """

  init(_ row: CheckedRow) throws {
    self.init(
      revision: try row.value("revision"), acknowledgedRevision: try row.value("acknowledged_revision"),
      message: try JournalMessage(row, from: 2))
  }
}
