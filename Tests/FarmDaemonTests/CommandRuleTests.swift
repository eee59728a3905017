import CanonicalJSON
import FarmUnits
import Foundation
import LoopbackBroker
import MQTTLink
import TestSupport
import Testing

@testable import FarmDaemon

/// The rules of commands, each on a real broker.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct CommandRuleTests {
  private static let root = ReducedFarm.root
  private static let valve = "\(root)/command/bed-1-valve"

  /// A broker, the daemon, and somebody who commands.
  private final class Rig {
    let broker: PrivateBroker
    let recorder: Recorder
    let tablet = CommandSigner("tablet")
    let folder = FileManager.default.temporaryDirectory.appending(path: "farmgate-rules-\(UUID().uuidString)")
    private let configuration: String
    private(set) var gateway: GatewayProcess?

    /// - Parameters:
    ///   - required: Whether unsigned commands are refused.
    ///   - stored: What the broker holds on the valve's command topic before the daemon comes.
    init(required: Bool = false, stored: String? = nil) async throws {
      var options = PrivateBroker.Configuration()
      options.extraLines = ["max_queued_messages 0"]  // every loss is to be the gateway's own
      broker = try await PrivateBroker.start(options)
      recorder = try Recorder(port: broker.port)
      configuration = ReducedFarm.yaml(
        port: broker.port,
        extra: """
          operators:
            require_signed_commands: \(required)
            issuers:
              tablet: {key: "\(tablet.publicKey)", outputs: [bed-1-valve], commands_per_minute: 3}
          """)
      if let stored { recorder.publish(CommandRuleTests.valve, stored, retained: true) }
      try await start()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }  // one left behind harms nobody

    func start() async throws {
      recorder.forget()
      gateway = try GatewayProcess(configuration: configuration, in: folder)
      // Commands are subscribed to before anything is published: once it says so, it hears.
      try await recorder.message(on: "\(root)/status", within: .seconds(60), "online") {
        $0.json?["state"] == "online"
      }
      // Without a reading of its bed a valve stays shut, whoever asks.
      recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":25}"#)
      try await recorder.message(on: "\(root)/sensor/bed-1-moisture") { $0.json?["value"] == 25 }
    }

    func reason(_ id: JSONValue, on topic: String = valve) async throws -> String? {
      try await recorder.message(on: "\(topic)/result", within: .seconds(60), "the answer to \(id)") {
        $0.json?["id"] == id
      }.json?["reason"]?.string
    }

    func ask(_ payload: String, _ id: String, on topic: String = valve) async throws -> String? {
      recorder.publish(topic, payload)
      return try await reason(.string(id), on: topic)
    }

    /// Sends a command of the tablet, signed for `bound`.
    func sign(_ members: String, _ id: String, for bound: String = valve, by name: String = "tablet") throws
      -> String
    {
      try tablet.compact(#"{"id":"\#(id)","by":"\#(name)",\#(members)}"#, on: bound)
    }

    /// - Returns: What the valve was ever told while somebody listened.
    var valveWasOn: Bool {
      recorder.messages(on: "\(root)/output/bed-1-valve").contains { $0.json?["commanded"] == "on" }
    }
    func end() async throws { #expect(try await gateway?.terminate() == 0) }
    private let root = CommandRuleTests.root
  }

  private static func time(in seconds: Double) -> String {
    WallTime(milliseconds: Int64((Date().timeIntervalSince1970 + seconds) * 1000)).rfc3339
  }
  private static func on(_ seconds: Double = 600) -> String {
    #""set":"on","for_s":60,"expires":"\#(time(in: seconds))""#
  }

  @Test func `a retained command is refused when it was stored before the gateway came, and live`()
    async throws
  {
    let rig = try await Rig(stored: #"{"id":"stored","by":"Mira",\#(Self.on())}"#)
    #expect(try await rig.reason("stored") == "retained")
    rig.recorder.publish(Self.valve, try rig.sign(Self.on(), "live"), retained: true)
    #expect(try await rig.reason("live") == "retained")
    rig.recorder.publish(Self.valve, "", retained: true)
    #expect(!rig.valveWasOn)
    rig.recorder.forget()
    #expect(
      try await rig.ask(try rig.sign(Self.on(), "live"), "live") == "accepted", "sent as it should be")
    try await rig.end()
  }

  @Test func `expired, too early, without an end, malformed, and for nobody`() async throws {
    let rig = try await Rig()
    let (past, later) = (Self.time(in: -1), Self.time(in: 60))
    #expect(try await rig.ask(#"{"id":"1","set":"on","expires":"\#(past)","by":"M"}"#, "1") == "expired")
    #expect(try await rig.ask(try rig.sign(Self.on(-1), "2"), "2") == "expired")
    let early = #""not_before":"\#(later)","expires":"\#(Self.time(in: 90))""#
    #expect(try await rig.ask(#"{"id":"3","set":"on",\#(early),"by":"M"}"#, "3") == "too_early")
    #expect(try await rig.ask(#"{"id":"4","set":"on","by":"M"}"#, "4") == "no_expiry")
    #expect(try await rig.ask(#"{"id":"5","set":"half","by":"M"}"#, "5") == "malformed")
    rig.recorder.publish(Self.valve, #"{"id":"6","id":"7","set":"off","by":"M"}"#)
    #expect(try await rig.reason(.null) == "malformed")
    let nobody = "\(Self.root)/command/no-such"
    #expect(try await rig.ask(#"{"id":"8","set":"off","by":"M"}"#, "8", on: nobody) == "unknown_output")
    #expect(try await rig.ask(#"{"id":"9","set":"off","expires":"\#(past)","by":"M"}"#, "9") == "accepted")
    #expect(!rig.valveWasOn)
    try await rig.end()
  }

  @Test func `a replayed command is answered and not repeated, even after a kill`() async throws {
    let rig = try await Rig(required: true)
    let (on, off) = (try rig.sign(Self.on(), "on"), try rig.sign(#""set":"off""#, "off"))
    #expect(try await rig.ask(on, "on") == "accepted")
    try await rig.recorder.message(on: "\(Self.root)/output/bed-1-valve", "on") {
      $0.json?["commanded"] == "on"
    }
    #expect(try await rig.ask(off, "off") == "accepted")
    try await rig.recorder.message(on: "\(Self.root)/output/bed-1-valve", "off by hand") {
      $0.json?["reason"] == "manual_off"
    }
    rig.recorder.forget()
    #expect(try await rig.ask(on, "on") == "accepted")
    let file = AnswerFile(in: rig.folder.path).path
    _ = try await eventually(within: .seconds(60), "both ids on the disk") { () -> Bool? in
      guard let bytes = StoredFile.read(file, bytesMax: AnswerFile.bytesMax) else { return nil }
      return try JSONValue(parsing: bytes)["commands"]?.array?.count == 2 ? true : nil
    }
    try await rig.gateway?.killOutright()
    try await rig.start()
    #expect(try await rig.ask(on, "on") == "accepted")
    // A new command is judged after the replayed one: by then the valve would have been told.
    #expect(try await rig.ask(try rig.sign(#""set":"off""#, "last"), "last") == "accepted")
    #expect(!rig.valveWasOn)
    try await rig.end()
  }

  @Test func `a damaged memory of commands is set aside and told, and commands are taken`() async throws {
    let rig = try await Rig(required: true)
    #expect(try await rig.ask(try rig.sign(#""set":"auto""#, "1"), "1") == "accepted")
    try await rig.end()
    let file = AnswerFile(in: rig.folder.path).path
    #expect(StoredFile.read(file, bytesMax: AnswerFile.bytesMax) != nil, "kept at a clean end")
    try Data("{".utf8).write(to: URL(filePath: file))
    try await rig.start()
    #expect(rig.gateway?.log.contains("command-memory.json is damaged; it is set aside") == true)
    #expect(StoredFile.read(file + ".damaged", bytesMax: 1) != nil)
    #expect(try await rig.ask(try rig.sign(#""set":"auto""#, "2"), "2") == "accepted")
    try await rig.end()
  }

  @Test func `only signed, by the issuer's key, for this output, and not too fast`() async throws {
    let rig = try await Rig(required: true)
    #expect(try await rig.ask(#"{"id":"1","set":"off","by":"Mira"}"#, "1") == "signature_required")
    #expect(try await rig.ask(#"{"id":"2","set":"off","by":"tablet"}"#, "2") == "signature_required")
    let stranger = CommandSigner("tablet")
    #expect(
      try await rig.ask(try stranger.compact(#"{"id":"3","set":"off","by":"tablet"}"#, on: Self.valve), "3")
        == "signature_wrong")
    let compressor = "\(Self.root)/command/cold-1-compressor"
    #expect(
      try await rig.ask(try rig.sign(#""set":"off""#, "4", for: compressor), "4", on: compressor)
        == "not_permitted")
    #expect(try await rig.ask(try rig.sign(#""set":"off""#, "5"), "5", on: compressor) == "signature_topic")
    #expect(
      try await rig.ask(
        try rig.sign(#""action":"hold","lot":"L""#, "6", for: "\(Self.root)/lot/command"), "6",
        on: "\(Self.root)/lot/command") == "not_permitted")
    #expect(try await rig.ask(try rig.sign(#""set":"off""#, "7", by: "Mira"), "7") == "issuer_mismatch")
    for id in ["a", "b", "c"] {
      #expect(try await rig.ask(try rig.sign(#""set":"auto""#, id), id) == "accepted")
    }
    #expect(try await rig.ask(try rig.sign(#""set":"auto""#, "d"), "d") == "too_fast")
    #expect(try await rig.ask(try rig.sign(#""set":"off""#, "e"), "e") == "accepted")
    let counters = try await rig.recorder.message(
      on: "\(Self.root)/counters", within: .seconds(60), "the refusals"
    ) { $0.json?["commands_refused"]?["too_fast"] == 1 }
    #expect(
      counters.json?["commands_refused"] == [
        "issuer_mismatch": 1, "not_permitted": 2, "signature_required": 2, "signature_topic": 1,
        "signature_wrong": 1, "too_fast": 1,
      ])
    try await rig.end()
  }

  @Test func `an answer comes where MQTT 5 asked for it, and nowhere it could do harm`() async throws {
    let rig = try await Rig()
    let off = #"{"id":"1","set":"off","by":"Mira"}"#
    rig.recorder.publish(Self.valve, off, replyTo: "tablets/mira", correlation: "c-1")
    let answer = try await rig.recorder.message(on: "tablets/mira", "the answer")
    #expect(answer.json?["result"] == "accepted")
    #expect(answer.correlationData == Array("c-1".utf8))
    #expect(!answer.retained)
    let result = try await rig.recorder.message(on: "\(Self.valve)/result", "the answer")
    #expect(result.payload == answer.payload)
    #expect(result.correlationData == Array("c-1".utf8))
    rig.recorder.forget()
    let weapon = "\(Self.root)/command/cold-1-compressor"
    rig.recorder.publish(Self.valve, off, replyTo: weapon, correlation: "c-2")
    rig.recorder.publish(Self.valve, off, replyTo: "tank/level", correlation: "c-3")
    try await rig.recorder.message(on: "\(Self.valve)/result", "the answer to the last") {
      $0.correlationData == Array("c-3".utf8)
    }
    // The gateway's answers keep their order, so what it had written before the last one would be here.
    #expect(rig.recorder.messages(on: weapon).isEmpty)
    #expect(rig.recorder.messages(on: "tank/level").isEmpty)
    try await rig.end()
  }

  @Test func `no flood of readings takes a command away`() async throws {
    let rig = try await Rig()
    // One that hears everything would lose some of the flood.
    let listener = try Recorder(port: rig.broker.port, filter: "\(Self.valve)/result")
    listener.publish("\(Self.valve)/result", "listening")
    try await listener.message(on: "\(Self.valve)/result", "itself")
    var options = LinkOptions(name: "flood", host: "127.0.0.1", port: rig.broker.port, clientID: "flood")
    options.sessionExpiry = .zero
    options.outboundCapacity = QueueCapacity(messages: 25_000, bytes: 32 << 20)
    options.window = 500
    let sender = try BrokerLink(options)
    try sender.start()
    let clock = ContinuousClock()
    let began = clock.now
    for number in 0..<20_000 {
      sender.publish(
        OutboundMessage(
          topic: "tank/level", payload: Array("\(number % 100)".utf8), qualityOfService: .atMostOnce))
      if number % 1000 == 500 {
        let command = #"{"id":"\#(number)","set":"off","by":"Mira"}"#
        sender.publish(OutboundMessage(topic: Self.valve, payload: Array(command.utf8)))
      }
    }
    for number in stride(from: 500, to: 20_000, by: 1000) {
      let answer = try await listener.message(
        on: "\(Self.valve)/result", within: .seconds(60), "the answer to \(number)"
      ) { $0.json?["id"] == .string("\(number)") }
      #expect(answer.json?["result"] == "accepted")
    }
    let took = began.duration(to: clock.now)
    print("20,000 readings with 20 commands among them: every command answered, the last after \(took)")
    #expect(await sender.stop(within: .seconds(30)))
    try await rig.end()
  }
}
