import Glibc

/// Why a measurement could not be made.
struct BenchFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A program that runs for one measurement, with its standard streams in our hands. Killed with the value.
final class ChildProcess {
  let identifier: pid_t
  /// When it was started.
  let started: Int64
  /// Its standard output, for `poll`.
  let output: Int32
  private let input: Int32
  private var unread: [UInt8] = []
  private var status: Int32?

  /// - Parameters:
  ///   - arguments: The program's path first.
  ///   - environment: Beside ours.
  ///   - mergesErrors: Whether standard error goes where standard output goes; else it is ours.
  init(_ arguments: [String], environment: [String: String] = [:], mergesErrors: Bool = false) throws {
    let (output, input) = (try Self.pipe(), try Self.pipe())
    defer { for end in [output.write, input.read] { close(end) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.read, 0)
    posix_spawn_file_actions_adddup2(&actions, output.write, 1)
    if mergesErrors { posix_spawn_file_actions_adddup2(&actions, output.write, 2) }

    var argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var environmentPointers: [UnsafeMutablePointer<CChar>?] =
      Self.environment(with: environment).map { strdup($0) } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var identifier: pid_t = 0
    started = monotonicNanoseconds()
    let code = posix_spawnp(
      &identifier, arguments[0], &actions, nil, &argumentPointers, &environmentPointers)
    guard code == 0 else {
      for end in [output.read, input.write] { close(end) }
      throw BenchFailure("cannot start \(arguments[0]): \(String(cString: strerror(code)))")
    }
    (self.identifier, self.output, self.input) = (identifier, output.read, input.write)
  }

  deinit {
    if status == nil {
      kill(identifier, SIGKILL)
      wait()
    }
    for end in [output, input] { close(end) }
  }

  /// Writes a line to its standard input.
  func say(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard write(input, bytes, bytes.count) == bytes.count else {
      throw BenchFailure("process \(identifier) does not listen: \(String(cString: strerror(errno)))")
    }
  }

  /// The next line of its standard output; nil at its end or when none came in time.
  func line(within limit: Duration) -> String? {
    let end = monotonicNanoseconds() + limit.nanoseconds
    while true {
      if let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeSubrange(...newline) }
        return String(decoding: unread[..<newline], as: UTF8.self)
      }
      let left = end - monotonicNanoseconds()
      var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard left > 0, poll(&waiting, 1, Int32(left / 1_000_000 + 1)) > 0, fill() else { return nil }
    }
  }

  /// Everything that it writes up to its end.
  func remainder() -> String {
    while fill() {}
    defer { unread = [] }
    return String(decoding: unread, as: UTF8.self)
  }

  /// Reads what is there; false at the end.
  func fill() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(output, &bytes, bytes.count)
    guard count > 0 else { return false }
    unread += bytes.prefix(count)
    return true
  }

  /// What was read and not yet taken as lines.
  var text: String { String(decoding: unread, as: UTF8.self) }

  /// Processor time of all its threads so far, in nanoseconds. The C function is `clock_getcpuclockid`.
  func processorNanoseconds() throws -> Int64 {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(identifier, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      throw BenchFailure("process \(identifier) has ended: \(text)")
    }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Asks it to end and waits; after 5 s it is killed.
  /// - Returns: Its wait status.
  @discardableResult
  func terminate() -> Int32 {
    kill(identifier, SIGTERM)
    let end = monotonicNanoseconds() + 5_000_000_000
    while monotonicNanoseconds() < end {
      var code: Int32 = 0
      if waitpid(identifier, &code, WNOHANG) == identifier {
        status = code
        return code
      }
      usleep(2000)
    }
    kill(identifier, SIGKILL)
    return wait()
  }

  /// Waits for its end.
  @discardableResult
  func wait() -> Int32 {
    if let status { return status }
    var code: Int32 = 0
    while waitpid(identifier, &code, 0) < 0, errno == EINTR {}
    status = code
    return code
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw BenchFailure("cannot make a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func environment(with additions: [String: String]) -> [String] {
    var entries: [String] = []
    var place = environ
    while let entry = place.pointee {
      let text = String(cString: entry)
      if additions[String(text.prefix { $0 != "=" })] == nil { entries.append(text) }
      place += 1
    }
    return entries + additions.map { "\($0.key)=\($0.value)" }
  }
}

/// The corresponding C function is `clock_gettime(CLOCK_MONOTONIC)`.
func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

extension Duration {
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}

/// Where a program is on the `PATH` or among the system's own; nil when it is not installed.
func program(_ name: String) -> String? {
  let path = getenv("PATH").map { String(cString: $0) } ?? ""
  return (path.split(separator: ":").map(String.init) + ["/usr/bin", "/usr/sbin"]).map { "\($0)/\(name)" }
    .first { access($0, X_OK) == 0 }
}

/// The path of this very program.
let ownProgram: String = {
  var bytes = [CChar](repeating: 0, count: 4096)
  let count = readlink("/proc/self/exe", &bytes, bytes.count)
  return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}()
