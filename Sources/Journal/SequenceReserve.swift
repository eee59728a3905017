import Foundation
import Synchronization

/// Numbers of the ledger that may have been given, in a file of their own: when the journal is lost, the chain goes on
/// behind them, and no two entries ever have one number.
///
/// Reserved in blocks, so that it is seldom written.
struct SequenceReserve: Sendable {
  static let block: UInt64 = 256
  let path: String
  /// What this program has seen to be reserved, so that it does not read the file for every entry.
  private let known = Known()

  private final class Known: Sendable { let number = Mutex<UInt64>(0) }

  init(in directory: String) { path = "\(directory)/journal.reserve" }

  /// The last number that may have been given; 0 when none was.
  func read() throws(JournalError) -> UInt64 {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return 0 }
      throw JournalError("read", path, .unavailable, String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = Foundation.read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    guard let number = UInt64(text.trimmingCharacters(in: .newlines)), number <= Int64.max else {
      throw JournalError("read", path, .damaged, "it holds no number")
    }
    return number
  }

  /// Makes sure that a number is reserved before it is given.
  func cover(_ sequence: UInt64) throws(JournalError) {
    if sequence <= known.number.withLock({ $0 }) { return }
    var reserved: UInt64 = 0
    do throws(JournalError) {
      reserved = try read()
    } catch {
      // A damaged file is written anew, from the journal's own head.
      guard error.cause == .damaged else { throw error }
    }
    if reserved < sequence {
      reserved = (sequence / Self.block + 1) * Self.block
      try write(reserved)
    }
    known.number.withLock { [reserved] in $0 = max($0, reserved) }
  }

  private func write(_ number: UInt64) throws(JournalError) {
    func fail() -> JournalError {
      JournalError(
        "write", path, errno == ENOSPC || errno == EDQUOT ? .full : .unavailable,
        String(cString: strerror(errno)))
    }
    let new = path + ".new"
    let descriptor = Foundation.open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw fail() }
    let bytes = Array("\(number)\n".utf8)
    guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      let failure = fail()
      close(descriptor)
      throw failure
    }
    close(descriptor)
    guard rename(new, path) == 0 else { throw fail() }
    let folder = Foundation.open(
      (path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw fail() }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw fail() }
  }
}

extension JournalStore {
  /// How far the reserved numbers may be ahead of the last one that was given.
  public static let reservedAhead = SequenceReserve.block
}
