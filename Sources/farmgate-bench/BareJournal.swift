import CMosquitto
import GRDBSQLite
import Glibc

/// The journal's peer: SQLite and libmosquitto and nothing around them, with the same guarantees. A commit is on the disk
/// when it returns; a message counts as told when its PUBACK has come; at most `window` are on their way; the cursor is
/// kept after as many PUBACKs as the daemon keeps it after.
final class BareJournal {
  private var database: OpaquePointer?
  private var sequence: Int64 = 0
  /// As `ClaimKeeper` has them: so many are fetched at most, and the next ones when half of them are answered.
  private static let window = 256
  private static let answersMax = 256
  /// As `LinkOptions.window` has it.
  private static let inFlight: Int32 = 16

  /// - Parameter path: Of a journal of the daemon's making, or of a new file, which gets a table of the same columns.
  init(_ path: String) throws {
    try check(
      sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil))
    try execute("PRAGMA journal_mode = WAL")
    try execute("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304")
    try execute(
      """
      CREATE TABLE IF NOT EXISTS ledger (
        sequence INTEGER PRIMARY KEY, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, at_ms INTEGER NOT NULL,
        topic TEXT NOT NULL, retained INTEGER NOT NULL, content_type TEXT, expires_ms INTEGER, payload BLOB NOT NULL)
      """)
  }

  deinit { sqlite3_close_v2(database) }

  /// - Returns: How long it took until all were on the disk, in nanoseconds.
  func keep(_ count: Int, together: Int, bytes: Int) throws -> Int64 {
    let insert = try statement(
      "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, 0, 'application/cloudevents+json; charset=utf-8', NULL, ?)")
    defer { sqlite3_finalize(insert) }
    let (begin, commit) = (try statement("BEGIN IMMEDIATE"), try statement("COMMIT"))
    defer { for one in [begin, commit] { sqlite3_finalize(one) } }
    let payload = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
    let hash = String(repeating: "0", count: 64)
    let start = monotonicNanoseconds()
    for first in stride(from: 0, to: count, by: together) {
      try step(begin)
      for _ in first..<min(count, first + together) {
        sequence += 1
        sqlite3_bind_int64(insert, 1, sequence)
        for place in 2...3 as ClosedRange<Int32> { sqlite3_bind_text(insert, place, hash, 64, Self.copied) }
        sqlite3_bind_int64(insert, 4, 1_790_000_000_000)
        sqlite3_bind_text(insert, 5, "nexus/v1/bench/decisions/\(sequence)", -1, Self.copied)
        sqlite3_bind_blob(insert, 6, payload, Int32(payload.count), Self.copied)
        try step(insert)
      }
      try step(commit)
    }
    return monotonicNanoseconds() - start
  }

  /// - Returns: How long it took from the connection on, in nanoseconds, and how many commits.
  func drain(port: Int) throws -> (nanoseconds: Int64, commits: Int) {
    let outbox = BareOutbox()
    let client = try outbox.connect(port: port, inFlight: Self.inFlight)
    defer { mosquitto_destroy(client) }
    let read = try statement(
      "SELECT sequence, topic, content_type, payload FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT ?"
    )
    let update = try statement(
      "UPDATE cursor SET acknowledged_sequence = ?1 WHERE acknowledged_sequence < ?1")
    defer { for one in [read, update] { sqlite3_finalize(one) } }
    let (begin, commit) = (try statement("BEGIN IMMEDIATE"), try statement("COMMIT"))
    defer { for one in [begin, commit] { sqlite3_finalize(one) } }
    let last = try number("SELECT ifnull(max(sequence), 0) FROM ledger")
    var handedOver = try number("SELECT acknowledged_sequence FROM cursor")
    outbox.acknowledged = handedOver
    var (kept, commits) = (handedOver, 0)
    let start = monotonicNanoseconds()
    while kept < last {
      let room = Self.window - outbox.onTheirWay.count
      if room >= Self.window / 2, handedOver < last {
        sqlite3_bind_int64(read, 1, handedOver)
        sqlite3_bind_int64(read, 2, Int64(room))
        while sqlite3_step(read) == SQLITE_ROW {
          handedOver = sqlite3_column_int64(read, 0)
          try outbox.publish(client, handedOver, read)
        }
        sqlite3_reset(read)
      }
      let code = mosquitto_loop(client, 1000, 1)
      guard code == 0 else {
        throw BenchFailure("the bare publisher: \(String(cString: mosquitto_strerror(code)))")
      }
      let isLast = outbox.acknowledged == last
      guard outbox.acknowledged - kept >= Int64(Self.answersMax) || isLast else { continue }
      try step(begin)
      sqlite3_bind_int64(update, 1, outbox.acknowledged)
      try step(update)
      try step(commit)
      commits += 1
      kept = outbox.acknowledged
    }
    let time = monotonicNanoseconds() - start
    mosquitto_disconnect(client)
    return (time, commits)
  }

  /// SQLITE_TRANSIENT: SQLite copies.
  private static var copied: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  private func check(_ code: Int32) throws {
    guard code == SQLITE_OK else {
      throw BenchFailure("bare SQLite: \(String(cString: sqlite3_errmsg(database)))")
    }
  }
  private func execute(_ sql: String) throws { try check(sqlite3_exec(database, sql, nil, nil, nil)) }
  private func statement(_ sql: String) throws -> OpaquePointer? {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v2(database, sql, -1, &statement, nil))
    return statement
  }
  private func step(_ statement: OpaquePointer?) throws {
    guard sqlite3_step(statement) == SQLITE_DONE else { return try check(sqlite3_errcode(database)) }
    sqlite3_reset(statement)
  }
  private func number(_ sql: String) throws -> Int64 {
    let statement = try statement(sql)
    defer { sqlite3_finalize(statement) }
    guard sqlite3_step(statement) == SQLITE_ROW else { throw BenchFailure("bare SQLite has no answer") }
    return sqlite3_column_int64(statement, 0)
  }
}

