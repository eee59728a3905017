import Foundation
import Glibc
import TestSupport
import Testing

@testable import StatusSocket

/// The socket's place in the file system.
struct SocketFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/status.sock" }

  init() throws { folder = try TemporaryFolder() }

  private func mode(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
  }

  @Test func `the socket is the group's and nobody else's, and goes at the end`() throws {
    let (descriptor, file) = try SocketFile.listen(at: path, mode: 0o660)
    defer { close(descriptor) }
    #expect(mode(of: path) == S_IFSOCK | 0o660)
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_gid == getegid())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["status.sock"])
    file.remove()
    #expect(mode(of: path) == nil)
  }

  @Test func `the socket of a living process is not stolen, and that of a dead one is replaced`() throws {
    let (first, _) = try SocketFile.listen(at: path, mode: 0o660)
    #expect(throws: StatusSocketError.isTaken(path: path)) {
      try SocketFile.listen(at: path, mode: 0o660)
    }
    // Its process is gone: the file stays, and nobody listens.
    close(first)
    let (second, file) = try SocketFile.listen(at: path, mode: 0o660)
    close(second)
    file.remove()
  }

  @Test func `a process does not take away the socket of its successor`() throws {
    let (first, old) = try SocketFile.listen(at: path, mode: 0o660)
    close(first)
    let (second, new) = try SocketFile.listen(at: path, mode: 0o660)
    old.remove()
    #expect(mode(of: path) != nil)
    new.remove()
    close(second)
  }

  @Test func `what is no socket is left alone`() throws {
    try "precious".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: StatusSocketError.isNoSocket(path: path)) {
      try SocketFile.listen(at: path, mode: 0o660)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
  }

  @Test func `the longest path that the system takes is taken`() throws {
    let long = path + String(repeating: "~", count: 107 - path.utf8.count)
    let (descriptor, file) = try SocketFile.listen(at: long, mode: 0o660)
    #expect(mode(of: long) == S_IFSOCK | 0o660)
    file.remove()
    close(descriptor)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test func `a folder that is not there and a path that is too long are told`() {
    let nowhere = folder.path + "/no/status.sock"
    let error = #expect(throws: StatusSocketError.self) { try SocketFile.listen(at: nowhere, mode: 0o660) }
    #expect(error?.description == "cannot bind \(nowhere): No such file or directory")
    let long = "/tmp/" + String(repeating: "a", count: 103)
    #expect(throws: StatusSocketError.pathTooLong(path: long)) {
      try SocketFile.listen(at: long, mode: 0o660)
    }
  }
}
