import CanonicalJSON
import Claims
import FarmConfiguration
import FarmSimulation
import FarmUnits
import Foundation
import LoopbackBroker
import MQTTLink
import Rehearsal
import TestSupport
import Testing

/// A day of the example farm, told to a real broker, believed by nobody who has not checked it.
@Suite(
  .enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)),
  .enabled(if: MarketConsumer.absence == nil, "no marketplace to check claims"), .serialized)
struct SimulatedDayTests {
  @Test func `the marketplace that checks claims finds what is planted`() {
    let verdict = MarketConsumer.test()
    #expect(verdict.status == 0, "\(verdict.faults.joined(separator: "\n"))")
    print("planted in a good day: \(verdict.summary.string ?? verdict.summary.text)")
  }

  @Test func `every event of a day at the example farm is as the contract says`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.extraLines = ["max_queued_messages 0", "max_queued_bytes 0"]
    let broker = try await PrivateBroker.start(configuration)
    let consumer = try await MarketConsumer(
      port: broker.port, ["--clock", "events", "--from-start", "--cadence", "--slack", "120"])
    let day = try SimulatedDay()
    let link = try await day.link(to: broker.port)
    for hour in 1...24 {
      try day.run(hours: hour)
      try await day.tell(link)
      if hour == 14 { try day.rotateKey() }
    }
    day.end()
    try await day.tell(link)
    await link.stop()

    let verdict = try await consumer.verdict()
    #expect(
      verdict.status == 0, "\(verdict.faults.prefix(30).joined(separator: "\n"))\n\(verdict.summary.text)")
    for kind in ["status", "keys", "availability", "evidence", "decision", "condition", "soil", "health"] {
      #expect(verdict.count("distinct", kind) > 0, "no \(kind) in \(verdict.summary.text)")
    }
    #expect(verdict.count("distinct", "keys") == 2, "the first key, and the one that took its place")
    #expect(verdict.count("messages") == day.told)
    print("a simulated day, checked by the marketplace: \(verdict.summary.text)")
  }
}

/// The rehearsal of a day, in which everything happens to lots that can.
private final class SimulatedDay {
  private let rehearsal: Rehearsal
  private let box: Box
  private var done = 0
  private(set) var told = 0

  private final class Box {
    var messages: [(at: WallTime, message: OutgoingMessage)] = []
  }

  /// Hour, action, lot, and what else the command says.
  private static let errands: [(hour: Double, action: String, lot: String, more: JSONObject)] = [
    (6, "harvest", "CAR-DAY-1", ["product": "carrots", "quantity": 182.5, "unit": "KGM"]),
    (6.25, "stored", "CAR-DAY-1", [:]),
    (8, "weigh", "CAR-DAY-1", ["quantity": 180, "unit": "KGM"]),
    (8.5, "reserve", "CAR-DAY-1", ["quantity": 40, "unit": "KGM"]),
    (9, "harvest", "CAR-DAY-2", ["product": "carrots", "quantity": 60, "unit": "KGM"]),
    (9.25, "stored", "CAR-DAY-2", [:]),
    (10, "pick", "CAR-DAY-1", ["quantity": 20, "unit": "KGM"]),
    (11, "hold", "CAR-DAY-1", ["note": "smells odd"]),
    (12, "release", "CAR-DAY-1", ["note": "it was the dog"]),
    (13, "unreserve", "CAR-DAY-1", ["quantity": 10, "unit": "KGM"]),
    (15, "withdraw", "CAR-DAY-2", ["note": "glass in a crate"]),
    (22, "weigh", "CAR-DAY-1", ["quantity": 0, "unit": "KGM"]),
  ]

  init() throws {
    let text = String(decoding: try SharedData.bytes("design/farmgate.yaml"), as: UTF8.self)
    let result = GatewayConfiguration.parse(text: text, file: "farmgate.yaml", files: .assumingPresence)
    let configuration = try #require(result.configuration, "\(result.errors)")
    let start = try #require(WallTime(rfc3339: "2026-07-01T00:00:00Z"))
    let box = Box()
    let script = FaultScript([
      // Warm for long enough to hold what lies there.
      FaultScript.Entry(.doorOpen("cold-1"), from: .seconds(17 * 3600), until: .seconds(19 * 3600))
    ])
    rehearsal = try Rehearsal(
      configuration,
      RehearsalSettings(seed: 7, script: script, interval: .seconds(10), start: start)
    ) { at, message in
      if message.topic.hasPrefix("nexus/") { box.messages.append((at, message)) }
    }
    self.box = box
    rehearsal.identifyDrones()
  }

  /// Within a quarter of an hour, so that the stores' records are cut short.
  func rotateKey() throws {
    try rehearsal.run(until: .seconds(14 * 3600 + 370))
    try rehearsal.restartWithNewKey()
  }

  func run(hours: Int) throws {
    while done < Self.errands.count, Self.errands[done].hour <= Double(hours) {
      let errand = Self.errands[done]
      done += 1
      try rehearsal.run(until: .seconds(errand.hour * 3600))
      var command: JSONObject = [
        "id": .string("day-\(done)"), "by": "Mira", "action": .string(errand.action),
        "lot": .string(errand.lot),
      ]
      for (name, value) in errand.more.members { command[name] = value }
      rehearsal.command("lot/command", JSONValue.object(command).bytes)
    }
    try rehearsal.run(until: .seconds(hours * 3600))
  }

  func end() { rehearsal.end() }

  func link(to port: UInt16) async throws -> BrokerLink {
    var options = LinkOptions(name: "day", host: "127.0.0.1", port: port, clientID: "day")
    options.sessionExpiry = .zero
    let link = try BrokerLink(options)
    try link.start()
    _ = try await eventually(within: .seconds(60), "the link") {
      link.status.state == .connected ? true : nil
    }
    return link
  }

  /// Everything that was said since the last time, one after the other: a state that is replaced before it is sent would
  /// not be heard.
  func tell(_ link: BrokerLink) async throws {
    let waiting = box.messages
    box.messages = []
    for (at, message) in waiting {
      let expiry: Duration?
      switch message.lifetime(at: at) {
      case .over: continue
      case .unlimited: expiry = nil
      case .seconds(let seconds): expiry = .seconds(Int64(seconds))
      }
      told += 1
      let token = UInt64(told)
      link.publish(
        OutboundMessage(
          topic: message.topic, payload: message.payload,
          qualityOfService: message.qualityOfService == 0 ? .atMostOnce : .atLeastOnce,
          retained: message.retained, contentType: message.contentType, isText: message.payloadFormat == 1,
          expiry: expiry, token: token))
      var answers: [Acknowledgement] = []
      while answers.isEmpty { answers = await link.acknowledgements.next() }
      try #require(answers == [Acknowledgement(token: token, outcome: .accepted(reasonCode: 0))])
    }
  }
}
