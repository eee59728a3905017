import GRDBSQLite

/// The SQLite that runs.
public enum SQLiteLibrary {
  /// Such as `3.40.1`. The corresponding C function is `sqlite3_libversion`.
  public static var version: String { String(cString: sqlite3_libversion()) }
}
