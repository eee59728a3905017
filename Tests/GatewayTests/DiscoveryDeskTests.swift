import CanonicalJSON
import FarmConfiguration
import FarmControl
import FarmUnits
import HomeAssistant
import Testing

@testable import Gateway

/// When the gateway says what to Home Assistant, with time as a parameter and neither disk nor broker.
struct DiscoveryDeskTests {
  private static let head = "homeassistant/device/farmgate_-greenhollow_-gw1"
  private let start = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)

  private func configuration(_ sensors: [String], operators: String = "{home_assistant: {}}") throws
    -> GatewayConfiguration
  {
    let lines = sensors.map { "  \($0): {quantity: temperature, unit: CEL, mqtt: {topic: t, preset: plain}}" }
    let text = """
      farm: greenhollow
      gateway: gw1
      brokers: {site: {url: "mqtt://localhost"}}
      storage: {directory: /tmp}
      operators: \(operators)
      sensors:
      \(lines.joined(separator: "\n"))
      products:
        carrots: {name: Carrots, sku: CAR, unit: KGM, class: produce, lot_prefix: CAR, shelf_life: {days: 10, at: 0, q10: 3}}
      """
    let result = GatewayConfiguration.parse(text: text, file: "test.yaml", files: .assumingPresence)
    return try #require(result.configuration, "\(result.problems)")
  }

  private func gateway(
    _ sensors: [String], operators: String = "{home_assistant: {}}",
    restored: AnnouncementRecord = AnnouncementRecord()
  ) throws -> FarmGateway {
    let configuration = try configuration(sensors, operators: operators)
    let controller = try FarmController(plan: ControlPlan(configuration), startedAt: start.instant)
    var gateway = FarmGateway(
      configuration,
      identity: GatewayIdentity(version: "test", boot: "boot", session: "session", started: start),
      alarms: controller.alarmTable, random: SystemRandomNumberGenerator())
    gateway.announce(
      through: DiscoveryDesk(
        FarmDirectory(configuration, alarms: controller.alarmTable, version: "test"), restored: restored,
        at: start))
    return gateway
  }

  /// What was said on discovery topics, by topic; empty: cleared.
  private func announced(_ gateway: inout FarmGateway) -> [String: [UInt8]] {
    let messages = gateway.takePublications().map(\.message).filter { $0.topic.hasPrefix("homeassistant/") }
    #expect(messages.allSatisfy { $0.retained && $0.qualityOfService == 1 })
    return Dictionary(messages.map { ($0.topic, $0.payload) }) { _, last in last }
  }

  /// Does what the disk does: takes the record and lets what it knows of be told.
  @discardableResult
  private func keep(_ gateway: inout FarmGateway) throws -> AnnouncementRecord? {
    guard let (number, bytes) = gateway.takeAnnouncementRecord() else { return nil }
    gateway.announcementsRecorded(number)
    let record: AnnouncementRecord = try #require(AnnouncementRecord(bytes))
    return record
  }

  private func seconds(_ seconds: Double) -> Moment { start.advanced(by: .seconds(seconds)) }

  @Test func `nothing is announced before it is kept, and the record knows all of it`() throws {
    var gateway = try gateway(["air"])
    gateway.advance(to: start)
    #expect(announced(&gateway).isEmpty)
    let record = try #require(try keep(&gateway))
    let said = announced(&gateway)
    #expect(said.keys.contains("\(Self.head)/config"))
    #expect(Set(said.keys) == Set(record.topics.keys))
    #expect(try keep(&gateway) == nil)
    gateway.advance(to: seconds(1))
    #expect(announced(&gateway).isEmpty)
  }

  @Test func `all is said again when Home Assistant starts, its states twice, and a flood of births is one`()
    throws
  {
    var gateway = try gateway(["air"])
    try keep(&gateway)
    let first = announced(&gateway)
    gateway.observe(
      .channel(
        0,
        ChannelState(
          reading: Reading(value: .number(3), unit: .celsius, quality: .good, acquired: start, sequence: 1))),
      at: start)
    _ = gateway.takePublications()

    func states() -> Int {
      gateway.takePublications().filter { $0.message.topic.hasSuffix("sensor/air") }.count
    }
    for _ in 0..<100 {
      #expect(
        gateway.command(
          topic: "homeassistant/status", payload: Array("online".utf8), retained: true, at: seconds(10))
          == nil)
    }
    var all = gateway.takePublications().map(\.message)
    #expect(all.filter { $0.topic == "\(Self.head)/config" }.count == 1)
    #expect(Set(first.keys).isSubset(of: all.map(\.topic)))
    #expect(all.filter { $0.topic.hasSuffix("sensor/air") }.count == 1)
    // The other ninety-nine are answered once, when the pause is over.
    gateway.advance(to: seconds(14))
    #expect(gateway.takePublications().isEmpty)
    gateway.advance(to: seconds(15))
    all = gateway.takePublications().map(\.message)
    #expect(all.filter { $0.topic == "\(Self.head)/config" }.count == 1)
    #expect(all.contains { $0.topic.hasSuffix("sensor/air") })
    gateway.advance(to: seconds(20))
    #expect(states() == 1)
    gateway.advance(to: seconds(21))
    #expect(states() == 0)

    for (topic, word) in [("homeassistant/status", "offline"), ("homeassistant/status/x", "online")] {
      _ = gateway.command(topic: topic, payload: Array(word.utf8), retained: false, at: seconds(60))
      #expect(announced(&gateway).isEmpty)
    }
  }

  @Test func `a sensor that is gone is taken away, and left out only when Home Assistant has started anew`()
    throws
  {
    var before = try gateway(["air", "product"])
    let record = try #require(try keep(&before))

    var gateway = try gateway(["air"], restored: record)
    gateway.advance(to: start)
    var said = announced(&gateway)
    let topic = "\(Self.head)/config"
    var json = try JSONValue(parsing: try #require(said[topic]))
    #expect(json["components"]?["sensor_-product"] == ["platform": "sensor"])
    #expect(json["components"]?["sensor_-air"]?["unique_id"] != nil)
    let alarms = "\(Self.head)_-alarms_-product/config"
    #expect(said[alarms] == [])
    #expect(said.filter { $0.value.isEmpty }.count == 1)

    // It is not forgotten while the broker may not have heard of it, nor for a birth right behind.
    _ = gateway.command(
      topic: "homeassistant/status", payload: Array("online".utf8), retained: false, at: seconds(5))
    json = try JSONValue(parsing: try #require(announced(&gateway)[topic]))
    #expect(json["components"]?["sensor_-product"] == ["platform": "sensor"])
    gateway.announcementsDelivered()
    var kept = try #require(try keep(&gateway))
    #expect(kept.topics[alarms] == nil)
    #expect(kept.topics[topic]?["sensor_-product"] == .sensor)

    _ = gateway.command(
      topic: "homeassistant/status", payload: Array("online".utf8), retained: false, at: seconds(90))
    said = announced(&gateway)
    json = try JSONValue(parsing: try #require(said[topic]))
    #expect(json["components"]?["sensor_-product"] == nil)
    #expect(try keep(&gateway) == nil)
    gateway.announcementsDelivered()
    kept = try #require(try keep(&gateway))
    #expect(kept.topics[topic]?["sensor_-product"] == nil)
    #expect(kept.topics[topic]?["sensor_-air"] == .sensor)
  }

  @Test func `what was cleared is remembered until the broker has heard it`() throws {
    var before = try gateway(["air"])
    let record = try #require(try keep(&before))
    var gateway = try gateway(["air"], operators: "{}", restored: record)
    gateway.advance(to: start)
    let said = announced(&gateway)
    #expect(Set(said.keys) == Set(record.topics.keys))
    #expect(said.values.allSatisfy { $0.isEmpty })
    #expect(try keep(&gateway) == nil)
    gateway.announcementsDelivered()
    #expect(try #require(try keep(&gateway)).topics.isEmpty)
  }

  @Test func `a lot is announced when it appears and taken back when it is retired`() throws {
    var gateway = try gateway(["air"])
    try keep(&gateway)
    _ = announced(&gateway)
    func command(_ text: String, at now: Moment) {
      _ = gateway.command(
        topic: "farmgate/greenhollow/gw1/lot/command", payload: Array(text.utf8), retained: false, at: now)
    }
    command(
      #"{"id":"1","action":"harvest","lot":"CAR-1","product":"carrots","quantity":10,"unit":"KGM","by":"Hamid"}"#,
      at: seconds(1))
    let topic = "\(Self.head)_-lot_-CAR-1/config"
    #expect(announced(&gateway)[topic] == nil)
    try keep(&gateway)
    let json = try JSONValue(parsing: try #require(announced(&gateway)[topic]))
    let lot = try #require(json["components"]?["lot_-CAR-1"])
    #expect(lot["unit_of_measurement"] == "kg")
    #expect(lot["state_topic"] == "farmgate/greenhollow/gw1/lot/CAR-1")
    command(
      #"{"id":"2","action":"pick","lot":"CAR-1","quantity":10,"unit":"KGM","by":"Hamid"}"#, at: seconds(2))
    #expect(announced(&gateway)[topic] == nil)  // nothing new to announce
    // Sold out, it is shown for a while and forgotten then.
    var (cleared, days) = (false, 0.0)
    while !cleared, days < 400 {
      days += 1
      gateway.advance(to: start.advanced(by: .seconds(days * 86_400)))
      cleared = announced(&gateway)[topic] == []
    }
    #expect(cleared)
    gateway.announcementsDelivered()
    #expect(try #require(try keep(&gateway)).topics[topic] == nil)
  }

  @Test func `lots of before a restart are waited for, ten minutes, and drones a day`() throws {
    var record = AnnouncementRecord()
    let (lot, drone) = ("\(Self.head)_-lot_-CAR-1/config", "\(Self.head)_-drone_-pad-1-7/config")
    let foreign = "homeassistant/device/farmgate_-greenhollow_-gw2_-lot_-CAR-1/config"
    for topic in [lot, drone, foreign] { record.topics[topic] = ["x": .sensor] }
    var gateway = try gateway(["air"], restored: record)
    try keep(&gateway)
    // Whoever was announced from this folder before and has another name now is gone.
    #expect(announced(&gateway).filter { $0.value.isEmpty }.map(\.key) == [foreign])
    gateway.advance(to: seconds(599))
    #expect(announced(&gateway).isEmpty)
    gateway.advance(to: seconds(600))
    #expect(announced(&gateway) == [lot: []])
    gateway.advance(to: seconds(86_399))
    #expect(announced(&gateway).isEmpty)
    gateway.advance(to: seconds(86_400))
    #expect(announced(&gateway) == [drone: []])
  }

  @Test func `what is announced again before the broker heard that it is cleared stays`() throws {
    var record = AnnouncementRecord()
    let lot = "\(Self.head)_-lot_-CAR-1/config"
    record.topics[lot] = ["lot_-CAR-1": .sensor]
    var gateway = try gateway(["air"], restored: record)
    try keep(&gateway)
    gateway.advance(to: seconds(600))
    #expect(announced(&gateway)[lot] == [])
    _ = gateway.command(
      topic: "farmgate/greenhollow/gw1/lot/command",
      payload: Array(
        #"{"id":"1","action":"harvest","lot":"CAR-1","product":"carrots","quantity":10,"unit":"KGM","by":"H"}"#
          .utf8), retained: false, at: seconds(601))
    gateway.advance(to: seconds(602))
    gateway.announcementsDelivered()
    #expect(announced(&gateway)[lot]?.isEmpty == false)
    #expect(try keep(&gateway) == nil)
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"announced":[]}"#, #"{"announced":{"farmgate/greenhollow/gw1/status":{}}}"#,
    #"{"announced":{"homeassistant/device/zigbee/config":{}}}"#,
    #"{"announced":{"homeassistant/device/farmgate_-a/config":{"x":"light"}}}"#,
    ##"{"announced":{"#/device/farmgate_-a/config":{}}}"##,
    #"{"announced":{"homeassistant/device/farmgate_-a/config":1}}"#,
  ])
  func `a record that names what is not ours is damaged`(text: String) {
    #expect(AnnouncementRecord(Array(text.utf8)) == nil)
  }
}
