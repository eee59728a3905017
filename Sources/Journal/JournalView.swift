public import FarmUnits
import GRDB

/// A message that the broker refused for good.
public struct DeadLetter: Equatable, Sendable {
  public var topic: String
  /// PUBACK's.
  public var reasonCode: Int
  public var at: WallTime
  public var payload: [UInt8]
}

/// A sample as it is kept.
public struct KeptSample: Equatable, Sendable {
  public var subject: String
  /// Wall time, of use where `clock` is trusted; put right when the clock is, as far as the boot lasts.
  public var at: WallTime
  public var clock: ClockTrust
  public var payload: [UInt8]
}

/// A journal at one moment. Only inside `JournalReader.look`.
public struct JournalView {
  let database: Database
  let path: String
  let reserve: SequenceReserve

  public func extent() throws -> JournalExtent {
    guard let row = try row("SELECT acknowledged_sequence, base_sequence, base_hash FROM cursor") else {
      throw JournalError("read", path, .damaged, "it does not say where its chain begins")
    }
    let base = try JournalHead(row, sequence: "base_sequence", hash: "base_hash")
    let last = try self.row("SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1")
    return JournalExtent(
      base: base, head: try last.map { try JournalHead($0) } ?? base,
      acknowledged: try row.number("acknowledged_sequence"),
      entries: try Int.fetchOne(database, sql: "SELECT count(*) FROM ledger") ?? 0,
      reserved: try reserve.read())
  }

  /// The kept entries from a number on, in their order, until `visit` returns false.
  public func visitLedger(from sequence: UInt64 = 0, _ visit: (LedgerRow) throws -> Bool) throws {
    try visitRows(
      "SELECT \(LedgerRow.columns) FROM ledger WHERE sequence >= ? ORDER BY sequence",
      [Int64(clamping: sequence)]
    ) { try visit(try LedgerRow($0)) }
  }

  public func entry(_ sequence: UInt64) throws -> LedgerRow? {
    try row("SELECT \(LedgerRow.columns) FROM ledger WHERE sequence = ?", [Int64(clamping: sequence)])
      .map { try LedgerRow($0) }
  }

  /// The newest entry of a topic. Looks through the whole ledger.
  public func newestEntry(on topic: String) throws -> LedgerRow? {
    try row(
      "SELECT \(LedgerRow.columns) FROM ledger WHERE topic = ? ORDER BY sequence DESC LIMIT 1", [topic]
    ).map { try LedgerRow($0) }
  }

  /// In the order of their topics, until `visit` returns false.
  public func visitStates(_ visit: (KeptState) throws -> Bool) throws {
    try visitRows(
      "SELECT \(KeptState.columns) FROM state ORDER BY topic"
    ) { try visit(try KeptState($0)) }
  }

  public func visitDeadLetters(_ visit: (DeadLetter) throws -> Bool) throws {
    try visitRows("SELECT topic, reason_code, at_ms, payload FROM dead_letter ORDER BY id") { row in
      try visit(
        DeadLetter(
          topic: try row.value("topic"), reasonCode: try row.value("reason_code"), at: try row.time("at_ms"),
          payload: try row.bytes("payload")))
    }
  }

  /// Samples of a class in the order in which they were kept.
  public func visitSamples(_ kind: KeptClass, _ visit: (KeptSample) throws -> Bool) throws {
    try visitRows(
      "SELECT subject, at_ms, is_trusted, payload FROM sample WHERE class = ? ORDER BY id", [kind.rawValue]
    ) { row in
      try visit(
        KeptSample(
          subject: try row.value("subject"), at: try row.time("at_ms"),
          clock: try row.value("is_trusted", as: Int64.self) == 0 ? .untrusted : .trusted,
          payload: try row.bytes("payload")))
    }
  }

  /// What decisions rest on, oldest first.
  public func visitInputs(_ visit: (_ hash: String, _ at: WallTime, _ bytes: [UInt8]) throws -> Bool) throws {
    try visitRows("SELECT hash, at_ms, payload FROM input ORDER BY at_ms, hash") { row in
      try visit(try row.value("hash"), try row.time("at_ms"), try row.bytes("payload"))
    }
  }

  /// The inputs under a hash; nil: retention has taken them, or they were never kept.
  public func input(_ hash: String) throws -> [UInt8]? {
    try row("SELECT payload FROM input WHERE hash = ?", [hash]).map { try $0.bytes("payload") }
  }

  /// What a fact says; nil where there is none.
  public func fact(_ name: String) throws -> [UInt8]? {
    try row("SELECT payload FROM fact WHERE name = ?", [name]).map { try $0.bytes("payload") }
  }

  private func row(_ sql: String, _ arguments: StatementArguments = []) throws -> CheckedRow? {
    try Row.fetchOne(database, sql: sql, arguments: arguments).map { CheckedRow($0, of: path) }
  }

  private func visitRows(
    _ sql: String, _ arguments: StatementArguments = [], _ visit: (CheckedRow) throws -> Bool
  ) throws {
    let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    while let row = try cursor.next() {
      guard try visit(CheckedRow(row, of: path)) else { return }
    }
  }
}
