import Foundation
import Glibc
import Testing

/// What the daemon tells a service manager, on a real notification socket.
struct ServiceManagerTests {
  @Test func `ready comes with the first tick, the watchdog is fed while it ticks, and stopping is told`()
    async throws
  {
    let path = FileManager.default.temporaryDirectory.appending(path: "notify-\(getpid())").path
    let socket = try NotificationSocket(path)
    let gateway = try GatewayProcess(
      configuration:
        "farm: greenhollow\ngateway: gw1\nloop: {interval_ms: 20, priority: 0}\nstorage: {directory: STORAGE}\n",
      environment: ["NOTIFY_SOCKET": path])
    _ = try await eventually(within: .seconds(60), "READY=1 and two feedings") {
      socket.drain()
      return socket.text.contains("READY=1") && socket.text.components(separatedBy: "WATCHDOG=1").count > 2
        ? true : nil
    } onTimeout: {
      socket.text + gateway.log
    }
    #expect(try await gateway.terminate() == 0)
    socket.drain()
    #expect(socket.text.contains("STOPPING=1"))
  }
}

/// Receives what a service tells its manager.
final class NotificationSocket {
  private let descriptor: Int32
  private let path: String
  private(set) var text = ""

  init(_ path: String) throws {
    self.path = path
    unlink(path)
    descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, bound == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  func drain() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count <= 0 { return }
      text += String(decoding: buffer.prefix(count), as: UTF8.self) + "\n"
    }
  }
}
