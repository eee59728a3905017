import FarmUnits
import SensorPresets
import Testing

struct SparkplugTests {
  private let data = "spBv1.0/farm/DDATA/gw/probe"
  private let birth = "spBv1.0/farm/DBIRTH/gw/probe"
  private let now: UInt64 = 1_795_342_500_000
  private let at: WallTime = "2026-11-22T10:15:00Z"

  private func moisture() throws -> SensorBinding {
    try SensorBinding(preset: .sparkplug, field: "Soil/Moisture", quantity: .soilMoisture, unit: .percent)
  }
  private func read(_ payload: Protobuf, topic: String? = nil) throws -> PresetOutcome {
    try ParsedPayload(payload.bytes, topic: topic ?? data, preset: .sparkplug).outcome(for: moisture())
  }
  private func message(_ metrics: Protobuf...) -> Protobuf {
    metrics.reduce(Protobuf().varint(1, now)) { $0.message(2, $1) }.varint(3, 7)
  }
  private var named: Protobuf { Protobuf().text(1, "Soil/Moisture") }

  @Test func `every plain type of metric is a number`() throws {
    #expect(try read(message(named.varint(4, 10).double(13, 22.4))) == .number(22.4, at: at))
    #expect(try read(message(named.varint(4, 9).float(12, 22.4))) == .number(22.4, at: at))
    #expect(try read(message(named.varint(4, 3).varint(10, 0xFFFF_FFF6))) == .number(-10, at: at))
    #expect(try read(message(named.varint(4, 1).varint(10, 0xF6))) == .number(-10, at: at))
    #expect(try read(message(named.varint(10, 0xFFF6).varint(4, 2))) == .number(-10, at: at))
    #expect(try read(message(named.varint(4, 7).varint(10, 0xFFFF_FFF6))) == .number(4_294_967_286, at: at))
    #expect(try read(message(named.varint(4, 4).varint(11, UInt64(bitPattern: -10)))) == .number(-10, at: at))
    #expect(try read(message(named.varint(4, 12).text(15, "22.4"))) == .number(22.4, at: at))
  }

  @Test func `null and not-a-number are readings without a value`() throws {
    #expect(try read(message(named.varint(4, 10).varint(7, 1))) == .none(.missing, at: at))
    #expect(try read(message(named.varint(4, 10).double(13, .nan))) == .none(.missing, at: at))
    #expect(try read(message(named.varint(4, 9).float(12, .infinity))) == .none(.missing, at: at))
  }

  @Test func `a historical value says nothing about now`() throws {
    let old = named.varint(3, now - 60_000).varint(4, 10).varint(5, 1).double(13, 9)
    #expect(try read(message(old)) == .unchanged(.historical))
    #expect(try read(message(old, named.varint(4, 10).double(13, 22.4))) == .number(22.4, at: at))
  }

  @Test func `of several values in one message the latest counts`() throws {
    let early = named.varint(3, now - 2000).varint(4, 10).double(13, 1)
    let late = named.varint(3, now - 1000).varint(4, 10).double(13, 2)
    #expect(try read(message(late, early)) == .number(2, at: "2026-11-22T10:14:59Z"))
    #expect(try read(message(named.double(13, 1), named.double(13, 3))) == .number(3, at: at))
  }

  @Test func `an alias has its name from the birth message, and not before`() throws {
    var reader = PayloadReader()
    let aliased = message(Protobuf().varint(2, 5).varint(4, 10).double(13, 22.4)).bytes
    let early = try reader.read(aliased, topic: data, preset: .sparkplug)
    #expect(early.outcome(for: try moisture()) == .unchanged(.unknownAlias))

    let born = message(named.varint(2, 5).varint(4, 10).double(13, 20)).bytes
    let first = try reader.read(born, topic: birth, preset: .sparkplug)
    #expect(first.outcome(for: try moisture()) == .number(20, at: at))
    let later = try reader.read(aliased, topic: data, preset: .sparkplug)
    #expect(later.outcome(for: try moisture()) == .number(22.4, at: at))
    let otherNode = try reader.read(aliased, topic: "spBv1.0/farm/DDATA/gw2/probe", preset: .sparkplug)
    #expect(otherNode.outcome(for: try moisture()) == .unchanged(.unknownAlias))

    _ = try reader.read(message().bytes, topic: "spBv1.0/farm/NBIRTH/gw", preset: .sparkplug)
    let reborn = try reader.read(aliased, topic: data, preset: .sparkplug)
    #expect(reborn.outcome(for: try moisture()) == .unchanged(.unknownAlias))
  }

