import CanonicalJSON
public import FarmUnits
import SensorPresets
import TestSupport
import Testing

/// What one sensor makes of one message.
func outcome(
  _ preset: Preset, _ payload: String, topic: String = "t", field: String? = nil, _ quantity: Quantity,
  _ unit: Unit? = nil, payloadUnit: Unit? = nil, closed: String? = nil, zoneMinutes: Int? = nil,
  retained: Bool = false
) throws -> PresetOutcome {
  let binding = try SensorBinding(
    preset: preset, field: field, quantity: quantity, unit: unit, payloadUnit: payloadUnit, closed: closed,
    zoneMinutes: zoneMinutes)
  do {
    return try ParsedPayload(Array(payload.utf8), topic: topic, preset: preset)
      .outcome(for: binding, retained: retained)
  } catch {
    return .refused(error)
  }
}

extension PresetOutcome {
  /// A good number without a time of its own.
  static func number(_ number: Double, at time: WallTime? = nil) -> Self {
    .reading(PresetReading(value: .number(number), quality: .good, at: time))
  }
  static func contact(_ contact: Contact, at time: WallTime? = nil) -> Self {
    .reading(PresetReading(value: .contact(contact), quality: .good, at: time))
  }
  /// No value, for a reason.
  static func none(_ quality: Quality, at time: WallTime? = nil) -> Self {
    .reading(PresetReading(value: nil, quality: quality, at: time))
  }
}

extension WallTime: ExpressibleByStringLiteral {
  /// A time in a test; one that is no time must not pass for 1970.
  public init(stringLiteral text: String) {
    guard let time = WallTime(rfc3339: text) else { fatalError("no time: \(text)") }
    self = time
  }
}

/// One payload of `samples/mqtt`, as bytes on the wire.
struct Sample {
  let topic: String
  let bytes: [UInt8]

  init(_ name: String) throws {
    let file = try JSONValue(parsing: try SharedData.bytes("samples/mqtt/\(name).json"))
    topic = try #require(file["topic"]?.string)
    if let hex = file["payload_hex"]?.string {
      bytes = stride(from: 0, to: hex.utf8.count, by: 2).compactMap {
        UInt8(hex.dropFirst($0).prefix(2), radix: 16)
      }
    } else if let text = file["payload"]?.string {
      bytes = Array(text.utf8)
    } else {
      bytes = try #require(file["payload"]).bytes
    }
  }

  static let names = SharedData.names(in: "samples/mqtt").filter { $0.hasSuffix(".json") }.map {
    String($0.dropLast(5))
  }
}

/// Sebastiano Vigna's SplitMix64: the same numbers on every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
