/// Walks the fields of one protocol buffers message, bounded by its bytes.
///
/// Our own because the two messages that Sparkplug needs are a page of code, while SwiftProtobuf would add
/// megabytes to the daemon, decode data sets and templates that nobody asked for, and take a schema
/// compiler into the build.
///
/// - Source: protobuf.dev, Encoding.
struct ProtobufReader {
  enum Field {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(UnsafeRawBufferPointer)
  }
  /// Where the message stops being one.
  struct Malformed: Error {
    let offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  /// Of `bytes` in the whole payload, for errors.
  private let base: Int
  private var index = 0

  init(_ bytes: UnsafeRawBufferPointer, at base: Int = 0) { (self.bytes, self.base) = (bytes, base) }

  /// Where the field read last ends, counted in the whole payload.
  var offset: Int { base + index }

  /// The next field; nil at the end.
  mutating func next() throws(Malformed) -> (number: UInt64, field: Field)? {
    guard index < bytes.count else { return nil }
    let key = try varint()
    guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw Malformed(offset: offset) }
    let field: Field
    switch key & 7 {
    case 0: field = .varint(try varint())
    case 1: field = .fixed64(UInt64(littleEndian: try take(8).loadUnaligned(as: UInt64.self)))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.count - index) else { throw Malformed(offset: offset) }
      field = .bytes(try take(Int(length)))
    case 5: field = .fixed32(UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self)))
    default: throw Malformed(offset: offset)  // groups are long gone from the standard
    }
    return (key >> 3, field)
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, through: 63, by: 7) {
      guard index < bytes.count else { throw Malformed(offset: offset) }
      let byte = bytes[index]
      index += 1
      if shift == 63, byte > 1 { throw Malformed(offset: offset) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed(offset: offset)
  }

  private mutating func take(_ count: Int) throws(Malformed) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - index else { throw Malformed(offset: offset) }
    defer { index += count }
    return UnsafeRawBufferPointer(rebasing: bytes[index..<index + count])
  }
}
