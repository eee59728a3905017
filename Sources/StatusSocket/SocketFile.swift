import Glibc

/// Why the status socket cannot be had.
public enum StatusSocketError: Error, Equatable, CustomStringConvertible {
  /// A system call failed: what was tried, on what, and `errno`.
  case system(action: String, place: String, code: Int32)
  /// Somebody answers there.
  case isTaken(path: String)
  /// Something lies there that is no socket, and is left alone.
  case isNoSocket(path: String)
  case pathTooLong(path: String)
  /// What the socket library says.
  case other(place: String, reason: String)

  public var description: String {
    switch self {
    case .system(let action, let place, let code):
      "cannot \(action) \(place): \(String(cString: strerror(code)))"
    case .isTaken(let path): "\(path) belongs to another process, which is alive"
    case .isNoSocket(let path): "\(path) is there and is no socket"
    case .pathTooLong(let path):
      "\(path) is longer than the \(SocketFile.pathBytesMax) bytes of a socket's path"
    case .other(let place, let reason): "cannot listen on \(place): \(reason)"
    }
  }
}

/// A Unix socket in the file system, listening, with its mode and group before anybody can find it.
///
/// It is made under another name and renamed, so that nobody ever finds it unprotected. What a dead process left is
/// replaced; one that answers is not.
struct SocketFile: Sendable {
  /// Of `sockaddr_un`, less the closing zero.
  static let pathBytesMax = 107

  let path: String
  private let device: dev_t
  private let number: ino_t

  /// Blocks for a few system calls on the file system.
  ///
  /// - Parameter mode: Of the file; its group is the process's own.
  /// - Returns: The listening descriptor, which belongs to the caller.
  /// - Throws: `StatusSocketError`; nothing is left behind then.
  static func listen(at path: String, mode: mode_t) throws(StatusSocketError) -> (Int32, SocketFile) {
    guard path.utf8.count <= pathBytesMax else { throw .pathTooLong(path: path) }
    // As long as the path, which may be as long as a path can be.
    let fresh = String(path.dropLast()) + (path.hasSuffix("~") ? "-" : "~")
    try refuseToSteal(path)
    // What a process left that died while it made one.
    try refuseToSteal(fresh)
    unlink(fresh)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system(action: "make a socket for", place: path, code: errno) }
    var status = stat()
    var failure: StatusSocketError?
    func attempt(_ action: String, _ code: Int32) -> Bool {
      if code == 0 { return true }
      failure = .system(action: action, place: path, code: errno)
      return false
    }
    // Nobody can connect before `listen`: by then the file is as it is to be.
    let isListening =
      attempt("bind", withAddress(of: fresh) { bind(descriptor, $0, $1) })
      && attempt("look at", lstat(fresh, &status))
      // Of another group only in a folder that gives its own away; a service's sandbox may forbid the call altogether.
      && (status.st_gid == getegid() || attempt("set the group of", chown(fresh, uid_t.max, getegid())))
      && attempt("set the mode of", chmod(fresh, mode))
      && attempt("listen on", Glibc.listen(descriptor, backlog))
      && attempt("look at", lstat(fresh, &status)) && attempt("place", rename(fresh, path))
    guard isListening else {
      close(descriptor)
      unlink(fresh)
      throw failure ?? .isTaken(path: path)
    }
    return (descriptor, SocketFile(path: path, device: status.st_dev, number: status.st_ino))
  }

  /// Clients that wait to be let in.
  static let backlog: Int32 = 16

  /// Takes the file away, unless another process has put its own there.
  func remove() {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == number else { return }
    unlink(path)
  }

  private static func refuseToSteal(_ path: String) throws(StatusSocketError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw .system(action: "look at", place: path, code: errno) }
      return
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .isNoSocket(path: path) }
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let probe = socket(AF_UNIX, type, 0)
    guard probe >= 0 else { throw .system(action: "make a socket for", place: path, code: errno) }
    defer { close(probe) }
    // Whatever is not a refusal may be somebody alive: one with a full queue says EAGAIN.
    let code = withAddress(of: path) { connect(probe, $0, $1) }
    guard code != 0, errno == ECONNREFUSED || errno == ENOENT else { throw .isTaken(path: path) }
  }

  private static func withAddress(of path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
    -> Int32
  {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
