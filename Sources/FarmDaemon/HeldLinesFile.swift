import CanonicalJSON
import Glibc

/// The record of the lines that the daemon holds, for whoever makes them safe after it: `farmgate outputs-safe` drives
/// what was really held, also when the configuration has changed since, or is refused.
///
/// Whose lines are in it: those of the daemon that writes it, from before the loop drives them until they are known to
/// be safe. A daemon that ends well takes it away, and so does `outputs-safe` once every line of it is safe: from then on
/// they may be anybody's. The service manager deletes the folder at the end of the service, and a record of another boot
/// of the machine is not used. So it never makes anybody drive a line that others were given meanwhile; one that somebody
/// holds the kernel refuses.
///
/// It is not synced: it has to outlive a process, and not a power cut.
public struct HeldLinesFile: Sendable {
  /// More than two thousand lines.
  static let bytesMax = 1 << 18
  private static let limits = JSONLimits(bytes: bytesMax, depth: 4, values: 32_768)

  public let path: String

  public init(_ path: String) { self.path = path }

  /// - Parameters:
  ///   - runtimeDirectory: `$RUNTIME_DIRECTORY`, if a service manager gives one: the first of its folders is meant.
  ///   - statusSocket: In whose folder it is otherwise.
  public init(runtimeDirectory: String?, statusSocket: String) {
    let given = runtimeDirectory?.split(separator: ":").first.map(String.init)
    let beside = statusSocket.lastIndex(of: "/").map { String(statusSocket[..<$0]) } ?? "."
    path = "\(given ?? beside)/held-lines.json"
  }

  /// Replaces the record as a whole; without lines there is none. Blocks for a few system calls.
  ///
  /// - Parameter boot: Which boot of the machine this is; nil where it is not known.
  /// - Returns: What was wrong; the record of before is there then.
  func write(_ lines: [HeldLine], boot: String?) -> String? {
    guard !lines.isEmpty else { return remove() }
    var json: JSONObject = ["lines": .array(lines.map(\.json))]
    json["boot"] = boot.map(JSONValue.string)
    let bytes = JSONValue.object(json).bytes
    guard bytes.count <= Self.bytesMax else { return "\(lines.count) lines are too many for \(path)" }
    let fresh = path + ".new"
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { return Self.trouble("create", fresh) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written)
      }
      guard count > 0 else { return Self.trouble("write", fresh) }
      written += count
    }
    return rename(fresh, path) == 0 ? nil : Self.trouble("rename", fresh)
  }

  /// - Returns: What was wrong; nil too when there was none.
  func remove() -> String? {
    unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR ? nil : Self.trouble("remove", path)
  }

  /// - Returns: The lines that were held, and what of the record cannot be used. No record is no trouble, and one of
  ///   another boot holds nothing: the lines are the board's since.
  func read(boot: String?) -> (lines: [HeldLine], troubles: [String]) {
    let bytes: [UInt8]
    switch readBytes() {
    case .success(let read): bytes = read
    case .failure(.absent): return ([], [])
    case .failure(.unusable(let trouble)): return ([], [trouble])
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes, limits: Self.limits)
    } catch {
      return ([], ["\(path) is damaged: \(error)"])
    }
    guard let entries = json["lines"]?.array else { return ([], ["\(path) is damaged: no lines"]) }
    guard json["boot"]?.string == boot else { return ([], []) }
    // Those that can be understood are made safe all the same.
    let lines = entries.compactMap(HeldLine.init(json:))
    let lost = entries.count - lines.count
    return (lines, lost == 0 ? [] : ["\(path): \(lost) of its \(entries.count) lines are damaged"])
  }

  private enum Refusal: Error {
    case absent
    case unusable(String)
  }

  /// Whatever is there, it does not make us wait, follow or read without end.
  private func readBytes() -> Result<[UInt8], Refusal> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      return .failure(
        errno == ENOENT || errno == ENOTDIR ? .absent : .unusable(Self.trouble("read", path)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .failure(.unusable("\(path) is no file"))
    }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while all.count <= Self.bytesMax {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { return .failure(.unusable(Self.trouble("read", path))) }
      if count == 0 { return .success(all) }
      all += buffer.prefix(count)
    }
    return .failure(.unusable("\(path) is longer than \(Self.bytesMax) bytes"))
  }

  private static func trouble(_ action: String, _ path: String) -> String {
    "cannot \(action) \(path): \(String(cString: strerror(errno)))"
  }
}

/// The machine's boots.
enum Boot {
  /// Tells this one from every other; nil where the kernel does not say.
  static func identifier() -> String? {
    guard let file = fopen("/proc/sys/kernel/random/boot_id", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 64)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    return String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
