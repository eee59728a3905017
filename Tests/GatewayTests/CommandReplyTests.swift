import CanonicalJSON
import FarmUnits
import Testing

@testable import Gateway

/// Where answers go, and that a command is carried out once.
struct CommandReplyTests {
  private let result = "\(CommandingFarm.topic("valve"))/result"
  private let auto = #"{"id":"a","set":"auto","by":"Mira"}"#

  @Test func `an answer goes to the result topic, and where MQTT 5 asked for it`() throws {
    var farm = try CommandingFarm()
    let answers = farm.send(auto, replyTo: "tablets/mira", correlation: [0, 255]).answers
    #expect(answers.map(\.topic) == [result, "tablets/mira"])
    #expect(answers.allSatisfy { $0.correlation == [0, 255] && !$0.retained })
    #expect(answers[0].json == answers[1].json)
    let refused = farm.send("no JSON", replyTo: "tablets/mira", correlation: [1]).answers
    #expect(refused.map(\.topic) == [result, "tablets/mira"])
    #expect(farm.send(auto, replyTo: result, correlation: [2]).answers.map(\.topic) == [result])
    #expect(try farm.counters()["response_topics_refused"] == 0)
  }

  @Test(arguments: [
    "", "#", "a/+", "a/#", "$SYS/x", "$share/a/b", "a\u{0}b", "a\nb", String(repeating: "a", count: 257),
    "farmgate/greenhollow/gw1", "farmgate/greenhollow/gw1/command/pump",
    "farmgate/greenhollow/gw1/command/pump/result", "farmgate/greenhollow/gw1/lot/command",
    "farmgate/greenhollow/gw1/alarm/x/command", "farmgate/greenhollow/gw1/output/valve",
    "farmgate/greenhollow/gw1/status", "farmgate/greenhollow/gw1/anything",
    "farmgate/greenhollow/gw2/command/valve", "farmgate/hill/gw1/status", "nexus/v1/greenhollow/lots/x",
    "zigbee2mqtt/bed-1", "zigbee2mqtt/bed-1/set", "homeassistant/switch/x/config",
  ]) func `a response topic that is somebody's is not written to, and counted`(topic: String) throws {
    var farm = try CommandingFarm()
    let answers = farm.send(auto, replyTo: topic, correlation: [1]).answers
    #expect(answers.map(\.topic) == [result])
    #expect(answers.first?.correlation == [1])
    #expect(answers.map(\.reason) == ["accepted"])
    #expect(try farm.counters()["response_topics_refused"] == 1)
  }

  @Test(arguments: ["a", "tablets/mira/answers", "farmgate/greenhollow/tablet/answers", "zigbee2mqtt/other"])
  func `any other topic may be asked for`(topic: String) throws {
    var farm = try CommandingFarm()
    #expect(farm.send(auto, replyTo: topic).answers.map(\.topic) == [result, topic])
  }

  @Test func `a correlation that is too long to be handed back is left out`() throws {
    var farm = try CommandingFarm()
    let answers = farm.send(auto, replyTo: "a", correlation: [UInt8](repeating: 1, count: 513)).answers
    #expect(answers.map(\.topic) == [result])
    #expect(answers.first?.correlation == nil)
    #expect(try farm.counters()["response_topics_refused"] == 1)
  }

  @Test func `whoever sends a command again before its verdict is answered as well`() throws {
    var farm = try CommandingFarm()
    let request = try #require(farm.send(auto, replyTo: "a", correlation: [1], judged: false).request)
    let again = farm.send(auto, replyTo: "b", correlation: [2], judged: false)
    #expect(again.request == nil)
    #expect(again.answers.isEmpty)
    farm.gateway.observe(.verdict(token: request.token, .accepted), at: CommandingFarm.start)
    #expect(farm.answers().map(\.topic) == [result, "a", result, "b"])
  }