/// What the bare publisher knows of its messages.
private final class BareOutbox {
  /// Sequence numbers by packet identifier.
  var onTheirWay: [Int32: Int64] = [:]
  /// The broker has everything up to here.
  var acknowledged: Int64 = 0
  private var ahead: Set<Int64> = []
  private var isConnected = false

  func connect(port: Int, inFlight: Int32) throws -> OpaquePointer {
    guard let client = BarePeer.connect(port: port) else { throw BenchFailure("no bare publisher") }
    mosquitto_max_inflight_messages_set(client, UInt32(inFlight))
    mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
    mosquitto_connect_v5_callback_set(client) { _, outbox, _, _, _ in
      guard let outbox else { return }
      Unmanaged<BareOutbox>.fromOpaque(outbox).takeUnretainedValue().isConnected = true
    }
    mosquitto_publish_v5_callback_set(client) { _, outbox, identifier, code, _ in
      guard let outbox, code < 0x80 else { return }
      Unmanaged<BareOutbox>.fromOpaque(outbox).takeUnretainedValue().settle(identifier)
    }
    let end = monotonicNanoseconds() + 5_000_000_000
    while !isConnected {
      guard mosquitto_loop(client, 50, 1) == 0, monotonicNanoseconds() < end else {
        throw BenchFailure("the bare publisher is not connected")
      }
    }
    return client
  }

  func publish(_ client: OpaquePointer, _ sequence: Int64, _ row: OpaquePointer?) throws {
    var properties: OpaquePointer?
    mosquitto_property_add_byte(&properties, Int32(MQTT_PROP_PAYLOAD_FORMAT_INDICATOR.rawValue), 1)
    mosquitto_property_add_string(
      &properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), String(cString: sqlite3_column_text(row, 2)))
    defer { mosquitto_property_free_all(&properties) }
    var identifier: Int32 = 0
    let topic = String(cString: sqlite3_column_text(row, 1))
    let code = mosquitto_publish_v5(
      client, &identifier, topic, sqlite3_column_bytes(row, 3), sqlite3_column_blob(row, 3), 1, false,
      properties)
    guard code == 0 else { throw BenchFailure("bare publish: \(String(cString: mosquitto_strerror(code)))") }
    onTheirWay[identifier] = sequence
  }

  private func settle(_ identifier: Int32) {
    guard let sequence = onTheirWay.removeValue(forKey: identifier) else { return }
    ahead.insert(sequence)
    while ahead.remove(acknowledged + 1) != nil { acknowledged += 1 }
  }
}
