import CanonicalJSON
import FarmConfiguration
import FarmControl
import FarmUnits
import Gateway
import Signatures
import TestSupport
import Testing

/// A gateway with issuers and no broker: what is sent to it, what it asks of the loop, and what it answers.
struct CommandingFarm {
  static let root = "farmgate/greenhollow/gw1"
  static let start = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)

  struct Answer {
    var topic: String
    var json: JSONValue
    var correlation: [UInt8]?
    var retained: Bool
    var reason: String? { json["reason"]?.string }
  }
  struct Outcome {
    var request: ControlRequest?
    var answers: [Answer]
    var reasons: [String] { answers.compactMap(\.reason) }
  }

  var gateway: FarmGateway
  /// May switch `valve` five times a minute, and nothing else.
  let tablet: CommandSigner
  /// May command alarms and lots, and no output.
  let office = CommandSigner("office")

  init(requiresSignatures: Bool = false, unsignedPerMinute: Int = 120, tablet: CommandSigner? = nil) throws {
    let tablet = tablet ?? CommandSigner("tablet")
    let text = """
      farm: greenhollow
      gateway: gw1
      brokers: {site: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      sensors:
        bed-1-moisture: {quantity: soil_moisture, unit: P1, mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture}}
      outputs:
        valve: {simulated: true, guard: {max_on_s: 60}}
        pump: {simulated: true, guard: {max_on_s: 60}}
      irrigation:
        bed-1: {moisture: bed-1-moisture, valve: valve, start_below: 22, stop_above: 30}
      products:
        carrots: {name: Carrots, sku: CAR, unit: KGM, class: produce, lot_prefix: CAR}
      operators:
        home_assistant: {prefix: homeassistant}
        require_signed_commands: \(requiresSignatures)
        unsigned_commands_per_minute: \(unsignedPerMinute)
        issuers:
          tablet: {key: "\(tablet.publicKey)", outputs: [valve], commands_per_minute: 5}
          office: {key: "\(office.publicKey)", alarms: true, lots: true}
      """
    let result = GatewayConfiguration.parse(text: text, file: "test.yaml", files: .assumingPresence)
    let configuration = try #require(result.configuration, "\(result.problems)")
    let controller = try FarmController(
      plan: ControlPlan(configuration), startedAt: Self.start.instant)
    var random = SystemRandomNumberGenerator()
    _ = random.next()
    gateway = FarmGateway(
      configuration,
      identity: GatewayIdentity(version: "test", boot: "boot", session: "session", started: Self.start),
      alarms: controller.alarmTable, signatures: Ed25519.isValid, random: random)
    self.tablet = tablet
  }

  static func topic(_ output: String) -> String { "\(root)/command/\(output)" }

  /// - Parameter judged: Whether the loop answers at once.
  mutating func send(
    _ payload: String, on topic: String = topic("valve"), retained: Bool = false, replyTo: String? = nil,
    correlation: [UInt8]? = nil, after seconds: Double = 0, judged: Bool = true
  ) -> Outcome {
    let now = Self.start.advanced(by: .seconds(seconds))
    let request = gateway.command(
      topic: topic, payload: Array(payload.utf8), retained: retained, responseTopic: replyTo,
      correlationData: correlation, at: now)
    if judged, let request { gateway.observe(.verdict(token: request.token, .accepted), at: now) }
    return Outcome(request: request, answers: answers())
  }

  /// Signed by the tablet as it should be.
  mutating func sendSigned(_ command: String, after seconds: Double = 0) throws -> Outcome {
    send(try tablet.compact(command, on: Self.topic("valve")), after: seconds)
  }

  mutating func answers() -> [Answer] {
    gateway.takePublications().compactMap { publication in
      let message = publication.message
      guard let json = try? JSONValue(parsing: message.payload), json["result"] != nil else { return nil }
      return Answer(
        topic: message.topic, json: json, correlation: message.correlationData, retained: message.retained)
    }
  }

  mutating func counters() throws -> JSONValue {
    gateway.report(counters: [:])
    let message = try #require(
      gateway.takePublications().first { $0.message.topic.hasSuffix("/counters") }?.message)
    return try JSONValue(parsing: message.payload)
  }
}
