internal import CanonicalJSON
internal import FarmUnits

/// What farmgate needs of a Sparkplug B payload: its metrics with plain values.
///
/// - Source: eclipse-tahu sparkplug_b.proto (field numbers); Sparkplug 3.0.0 chapter 6.
struct SparkplugPayload: Equatable, Sendable {
  struct Metric: Equatable, Sendable {
    /// Nil in a data message that uses aliases, until the birth message's name is put in.
    var name: String?
    var alias: UInt64?
    var time: WallTime?
    var isHistorical = false
    /// `null` where the metric says so; data sets, templates, bytes and files are `object`, which no sensor
    /// reads.
    var value: JSONValue = .null
  }

  var time: WallTime?
  var metrics: [Metric] = []

  static let bytesLimit = 65_536
  static let metricsLimit = 4096

  init(_ bytes: UnsafeRawBufferPointer) throws(PresetRefusal) {
    guard bytes.count <= Self.bytesLimit else { throw .tooLong(limit: Self.bytesLimit) }
    do { try read(bytes) } catch { throw .notSparkplug(offset: error.offset) }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(bytes)
    while let (number, field) = try reader.next() {
      switch (number, field) {
      case (1, .varint(let milliseconds)): time = Self.time(milliseconds)
      case (2, .bytes(let body)):
        guard metrics.count < Self.metricsLimit else { throw ProtobufReader.Malformed(offset: reader.offset) }
        metrics.append(try Metric(body, at: reader.offset - body.count))
      default: break  // seq, uuid, body, and whatever later versions add
      }
    }
  }

  /// A message's number among those of its node.
  struct Sequence: Equatable {
    /// Nil where there is none, or none of 0...255.
    var number: UInt8?
    var isAbsent: Bool
  }

  /// Reads the number alone; nil for what is no payload.
  static func sequence(of bytes: [UInt8]) -> Sequence? {
    guard bytes.count <= bytesLimit else { return nil }
    return bytes.withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      var sequence = Sequence(number: nil, isAbsent: true)
      do throws(ProtobufReader.Malformed) {
        while let (number, field) = try reader.next() {
          if number == 3, case .varint(let value) = field {
            sequence = Sequence(number: UInt8(exactly: value), isAbsent: false)
          }
        }
      } catch {
        return nil  // refused where it is read
      }
      return sequence
    }
  }

  fileprivate static func time(_ milliseconds: UInt64) -> WallTime? {
    PayloadTime.plausible(Int64(exactly: milliseconds).map(WallTime.init(milliseconds:)))
  }
}

extension SparkplugPayload.Metric {
  fileprivate init(_ bytes: UnsafeRawBufferPointer, at base: Int) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(bytes, at: base)
    var type: UInt64 = 0
    var isNull = false
    var field: (number: UInt64, field: ProtobufReader.Field)?
    while let next = try reader.next() {
      switch next {
      case (1, .bytes(let text)): name = try Self.text(text, at: reader.offset)
      case (2, .varint(let number)): alias = number
      case (3, .varint(let milliseconds)): time = SparkplugPayload.time(milliseconds)
      case (4, .varint(let number)): type = number
      case (5, .varint(let flag)): isHistorical = flag != 0
      case (7, .varint(let flag)): isNull = flag != 0
      // A field of another form than its own is unknown, as everywhere in protocol buffers.
      case (10...11, .varint), (12, .fixed32), (13, .fixed64), (14, .varint), (15...19, .bytes): field = next
      default: break
      }
    }
    // The type may stand behind the value, so the value is read last.
    if !isNull, let field { value = try Self.value(field.number, field.field, type: type, at: reader.offset) }
  }

  private static func value(
    _ number: UInt64, _ field: ProtobufReader.Field, type: UInt64, at offset: Int
  ) throws(ProtobufReader.Malformed) -> JSONValue {
    switch (number, field) {
    case (10, .varint(let raw)): integer(UInt32(truncatingIfNeeded: raw), type: type)
    case (11, .varint(let raw)): long(raw, type: type)
    // Through its shortest text, so that a Float of 12.1 is 12.1 and not 12.100000381469727.
    case (12, .fixed32(let bits)): .number(Double(Float(bitPattern: bits).description) ?? .nan)
    case (13, .fixed64(let bits)): .number(Double(bitPattern: bits))
    case (14, .varint(let flag)): .bool(flag != 0)
    case (15, .bytes(let bytes)): .string(try text(bytes, at: offset))
    default: .object([:])
    }
  }

  /// `int_value` holds the small types; the signed ones in two's complement, filled up to 32 bits or not.
  private static func integer(_ raw: UInt32, type: UInt64) -> JSONValue {
    switch type {
    case 1: .integer(Int64(Int8(truncatingIfNeeded: raw)))
    case 2: .integer(Int64(Int16(truncatingIfNeeded: raw)))
    case 3: .integer(Int64(Int32(bitPattern: raw)))
    default: .integer(Int64(raw))
    }
  }

  private static func long(_ raw: UInt64, type: UInt64) -> JSONValue {
    if type == 4 { return .integer(Int64(bitPattern: raw)) }
    return Int64(exactly: raw).map(JSONValue.integer) ?? .number(Double(raw))
  }

  private static func text(
    _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws(ProtobufReader.Malformed) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ProtobufReader.Malformed(offset: offset - bytes.count)
    }
    return text
  }
}