  @Test func `a node that announces too many aliases is bounded and counted`() throws {
    var reader = PayloadReader()
    for device in 0..<10 {
      let metrics = (0..<1000).reduce(Protobuf()) {
        $0.message(2, Protobuf().text(1, "m\($1)").varint(2, UInt64(device * 1000 + $1)))
      }
      _ = try reader.read(metrics.bytes, topic: "spBv1.0/farm/DBIRTH/gw/d\(device)", preset: .sparkplug)
    }
    #expect(reader.forgottenAliases == 10_000 - 8192)
  }

  @Test func `a birth without the metric is refused, data without it is unchanged, a command is no reading`()
    throws
  {
    let other = message(Protobuf().text(1, "Other").double(13, 1))
    #expect(try read(other, topic: birth) == .refused(.noField("Soil/Moisture")))
    #expect(try read(other) == .unchanged(.fieldAbsent))
    let command = message(named.double(13, 99))
    #expect(try read(command, topic: "spBv1.0/farm/DCMD/gw/probe") == .unchanged(.otherMessage))
    #expect(try read(command, topic: "spBv1.0/farm/DDEATH/gw/probe") == .unchanged(.otherMessage))
  }

  @Test func `a data set is no number`() throws {
    #expect(
      try read(message(named.varint(4, 16).message(17, Protobuf()))) == .refused(.notANumber(found: "{…}")))
  }

  @Test(
    arguments: [
      [0x08], [0x08, 0x80], [0x12, 0x05, 0x0A], [0x00, 0x00], [0x0B], [0x12, 0x03, 0x0A, 0x01, 0xFF],
      [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
      [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x12, 0x02, 0x61, 0x00],
    ] as [[UInt8]]) func `bytes that are no payload are refused`(bytes: [UInt8])
  {
    #expect {
      try ParsedPayload(bytes, topic: data, preset: .sparkplug)
    } throws: {
      ($0 as? PresetRefusal)?.code == "not_sparkplug"
    }
  }

  @Test func `births and deaths of the device and its node are its availability`() {
    #expect(
      Preset.sparkplug.availabilityTopics(of: data) == [
        birth, "spBv1.0/farm/DDEATH/gw/probe", "spBv1.0/farm/NBIRTH/gw", "spBv1.0/farm/NDEATH/gw",
      ])
    #expect(Preset.sparkplug.readingTopics(of: data) == [data, birth])
    #expect(
      Preset.sparkplug.readingTopics(of: "spBv1.0/farm/NDATA/gw") == [
        "spBv1.0/farm/NDATA/gw", "spBv1.0/farm/NBIRTH/gw",
      ])
    let death = Protobuf().varint(1, now).message(2, Protobuf().text(1, "bdSeq").varint(4, 4).varint(11, 3))
      .bytes
    #expect(
      Preset.sparkplug.liveness(topic: "spBv1.0/farm/NDEATH/gw", payload: death)
        == Liveness(isOnline: false, session: 3))
    #expect(Preset.sparkplug.liveness(topic: data, payload: message().bytes) == nil)
    let host = Array(#"{"online":false,"timestamp":1795342500000}"#.utf8)
    #expect(
      Preset.sparkplug.liveness(topic: "spBv1.0/STATE/scada", payload: host)
        == Liveness(isOnline: false, at: at))
    #expect(
      Preset.sparkplug.liveness(topic: "spBv1.0/STATE/old", payload: Array("ONLINE".utf8))
        == Liveness(isOnline: true))
  }
}

/// Writes protocol buffers fields one after the other.
struct Protobuf {
  private(set) var bytes: [UInt8] = []

  func varint(_ number: UInt64, _ value: UInt64) -> Self {
    appending(Self.varint(number << 3) + Self.varint(value))
  }
  func text(_ number: UInt64, _ text: String) -> Self { delimited(number, Array(text.utf8)) }
  func message(_ number: UInt64, _ message: Self) -> Self { delimited(number, message.bytes) }
  func double(_ number: UInt64, _ value: Double) -> Self {
    appending(
      Self.varint(number << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) })
  }
  func float(_ number: UInt64, _ value: Float) -> Self {
    appending(
      Self.varint(number << 3 | 5) + (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) })
  }

  private func delimited(_ number: UInt64, _ body: [UInt8]) -> Self {
    appending(Self.varint(number << 3 | 2) + Self.varint(UInt64(body.count)) + body)
  }
  private func appending(_ more: [UInt8]) -> Self {
    var copy = self
    copy.bytes += more
    return copy
  }
  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
  }
}
