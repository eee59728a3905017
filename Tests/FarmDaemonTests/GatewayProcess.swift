import Foundation
import Glibc
import Synchronization

/// The real `farmgate` program in a process of its own, as a service manager starts it.
final class GatewayProcess: Sendable {
  /// What was built beside the tests.
  static let executable: URL = {
    let own =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    var folder = URL(filePath: own).deletingLastPathComponent()
    // `swift test` may run the bundle from inside it.
    while folder.path != "/",
      !FileManager.default.isExecutableFile(atPath: folder.appending(path: "farmgate").path)
    {
      folder.deleteLastPathComponent()
    }
    return folder.appending(path: "farmgate")
  }()

  struct Finished: Sendable {
    var status: Int32
    var output: String
    var errors: String
  }

  let folder: URL
  /// The folder is somebody else's, who starts the program in it again.
  private let isGuest: Bool
  private let process: Process
  private let errors: URL

  /// Starts `farmgate run` on a configuration text.
  /// - Parameters:
  ///   - kept: The folder of an earlier start, with what that one stored; nil: a new one.
  ///   - prefix: A program, by its path, that starts it in turn.
  init(
    configuration: String, environment: [String: String] = [:], in kept: URL? = nil,
    through prefix: [String] = []
  ) throws {
    isGuest = kept != nil
    folder =
      kept ?? FileManager.default.temporaryDirectory.appending(path: "farmgate-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "farmgate.yaml")
    try Self.write(configuration, in: folder)
    errors = folder.appending(path: "log")
    try Data().write(to: errors)
    process = Process()
    let command = prefix + [Self.executable.path, "run", "--config", file.path]
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, given in given }
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  private static func write(_ configuration: String, in folder: URL) throws {
    try configuration.replacing("STORAGE", with: folder.path).write(
      to: folder.appending(path: "farmgate.yaml"), atomically: true, encoding: .utf8)
  }

  /// Has it read another configuration.
  func reload(_ configuration: String) throws {
    try Self.write(configuration, in: folder)
    signal(SIGHUP)
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    if !isGuest { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody
  }

  var log: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
  var isRunning: Bool { process.isRunning }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Asks it to end and waits.
  @discardableResult
  func terminate(within limit: Duration = .seconds(60)) async throws -> Int32 {
    signal(SIGTERM)
    _ = try await eventually(within: limit, "the daemon to end") {
      process.isRunning ? nil : true
    } onTimeout: {
      log
    }
    return process.terminationStatus
  }

  /// Ends it as a watchdog or a lack of memory would, without a last word, and waits.
  func killOutright(within limit: Duration = .seconds(60)) async throws {
    signal(SIGKILL)
    _ = try await eventually(within: limit, "the daemon to be gone") { process.isRunning ? nil : true }
  }

  /// Runs a command of the program to its end.
  static func run(_ arguments: [String], input: [UInt8] = []) throws -> Finished {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let (output, errors, given) = (Pipe(), Pipe(), Pipe())
    (process.standardOutput, process.standardError, process.standardInput) = (output, errors, given)
    try process.run()
    try given.fileHandleForWriting.write(contentsOf: Data(input))
    try given.fileHandleForWriting.close()
    let errorText = Mutex("")
    let reader = Thread {
      let data = errors.fileHandleForReading.readDataToEndOfFile()
      errorText.withLock { $0 = String(decoding: data, as: UTF8.self) }
    }
    reader.start()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    while !reader.isFinished { usleep(1000) }
    return Finished(status: process.terminationStatus, output: text, errors: errorText.withLock { $0 })
  }
}
