import CanonicalJSON
import Foundation
import LoopbackBroker
import Testing

/// A copy of the storage folder that is put back, as after a memory card's end.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct RestoreTests {
  private static let root = ReducedFarm.root
  private static let availability = "\(ReducedFarm.market)/lots/CAR-1/availability"

  private static func command(_ recorder: Recorder, _ id: String, _ members: String) async throws -> JSONValue
  {
    recorder.publish(
      "\(root)/lot/command", #"{"id":"\#(id)","lot":"CAR-1","unit":"KGM","by":"ada",\#(members)}"#)
    let answer = try await recorder.message(on: "\(root)/lot/command/result", "the answer to \(id)") {
      $0.json?["id"]?.string == id
    }
    return try #require(answer.json)
  }

  /// Of the entries of the chain among them.
  private static func numbers(_ messages: [Recorder.Message]) -> [UInt64] {
    messages.compactMap { $0.json?["sequence"]?.string.flatMap { UInt64($0) } }
  }

  private static func start(_ recorder: Recorder, _ yaml: String, in folder: URL?) async throws
    -> GatewayProcess
  {
    recorder.forget()
    let gateway = try GatewayProcess(configuration: yaml, in: folder)
    try await recorder.message(on: "\(root)/status", "online") {
      $0.json?["state"] == "online" && !$0.retained
    }
    return gateway
  }

  @Test
  func
    `an earlier copy gives no number twice, and sells nothing that may have gone since until a person has weighed it`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    let recorder = try Recorder(port: broker.port)
    _ = try await eventually("the recorder") { recorder.link.status.state == .connected ? true : nil }
    let yaml = ReducedFarm.yaml(port: broker.port)
    let first = try await Self.start(recorder, yaml, in: nil)
    let harvest = #""action":"harvest","product":"carrots","quantity":100"#
    #expect(try await Self.command(recorder, "h", harvest)["result"] == "accepted")
    try await recorder.message(on: Self.availability, "the lot at the market")
    #expect(try await first.terminate() == 0)
    let storage = first.folder
    let copy = storage.appending(path: "copy")
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    let kept = ["journal.sqlite", "journal.reserve", "signing.key"]
    for name in kept {
      try FileManager.default.copyItem(at: storage.appending(path: name), to: copy.appending(path: name))
    }

    // Life goes on: half of it is gone.
    let second = try await Self.start(recorder, yaml, in: storage)
    #expect(try await Self.command(recorder, "p", #""action":"weigh","quantity":50"#)["result"] == "accepted")
    let picked = try await recorder.message(on: Self.availability, "what is left") {
      $0.json?["data"]?["quantity"]?["onHand"] == 50
    }
    #expect(try await second.terminate() == 0)
    let newest = try #require(Self.numbers(recorder.all).max())
    let revision = try #require(picked.json?["data"]?["revision"]?.integer)

    // The copy is put back, and beside it a number beyond all that the marketplace has heard.
    for name in try FileManager.default.contentsOfDirectory(atPath: storage.path)
    where name.hasPrefix("journal") {
      try FileManager.default.removeItem(at: storage.appending(path: name))
    }
    for name in kept where name.hasPrefix("journal") {
      try FileManager.default.copyItem(at: copy.appending(path: name), to: storage.appending(path: name))
    }
    try Data("\(newest + 1000)\n".utf8).write(to: storage.appending(path: "journal.reserve"))
    let third = try await Self.start(recorder, yaml, in: storage)
    let held = try await recorder.message(on: Self.availability, "the lot on hold") {
      !$0.retained && $0.json?["data"]?["status"] == "on_hold"
    }
    #expect(held.json?["data"]?["revision"]?.integer ?? 0 > revision)
    let later = Self.numbers(recorder.all.filter { !$0.retained })
    #expect(!later.isEmpty && later.allSatisfy { $0 > newest + 1000 }, "\(later) after \(newest)")
    #expect(third.log.contains("earlier copy"))

    #expect(
      try await Self.command(recorder, "w", #""action":"weigh","quantity":50"#)["result"] == "accepted")
    let release = #""action":"release","note":"weighed""#
    #expect(try await Self.command(recorder, "r", release)["result"] == "accepted")
    try await recorder.message(on: Self.availability, "the lot on sale again") {
      !$0.retained && $0.json?["data"]?["status"] == "available"
    }
    #expect(try await third.terminate() == 0)
    await recorder.close()
  }
}
