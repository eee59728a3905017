import Foundation
import TestSupport
import Testing

/// A good frame of the samples and what it decodes to.
struct GoodFrame: Decodable, CustomTestStringConvertible {
  var id: Int
  var tags: [String]
  var hex: String
  var version, sysid, compid, seq, msgid, payload_len, crc_extra: Int
  var name: String
  var fields: [String: SampleValue]
  var float_bits: [String: SampleValue]?
  var char_hex: [String: String]?
  var char_cstr_hex: [String: String]?
  var signed: Bool
  var key_hex: String?
  var local_timestamp: UInt64?

  var testDescription: String { "\(id) \(name) \(tags.joined(separator: " "))" }

  static let all: [Self] = rows("frames")
}

/// A hostile stream of the samples and what should be accepted from it.
struct HostileStream: Decodable, CustomTestStringConvertible {
  var id: Int
  var category, note, stream_hex: String
  var key_hex: String?
  var local_timestamp: UInt64
  var allow_unsigned_ids: [UInt32]
  var rescan_accepted, recommended_accepted: [[Int]]

  var testDescription: String { "\(id) \(category): \(note)" }

  static let all: [Self] = rows("bad")
}

/// A value in the samples' JSON, integers exact to 64 bits.
enum SampleValue: Decodable, Equatable {
  case integer(Int64), unsigned(UInt64), number(Double), text(String), array([SampleValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let array = try? container.decode([SampleValue].self) {
      self = .array(array)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else if let unsigned = try? container.decode(UInt64.self) {
      self = .unsigned(unsigned)
    } else {
      self = .number(try container.decode(Double.self))
    }
  }
}

private func rows<Row: Decodable>(_ name: String) -> [Row] {
  guard SharedData.isPresent else { return [] }
  do {
    return try SharedData.lines("samples/mavlink/\(name).jsonl").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  } catch {
    fatalError("cannot read samples/mavlink/\(name).jsonl: \(error)")
  }
}
