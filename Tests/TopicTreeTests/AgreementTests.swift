import CanonicalJSON
import Claims
import DroneHealth
import FarmControl
import FarmUnits
import Foundation
import Harvest
import MQTTLink
import TestSupport
import Testing
import TopicTree

/// The document beside the code that speaks: addresses, flags and words.
struct AgreementTests {
  private let document = TopicTree.document(version: "0")

  private func address(_ name: String) throws -> String {
    let address = try #require(TopicTree.channels.first { $0.name == name }?.address, "no channel \(name)")
    return address.split(separator: "/").map { $0.hasPrefix("{") ? $0.dropFirst().dropLast() : $0 }
      .joined(separator: "/")
  }

  @Test func `the addresses of the site are those that the topics are put together by`() throws {
    let topics = try #require(SiteTopics(farm: "farm", gateway: "gateway"))
    let expected: KeyValuePairs = [
      "status": topics.status, "loop": topics.loop, "counters": topics.counters,
      "sensor": topics.sensor("sensor"), "output": topics.output("output"), "alarm": topics.alarm("alarm"),
      "drone": topics.drone("drone"), "lot": topics.lot("lot"),
      "outputCommand": topics.topic(of: .output("output")),
      "outputResult": topics.result(of: .output("output")),
      "alarmCommand": topics.topic(of: .alarm("alarm")), "alarmResult": topics.result(of: .alarm("alarm")),
      "lotCommand": topics.topic(of: .lot), "lotResult": topics.result(of: .lot),
    ]
    for (name, topic) in expected { #expect(try address(name) == topic) }
    for channel in TopicTree.channels where channel.direction == .receive {
      #expect(topics.command(in: try address(channel.name)) != nil, "\(channel.name)")
    }
  }

  @Test func `what goes to the market has the address, the flags and the life that the events have`() throws {
    let writer = MarketWriter(topics: try #require(MarketTopics(farm: "farm", gateway: "gateway")))
    let time = WallTime(milliseconds: 1_790_000_000_000)
    let kinds: KeyValuePairs<String, MarketAddress> = [
      "lotAvailability": .lotAvailability("lot"), "lotEvidence": .lotEvidence("lot"),
      "decision": .decision("decision"), "storeCondition": .storeCondition("store"),
      "fieldSoil": .fieldSoil("field"), "droneHealth": .droneHealth("drone"), "gatewayStatus": .gatewayStatus,
      "gatewayKeys": .gatewayKeys,
    ]
    // The probe is no event.
    #expect(
      TopicTree.channels.filter { $0.broker == .market && $0.name != "marketProbe" }.map(\.name)
        == kinds.map(\.key))
    for (name, kind) in kinds {
      let channel = try #require(TopicTree.channels.first { $0.name == name })
      let event = writer.event(
        kind, id: "1", time: time, expiryTime: kind.lifetime == nil ? time.advanced(by: .seconds(60)) : nil,
        data: [:])
      let message = try writer.message(event)
      #expect(try address(name) == message.topic)
      #expect(channel.retained == message.retained)
      #expect(channel.qualityOfService == Int64(message.qualityOfService))
      #expect(channel.contentType == message.contentType)
      switch (channel.expiry, message.lifetime(at: time)) {
      case (.claim(let most?), .seconds(let seconds)): #expect(most == Int64(seconds))
      case (.claim(nil), .seconds(60)), (.never, .unlimited): break
      default: Issue.record("\(name): \(channel.expiry) is not \(message.expiry)")
      }
    }
  }

  @Test func `what the site hears has the flags of its bindings`() throws {
    let writer = SiteWriter(topics: try #require(SiteTopics(farm: "farm", gateway: "gateway")))
    let time = WallTime(milliseconds: 1_790_000_000_000)
    let moment = Moment(instant: Instant(sinceBoot: .zero), wall: time, clock: .trusted)
    let reading = Reading(value: .number(1), unit: .celsius, quality: .good, acquired: moment, sequence: 1)
    let messages: [OutgoingMessage] = [
      writer.status(.offline), writer.sensor("sensor", SensorMessage(reading)),
      writer.output("output", OutputMessage(commanded: true, confirmed: nil, reason: "idle", since: time)),
      writer.alarm("alarm", AlarmMessage(state: .normal, since: time, text: "x")),
      writer.drone("drone", record: [:]), writer.counters([:]),
      writer.result(
        of: .output("output"),
        CommandResultMessage(id: "1", result: .accepted, reason: "accepted", text: "Done.", at: time)),
    ]
    for message in messages {
      let channel = try #require(TopicTree.channel(of: message.topic))
      #expect(channel.retained == message.retained, "\(message.topic)")
      #expect(channel.qualityOfService == Int64(message.qualityOfService), "\(message.topic)")
      #expect(channel.contentType == message.contentType, "\(message.topic)")
      #expect(message.lifetime(at: time) == .unlimited && channel.expiry == .never)
    }
    for topic in [writer.topics.drone("drone"), writer.topics.lot("lot")] {
      #expect(TopicTree.channel(of: topic)?.canBeCleared == true)
    }
  }

  @Test func `the words are those of the code`() throws {
    let schemas = try #require(document["components"]?["schemas"])
    func words(_ schema: JSONValue?) -> Set<String> {
      Set(schema?["enum"]?.array?.compactMap(\.string) ?? [])
    }
    #expect(words(schemas["quality"]) == Set(Quality.allCases.map(\.rawValue)))
    #expect(words(schemas["unit"]) == Set(FarmUnits.Unit.allCases.map(\.rawValue)))
    #expect(words(schemas["alarmState"]) == Set(AlarmMessage.State.allCases.map(\.rawValue)))
    #expect(words(schemas["reason"]) == Set(ReasonCode.allCases.map(\.code)))
    #expect(
      words(schemas["droneReason"]?["properties"]?["code"]) == Set(DroneReason.Code.allCases.map(\.rawValue)))
    #expect(
      words(schemas["availability"]?["properties"]?["status"]) == Set(LotStatus.allCases.map(\.rawValue)))
    #expect(Set(TopicTree.linkStates) == Set(LinkStatus.State.allCases.map(\.rawValue)))
    let alarms = try #require(document["components"]?["parameters"]?["alarm"]?["description"]?.string)
    for kind in AlarmKind.allCases { #expect(alarms.contains(kind.code)) }
  }

  /// Reasons that are given as plain words stand in the sources only: they are looked for there.
  @Test func `every reason that a command is answered with is described`() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Gateway")
    var found: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil) {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(
        of: /(?:refused\(envelope|refused|accepted|deferred|refuse\()\s*,?\s*"([a-z_]+)"/)
      {
        found.insert(String(match.output.1))
      }
    }
    let known = Set(CommandReason.allCases.map(\.rawValue))
    let others = CommandRefusal.allCases.map(\.rawValue) + DroneCommandRefusal.allCases.map(\.rawValue)
    #expect(found.subtracting(known.union(others)) == [])
    #expect(known.subtracting(found) == [])
  }
}
