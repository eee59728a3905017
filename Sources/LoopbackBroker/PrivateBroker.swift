import Glibc
import Synchronization

/// A mosquitto of our own on a free loopback port, for `farmgate demo` and for tests.
///
/// It lives in a directory of its own, which goes when the value goes, and it ends with this process even if
/// that is killed: `setpriv --pdeathsig KILL` asks the kernel for it. The processes are started and reaped by
/// threads of ours, so no call here blocks Swift's pool.
public final class PrivateBroker: Sendable {
  /// Only loopback listens.
  public let host = "127.0.0.1"
  /// Stays the same over restarts. Below the range from which the kernel picks ports for outgoing connections:
  /// a client that keeps trying a port in that range will one day connect to itself.
  public let port: UInt16
  private let files: BrokerFiles
  private let process: Mutex<BrokerProcess>

  /// Where mosquitto is; nil when it is not installed. `/usr/sbin` is not on everybody's `PATH`.
  public static var executable: String? { findExecutable("mosquitto") }
  /// Why a test was skipped.
  public static let absence = "mosquitto is not installed (Debian: apt install mosquitto)"

  private init(port: UInt16, files: BrokerFiles, process: BrokerProcess) {
    (self.port, self.files) = (port, files)
    self.process = Mutex(process)
  }

  /// Starts a broker and returns once it accepts connections.
  ///
  /// - Parameter limit: For the whole start, choice of a port included.
  public static func start(
    _ configuration: Configuration = Configuration(), within limit: Duration = .seconds(10)
  ) async throws(BrokerFailure) -> PrivateBroker {
    guard let executable else { throw .missing("mosquitto") }
    guard let setpriv = findExecutable("setpriv") else { throw .missing("setpriv") }
    let files = try BrokerFiles()
    try await files.write(configuration)
    var last = BrokerFailure.noFreePort
    for _ in 0..<8 {  // another process may take the port between our look and mosquitto's bind
      guard let port = LoopbackPort.free() else { throw .noFreePort }
      try files.write(configuration, port: port)
      let process = BrokerProcess(
        arguments: [setpriv, "--pdeathsig", "KILL", "--", executable, "-c", files.configuration], port: port,
        files: files)
      do {
        try await process.start(within: limit)
        return PrivateBroker(port: port, files: files, process: process)
      } catch {
        last = error
        guard case .ended(let log) = error, log.contains("Address already in use") else { throw error }
      }
    }
    throw last
  }

  /// Ends the broker as a power cut would (SIGKILL), and returns once it has ended.
  public func kill() async {
    let process = process.withLock { $0 }
    process.signal(SIGKILL)
    await process.ended()
  }

  /// Ends the broker in good order (SIGTERM, after 3 s SIGKILL), and returns once it has ended.
  public func stop() async {
    let process = process.withLock { $0 }
    process.signal(SIGTERM)
    let impatience = Task {
      // Cancelled: it ended in time.
      guard (try? await Task.sleep(for: .seconds(3))) != nil else { return }
      process.signal(SIGKILL)
    }
    await process.ended()
    impatience.cancel()
  }

  /// Starts the broker again on the same port, with what it stored if its configuration says so. A broker that
  /// still runs is stopped first.
  public func restart(within limit: Duration = .seconds(10)) async throws(BrokerFailure) {
    await stop()
    let next = process.withLock { $0 }.copy()
    try await next.start(within: limit)
    process.withLock { $0 = next }
  }

  /// Suspends the broker (SIGSTOP): its connections stay open and say nothing, as with a cable pulled.
  public func freeze() { process.withLock { $0 }.signal(SIGSTOP) }
  /// Lets a frozen broker go on (SIGCONT).
  public func thaw() { process.withLock { $0 }.signal(SIGCONT) }

  /// Nil once it has ended.
  public var processIdentifier: Int32? { process.withLock { $0 }.identifier }
  /// The directory with its configuration and log; removed with the last reference to this broker.
  public var directory: String { files.directory }
  /// What the broker wrote, its last 64 KiB.
  public var log: String { files.log }

  /// Kills the broker and waits the few milliseconds until it is gone, so that a program that ends right after
  /// leaves no directory behind.
  deinit { process.withLock { $0 }.killAndWait(for: .seconds(1)) }
}

/// Why there is no private broker.
public enum BrokerFailure: Error, Equatable {
  /// A program that is not installed.
  case missing(String)
  /// A call that failed, on what, with its `errno`.
  case system(String, String, code: Int32)
  /// mosquitto ended at once; its log.
  case ended(String)
  /// It did not accept connections in time; its log.
  case notReady(String)
  case noFreePort
}

extension BrokerFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing("mosquitto"): PrivateBroker.absence
    case .missing(let program): "\(program) is not installed"
    case .system(let call, let object, let code):
      "cannot \(call) \(object): \(String(cString: strerror(code)))"
    case .ended(let log): "mosquitto ended at once: \(log)"
    case .notReady(let log): "mosquitto does not accept connections: \(log)"
    case .noFreePort: "no free loopback port found"
    }
  }
}

/// Looks in `PATH`, then where Debian keeps the programs of the system administrator.
func findExecutable(_ name: String) -> String? {
  let path = getenv("PATH").map { String(cString: $0) } ?? ""
  let folders =
    path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/sbin"]
  return folders.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}
