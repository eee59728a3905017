import Foundation

/// What SQLite's index of its log says of it: how many frames of committed changes the log has, and how many of them the
/// file itself has taken over. The index outlives a program that is killed.
///
/// A log that holds fewer frames than its index knew was cut off, or its end cannot be read: commits are lost, and SQLite
/// goes on from the last one that it finds without a word.
///
/// - Source: sqlite.org/walformat.html, chapters 1.1 and 2.1.
struct LogIndex: Equatable {
  /// Committed frames; 0 for none.
  let frames: UInt32
  /// Those of them that are in the file as well.
  let takenOver: UInt32
  /// Changes each time the log begins anew.
  let salt: [UInt8]

  /// - Parameter path: Of the database.
  /// - Returns: Nil where there is no index, or it was being written when all ended.
  init?(of path: String) {
    guard let bytes = Self.head(of: "\(path)-shm", 100) else { return nil }
    // The header stands there twice, so that one that was half written shows.
    let (header, copy) = (bytes[0..<48], bytes[48..<96])
    guard header.elementsEqual(copy), Self.number(bytes, at: 0) == 3_007_000, bytes[12] == 1 else {
      return nil
    }
    (frames, takenOver) = (Self.number(bytes, at: 16), Self.number(bytes, at: 96))
    salt = Array(bytes[32..<40])
  }

  /// Whether the log has lost commits since this was its index.
  ///
  /// - Parameters:
  ///   - salt: Of the log as it was found; nil where there was none.
  ///   - now: The index that SQLite has made anew from the log.
  func hasLost(logSalt salt: [UInt8]?, now: LogIndex?) -> Bool {
    guard frames > takenOver else { return false }
    guard let salt else { return true }
    // The index of an earlier log, from before a power cut, says nothing of this one.
    guard salt == self.salt else { return false }
    guard let now, now.salt == self.salt else { return true }
    return now.frames < frames
  }

  /// - Returns: The salt in the head of a database's log; nil where it has none.
  static func logSalt(of path: String) -> [UInt8]? { head(of: "\(path)-wal", 32).map { Array($0[16..<24]) } }

  /// - Returns: Nil where a file is not there, cannot be read or has fewer bytes.
  private static func head(of path: String, _ count: Int) -> [UInt8]? {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    return pread(descriptor, &bytes, count, 0) == count ? bytes : nil
  }

  /// In the machine's own order of bytes, as SQLite keeps it there.
  private static func number(_ bytes: [UInt8], at place: Int) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt32.self) }
  }
}
