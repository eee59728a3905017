import Glibc

/// Ports of 127.0.0.1.
enum LoopbackPort {
  /// A port that nothing listens on, from 15,000 ..< 32,000: below the kernel's range for outgoing
  /// connections (`net.ipv4.ip_local_port_range`, from 32,768). Nil after 64 tries.
  static func free() -> UInt16? {
    for _ in 0..<64 {
      let port = UInt16.random(in: 15_000..<32_000)
      let taken = withSocket(port) { descriptor, address, length in bind(descriptor, address, length) != 0 }
      if taken == false { return port }
    }
    return nil
  }

  /// Whether something accepts connections there.
  static func accepts(_ port: UInt16) -> Bool {
    withSocket(port) { descriptor, address, length in connect(descriptor, address, length) == 0 } ?? false
  }

  /// Nil when there is no socket to be had.
  private static func withSocket(
    _ port: UInt16, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) -> Bool? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
