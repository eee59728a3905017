import CanonicalJSON
import Claims
import FarmConfiguration
import FarmControl
import FarmUnits
import Gateway
import Testing

/// The gateway with a control loop that judges at once.
struct HearingFarm {
  var gateway: FarmGateway
  var controller: FarmController
  var newest: [Reading]
  let names: [String]
  var now: Moment
  var shown: [String: JSONValue] = [:]
  /// Everything published, in order.
  var told: [OutgoingMessage] = []

  init(_ yaml: String) throws {
    now = Moment(
      instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
      clock: .trusted)
    let result = GatewayConfiguration.parse(text: yaml, file: "test.yaml", files: .assumingPresence)
    let configuration = try #require(result.configuration, "\(result.problems)")
    controller = try FarmController(plan: ControlPlan(configuration), startedAt: now.instant)
    gateway = FarmGateway(
      configuration,
      identity: GatewayIdentity(version: "test", boot: "boot", session: "session", started: now),
      alarms: controller.alarmTable, random: SystemRandomNumberGenerator())
    names = configuration.sensors.map(\.id)
    newest = names.map { _ in .silent }
  }

  mutating func receive(_ topic: String, _ payload: [UInt8], retained: Bool = false) throws {
    gateway.receive(topic: topic, payload: payload, retained: retained, at: now) { channel, reading in
      newest[channel] = reading
    }
    try tick()
  }
  mutating func receive(_ topic: String, _ payload: String, retained: Bool = false) throws {
    try receive(topic, Array(payload.utf8), retained: retained)
  }

  /// The loop's tick, and what the gateway shows of it.
  mutating func tick() throws {
    let time = ControlTime(now.instant)
    newest.withUnsafeBufferPointer { controller.step($0, at: time) }
    for channel in names.indices {
      gateway.observe(.channel(channel, controller.channels[channel]), at: now)
    }
    gateway.advance(to: now)
    for publication in gateway.takePublications() {
      told.append(publication.message)
      let levels = publication.message.topic.split(separator: "/").map(String.init)
      guard levels.count == 5, levels[3] == "sensor" else { continue }
      shown[levels[4]] = try JSONValue(parsing: publication.message.payload)
    }
  }

  mutating func wait(_ seconds: Int) throws {
    now = now.advanced(by: .seconds(seconds))
    try tick()
  }

  func look(_ sensor: String) -> [String?] {
    [shown[sensor]?["source"]?.string, shown[sensor]?["quality"]?.string]
  }
}

/// Payloads of Sparkplug B, with the fields that are asked for here.
enum Sparkplug {
  /// - Parameters:
  ///   - temperature: Of the metric of this name.
  ///   - alias: Told beside the name in a birth, and without it elsewhere.
  static func payload(
    session: UInt64? = nil, at: UInt64? = nil, temperature: Double? = nil, alias: UInt64? = nil,
    isNamed: Bool = true, sequence: UInt64? = nil
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    if let at { bytes += [0x08] + varint(at) }
    if let session {
      bytes += field(2, field(1, Array("bdSeq".utf8)) + [0x20, 0x08, 0x58] + varint(session))
    }
    if let temperature {
      let raw = withUnsafeBytes(of: temperature.bitPattern.littleEndian) { Array($0) }
      var metric = isNamed ? field(1, Array("temperature".utf8)) : []
      if let alias { metric += [0x10] + varint(alias) }
      bytes += field(2, metric + [0x20, 0x0A, 0x69] + raw)
    }
    if let sequence { bytes += [0x18] + varint(sequence) }
    return bytes
  }

  private static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest) = ([UInt8](), value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
