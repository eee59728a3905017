public import CanonicalJSON
import Foundation

/// A program that reads discovery as Home Assistant does (`Tests/home-assistant/check.py`): with Home Assistant's own
/// schemas and templates where `Tests/home-assistant/prepare` has fetched them, with jinja2 and the documentation else.
public struct HomeAssistantReader: Sendable, CustomStringConvertible {
  public var description: String
  private let python: [String]

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// One for each version that was fetched.
  public static let real: [HomeAssistantReader] = {
    let folder = root.appending(path: ".build/home-assistant")
    // Absent: not fetched.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard names.contains(where: { $0.hasPrefix("ready-") }) else { return [] }
    return names.sorted().filter { $0.first?.isNumber ?? false }.map { version in
      HomeAssistantReader(
        description: "Home Assistant \(version)",
        python: [folder.appending(path: "\(version)/python").path])
    }
  }()
  /// The reason to print where there is none.
  public static let absence = "Home Assistant is not there to be asked: make home-assistant fetches it"

  /// With jinja2 alone; nil where python3 has none.
  public static let plain: HomeAssistantReader? = {
    let reader = HomeAssistantReader(description: "jinja2", python: ["/usr/bin/env", "python3"])
    return (try? reader.run(["-c", "import jinja2"], input: [])) == nil ? nil : reader
  }()
  /// The reason to print where there is none.
  public static let plainAbsence = "python3 with the module jinja2 is not installed"

  public static var all: [HomeAssistantReader] { real + (plain.map { [$0] } ?? []) }

  /// What it makes of what a broker keeps; `check.py` says what stands in the answer.
  public func read(_ messages: [(topic: String, payload: [UInt8])], prefix: String) throws -> JSONValue {
    let request: JSONValue = [
      "prefix": .string(prefix),
      "messages": .array(
        messages.map {
          ["topic": .string($0.topic), "payload": .string(String(decoding: $0.payload, as: UTF8.self))]
        }),
    ]
    let script = Self.root.appending(path: "Tests/home-assistant/check.py").path
    return try JSONValue(
      parsing: run([script], input: request.bytes), limits: JSONLimits(bytes: 16 << 20, values: 1 << 20))
  }

  private func run(_ arguments: [String], input: [UInt8]) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-ha-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody
    // Files and not pipes: nobody waits for nobody.
    let names = ["in", "out", "errors"].map { folder.appending(path: $0) }
    try Data(input).write(to: names[0])
    for name in names.dropFirst() { try Data().write(to: name) }
    let process = Process()
    process.executableURL = URL(filePath: python[0])
    process.arguments = Array(python.dropFirst()) + arguments
    process.standardInput = try FileHandle(forReadingFrom: names[0])
    process.standardOutput = try FileHandle(forWritingTo: names[1])
    process.standardError = try FileHandle(forWritingTo: names[2])
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let errors = String(decoding: try Data(contentsOf: names[2]), as: UTF8.self)
      throw Failure(
        description: "\(description) ended with \(process.terminationStatus): \(errors.suffix(2000))")
    }
    return Array(try Data(contentsOf: names[1]))
  }
}
