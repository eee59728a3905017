import CanonicalJSON
import Foundation
import TestSupport

/// What the decoder in Python makes of a message.
struct SecondOpinion: Sendable {
  enum Kind: String, Sendable { case value, none, unchanged, refused }
  let kind: Kind
  let number: Double?, word: String?, milliseconds: Double?
  /// What is unusual about the bytes, by the codes under which they may be refused.
  let oddities: Set<String>
  let text: String

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzz/independent_decoder.py")

  /// Nil: there is a Python; otherwise why not.
  static let absence: String? =
    (try? run(["-c", "pass"], input: Data())) == nil ? "python3 is not installed" : nil

  /// One opinion for each message, all from one process.
  static func of(_ messages: [DeviceMessage]) throws -> [Self] {
    let questions = messages.map { message in
      JSONValue.object([
        "preset": .string(message.preset.rawValue), "field": message.field.map(JSONValue.string) ?? .null,
        "quantity": .string(message.quantity.rawValue),
        "unit": message.unit.map { .string($0.rawValue) } ?? .null,
        "topic": .string(message.topic),
        "hex": .string(message.bytes.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()),
      ]).text
    }
    let answers = try run([script.path], input: Data(questions.joined(separator: "\n").utf8))
    return try answers.split(separator: "\n").map { try Self(String($0)) }
  }

  private init(_ line: String) throws {
    let answer = try JSONValue(parsing: line)
    guard let kind = Kind(rawValue: answer["kind"]?.string ?? "") else {
      throw CocoaError(.coderInvalidValue)
    }
    (self.kind, text) = (kind, line)
    (number, word) = (answer["value"]?.double, answer["value"]?.string)
    milliseconds = answer["at"]?.double
    oddities = Set(answer["odd"]?.array?.compactMap(\.string) ?? [])
  }

  /// A file and not a pipe carries the questions, so that neither side can wait for the other.
  private static func run(_ arguments: [String], input: Data) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "opinion-\(UUID().uuidString)")
    try input.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let output = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return text
  }
}
