import FarmUnits
import Foundation
import GRDB

/// What the farm has said and still has to say, on the disk.
///
/// What always holds:
/// 1. The ledger's entries are numbered without a gap and never changed. One leaves only by age or for room, oldest
///    first, and only after the broker has acknowledged it; `base` then says where the kept part begins.
/// 2. `append` returns when everything in it is on the disk, or throws and nothing of it is.
/// 3. The acknowledgement cursor moves over an entry only after a PUBACK below 0x80, or after the entry went into the
///    dead letters because the broker refused it for good.
/// 4. No number is given twice, even if the file is lost: numbers are reserved in blocks in a file beside it.
///
/// Bytes and topics only; what they mean is known elsewhere. One serial queue of SQLite's own; never called from the
/// control loop.
public struct JournalStore: Sendable {
  /// Bytes on the disk at most, and days for which what has been acknowledged is kept.
  public struct Budget: Equatable, Sendable {
    public var bytes: Int
    public var days: Int

    public init(bytes: Int, days: Int) { (self.bytes, self.days) = (bytes, days) }
  }

  public let path: String
  let budget: Budget
  let reserve: SequenceReserve
  let queue: DatabaseQueue
  /// The file that is open.
  private let place: FilePlace?

  /// What `open` found.
  public struct Opening: Sendable {
    public var store: JournalStore
    /// In words, for the log and `status`; empty when everything was in order.
    public var troubles: [String]
    /// The chain goes on after a loss: its next entry does not follow the last one that the market has.
    public var isBroken: Bool
    /// The file was an earlier copy of the journal, or has lost its last commits: what it says of the farm is not the newest.
    public var isEarlier = false
  }

  /// Opens the journal in a folder, or begins one. A damaged file is set aside, reported and replaced.
  ///
  /// - Throws: `JournalError` when the folder cannot be used, or the file is a newer program's.
  public static func open(in directory: String, budget: Budget) throws(JournalError) -> Opening {
    let path = "\(directory)/journal.sqlite"
    let reserve = SequenceReserve(in: directory)
    var troubles: [String] = []
    let reserved: UInt64
    do throws(JournalError) {
      reserved = try reserve.read()
    } catch {
      troubles.append("\(error)")
      reserved = 0
    }
    let (index, logSalt) = (LogIndex(of: path), LogIndex.logSalt(of: path))
    do throws(JournalError) {
      let store = try JournalStore(path, budget, reserve)
      // A file that was emptied or is gone looks like a first start; the reserved numbers know better.
      let head = try store.head()
      let isLost = reserved > 0 && head == .empty
      // No number is reserved further ahead than a block: a copy was put back, and later numbers were given.
      if !isLost, reserved > head.sequence, reserved - head.sequence > SequenceReserve.block {
        return try takeUp(store, lastHead: head, reserved: reserved, "is an earlier copy", troubles)
      }
      if !isLost, index?.hasLost(logSalt: logSalt, now: LogIndex(of: path)) == true {
        // Without the reserved numbers nobody knows how many the lost commits gave.
        let last = reserved > head.sequence ? reserved : head.sequence + SequenceReserve.block
        return try takeUp(store, lastHead: head, reserved: last, "has lost the end of its log", troubles)
      }
      if isLost {
        try store.write("begin anew") { try Self.begin(after: JournalHead(sequence: reserved), $0) }
        troubles.append("\(path) holds nothing, and numbers up to \(reserved) were given: it was lost")
      }
      return Opening(store: store, troubles: troubles, isBroken: isLost)
    } catch {
      guard error.cause == .damaged else { throw error }
      let salvage = Salvage(path)
      let aside = try setAside(path)
      let store = try JournalStore(path, budget, reserve)
      // Whatever number may have been given is not given again.
      let last = max(reserved, salvage?.head?.sequence ?? 0)
      let head = salvage?.head?.sequence == last ? salvage?.head : nil
      _ = try store.take(salvage, after: head ?? JournalHead(sequence: last))
      troubles.append(
        "\(error); it is set aside as \(aside ?? "nothing"), \(salvage?.facts.count ?? 0) facts of it were saved"
      )
      return Opening(store: store, troubles: troubles, isBroken: last > 0)
    }
  }

  /// A file that was the newest once: everything of it is kept, and the chain goes on behind the numbers that may have been
  /// given since.
  private static func takeUp(
    _ store: JournalStore, lastHead head: JournalHead, reserved: UInt64, _ what: String, _ troubles: [String]
  ) throws(JournalError) -> Opening {
    let replacement = try store.replaced(after: JournalHead(sequence: reserved), keepingStates: false)
    let trouble =
      "\(store.path) \(what): it ends at \(head.sequence), and numbers up to \(reserved) may have been given; it is set aside as \(replacement.aside ?? "nothing")"
    return Opening(
      store: replacement.store, troubles: troubles + [trouble], isBroken: true, isEarlier: true)
  }

