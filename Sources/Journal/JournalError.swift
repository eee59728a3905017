import GRDB

/// What the journal could not do, and the database's answer.
public struct JournalError: Error, Equatable, CustomStringConvertible {
  public enum Cause: Equatable, Sendable {
    /// The file is no database any more, or its content contradicts itself: it is to be set aside.
    case damaged
    /// A newer version of this program made the file: it is left alone.
    case newer
    /// No room on the disk, or none in the budget.
    case full
    /// The file or its folder cannot be written or opened; may heal by itself.
    case unavailable
    /// The entry does not continue the chain: a mistake of the caller.
    case outOfChain
    case other
  }

  /// `open`, `append`, …
  public let action: String
  public let path: String
  public let cause: Cause
  /// As SQLite or the system words it.
  public let detail: String

  public var description: String { "cannot \(action) \(path): \(detail)" }

  /// The file lies no longer where it was opened.
  public static func displaced(_ path: String) -> Self {
    Self("find", path, .damaged, "it was removed, or another file lies in its place")
  }

  init(_ action: String, _ path: String, _ cause: Cause, _ detail: String) {
    (self.action, self.path, self.cause, self.detail) = (action, path, cause, detail)
  }

  /// - Source: sqlite.org/rescode.html
  init(_ action: String, _ path: String, _ error: any Error) {
    if let error = error as? JournalError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(action, path, .other, "\(error)")
      return
    }
    let cause: Cause =
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
      case .SQLITE_FULL: .full
      case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_IOERR, .SQLITE_BUSY, .SQLITE_LOCKED,
        .SQLITE_AUTH:
        .unavailable
      default: .other
      }
    self.init(action, path, cause, error.message ?? "\(error.resultCode)")
  }
}
