import Foundation
import Glibc

/// A client that sends what it likes, byte by byte.
final class RawClient: Sendable {
  private let descriptor: Int32

  struct NoConnection: Error { var code: Int32 }

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    try Self.connect(descriptor, &address)
  }

  /// On 127.0.0.1.
  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = Self.loopback(port)
    try Self.connect(descriptor, &address)
  }

  deinit { close(descriptor) }

  private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) throws {
    let size = socklen_t(MemoryLayout<Address>.size)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
    }
    guard code == 0 else { throw NoConnection(code: errno) }
  }

  private static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// One that nobody listens on at the moment.
  static func freePort() -> Int? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
      }
    }
    return code == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
  }

  /// False when the other end has closed.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// What comes until the other end closes.
  func everything() async -> String {
    await withCheckedContinuation { continuation in
      Thread { [self] in
        var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
          all += buffer.prefix(count)
        }
        continuation.resume(returning: String(decoding: all, as: UTF8.self))
      }.start()
    }
  }

  func asking(_ path: String = "/") async -> String {
    send(Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    return await everything()
  }
}
