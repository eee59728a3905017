import CanonicalJSON
import Glibc

/// What the meters had counted when it was last kept, and whether the daemon ended on purpose after that.
///
/// One small file beside the journal, replaced as a whole. It is written at most every 15 s and only when a meter
/// moved, for the sake of memory cards: after a power cut at most that much is missing, and the first reading says
/// that it is suspect.
package struct PulseTotals: Sendable {
  package struct Total: Equatable, Sendable {
    package var pulses: UInt64
    /// Pulses known to have happened unheard.
    package var lost: UInt64
    package init(pulses: UInt64, lost: UInt64) { (self.pulses, self.lost) = (pulses, lost) }
  }

  /// Seconds between two writes at the least.
  static let period = 15

  private(set) var totals: [String: Total] = [:]
  /// The daemon ended after it had kept these.
  private(set) var wasClean = true

  package init(_ totals: [String: Total] = [:], wasClean: Bool = true) {
    (self.totals, self.wasClean) = (totals, wasClean)
  }

  subscript(sensor: String) -> Total? { totals[sensor] }

  /// The meter is let go of: should it come back, what came meanwhile is not known to be nothing.
  mutating func note(_ line: PinLine) {
    guard let total = line.total else { return }
    totals[line.sensor] = total
    wasClean = false
  }

  /// The file in the storage directory. A missing one is a first start; one that cannot be read is reported and
  /// set aside.
  /// - Returns: The totals, and what was wrong.
  static func read(in directory: String) -> (totals: PulseTotals, trouble: String?) {
    let path = path(in: directory)
    var kept = PulseTotals()
    guard let bytes = StoredFile.read(path, bytesMax: 1 << 20) else {
      return (kept, errno == ENOENT ? nil : "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    // A damaged file is told in the guard.
    guard let json = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: 1 << 20)),
      let entries = json["totals"]?.object
    else {
      rename(path, path + ".damaged")
      kept.wasClean = false
      return (kept, "\(path) is damaged; it is set aside as \(path).damaged and counting begins at 0")
    }
    kept.wasClean = json["clean"]?.bool ?? false
    for (sensor, entry) in entries.members {
      guard let pulses = entry["pulses"]?.integer, pulses >= 0, let lost = entry["lost"]?.integer, lost >= 0
      else { continue }
      kept.totals[sensor] = Total(pulses: UInt64(pulses), lost: UInt64(lost))
    }
    return (kept, nil)
  }

  /// Replaces the file as a whole.
  /// - Returns: What was wrong; nil when it is on the disk.
  static func write(_ totals: [String: Total], clean: Bool, in directory: String) -> String? {
    let entries = totals.sorted { $0.key < $1.key }.map { sensor, total -> (name: String, value: JSONValue) in
      (
        sensor,
        ["pulses": .integer(Int64(clamping: total.pulses)), "lost": .integer(Int64(clamping: total.lost))]
      )
    }
    let json: JSONValue = ["clean": .bool(clean), "totals": .object(JSONObject(entries))]
    return StoredFile.replace(path(in: directory), with: json.bytes)
  }

  private static func path(in directory: String) -> String { "\(directory)/pulse-totals.json" }
}

/// Small files that are read whole and replaced whole.
enum StoredFile {
  /// Nil with `errno` set when it cannot be read or is longer than the limit (`EFBIG`).
  static func read(_ path: String, bytesMax: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 { return nil }
      if count == 0 { return all }
      all += buffer.prefix(count)
      if all.count > bytesMax {
        errno = EFBIG
        return nil
      }
    }
  }

  /// Writes beside it, syncs, renames, and syncs the folder: a power cut leaves the old file or the new one, and
  /// the new one once this has returned.
  /// - Returns: What was wrong; nil when it is on the disk.
  static func replace(_ path: String, with bytes: [UInt8]) -> String? {
    let fresh = path + ".new"
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    func trouble(_ action: String) -> String {
      "cannot \(action) \(fresh): \(String(cString: strerror(errno)))"
    }
    guard descriptor >= 0 else { return trouble("create") }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written)
      }
      guard count > 0 else { return trouble("write") }
      written += count
    }
    guard fsync(descriptor) == 0 else { return trouble("sync") }
    guard rename(fresh, path) == 0 else { return trouble("rename") }
    return syncFolder(of: path)
  }

  private static func syncFolder(of path: String) -> String? {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      let code = errno
      if descriptor >= 0 { close(descriptor) }
      return "cannot sync \(folder): \(String(cString: strerror(code)))"
    }
    close(descriptor)
    return nil
  }
}
