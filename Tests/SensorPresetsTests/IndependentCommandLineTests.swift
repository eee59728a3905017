import CanonicalJSON
import Foundation
import Testing

/// The same through the program as a person calls it: `farmgate explain-message`.
struct IndependentCommandLineTests {
  /// What was built beside the tests.
  private static let executable: URL = {
    var folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(filePath: "/")
    let isThere = { (folder: URL) in
      FileManager.default.isExecutableFile(atPath: folder.appending(path: "farmgate").path)
    }
    while folder.path != "/", !isThere(folder) { folder.deleteLastPathComponent() }
    return folder.appending(path: "farmgate")
  }()

  /// One message to a farm of one sensor: the lines that are printed and the exit status.
  private func explain(_ message: DeviceMessage) throws -> (lines: [JSONValue], status: Int32) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "explain-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // a leftover in /tmp harms nobody
    let (file, payload) = (folder.appending(path: "farmgate.yaml"), folder.appending(path: "payload"))
    let field = message.field.map { ", field: \(JSONValue.string($0).text)" } ?? ""
    let unit = message.unit.map { ", unit: \($0.rawValue == "2Z" ? "\"2Z\"" : $0.rawValue)" } ?? ""
    let text = """
      farm: greenhollow
      gateway: gw1
      brokers: {site: {url: mqtt://localhost:1883}}
      sensors:
        s: {quantity: \(message.quantity.rawValue)\(unit), mqtt: {topic: \(JSONValue.string(message.topic).text), \
      preset: \(message.preset.rawValue)\(field)}}
      """
    try text.write(to: file, atomically: true, encoding: .utf8)
    try Data(message.bytes).write(to: payload)
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = ["explain-message", "--json", "--config", file.path, "--topic", message.topic]
    let output = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: payload)
    process.standardOutput = output
    try process.run()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (
      try printed.split(separator: "\n").map { try JSONValue(parsing: String($0)) }, process.terminationStatus
    )
  }

  @Test(.enabled(if: SecondOpinion.absence == nil, Comment(rawValue: SecondOpinion.absence ?? "")))
  func `hostile messages are explained on the command line as the other decoder understands them`() throws {
    let seed: UInt64 = 71
    var mutator = PayloadMutator(seed: seed)
    let originals = try DeviceMessage.own + DeviceMessage.samples
    let messages = (0..<60).map { index in
      let original = originals[index % originals.count]
      return original.replacing(mutator.mutate(original.bytes))
    }
    var counts: [String: Int] = [:]
    for (message, opinion) in zip(messages, try SecondOpinion.of(messages)) {
      let (lines, status) = try explain(message)
      #expect(lines.count == 1)
      let line = try #require(lines.first)
      counts[opinion.kind.rawValue, default: 0] += 1
      let reason = line["reason"]?.string
      #expect((reason != nil) == (status == 1) && (status == 0 || status == 1), "\(message): \(line.text)")
      let isStricter = opinion.oddities.contains { reason?.hasPrefix($0 + ":") == true }
      let isSame =
        switch opinion.kind {
        case .refused: reason != nil
        case .unchanged: line["unchanged"] != nil
        case .none: line["value"] == .null && line["quality"] != "good"
        case .value:
          line["quality"] == "good"
            && (line["value"]?.string == opinion.word
              && nearly(line["value"]?.double, opinion.number))
        }
      #expect(isSame || isStricter, "seed \(seed), \(message): \(line.text), Python says \(opinion.text)")
    }
    print("\(messages.count) hostile messages on the command line, seed \(seed): \(counts)")
  }

  private func nearly(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b))
  }

  @Test func `a family that no preset knows is read with json and a pointer`() throws {
    let payload = Array(#"{"device":"hive-3","scale":{"net/kg":[41.25,"n/a"]},"~ok":"1"}"#.utf8)
    let read = { (field: String, payload: [UInt8]) in
      try explain(
        DeviceMessage(
          preset: .json, topic: "hives/3/report", field: field, quantity: .mass, unit: .kilogram,
          bytes: payload))
    }
    let first = try read("/scale/net~1kg/0", payload)
    #expect(first.status == 0)
    #expect(first.lines.first?["value"] == 41.25 && first.lines.first?["unit"] == "KGM")
    #expect(first.lines.first?["quality"] == "good" && first.lines.first?["from"] == "arrival")
    #expect(try read("/scale/net~1kg/1", payload).lines.first?["quality"] == "missing")
    #expect(try read("/~0ok", payload).lines.first?["value"]?.double == 1)
    let nowhere = try read("/scale/gross", payload)
    #expect(nowhere.status == 1)
    #expect(nowhere.lines.first?["reason"]?.string?.hasPrefix("no_field:") == true)
    #expect(try read("/scale", Array("[41.25".utf8)).status == 1)
  }
}
