import Foundation
import GRDB

/// Looks at a journal that somebody else may be writing at the same time. Changes nothing in it.
///
/// Whoever looks holds the writer's log from being taken over into the file, so a look is short; the writer itself
/// never waits for it.
public struct JournalReader: Sendable {
  public let path: String
  private let queue: DatabaseQueue
  private let reserve: SequenceReserve

  /// - Throws: `.unavailable` when there is no journal or it cannot be opened, `.damaged`, `.newer`, and `.other` for a
  ///   file in which nothing was ever kept.
  public init(in directory: String) throws(JournalError) {
    let path = "\(directory)/journal.sqlite"
    (self.path, reserve) = (path, SequenceReserve(in: directory))
    guard access(path, F_OK) == 0 else {
      throw JournalError("open", path, .unavailable, String(cString: strerror(errno)))
    }
    do {
      queue = try Self.open(path)
    } catch {
      // Beside a file of a folder that cannot be written SQLite cannot put its index of the log; without a log it
      // needs none, and the file can be read as one that nobody changes.
      guard JournalError("open", path, error).cause == .unavailable, Self.hasNoLog(path),
        let unchanging = Self.unchanging(path)
      else { throw JournalError("open", path, error) }
      do { queue = try Self.open(unchanging) } catch {
        throw JournalError("open", path, error)
      }
    }
  }

  private static func open(_ name: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.label = "journal-reader"
    let queue = try DatabaseQueue(path: name, configuration: configuration)
    try queue.read { database in
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      guard version > 0 else { throw JournalError("read", name, .other, "nothing was ever kept in it") }
      guard version <= JournalStore.schemaVersion else {
        throw JournalError(
          "read", name, .newer, "it has version \(version), this program knows \(JournalStore.schemaVersion)")
      }
    }
    return queue
  }

  private static func hasNoLog(_ path: String) -> Bool {
    var status = stat()
    return stat("\(path)-wal", &status) != 0 || status.st_size == 0
  }

  /// - Source: sqlite.org/uri.html
  private static func unchanging(_ path: String) -> String? {
    path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed).map { "file:\($0)?immutable=1" }
  }

  /// Everything that `body` asks is of one moment.
  ///
  /// - Throws: `JournalError`, and whatever `body` throws.
  public func look<Answer>(_ body: (JournalView) throws -> Answer) throws -> Answer {
    do {
      return try queue.read { try body(JournalView(database: $0, path: path, reserve: reserve)) }
    } catch let error as DatabaseError {
      throw JournalError("read", path, error)
    }
  }
}

/// How far a journal reaches.
public struct JournalExtent: Equatable, Sendable {
  /// The entry before the first one that is kept: what came up to it was let go of, or is lost.
  public var base: JournalHead
  public var head: JournalHead
  /// The broker has every entry up to here.
  public var acknowledged: UInt64
  public var entries: Int
  /// The last number that may have been given; 0 when none was reserved.
  public var reserved: UInt64

  public init(base: JournalHead, head: JournalHead, acknowledged: UInt64, entries: Int, reserved: UInt64) {
    (self.base, self.head, self.acknowledged) = (base, head, acknowledged)
    (self.entries, self.reserved) = (entries, reserved)
  }
}

/// The newest word of one topic.
public struct KeptState: Equatable, Sendable {
  public var revision: Int64
  public var acknowledgedRevision: Int64
  /// An empty payload: the topic is to be empty.
  public var message: JournalMessage

  public init(revision: Int64, acknowledgedRevision: Int64, message: JournalMessage) {
    (self.revision, self.acknowledgedRevision) = (revision, acknowledgedRevision)
    self.message = message
  }
}
