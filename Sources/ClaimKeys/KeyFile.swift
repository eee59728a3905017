import CanonicalJSON
import Glibc

/// Why the file with the signing key cannot be used.
public enum KeyFileError: Error, Equatable, CustomStringConvertible {
  case missing(String)
  /// Others than its owner may read or write it.
  case tooOpen(String, mode: UInt32)
  /// Neither ours nor root's; for root, nor the folder's owner's.
  case foreign(String, owner: UInt32)
  case notAKeyFile(String)
  /// `keys init` never replaces a key.
  case exists(String)
  /// What was tried, and the system's answer.
  case system(String, String, code: Int32)

  public var description: String {
    switch self {
    case .missing(let path): "there is no key in \(path); `farmgate keys init` makes one"
    case .tooOpen(let path, let mode):
      "\(path) has mode 0\(String(mode, radix: 8)): a key is for its owner alone, `chmod 600 \(path)`"
    case .foreign(let path, let owner): "\(path) belongs to user \(owner), and not to the one that runs this"
    case .notAKeyFile(let path): "\(path) holds no signing key"
    case .exists(let path): "\(path) is there already; `farmgate keys rotate` replaces its key"
    case .system(let action, let path, let code):
      "cannot \(action) \(path): \(String(cString: strerror(code)))"
    }
  }
}

/// Where the key ring is kept: mode 0600, or it is not used.
public struct KeyFile: Sendable {
  static let bytesMax = 65_536
  public let path: String

  public init(_ path: String) { self.path = path }

  public func read() throws(KeyFileError) -> KeyRing {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .missing(path) : .system("read", path, code: errno)
    }
    defer { close(descriptor) }
    // Of the file that is open, not of the one that the name means by now.
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("look at", path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAKeyFile(path) }
    guard status.st_mode & 0o077 == 0 else { throw .tooOpen(path, mode: status.st_mode & 0o7777) }
    guard isTrusted(owner: status.st_uid) else { throw .foreign(path, owner: status.st_uid) }
    guard status.st_size <= Self.bytesMax else { throw .notAKeyFile(path) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress! + filled, $0.count - filled)
      }
      guard got > 0 else { throw .system("read", path, code: got < 0 ? errno : EIO) }
      filled += got
    }
    guard let json = try? JSONValue(parsing: bytes), let ring = KeyRing(json: json) else {
      throw .notAKeyFile(path)
    }
    return ring
  }

  /// Whoever makes it, it is for the one that runs the daemon: what root makes belongs to the folder's owner.
  ///
  /// - Throws: `.exists` when there is a file: a key is never lost by mistake.
  public func create(_ ring: KeyRing) throws(KeyFileError) { try write(ring, to: path) }

  /// Puts the ring in place of the one that is there; on the disk when it returns.
  public func replace(with ring: KeyRing) throws(KeyFileError) {
    let new = path + ".new"
    unlink(new)
    try write(ring, to: new)
    guard rename(new, path) == 0 else { throw .system("replace", path, code: errno) }
    try syncFolder()
  }

  private func write(_ ring: KeyRing, to path: String) throws(KeyFileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw errno == EEXIST ? .exists(path) : .system("write", path, code: errno)
    }
    let bytes = ring.json.bytes
    var written = 0
    while written < bytes.count {
      let put = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      guard put > 0 else { throw fail("write", path, descriptor) }
      written += put
    }
    // One that root made in the service's folder is the service's.
    if geteuid() == 0 {
      guard let owner = folderOwner, fchown(descriptor, owner.user, owner.group) == 0 else {
        throw fail("give to the folder's owner", path, descriptor)
      }
    }
    // Whatever the mask says: the key is for its owner.
    guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else {
      throw fail("write", path, descriptor)
    }
    close(descriptor)
    try syncFolder()
  }

  private func fail(_ action: String, _ path: String, _ descriptor: Int32) -> KeyFileError {
    let code = errno
    close(descriptor)
    unlink(path)
    return .system(action, path, code: code)
  }

  /// Ours, root's, or for root the folder's owner's, whom it gives what it makes there.
  private func isTrusted(owner: uid_t) -> Bool {
    owner == geteuid() || owner == 0 || geteuid() == 0 && owner == folderOwner?.user
  }

  /// Nil with `errno` set where the folder cannot be looked at.
  private var folderOwner: (user: uid_t, group: gid_t)? {
    var status = stat()
    return stat(parent, &status) == 0 ? (status.st_uid, status.st_gid) : nil
  }

  private var parent: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func syncFolder() throws(KeyFileError) {
    let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .system("open", parent, code: errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw .system("sync", parent, code: errno) }
  }
}
