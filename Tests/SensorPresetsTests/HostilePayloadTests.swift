import CanonicalJSON
import FarmUnits
import SensorPresets
import TestSupport
import Testing

/// Whatever arrives, the answer is a reading or a reason, in bounded time and space.
struct HostilePayloadTests {
  private static let fixtures: [(preset: Preset, topic: String, field: String?, bytes: [UInt8])] =
    ([
      (.json, "t", "/a/0/b", #"{"a":[{"b":22.4}],"c":"é\u00e9"}"#), (.plain, "t", nil, "22.4"),
      (.esphome, "t", nil, "-1.5e3"),
      (
        .zigbee2mqtt, "z/b", "soil_moisture",
        #"{"battery":8,"last_seen":"2025-06-24T22:24:16+02:00","soil_moisture":10}"#
      ),
      (
        .tasmota, "tele/x/SENSOR", "DS18B20.Moisture",
        #"{"Time":"2021-01-02T09:09:44","DS18B20":{"Id":"00000566CC39","Moisture":13.3},"TempUnit":"C"}"#
      ),
      (
        .shelly, "s/events/rpc", "a:0.v",
        #"{"method":"NotifyStatus","params":{"ts":1656519645.48,"a:0":{"v":1,"errors":["x"],"external":{"present":true}}}}"#
      ),
      (
        .chirpstack, "application/1/device/2/event/up", "a.b",
        #"{"time":"2022-07-18T09:34:15.775023242+00:00","deviceInfo":{},"object":{"a":{"b":"15.00"}}}"#
      ),
      (
        .theThingsStack, "v3/a@b/devices/c/up", "w",
        #"{"end_device_ids":{},"uplink_message":{"decoded_payload":{"w":"15.00"},"received_at":"2020-02-12T15:15:45.787Z"}}"#
      ),
      (.mqttIO, "h/input/d", nil, "0.7"),
    ] as [(Preset, String, String?, String)]).map { ($0, $1, $2, Array($3.utf8)) } + [
      (
        .sparkplug, "spBv1.0/g/DDATA/n/d", "M",
        Protobuf().varint(1, 1_486_144_502_122)
          .message(2, Protobuf().text(1, "M").varint(2, 9).varint(4, 10).double(13, 22.4))
          .message(2, Protobuf().varint(2, 3).varint(10, 7).varint(5, 1)).varint(3, 0).bytes
      )
    ]

  @Test(arguments: fixtures.indices) func `mutilated messages never crash and keep the rules of a reading`(
    index: Int
  ) throws {
    let fixture = Self.fixtures[index]
    let binding = try SensorBinding(
      preset: fixture.preset, field: fixture.field, quantity: .soilMoisture, unit: .percent, zoneMinutes: 60)
    var generator = SplitMix(seed: UInt64(index) + 1)
    var reader = PayloadReader()
    var readings = 0
    for _ in 0..<1500 {
      let bytes = mutate(fixture.bytes, &generator)
      let found: PresetOutcome
      do {
        found = try reader.read(bytes, topic: fixture.topic, preset: fixture.preset).outcome(for: binding)
      } catch {
        found = .refused(error)
      }
      _ = fixture.preset.liveness(topic: fixture.topic, payload: bytes)
      guard case .reading(let reading) = found else { continue }
      readings += 1
      #expect(reading.value?.contact == nil)
      #expect(reading.value?.number?.isFinite != false)
      #expect((reading.value == nil) == (reading.quality != .good))
      _ = reading.acquired(
        arrivedAt: Moment(
          instant: Instant(sinceBoot: .zero), wall: WallTime(milliseconds: 0), clock: .trusted))
    }
    #expect(readings > 0)
  }

  private func mutate(_ original: [UInt8], _ generator: inout SplitMix) -> [UInt8] {
    var bytes = original
    for _ in 0...(generator.next() % 4) where !bytes.isEmpty {
      let place = Int(generator.next() % UInt64(bytes.count))
      switch generator.next() % 8 {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.insert(contentsOf: Array("1e999".utf8), at: place)
      case 3: bytes.insert(contentsOf: [0xED, 0xA0, 0x80], at: place)
      case 4: bytes.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "["), count: 40), at: place)
      case 5: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
      case 6: bytes[place] ^= 1 << UInt8(generator.next() % 8)
      default: bytes.remove(at: place)
      }
    }
    return bytes
  }

  @Test(arguments: Preset.allCases) func `a message of a megabyte is refused before it is read`(
    preset: Preset
  ) {
    for byte in [UInt8(ascii: "["), UInt8(ascii: "1"), 0x12, 0x00, 0xFF] {
      #expect {
        try ParsedPayload([UInt8](repeating: byte, count: 1 << 20), topic: "t", preset: preset)
      } throws: {
        ($0 as? PresetRefusal)?.code == "too_long"
      }
    }
  }

  @Test(arguments: [
    (#"{"soil_moisture":1,"soil_moisture":2}"#, "duplicate_name"),
    (#"{"soil_moisture":1e999}"#, "number_too_large"),
    (#"{"soil_moisture":1"#, "unexpected_end"), ("{\"soil_moisture\":\"\u{0}\"}", "control_character"),
    (#"{"soil_moisture":NaN}"#, "unexpected_byte"), (#"{"soil_moisture":01}"#, "leading_zero"),
    (String(repeating: "[", count: 60_000), "too_deep"), (#"{"soil_moisture":"\ud800"}"#, "lone_surrogate"),
    ("", "unexpected_end"),
  ]) func `each kind of broken JSON has its own stable code`(payload: String, code: String) throws {
    guard case .refused(let refusal) = try outcome(.zigbee2mqtt, payload, .soilMoisture, .percent) else {
      Issue.record("taken")
      return
    }
    #expect(refusal.code == code)
    #expect(!refusal.description.isEmpty)
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `what real devices sent survives being mutilated too`() throws {
    var generator = SplitMix(seed: 99)
    var reader = PayloadReader()
    for example in SampleTests.cases {
      let sample = try Sample(example.sample)
      let binding = try SensorBinding(
        preset: example.preset, field: example.field, quantity: example.quantity, unit: example.unit)
      for _ in 0..<60 {
        let bytes = mutate(sample.bytes, &generator)
        // A refusal is as good an answer as a reading here; a crash is none.
        let payload = try? reader.read(bytes, topic: sample.topic, preset: example.preset)
        if case .reading(let reading) = payload?.outcome(for: binding) {
          #expect(reading.value?.number?.isFinite != false)
        }
      }
    }
  }
}