  private init(_ path: String, _ budget: Budget, _ reserve: SequenceReserve) throws(JournalError) {
    (self.path, self.budget, self.reserve) = (path, budget, reserve)
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.label = "journal"
    configuration.prepareDatabase { database in
      // FULL: a commit is on the disk when it returns, also after a power cut (sqlite.org/pragma.html#pragma_synchronous).
      try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304")
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        if try Int.fetchOne(database, sql: "PRAGMA user_version") == 0 {
          try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        }
        try database.inTransaction {
          try Self.prepare(database, path: path)
          try database.execute(
            sql: "INSERT OR IGNORE INTO cursor VALUES (1, 0, 0, ?)", arguments: [JournalHead.empty.hash])
          return .commit
        }
      }
    } catch {
      throw JournalError("open", path, error)
    }
    place = FilePlace(path)
  }

  /// Whether the name still means the file that is open: what somebody has removed or replaced would be written to in vain.
  public var isInPlace: Bool { place == nil || FilePlace(path) == place }

  /// Damaged files that are kept at most; then the last one makes room.
  private static let asideMax = 4

  /// - Returns: The new name; nil when there is no such file any more.
  private static func setAside(_ path: String) throws(JournalError) -> String? {
    if access(path, F_OK) != 0, errno == ENOENT { return nil }
    var name = path + ".damaged"
    var number = 1
    while access(name, F_OK) == 0, number < asideMax {
      number += 1
      name = "\(path).damaged-\(number)"
    }
    guard rename(path, name) == 0 else {
      throw JournalError("set aside", path, .unavailable, String(cString: strerror(errno)))
    }
    for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
      guard rename(path + suffix, name + suffix) == 0 else {
        throw JournalError("set aside", path + suffix, .unavailable, String(cString: strerror(errno)))
      }
    }
    return name
  }

  /// What was saved of another file, in one transaction.
  private func take(_ salvage: Salvage?, after head: JournalHead) throws(JournalError) -> UInt64 {
    try write("begin anew") { database in
      if let salvage { return try salvage.keep(in: database, after: head, self) }
      try Self.begin(after: head, database)
      return 0
    }
  }

  private static func begin(after head: JournalHead, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE cursor SET acknowledged_sequence = ?, base_sequence = ?, base_hash = ?",
      arguments: [Int64(clamping: head.sequence), Int64(clamping: head.sequence), head.hash])
  }

  /// Looks through the whole file, which takes seconds for a large one.
  ///
  /// - Throws: `.damaged`: `replace` helps.
  public func check() throws(JournalError) {
    let answer = try read("check") { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    if answer != "ok" { throw JournalError("check", path, .damaged, answer ?? "no answer") }
  }

  /// What became of a damaged file.
  public struct Replacement: Sendable {
    public var store: JournalStore
    /// Where the old file lies; nil when it was gone.
    public var aside: String?
    /// Ledger entries that the broker does not have and that could not be saved.
    public var lost: UInt64
    /// Facts that were saved.
    public var facts: Int
  }

  /// Sets a file aside that turned out to be damaged while it was in use, and begins a new one behind `head`, with what
  /// can still be read: facts, the newest states, and the entries that the broker does not have.
  ///
  /// - Parameters:
  ///   - head: Of the chain as its owner knows it.
  ///   - keepsStates: False where newer ones were told since: none of these is told again.
  /// - Throws: This store is as it was when the file cannot be set aside.
  public func replaced(after head: JournalHead, keepingStates keepsStates: Bool = true) throws(JournalError)
    -> Replacement
  {
    var salvage = Salvage(queue, path: path)
    if !keepsStates { salvage.states = [] }
    let aside = try Self.setAside(path)
    do { try queue.close() } catch { throw JournalError("close", path, error) }
    let store = try JournalStore(path, budget, reserve)
    return Replacement(
      store: store, aside: aside, lost: try store.take(salvage, after: head), facts: salvage.facts.count)
  }

  // MARK: Keeping

  /// Everything or nothing; on the disk when it returns.
  ///
  /// - Parameters:
  ///   - sequence: The broker has everything up to here, as `acknowledge` keeps it.
  ///   - states: The broker has these revisions.
  /// - Throws: `.outOfChain` for a ledger entry that does not follow the last one; `.full`; `.unavailable`.
  public func append(
    _ entries: [JournalEntry], acknowledging sequence: UInt64? = nil, states: [String: Int64] = [:]
  ) throws(JournalError) {
    let last = entries.reduce(into: 0 as UInt64) { last, entry in
      if case .ledger(let row) = entry { last = max(last, row.sequence) }
    }
    if last > 0 { try reserve.cover(last) }
    try write("append to") { database in
      if let sequence { try Self.acknowledge(through: sequence, database) }
      try Self.acknowledge(states: states, database)
      var head = try head(database)
      for entry in entries { try append(entry, after: &head, database) }
    }
  }

  /// - Parameter head: Of the chain in the file; asked for once in a transaction, and moved on here.
  func append(_ entry: JournalEntry, after head: inout JournalHead, _ database: Database) throws {
    switch entry {
    case .ledger(let row):
      guard row.sequence == head.sequence + 1, row.previousHash == head.hash else {
        throw JournalError(
          "append to", path, .outOfChain, "entry \(row.sequence) does not follow entry \(head.sequence)")
      }
      let message = row.message
      try database.cachedStatement(sql: "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
        arguments: [
          Int64(row.sequence), row.previousHash, row.hash, row.at.milliseconds, message.topic,
          message.retained,
          message.contentType, message.expiresAt?.milliseconds, Data(message.payload),
        ])
      head = row.head
    case .state(let revision, let message):
      try putState(revision, message, after: head, database)
    case .cleared(let topic, let revision):
      let message = JournalMessage(topic: topic, payload: [], retained: true)
      try putState(revision, message, after: head, database)
    case .sample(let kind, let subject, let at, let boot, let payload):
      try database.cachedStatement(
        sql: """
          INSERT INTO sample (class, subject, at_ms, is_trusted, boot, since_boot_ns, payload)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(
        arguments: [
          kind.rawValue, subject, at.wall.milliseconds, at.clock == .trusted, boot, at.instant.nanoseconds,
          Data(payload),
        ])
    case .input(let hash, let at, let payload):
      try database.cachedStatement(
        sql: "INSERT INTO input VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET at_ms = excluded.at_ms"
      ).execute(
        arguments: [hash, at.milliseconds, Data(payload)])
    case .fact(let name, let payload?):
      try database.cachedStatement(
        sql: "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET payload = excluded.payload"
      ).execute(
        arguments: [name, Data(payload)])
    case .fact(let name, nil):
      try database.execute(sql: "DELETE FROM fact WHERE name = ?", arguments: [name])
    }
  }

  private func putState(
    _ revision: Int64, _ message: JournalMessage, after head: JournalHead, _ database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO state (topic, revision, after_sequence, retained, content_type, expires_ms, payload)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (topic) DO UPDATE SET revision = excluded.revision,
          after_sequence = excluded.after_sequence, retained = excluded.retained,
          content_type = excluded.content_type, expires_ms = excluded.expires_ms, payload = excluded.payload
        WHERE excluded.revision > state.revision
        """
    ).execute(
      arguments: [
        message.topic, revision, Int64(clamping: head.sequence), message.retained,
        message.contentType, message.expiresAt?.milliseconds, Data(message.payload),
      ])
  }

  // MARK: Looking

  /// The last entry of the chain, or where it begins.
  public func head() throws(JournalError) -> JournalHead {
    try read("read") { try head($0) }
  }

  func head(_ database: Database) throws -> JournalHead { try Self.head(database, of: path) }

  private static func head(_ database: Database, of path: String) throws -> JournalHead {
    let last = try database.cachedStatement(
      sql: "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1")
    let base = try database.cachedStatement(
      sql: "SELECT base_sequence AS sequence, base_hash AS hash FROM cursor")
    guard let row = try Row.fetchOne(last) ?? Row.fetchOne(base) else { return .empty }
    return try JournalHead(CheckedRow(row, of: path))
  }

  /// What a fact says; nil where there is none.
  public func fact(_ name: String) throws(JournalError) -> [UInt8]? {
    try read("read") { database in
      try Data.fetchOne(database, sql: "SELECT payload FROM fact WHERE name = ?", arguments: [name]).map(
        Array.init)
    }
  }

  /// All facts, by name.
  public func facts() throws(JournalError) -> [String: [UInt8]] {
    try read("read") { database in
      let rows = try Row.fetchAll(database, sql: "SELECT name, payload FROM fact").map {
        CheckedRow($0, of: path)
      }
      return Dictionary(
        try rows.map { (try $0.value("name"), try $0.bytes("payload")) },
        uniquingKeysWith: { first, _ in first })
    }
  }

  /// What a topic says; nil where it says nothing.
  public func state(of topic: String) throws(JournalError) -> JournalMessage? {
    try read("read") { database in
      try Row.fetchOne(
        database, sql: "SELECT \(JournalMessage.columns) FROM state WHERE topic = ?", arguments: [topic]
      ).map { try JournalMessage(CheckedRow($0, of: path), from: 0) }
    }
  }

  /// The newest revision of each topic, so that they go on rising.
  public func revisions() throws(JournalError) -> [String: Int64] {
    try read("read") { database in
      let rows = try Row.fetchAll(database, sql: "SELECT topic, revision FROM state").map {
        CheckedRow($0, of: path)
      }
      return Dictionary(
        try rows.map { (try $0.value("topic"), try $0.value("revision", as: Int64.self)) },
        uniquingKeysWith: max)
    }
  }

  // MARK: The database

  func read<Result>(_ action: String, _ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.read(body) } catch { throw JournalError(action, path, error) }
  }

  /// What one statement says: SQLite sees one moment in it, and a transaction around it would cost as much as itself.
  func look<Result>(_ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.unsafeRead(body) } catch { throw JournalError("read", path, error) }
  }

  func write<Result>(_ action: String, _ body: (Database) throws -> Result) throws(JournalError) -> Result {
    do { return try queue.write(body) } catch { throw JournalError(action, path, error) }
  }
}
