import FarmUnits
import GRDB
import Testing

@testable import Journal

/// What a query of many rows finds, against what GRDB makes of the same rows.
struct CheckedColumnsTests {
  private static let columns = ["'a'", "''", "'schön'", "7", "-7", "1.5", "x'0100ff'", "x''", "NULL"]

  /// - Returns: What both kinds of columns say of one value.
  private static func ask<Answer>(
    _ value: String, _ statement: (StatementColumns) throws -> Answer, _ row: (CheckedRow) throws -> Answer
  ) throws -> (Result<Answer, any Error>, Result<Answer, any Error>) {
    try DatabaseQueue().read { database in
      let query = try database.makeStatement(sql: "SELECT \(value) AS topic")
      let cursor = try Row.fetchCursor(query)
      let found = try #require(try cursor.next())
      return (
        Result { try statement(StatementColumns(statement: query.sqliteStatement, path: "j")) },
        Result { try row(CheckedRow(found, of: "j")) }
      )
    }
  }

  private static func agree<Answer: Equatable>(
    _ value: String, rightTypes: Set<String>, _ statement: (StatementColumns) throws -> Answer,
    _ row: (CheckedRow) throws -> Answer
  ) throws {
    let (fast, plain) = try ask(value, statement, row)
    if rightTypes.contains(value) {
      #expect(try fast.get() == plain.get(), "\(value)")
    } else {
      let error = #expect(throws: JournalError.self) { try fast.get() }
      #expect(error?.cause == .damaged, "\(value)")
      #expect(
        error?.description.contains("the column topic") == true, "\(value): \(String(describing: error))")
    }
  }

  @Test(arguments: columns) func `a column is what GRDB says it is, or is told by its name`(value: String)
    throws
  {
    try Self.agree(value, rightTypes: ["'a'", "''", "'schön'", "NULL"]) {
      try $0.text(at: 0)
    } _: {
      try $0.text(at: 0)
    }
    try Self.agree(value, rightTypes: ["7", "-7", "NULL"]) {
      try $0.integer(at: 0)
    } _: {
      try $0.integer(at: 0)
    }
    try Self.agree(value, rightTypes: ["x'0100ff'", "x''", "NULL"]) {
      try $0.bytes(at: 0)
    } _: {
      try $0.bytes(at: 0)
    }
    try Self.agree(value, rightTypes: ["7"]) {
      try $0.number(at: 0)
    } _: {
      try $0.number(at: 0)
    }
    try Self.agree(value, rightTypes: ["'a'", "''", "'schön'"]) {
      try $0.some(0, $0.text)
    } _: {
      try $0.some(0, $0.text)
    }
  }
}
