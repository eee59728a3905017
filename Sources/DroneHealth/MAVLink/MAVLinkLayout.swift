/// How one message lies on the wire: its fields in wire order (by native size 8, 4, 2, 1; extensions last).
///
/// Source: the message definitions of mavlink/mavlink (common.xml, ardupilotmega.xml), 2026-07.
public struct MAVLinkLayout: Sendable {
  /// The message's number.
  public let id: UInt32
  /// As in the standard: `SYS_STATUS`.
  public let name: String
  /// The seed that ties the checksum to this layout: two dialects that disagree never decode each other.
  public let crcExtra: UInt8
  /// In wire order, each with its offset.
  public let fields: [MAVLinkField]
  /// Payload bytes, extensions included.
  public let length: Int

  /// - Parameter fields: In wire order; the offsets are computed here.
  init(_ id: UInt32, _ name: String, crcExtra: UInt8, _ fields: [MAVLinkField]) {
    var offset = 0
    self.fields = fields.map { field in
      var field = field
      field.offset = offset
      offset += field.kind.size * (field.count ?? 1)
      return field
    }
    (self.id, self.name, self.crcExtra, length) = (id, name, crcExtra, offset)
  }

  /// The seed computed from names and types as the standard tells; equal to `crcExtra` when the table is right.
  public var computedCRCExtra: UInt8 {
    var checksum = MAVLinkChecksum()
    checksum.add("\(name) ".utf8)
    for field in fields where !field.isExtension {
      checksum.add("\(field.kind.rawValue) \(field.name) ".utf8)
      if let count = field.count { checksum.add(UInt8(count)) }
    }
    return UInt8(checksum.value & 0xFF) ^ UInt8(checksum.value >> 8)
  }
}

/// One field of a message.
public struct MAVLinkField: Sendable {
  /// The name of a type on the wire, as it enters the checksum.
  public enum Kind: String, Sendable {
    case uint8 = "uint8_t"
    case int8 = "int8_t"
    case uint16 = "uint16_t"
    case int16 = "int16_t"
    case uint32 = "uint32_t"
    case int32 = "int32_t"
    case uint64 = "uint64_t"
    case float
    /// Bytes of a text; always an array.
    case text = "char"

    /// Bytes per element.
    public var size: Int {
      switch self {
      case .uint8, .int8, .text: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float: 4
      case .uint64: 8
      }
    }
  }

  /// The value by which a sender says "I do not know". In an array it holds for each element.
  public enum Unknown: Sendable {
    /// The largest value of the type.
    case maximum
    case number(Int)
    case notANumber
  }

  /// The type of each element.
  public let kind: Kind
  /// As in the standard.
  public let name: String
  /// Elements of an array; nil for a single value.
  public let count: Int?
  /// As in the standard, such as `mV`, `degE7`, `cA`; nil where there is none.
  public let unit: String?
  /// Nil where the standard gives none.
  public let unknown: Unknown?
  /// Added after the message was first published: outside the checksum's seed, absent from MAVLink 1.
  public let isExtension: Bool
  /// From the start of the payload.
  public internal(set) var offset = 0

  private init(
    _ kind: Kind, _ name: String, _ count: Int?, _ unit: String?, _ unknown: Unknown?, _ isExtension: Bool
  ) {
    (self.kind, self.name, self.count) = (kind, name, count)
    (self.unit, self.unknown, self.isExtension) = (unit, unknown, isExtension)
  }
}

// The words in which the catalogue is written.
extension MAVLinkField {
  static func uint8(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.uint8, name, count, unit, unknown, isExtension) }
  static func int8(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.int8, name, count, unit, unknown, isExtension) }
  static func uint16(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.uint16, name, count, unit, unknown, isExtension) }
  static func int16(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.int16, name, count, unit, unknown, isExtension) }
  static func uint32(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.uint32, name, count, unit, unknown, isExtension) }
  static func int32(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.int32, name, count, unit, unknown, isExtension) }
  static func uint64(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.uint64, name, count, unit, unknown, isExtension) }
  static func float(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.float, name, count, unit, unknown, isExtension) }
  static func text(
    _ name: String, count: Int? = nil, unit: String? = nil, unknown: Unknown? = nil, isExtension: Bool = false
  ) -> Self { Self(.text, name, count, unit, unknown, isExtension) }
}
