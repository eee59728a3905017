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

  /// As by name, which costs more than the rest of a row.
  ///
  /// - Parameter index: Of a column that the query has.
  func value<Value: DatabaseValueConvertible>(at index: Int, as type: Value.Type = Value.self) throws -> Value
  {
    guard let value = try optional(at: index, as: type) else { throw wrong(name(of: index)) }
    return value
  }

  func optional<Value: DatabaseValueConvertible>(at index: Int, as type: Value.Type = Value.self) throws
    -> Value?
  {
    let stored: DatabaseValue = row[index]
    if stored.isNull { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw wrong(name(of: index)) }
    return value
  }

  func number(at index: Int) throws -> UInt64 {
    guard let number = UInt64(exactly: try value(at: index, as: Int64.self)) else {
      throw wrong(name(of: index))
    }
    return number
  }

  private func name(of index: Int) -> String { Array(row.columnNames)[index] }

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

  /// - Parameter first: The place of the first of them in the query.
  init(_ row: CheckedRow, from first: Int) throws {
    self.init(
      topic: try row.value(at: first), payload: Array(try row.value(at: first + 4, as: Data.self)),
      retained: try row.value(at: first + 1, as: Int64.self) != 0,
      contentType: try row.optional(at: first + 2),
      expiresAt: try row.optional(at: first + 3, as: Int64.self).map { WallTime(milliseconds: $0) })
  }
}

extension LedgerRow {
  /// The columns that `init` reads, first in the query.
  static let columns = "sequence, previous_hash, hash, at_ms, \(JournalMessage.columns)"

  init(_ row: CheckedRow) throws {
    self.init(
      sequence: try row.number(at: 0), previousHash: try row.value(at: 1), hash: try row.value(at: 2),
      at: WallTime(milliseconds: try row.value(at: 3)), message: try JournalMessage(row, from: 4))
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
