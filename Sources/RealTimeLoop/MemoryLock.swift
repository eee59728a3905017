import CLinux
import Glibc

/// Keeps the process's pages in memory, so that the control loop never waits for storage.
public enum MemoryLock {
  public enum Outcome: Equatable, Sendable {
    case notAsked
    case locked
    /// Not tried: the limit on locked memory would make a later allocation fail, and with it the process.
    /// `LimitMEMLOCK=infinity` or `CAP_IPC_LOCK` lifts it.
    case limited(bytes: UInt64)
    /// The kernel's answer, as `errno`.
    case refused(code: Int32)
  }

  /// Locks what is mapped and what will be, each page when it is first touched.
  /// The corresponding C function is `mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)`.
  public static func lockAll() -> Outcome {
    if let limit = lockedBytesMax(), !mayExceedLimit() { return .limited(bytes: limit) }
    guard mlockall(Int32(MCL_CURRENT) | Int32(MCL_FUTURE) | Int32(MCL_ONFAULT)) == 0 else {
      return .refused(code: errno)
    }
    return .locked
  }

  /// Nil when unlimited.
  private static func lockedBytesMax() -> UInt64? {
    var bytes: UInt64 = 0
    return farmgate_locked_bytes_max(&bytes) == 0 && bytes != .max ? bytes : nil
  }

  /// Whether the process holds `CAP_IPC_LOCK`, number 14: the `CapEff` line of `/proc/self/status`.
  private static func mayExceedLimit() -> Bool {
    guard let file = fopen("/proc/self/status", "re") else { return false }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      guard text.starts(with: "CapEff:".utf8) else { continue }
      let digits = String(decoding: text.dropFirst(7), as: UTF8.self).filter(\.isHexDigit)
      return UInt64(digits, radix: 16).map { $0 & 1 << 14 != 0 } ?? false
    }
    return false
  }
}

extension MemoryLock.Outcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAsked: "memory not locked"
    case .locked: "memory locked"
    case .limited(let bytes):
      "memory not locked: the limit of \(bytes / 1024) KiB would make a later allocation fail"
    case .refused(let code): "memory not locked: \(systemText(code))"
    }
  }
}
