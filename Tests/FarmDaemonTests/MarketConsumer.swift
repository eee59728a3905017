import CanonicalJSON
import Foundation
import Synchronization
import TestSupport

/// The marketplace as `Tests/Tools/market` plays it: a program of its own that checks whatever a gateway says against the
/// contract, and shares no code with it.
final class MarketConsumer: Sendable {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Tools/market")

  /// Nil: it can be run here; otherwise why not.
  static let absence: String? = {
    let missing = ["joserfc", "rfc8785", "jsonschema", "paho.mqtt"].filter {
      SecondOpinion.absence(of: $0) != nil
    }
    let reason: String? =
      if !missing.isEmpty {
        "python3 lacks the modules \(missing.joined(separator: ", "))"
      } else if !SharedData.isPresent { SharedData.absence } else { nil }
    if let reason { print("no marketplace to check claims: \(reason)") }
    return reason
  }()

  struct Verdict: Sendable {
    var status: Int32
    /// One a line.
    var faults: [String]
    var summary: JSONValue

    /// A number of the summary, such as `gateways/urn:…/ledger`; 0 where there is none.
    func count(_ path: String...) -> Int {
      var value: JSONValue? = summary
      for name in path { value = value?[name] }
      return Int(value?.integer ?? 0)
    }
    fileprivate init(_ status: Int32, _ printed: String) {
      self.status = status
      var lines = printed.split(separator: "\n").map(String.init)
      summary = lines.popLast().flatMap { try? JSONValue(parsing: $0) } ?? .string(printed)
      faults = lines.filter { $0 != "listening" }
    }
  }

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let printed = Mutex(Data())
  private let hasEnded = Mutex(false)

  /// Subscribed when made.
  /// - Parameter options: Of `consumer.py listen`.
  init(port: UInt16, _ options: [String]) async throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["python3", Self.folder.appending(path: "consumer.py").path, "listen", "--port", "\(port)"]
      + Self.shared + options
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, output)
    try process.run()
    let reader = output.fileHandleForReading
    Thread { [weak self] in
      while case let data = reader.availableData, !data.isEmpty { self?.printed.withLock { $0 += data } }
      self?.hasEnded.withLock { $0 = true }
    }.start()
    _ = try await eventually(within: .seconds(60), "the marketplace to listen") {
      text.hasPrefix("listening") ? true : nil
    } onTimeout: {
      text
    }
  }

  deinit { if process.isRunning { process.terminate() } }

  private static let shared = ["--shared", SharedData.directory?.path ?? ""]
  private var text: String { printed.withLock { String(decoding: $0, as: UTF8.self) } }

  /// Has it hear out what the broker holds for it, and judge.
  func verdict() async throws -> Verdict {
    try input.fileHandleForWriting.close()
    _ = try await eventually(within: .seconds(300), "a verdict") { hasEnded.withLock { $0 } ? true : nil }
    process.waitUntilExit()
    return Verdict(process.terminationStatus, text)
  }

  /// Another of its programs.
  static func run(_ program: String, _ arguments: String...) -> Verdict {
    let (status, output) = SecondOpinion.run([folder.appending(path: program).path] + arguments)
    return Verdict(status, output)
  }

  /// That it finds what is planted.
  static func test() -> Verdict { run("selftest.py", SharedData.directory?.path ?? "") }
}
