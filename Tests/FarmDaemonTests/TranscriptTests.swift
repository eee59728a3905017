import CanonicalJSON
import FarmDaemon
import FarmUnits
import Foundation
import LoopbackBroker
import TestSupport
import Testing
import TopicTree

/// What is really said, held against the document.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct TranscriptTests {
  private let document = TopicTree.document(version: Version.text)
  private static let root = "farmgate/greenhollow/demo"

  /// What a demonstration does not show, and why.
  private static let notInADemonstration: [String: String] = [
    "sparkplugRebirth": "no device of it speaks Sparkplug; the tests of its nodes look at it",
    "storeCondition": "a record takes 15 minutes; the rehearsal below has them",
    "droneHealth":
      "the marketplace hears only of drones whose hardware is known; the agreement tests look at it",
  ]

  private static func time(in seconds: Double) -> String {
    WallTime(milliseconds: Int64((Date().timeIntervalSince1970 + seconds) * 1000)).rfc3339
  }

  private struct Ask {
    var topic, id: String
    var payload: String
    var result, reason: String
    /// Whether the document allows it.
    var isDescribed = true

    init(
      _ topic: String, _ id: String, _ members: String, _ result: String, _ reason: String,
      described: Bool = true
    ) {
      (self.topic, self.id, self.payload) = ("\(root)/\(topic)", id, #"{"id":"\#(id)",\#(members)}"#)
      (self.result, self.reason, self.isDescribed) = (result, reason, described)
    }
  }

  private static let asked: [Ask] = [
    Ask("command/bed-1-valve", "o1", #""set":"off","by":"Mira""#, "accepted", "accepted"),
    Ask(
      "command/bed-1-valve", "o2", #""set":"on","for_s":0,"expires":"\#(time(in: 600))","by":"Mira""#,
      "refused",
      "malformed", described: false),
    Ask("command/bed-1-valve", "o3", #""set":"on","by":"Mira""#, "refused", "no_expiry", described: false),
    Ask(
      "command/bed-1-valve", "o4", #""set":"on","expires":"\#(time(in: -5))","by":"Mira""#, "refused",
      "expired"),
    Ask("command/bed-1-valve", "o5", #""set":"ajar","by":"Mira""#, "refused", "malformed", described: false),
    Ask("command/bed-1-valve", "o6", #""set":"off""#, "refused", "malformed", described: false),
    Ask(
      "command/bed-1-valve", "o7", #""set":"auto","not_before":"\#(time(in: 600))","by":"Mira""#, "refused",
      "too_early"),
    Ask("command/no-such", "o8", #""set":"off","by":"Mira""#, "refused", "unknown_output"),
    Ask(
      "alarm/cold-1.too-warm/command", "a1", #""action":"shelve","for_s":600,"by":"Mira""#, "accepted",
      "accepted"),
    Ask(
      "alarm/cold-1.too-warm/command", "a2", #""action":"shelve","by":"Mira""#, "refused", "malformed",
      described: false),
    Ask(
      "alarm/cold-1.too-cold/command", "a3", #""action":"acknowledge","by":"Mira""#, "refused", "not_active"),
    Ask("alarm/cold-1.cosy/command", "a4", #""action":"clear","by":"Mira""#, "refused", "unknown_alarm"),
    Ask(
      "lot/command", "l1",
      #""action":"harvest","product":"carrots","quantity":20,"unit":"KGM","lot":"BENCH-1""#, "accepted",
      "done"),
    Ask(
      "lot/command", "l2", #""action":"pick","lot":"BENCH-1","quantity":-1"#, "refused", "quantity_negative",
      described: false),
    Ask(
      "lot/command", "l3", #""action":"release","lot":"BENCH-1","by":"Mira""#, "refused", "note_missing",
      described: false),
    Ask("lot/command", "l4", #""action":"withdraw","lot":"BENCH-1","by":"Mira""#, "accepted", "done"),
    Ask(
      "drone/none/command", "d1", #""action":"sign_off","by":"Mira","note":"looked at it""#, "refused",
      "unknown_drone"),
    Ask("lot/command", "l5", #""action":"hold","lot":"NONE-1","by":"Mira""#, "refused", "lot_unknown"),
  ]

  @Test func `what a demonstration says is what the document describes`() async throws {
    let log = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString)")
    try Data().write(to: log)
    defer { try? FileManager.default.removeItem(at: log) }  // a leftover in /tmp harms nobody
    let demo = Process()
    demo.executableURL = GatewayProcess.executable
    demo.arguments = ["demo", "--for", "300"]
    demo.standardOutput = FileHandle.nullDevice
    demo.standardError = try FileHandle(forWritingTo: log)
    try demo.run()
    defer { if demo.isRunning { demo.terminate() } }
    let port = try await eventually(within: .seconds(60), "the demonstration's broker") {
      try String(contentsOf: log, encoding: .utf8).firstMatch(of: /mqtt:\/\/127.0.0.1:(\d+)/).flatMap {
        UInt16($0.output.1)
      }
    }
    let transcript = try Transcript(port: port)
    _ = try await eventually(within: .seconds(60), "a reading") {
      transcript.channels.contains("sensor") ? true : nil
    }

    let check = SchemaCheck(document: document)
    for ask in Self.asked {
      transcript.say(ask.topic, ask.payload)
      let answer = try await transcript.answer(on: ask.topic, id: ask.id)
      #expect(answer["result"]?.string == ask.result, "\(ask.payload): \(answer.text)")
      #expect(answer["reason"]?.string == ask.reason, "\(ask.payload): \(answer.text)")
      let schema = try #require(TopicTree.channel(of: ask.topic)).payloadSchema
      #expect(
        check.faults(of: try JSONValue(parsing: ask.payload), under: schema).isEmpty == ask.isDescribed,
        "\(ask.id)")
    }
    transcript.say("\(Self.root)/lot/command", "{nonsense")
    #expect(try await transcript.answer(on: "\(Self.root)/lot/command", id: nil)["reason"] == "malformed")

    let wanted = Set(TopicTree.channels.map(\.name)).subtracting(Self.notInADemonstration.keys)
    _ = try await eventually(within: .seconds(60), "every channel") {
      wanted.isSubset(of: transcript.channels) ? true : nil
    } onTimeout: {
      "not heard: \(wanted.subtracting(transcript.channels))"
    }
    demo.terminate()
    _ = try await eventually(within: .seconds(60), "the demonstration to end") { demo.isRunning ? nil : true }
    let faults = transcript.faults(in: document)
    #expect(faults.isEmpty, "\(faults.prefix(10).joined(separator: "\n"))")
    print(
      "a demonstration said \(transcript.messages.count) messages on \(transcript.channels.count) channels")
    if SecondOpinion.hasSchemas {
      let lines = transcript.lines
      let opinion = try Transcript.secondOpinion(lines, on: document)
      #expect(opinion.faults.isEmpty, "\(opinion.faults.prefix(10).joined(separator: "\n"))")
      #expect(opinion.count == Int64(lines.count))
    } else {
      print("no second opinion: python3 with the module jsonschema is not installed")
    }
    await transcript.link.stop()
  }

  @Test func `what a rehearsal of faults says is what the document describes`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "rehearsal-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    try ReducedFarm.yaml(port: 1883).replacing("STORAGE", with: "/tmp").write(
      to: file, atomically: true, encoding: .utf8)
    let rehearsal = try GatewayProcess.run([
      "simulate", "--config", file.path, "--hours", "60", "--scenario", "faults", "--from", "2026-07-01",
      "--interval-ms", "10000",
    ])
    #expect(rehearsal.status == 0, "\(rehearsal.errors)")
    let check = SchemaCheck(document: document)
    var lines: [JSONValue] = []
    var heard: [String: Int] = [:]
    for text in rehearsal.output.split(separator: "\n") {
      let line = try JSONValue(parsing: String(text))
      let topic = try #require(line["topic"]?.string)
      let payload = try #require(line["payload"])
      let channel = try #require(TopicTree.channel(of: topic), "\(topic)")
      heard[channel.name, default: 0] += 1
      // A thousand of a kind tell no more than a hundred do.
      guard heard[channel.name, default: 0] <= 100 || channel.name == "storeCondition" else { continue }
      lines.append(["topic": .string(topic), "payload": payload, "json": true])
      if payload == .null || payload == "" { continue }
      #expect(check.faults(of: payload, under: channel.payloadSchema) == [], "\(topic)")
    }
    for name in ["storeCondition", "alarm", "output", "sensor"] {
      #expect(heard[name, default: 0] > 0, "\(name)")
    }
    print("a rehearsal of faults: \(heard.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
    guard SecondOpinion.hasSchemas else {
      return print("no second opinion: python3 lacks the module jsonschema")
    }
    let opinion = try Transcript.secondOpinion(lines, on: document)
    #expect(opinion.faults.isEmpty, "\(opinion.faults.prefix(10).joined(separator: "\n"))")
    #expect(opinion.count == Int64(lines.count))
  }

  @Test func `the command prints the document`() throws {
    let printed = try GatewayProcess.run(["asyncapi"])
    #expect(printed.status == 0)
    #expect(printed.output == document.text + "\n")
  }
}
