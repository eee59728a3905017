import CanonicalJSON
import FarmConfiguration
import FarmControl
import FarmUnits
import Gateway
import Testing

/// The gateway's decisions, with time as a parameter and no broker.
struct FarmGatewayTests {
  private static let yaml = """
    farm: greenhollow
    gateway: gw1
    brokers: {site: {url: "mqtt://localhost"}, market: {url: "mqtt://localhost"}}
    storage: {directory: /tmp}
    sensors:
      bed-1-moisture: {quantity: soil_moisture, unit: P1, mqtt: {topic: zigbee2mqtt/bed-1, preset: zigbee2mqtt, field: soil_moisture}}
      scale: {quantity: mass, unit: KGM, mqtt: {topic: bench/scale, preset: plain}}
      button: {quantity: contact, mqtt: {topic: bench/button, preset: plain}}
    outputs:
      valve: {simulated: true, guard: {max_on_s: 60}}
    irrigation:
      bed-1: {moisture: bed-1-moisture, valve: valve, start_below: 22, stop_above: 30}
    products:
      carrots: {name: Carrots, sku: CAR, unit: KGM, class: produce, lot_prefix: CAR, bench: {scale: scale, button: button}}
    """

  private let start = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)

  private func gateway() throws -> FarmGateway {
    let result = GatewayConfiguration.parse(text: Self.yaml, file: "test.yaml", files: .assumingPresence)
    let configuration = try #require(result.configuration, "\(result.problems)")
    let controller = try FarmController(plan: ControlPlan(configuration), startedAt: start.instant)
    var random = SystemRandomNumberGenerator()
    _ = random.next()
    return FarmGateway(
      configuration,
      identity: GatewayIdentity(version: "test", boot: "boot", session: "session", started: start),
      alarms: controller.alarmTable, random: random)
  }

  private func command(
    _ gateway: inout FarmGateway, _ payload: String, at now: Moment? = nil, retained: Bool = false
  )
    -> (request: ControlRequest?, answers: [JSONValue])
  {
    let request = gateway.command(
      topic: "farmgate/greenhollow/gw1/command/valve", payload: Array(payload.utf8), retained: retained,
      at: now ?? start)
    return (request, answers(&gateway))
  }

  private func answers(_ gateway: inout FarmGateway) -> [JSONValue] {
    gateway.takePublications().filter { $0.message.topic.hasSuffix("/result") }.compactMap {
      try? JSONValue(parsing: $0.message.payload)  // ours: a broken one would be missing below
    }
  }

  @Test func `a repeated id is answered again and asked of the loop once`() throws {
    var gateway = try gateway()
    let off = #"{"id":"a","set":"off","by":"Mira"}"#
    let request = try #require(command(&gateway, off).request)
    #expect(command(&gateway, off).request == nil)  // the loop has it already
    gateway.observe(.verdict(token: request.token, .accepted), at: start)
    #expect(answers(&gateway).map { $0["result"] } == ["accepted"])
    let again = command(&gateway, off)
    #expect(again.request == nil)
    #expect(again.answers.map { $0["result"] } == ["accepted"])
  }

  @Test(arguments: [
    (#"{"id":"a","set":"on","by":"M","expires":"2026-11-22T10:14:59Z"}"#, "expired"),
    (
      #"{"id":"a","set":"on","by":"M","expires":"2026-11-22T10:16:00Z","not_before":"2026-11-22T10:15:30Z"}"#,
      "too_early"
    ),
    (#"{"id":"a","set":"on","by":"M"}"#, "no_expiry"),
    (#"{"id":"a","set":"on","by":"M","expires":"tomorrow"}"#, "malformed"),
    (#"{"id":"a","set":"half","by":"M"}"#, "malformed"),
    (#"{"id":"a","set":"off"}"#, "malformed"),
    (#"{"set":"off","by":"M"}"#, "malformed"),
    (#"{"id":"a","set":"off","by":"M","for_s":-1}"#, "malformed"),
    (#"{"id":"a","id":"b","set":"off","by":"M"}"#, "malformed"),
    (#"["off"]"#, "malformed"), ("", "malformed"),
  ]) func `what is not meant for now, or not understood, is refused with its reason`(
    payload: String, reason: String
  ) throws {
    var gateway = try gateway()
    let outcome = command(&gateway, payload)
    #expect(outcome.request == nil)
    #expect(outcome.answers.map { $0["result"] } == ["refused"])
    #expect(outcome.answers.map { $0["reason"] } == [.string(reason)])
  }

  @Test func `off needs no clock, on is refused while the clock is not trusted`() throws {
    var gateway = try gateway()
    var now = start
    now.clock = .untrusted
    #expect(
      command(&gateway, #"{"id":"a","set":"off","by":"M","expires":"2020-01-01T00:00:00Z"}"#, at: now).request
        != nil)
    let on = command(&gateway, #"{"id":"b","set":"on","by":"M","expires":"2026-11-22T10:16:00Z"}"#, at: now)
    #expect(on.answers.map { $0["reason"] } == ["clock_untrusted"])
    // Once the clock is right the same command may be sent again.
    #expect(
      command(&gateway, #"{"id":"b","set":"on","by":"M","expires":"2026-11-22T10:16:00Z"}"#).request != nil)
  }

  @Test func `a retained command is refused, and its id is not used up`() throws {
    var gateway = try gateway()
    let outcome = command(&gateway, #"{"id":"a","set":"off","by":"M"}"#, retained: true)
    #expect(outcome.answers.map { $0["reason"] } == ["retained"])
    #expect(command(&gateway, #"{"id":"a","set":"off","by":"M"}"#).request != nil)
  }

  @Test func `a sensor is told on change and again after thirty seconds`() throws {
    var gateway = try gateway()
    func tell(_ number: Double, _ sequence: UInt64, after seconds: Int) -> Int {
      let now = start.advanced(by: .seconds(seconds))
      let reading = Reading(
        value: .number(number), unit: .percent, quality: .good, acquired: now, sequence: sequence)
      gateway.observe(.channel(0, ChannelState(reading: reading)), at: now)
      gateway.advance(to: now)
      return gateway.takePublications().filter { $0.message.topic.hasSuffix("/sensor/bed-1-moisture") }.count
    }
    #expect(tell(20, 1, after: 0) == 1)
    #expect(tell(20, 2, after: 10) == 0)
    #expect(tell(21, 3, after: 11) == 1)
    #expect(tell(21, 4, after: 40) == 0)
    #expect(tell(21, 5, after: 41) == 1)
  }

  @Test func `a press takes the scale's weight once, and without a good weight nothing`() throws {
    var gateway = try gateway()
    func receive(_ topic: String, _ text: String, after seconds: Int) {
      gateway.receive(
        topic: topic, payload: Array(text.utf8), retained: false, at: start.advanced(by: .seconds(seconds))
      ) { _, _ in }
    }
    receive("bench/button", "OFF", after: 0)
    receive("bench/button", "ON", after: 1)
    #expect(answers(&gateway).map { $0["reason"] } == ["no_weight"])
    let weighed = Reading(
      value: .number(12.3456), unit: .kilogram, quality: .good, acquired: start, sequence: 1)
    gateway.observe(.channel(1, ChannelState(reading: weighed)), at: start)
    receive("bench/button", "OFF", after: 2)
    receive("bench/button", "ON", after: 3)
    receive("bench/button", "ON", after: 4)
    let answers = answers(&gateway)
    #expect(answers.count == 1)
    #expect(answers.first?["result"] == "accepted")
    #expect(answers.first?["lot"] == "CAR-2026-326-01")
  }

  @Test func `at its end the gateway says that nobody watches the outputs`() throws {
    var gateway = try gateway()
    gateway.end(at: start)
    let message = try #require(
      gateway.takePublications().first { $0.message.topic.hasSuffix("/output/valve") }?.message)
    let json = try JSONValue(parsing: message.payload)
    #expect(json["commanded"] == "off")
    #expect(json["confirmed"] == "unknown")
    #expect(json["reason"] == "stopped")
    #expect(message.retained)
  }

  @Test func `refused payloads are counted by topic, and topics beyond the limit together`() throws {
    var gateway = try gateway()
    for _ in 0..<3 {
      gateway.receive(topic: "bench/scale", payload: Array("twelve".utf8), retained: false, at: start) {
        _, _ in
      }
    }
    gateway.report(counters: [:])
    let counters = try #require(gateway.takePublications().first { $0.message.topic.hasSuffix("/counters") })
    let json = try JSONValue(parsing: counters.message.payload)
    #expect(json["refused_payloads"]?["bench/scale"] == 3)
    #expect(json["refused_reasons"]?["bench/scale"] == "not_a_number")
  }
}
