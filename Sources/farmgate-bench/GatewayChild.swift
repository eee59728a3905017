import Foundation
import Glibc

/// The real `farmgate run` in a process of its own, started as a service manager does. Ends with the value.
final class GatewayChild {
  /// The program that was built beside this one; nil when it was not.
  static let executable: String? = {
    let path = URL(filePath: ownProgram).deletingLastPathComponent().appending(path: "farmgate").path
    return access(path, X_OK) == 0 ? path : nil
  }()
  static let absence = "there is no farmgate beside this program: swift build -c release"

  let process: ChildProcess
  /// From the start of the process to the log's word that the control loop was started.
  private(set) var loopStarted: Duration?
  /// From the start of the process to `READY=1`: the first tick is completed.
  private(set) var ready: Duration
  private let folder: URL

  /// Returns once the control loop ticks.
  convenience init(_ farm: BenchFarm, port: UInt16, marketPort: UInt16? = nil) throws {
    try self.init { farm.yaml(directory: $0, port: port, marketPort: marketPort) }
  }

  /// Returns once the control loop ticks.
  /// - Parameter configuration: The file's text, by the directory where the daemon may store.
  init(configuration: (String) -> String) throws {
    guard let executable = Self.executable else { throw BenchFailure(Self.absence) }
    folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "farmgate.yaml").path
    try configuration(folder.path).write(toFile: file, atomically: true, encoding: .utf8)
    let notify = folder.appending(path: "notify").path
    let socket = try Self.listen(on: notify)
    defer { close(socket) }
    process = try ChildProcess(
      [executable, "run", "--config", file], environment: ["NOTIFY_SOCKET": notify], mergesErrors: true)
    ready = .zero
    try wait(on: socket)
  }

  deinit {
    process.terminate()
    try? FileManager.default.removeItem(at: folder)  // a temporary folder left behind harms nobody
  }

  private func wait(on socket: Int32) throws {
    let end = process.started + 15_000_000_000
    while ready == .zero {
      var waiting = [
        pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
        pollfd(fd: process.output, events: Int16(POLLIN), revents: 0),
      ]
      let left = end - monotonicNanoseconds()
      guard left > 0, poll(&waiting, 2, Int32(left / 1_000_000 + 1)) > 0 else {
        throw BenchFailure("the daemon was not ready within 15 s: \(process.text)")
      }
      let now = Duration.nanoseconds(monotonicNanoseconds() - process.started)
      if waiting[0].revents != 0 {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = recv(socket, &bytes, bytes.count, 0)
        if String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).contains("READY=1") { ready = now }
      }
      if waiting[1].revents != 0 {
        guard process.fill() else { throw BenchFailure("the daemon ended at its start: \(process.text)") }
        if loopStarted == nil, process.text.contains("control loop started") { loopStarted = now }
      }
    }
  }

  /// Has `farmgate status --json` ask, one after the other.
  func askForStatus(times: Int) throws {
    guard let executable = Self.executable else { throw BenchFailure(Self.absence) }
    let socket = folder.appending(path: "status.sock").path
    for _ in 0..<times {
      let asking = try ChildProcess([executable, "status", "--json", "--socket", socket])
      let answer = asking.remainder()
      guard asking.wait() == 0, answer.contains("\"format\":1") else {
        throw BenchFailure("the daemon did not answer: \(answer)")
      }
    }
  }

  /// How the loop runs, as the daemon says it at its start.
  var setup: String? {
    process.text.split(separator: "\n").first { $0.contains("control loop started") }
      .flatMap { $0.split(separator: "setup=").last }.map(String.init)
  }

  private static func listen(on path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard descriptor >= 0, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw BenchFailure("cannot make a socket at \(path)")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else { throw BenchFailure("cannot bind \(path): \(String(cString: strerror(errno)))") }
    return descriptor
  }
}