  @Test func `a command that found the queue full is told so, by its id and where it asked`() throws {
    var farm = try CommandingFarm()
    let signed = try farm.tablet.compact(
      #"{"id":"s","set":"off","by":"tablet"}"#, on: CommandingFarm.topic("valve"))
    for (payload, id) in [(auto, JSONValue.string("a")), (signed, "s"), ("e..", .null), ("{", .null)] {
      farm.gateway.overflowed(
        topic: CommandingFarm.topic("valve"), payload: Array(payload.utf8), responseTopic: "a",
        correlationData: [1], at: CommandingFarm.start)
      let answers = farm.answers()
      #expect(answers.map(\.topic) == [result, "a"])
      #expect(answers.allSatisfy { $0.reason == "busy" && $0.json["id"] == id && $0.correlation == [1] })
    }
    #expect(try farm.counters()["commands_overflowed"] == 4)
  }

  @Test func `a command the loop had no room for may be sent again`() throws {
    var farm = try CommandingFarm()
    let request = try #require(farm.send(auto, judged: false).request)
    farm.gateway.undelivered(request, at: CommandingFarm.start)
    #expect(farm.answers().map(\.reason) == ["busy"])
    #expect(farm.send(auto).reasons == ["accepted"])
  }

  @Test func `what was answered is answered again after a restart, and not carried out`() throws {
    var before = try CommandingFarm()
    let on = #"{"id":"s","set":"on","by":"tablet","expires":"2026-11-22T10:25:00Z"}"#
    #expect(try before.sendSigned(on).reasons == ["accepted"])
    #expect(before.send(on.replacing("tablet", with: "Mira")).reasons == ["accepted"])
    #expect(try before.sendSigned(#"{"id":"o","set":"off","by":"tablet"}"#).reasons == ["accepted"])
    #expect(before.send(auto).reasons == ["accepted"])
    let kept = before.gateway.answers(at: CommandingFarm.start)
    #expect(kept["commands"]?.array?.count == 3, "unsigned and without a window: nothing to protect")

    var after = try CommandingFarm(tablet: before.tablet)
    #expect(after.gateway.restoreAnswers(kept, at: CommandingFarm.start) == 0)
    for outcome in [
      try after.sendSigned(on), after.send(on.replacing("tablet", with: "Mira")),
      try after.sendSigned(#"{"id":"o","set":"off","by":"tablet"}"#),
    ] {
      #expect(outcome.request == nil)
      #expect(outcome.reasons == ["accepted"])
    }
    #expect(after.send(auto).request != nil)
  }

  @Test func `a window that is over is not kept, and damaged entries are told`() throws {
    var farm = try CommandingFarm()
    let on = #"{"id":"s","set":"on","by":"tablet","expires":"2026-11-22T10:15:10Z"}"#
    #expect(try farm.sendSigned(on).reasons == ["accepted"])
    #expect(farm.gateway.answers(at: CommandingFarm.start)["commands"]?.array?.count == 1)
    let later = CommandingFarm.start.advanced(by: .seconds(10))
    #expect(farm.gateway.answers(at: later)["commands"]?.array?.count == 0)
    let damaged: JSONValue = [
      "commands": [
        1, ["command": "lot/1"], ["command": "lot/1", "id": "1", "result": "perhaps", "reason": "x"],
        ["issuer": "gone", "command": "lot/1", "id": "1", "result": "accepted", "reason": "x"],
      ]
    ]
    #expect(farm.gateway.restoreAnswers(damaged, at: later) == 4)
  }

  @Test func `an issuer whose every window is open has to wait, and can still switch off`() throws {
    var memory = CommandMemory(issuers: ["tablet"])
    let now = CommandingFarm.start
    func key(_ id: Int) -> CommandKey {
      CommandKey(
        AdmittedCommand(
          target: .output("valve"), sender: .issuer("tablet"),
          envelope: CommandEnvelope(id: "\(id)", by: "tablet"),
          json: .null))
    }
    func hasRoom(at now: Moment) -> Bool { memory.makeRoom(for: .issuer("tablet"), at: now) }
    for id in 0..<CommandMemory.issuerCapacity {
      #expect(hasRoom(at: now))
      memory.begin(key(id), until: now.wall.advanced(by: .seconds(60 + id)), at: now)
    }
    #expect(!hasRoom(at: now))
    memory.begin(key(-1), until: nil, at: now)
    #expect(memory[key(0)] != nil)
    #expect(hasRoom(at: now.advanced(by: .seconds(60))))
    #expect(memory.kept(at: now)["commands"]?.array?.count == 0, "nothing is answered yet")
    for id in 0..<CommandMemory.issuerCapacity {
      memory.finish(key(id), CommandAnswer(id: "\(id)", .accepted, "accepted", "Done."))
    }
    #expect(memory.kept(at: now)["commands"]?.array?.count == CommandMemory.keptMax)
  }
}
