import FarmUnits
import Glibc

/// A program that we started, with what it writes in a file.
final class ChildProcess {
  let identifier: pid_t
  let logPath: String
  private var status: Int32?

  /// The corresponding C function is `posix_spawn`. Output and errors go to the end of `log`.
  init(_ arguments: [String], log: String) throws {
    logPath = log
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, arguments[0], &actions, nil, &pointers, environ)
    guard code == 0 else { throw Failure("cannot start \(arguments[0]): \(systemText(code))") }
    identifier = child
  }

  deinit {
    guard exitStatus == nil else { return }
    signal(SIGKILL)
    var ignored: Int32 = 0
    waitpid(identifier, &ignored, 0)
  }

  func signal(_ number: Int32) { if status == nil { kill(identifier, number) } }

  /// Nil while it runs; 128 + the number for a signal's end, as a shell counts.
  var exitStatus: Int32? {
    if status == nil {
      var raw: Int32 = 0
      if waitpid(identifier, &raw, WNOHANG) == identifier {
        status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + raw & 0x7f
      }
    }
    return status
  }

  /// - Returns: Its exit status.
  @discardableResult
  func waitForEnd(within limit: Duration = .seconds(20)) throws -> Int32 {
    try eventually("\(identifier) to end", within: limit, { exitStatus }, instead: { logTail })
  }

  /// Everything it wrote so far; empty when there is nothing.
  var log: String { (try? KernelFile(path: logPath).read()) ?? "" }  // no file: it has not written yet

  /// Its last words.
  var logTail: String { log.split(separator: "\n").suffix(12).joined(separator: "\n    ") }

  /// What each of its threads does, as the kernel sees it: for a program that neither goes on nor ends.
  var threads: String {
    var text: [String] = []
    guard let folder = opendir("/proc/\(identifier)/task") else { return "process \(identifier) is gone" }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.first != "." else { continue }
      func fact(_ file: String) -> String {
        // A thread may have ended meanwhile.
        (try? KernelFile(path: "/proc/\(identifier)/task/\(name)/\(file)").line) ?? "?"
      }
      text.append(
        "thread \(name) \(fact("comm")), waits in \(fact("wchan")), system call \(fact("syscall")), \(fact("stat"))"
      )
    }
    return text.joined(separator: "\n    ")
  }

  /// Waits for one line of its log that has all of `words`.
  @discardableResult
  func waitForLog(_ words: String..., within limit: Duration = .seconds(10)) throws -> String {
    try eventually(
      "a line with \(words.joined(separator: ", ")) on the log", within: limit,
      { log.split(separator: "\n").first { line in words.allSatisfy(line.contains) }.map(String.init) },
      instead: { logTail })
  }
}
