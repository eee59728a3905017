public import FarmUnits
import Glibc

/// Tells the service manager how the daemon is; silent when there is none (`NOTIFY_SOCKET` unset).
public struct SystemdNotifier: Sendable {
  private let socketPath: String?

  public init() {
    socketPath = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
  }

  /// Outputs are safe and the loop ticks.
  public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  /// The configuration is being read anew; `ready` ends it.
  /// - Parameter now: On the monotonic clock.
  public func reloading(at now: Instant) {
    send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)\nSTATUS=reading the configuration")
  }
  public func stopping() { send("STOPPING=1") }
  /// Feed only when ticks were completed since the last time.
  public func watchdog() { send("WATCHDOG=1") }
  /// Asks for more time between feedings where the unit's `WatchdogSec=` is shorter than what is needed.
  /// - Parameter period: Within which a healthy daemon feeds for sure.
  public func allowWatchdog(_ period: Duration) {
    let needed = period.components.seconds * 1_000_000 + period.components.attoseconds / 1_000_000_000_000
    guard let given = getenv("WATCHDOG_USEC").flatMap({ Int64(String(cString: $0)) }), given < needed else {
      return
    }
    send("WATCHDOG_USEC=\(needed)")
  }

  private func send(_ text: String) {
    guard let socketPath else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(socketPath.utf8)
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { field in
      field.copyBytes(from: path)
      if path.first == UInt8(ascii: "@") { field[0] = 0 }  // the abstract namespace
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
    let bytes = Array(text.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
      }
    }
  }
}
