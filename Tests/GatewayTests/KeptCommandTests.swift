import CanonicalJSON
import Claims
import FarmUnits
import Testing

@testable import Gateway

/// What the journal is given of commands.
struct KeptCommandTests {
  private struct Kept {
    var about: String
    var json: JSONValue
  }

  private static func kept(_ farm: inout CommandingFarm) throws -> [Kept] {
    try farm.gateway.takeKept().claims.compactMap { claim in
      guard case .command(let about, _, let bytes) = claim else { return nil }
      return Kept(about: about, json: try JSONValue(parsing: bytes))
    }
  }

  @Test func `a command is kept as it came, with its answer`() throws {
    var farm = try CommandingFarm()
    _ = farm.send(#"{"id":"v-1","set":"auto","by":"Mira"}"#)
    let kept = try Self.kept(&farm)
    #expect(kept.map(\.about) == ["output/valve"])
    let command: JSONValue = ["id": "v-1", "set": "auto", "by": "Mira"]
    #expect(kept.first?.json["command"] == command)
    #expect(kept.first?.json["answer"]?["result"] == "accepted")
    #expect(kept.first?.json["answer"]?["id"] == "v-1")
    #expect(try Self.kept(&farm).isEmpty, "once")
  }

  @Test func `commands on alarms, lots and drones are kept as well, whatever they are answered`() throws {
    var farm = try CommandingFarm()
    let root = CommandingFarm.root
    _ = farm.send(#"{"id":"a","action":"acknowledge","by":"Mira"}"#, on: "\(root)/alarm/nothing/command")
    _ = farm.send(
      #"{"id":"l","action":"harvest","product":"carrots","quantity":10,"unit":"KGM","by":"Mira"}"#,
      on: "\(root)/lot/command")
    _ = farm.send(#"{"id":"d","action":"sign_off","by":"Mira","note":"n"}"#, on: "\(root)/drone/x/command")
    let kept = try Self.kept(&farm)
    #expect(kept.map(\.about) == ["alarm/nothing", "lot", "drone/x"])
    #expect(
      kept.map { $0.json["answer"]?["reason"]?.string } == ["unknown_alarm", "done", "unknown_drone"])
  }

  @Test func `a command that comes again is answered again and kept once`() throws {
    var farm = try CommandingFarm()
    for _ in 0..<5 { _ = farm.send(#"{"id":"v-1","set":"auto","by":"Mira"}"#) }
    #expect(try Self.kept(&farm).count == 1)
  }

  @Test func `of what is refused some a minute are kept, cut short, and the rest is counted`() throws {
    var farm = try CommandingFarm(requiresSignatures: true)
    let long = String(repeating: "x", count: 3000)
    for number in 0..<100 { _ = farm.send(#"{"id":"s-\#(number)","set":"on","by":"\#(long)"}"#) }
    let kept = try Self.kept(&farm)
    #expect(kept.count == 20)
    #expect(kept.allSatisfy { $0.json["command"]?.string?.utf8.count == 1024 })
    #expect(try farm.counters()["commands_not_kept"] == 80)
    _ = farm.send("no JSON", after: 61)
    #expect(try Self.kept(&farm).first?.json["command"] == "no JSON")
  }

  @Test func `the answer to a command on a lot waits for the disk, any other does not`() throws {
    var farm = try CommandingFarm()
    func waiting(_ payload: String, on topic: String) -> [Bool] {
      let request = farm.gateway.command(
        topic: topic, payload: Array(payload.utf8), retained: false, at: CommandingFarm.start)
      if let request {
        farm.gateway.observe(.verdict(token: request.token, .accepted), at: CommandingFarm.start)
      }
      return farm.gateway.takePublications().filter { $0.message.topic.hasSuffix("/result") }.map(
        \.awaitsKeeping)
    }
    let lot = "\(CommandingFarm.root)/lot/command"
    let harvest = #"{"id":"h","action":"harvest","product":"carrots","quantity":10,"unit":"KGM","by":"Mira"}"#
    #expect(waiting(harvest, on: lot) == [true])
    #expect(waiting(harvest, on: lot) == [true], "said again it means the same")
    #expect(waiting(#"{"id":"n","action":"hold","lot":"none","by":"Mira"}"#, on: lot) == [false])
    #expect(waiting(#"{"id":"v","set":"auto","by":"Mira"}"#, on: CommandingFarm.topic("valve")) == [false])
  }
}
