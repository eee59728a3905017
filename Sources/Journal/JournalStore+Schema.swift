import GRDB

extension JournalStore {
  /// Raised with every change of the tables; a file of a later version is left alone.
  static let schemaVersion = 1

  /// Makes the tables, or finds them.
  static func prepare(_ database: Database, path: String) throws {
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard version <= schemaVersion else {
      throw JournalError(
        "open", path, .newer, "it has version \(version), this program knows \(schemaVersion)")
    }
    guard version == 0 else { return }
    try database.execute(
      sql: """
        CREATE TABLE ledger (
          sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
          previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
          hash TEXT NOT NULL CHECK (length(hash) = 64),
          at_ms INTEGER NOT NULL,
          topic TEXT NOT NULL,
          retained INTEGER NOT NULL,
          content_type TEXT,
          expires_ms INTEGER,
          payload BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER ledger_is_append_only BEFORE UPDATE ON ledger
          BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_has_no_gap BEFORE INSERT ON ledger
          WHEN EXISTS (SELECT 1 FROM ledger) AND NEW.sequence != (SELECT max(sequence) + 1 FROM ledger)
          BEGIN SELECT RAISE(ABORT, 'the ledger has no gap'); END;
        -- With rowids: a leaf then holds a whole payload, and one that is replaced costs one page.
        CREATE TABLE state (
          topic TEXT PRIMARY KEY,
          revision INTEGER NOT NULL,
          -- The last entry of the ledger when it was said.
          after_sequence INTEGER NOT NULL,
          retained INTEGER NOT NULL,
          content_type TEXT,
          expires_ms INTEGER,
          payload BLOB NOT NULL
        ) STRICT;
        -- The revisions that the broker has, many to a page.
        CREATE TABLE told (topic TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE sample (
          id INTEGER PRIMARY KEY,
          class INTEGER NOT NULL,
          subject TEXT NOT NULL,
          at_ms INTEGER NOT NULL,
          is_trusted INTEGER NOT NULL,
          boot TEXT NOT NULL,
          since_boot_ns INTEGER NOT NULL,
          payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX sample_by_subject ON sample(subject, class, at_ms);
        CREATE INDEX sample_by_age ON sample(class, at_ms);
        CREATE TABLE input (hash TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, payload BLOB NOT NULL)
          STRICT, WITHOUT ROWID;
        CREATE TABLE dead_letter (
          id INTEGER PRIMARY KEY,
          topic TEXT NOT NULL,
          reason_code INTEGER NOT NULL,
          at_ms INTEGER NOT NULL,
          payload BLOB NOT NULL
        ) STRICT;
        CREATE TABLE fact (name TEXT PRIMARY KEY, payload BLOB NOT NULL) STRICT;
        CREATE TABLE cursor (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          acknowledged_sequence INTEGER NOT NULL,
          base_sequence INTEGER NOT NULL,
          base_hash TEXT NOT NULL
        ) STRICT;
        PRAGMA user_version = \(schemaVersion);
        """)
  }
}
