import CanonicalJSON
import FarmUnits
import SensorPresets

/// Writes a Sparkplug B payload: protocol buffers by hand. The reader is other code on purpose: one checks the other.
///
/// - Source: Sparkplug 3.0.0, section 6.4 (`Payload`, `Metric`).
enum SparkplugWriter {
  static func payload(
    _ words: [(binding: SensorBinding, word: JSONValue)], at now: WallTime
  ) -> [UInt8] {
    let time = UInt64(max(0, now.milliseconds))
    var bytes = field(1, varint: time)
    for (binding, word) in words {
      var metric = field(1, bytes: Array((binding.field ?? "").utf8)) + field(3, varint: time)
      switch word {
      case .bool(let on): metric += field(4, varint: 11) + field(14, varint: on ? 1 : 0)
      case .string(let text): metric += field(4, varint: 12) + field(15, bytes: Array(text.utf8))
      case .integer, .number:
        metric += field(4, varint: 10) + key(13, wire: 1)
        withUnsafeBytes(of: (word.double ?? 0).bitPattern.littleEndian) { metric += Array($0) }
      case .null, .array, .object: metric += field(4, varint: 10) + field(7, varint: 1)
      }
      bytes += field(2, bytes: metric)
    }
    // No sequence number: that counts over a node with all its devices, and here each knows itself alone.
    return bytes
  }

  private static func key(_ number: UInt64, wire: UInt64) -> [UInt8] { varint(number << 3 | wire) }
  private static func field(_ number: UInt64, varint value: UInt64) -> [UInt8] {
    key(number, wire: 0) + varint(value)
  }
  private static func field(_ number: UInt64, bytes: [UInt8]) -> [UInt8] {
    key(number, wire: 2) + varint(UInt64(bytes.count)) + bytes
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
