/// Recursive descent over borrowed bytes; nothing is copied but the strings that end up in the value.
///
/// Lives no longer than the call that lends it `bytes`.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var index = 0
  private var depthLeft: Int
  private var valuesLeft: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int, values: Int) {
    (self.bytes, depthLeft, valuesLeft) = (bytes, depth, values)
  }

  /// The whole text: one value with nothing but white space around it.
  mutating func text() throws(JSONError) -> JSONValue {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      throw JSONError(.byteOrderMark, at: 0)
    }
    let value = try value()
    skipSpace()
    guard index == bytes.count else { throw JSONError(.trailingBytes, at: index) }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    guard valuesLeft > 0 else { throw JSONError(.tooManyValues, at: index) }
    valuesLeft -= 1
    switch try nextAfterSpace() {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw JSONError(.unexpectedByte, at: index)
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    try descend()
    var members: [(name: String, value: JSONValue)] = []
    if try nextAfterSpace() != UInt8(ascii: "}") {
      members.reserveCapacity(8)
      repeat {
        let start = index
        guard try nextAfterSpace() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: index) }
        let name = try string()
        if members.count < Self.scannedMembers, members.contains(where: { sameBytes($0.name, name) }) {
          throw JSONError(.duplicateName, at: start)
        }
        guard try nextAfterSpace() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: index) }
        index += 1
        members.append((name, try value()))
      } while try another(before: UInt8(ascii: "}"))
      if members.count > Self.scannedMembers { try refuseDuplicates(in: members) }
    }
    index += 1
    depthLeft += 1
    return .object(JSONObject(members))
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    try descend()
    var elements: [JSONValue] = []
    if try nextAfterSpace() != UInt8(ascii: "]") {
      repeat { elements.append(try value()) } while try another(before: UInt8(ascii: "]"))
    }
    index += 1
    depthLeft += 1
    return .array(elements)
  }

  /// Steps over the opening bracket.
  private mutating func descend() throws(JSONError) {
    guard depthLeft > 0 else { throw JSONError(.tooDeep, at: index) }
    depthLeft -= 1
    index += 1
  }

  /// Whether a comma follows (it is consumed) or `close` (it is left).
  private mutating func another(before close: UInt8) throws(JSONError) -> Bool {
    let byte = try nextAfterSpace()
    if byte == UInt8(ascii: ",") {
      index += 1
      return true
    }
    guard byte == close else { throw JSONError(.unexpectedByte, at: index) }
    return false
  }

  /// Up to so many members each new name is compared with all before it: cheaper than any set for the
  /// objects that devices send. Larger objects are sorted instead, so that 64 KiB of names stay cheap.
  private static let scannedMembers = 24

  private func refuseDuplicates(in members: [(name: String, value: JSONValue)]) throws(JSONError) {
    let names = members.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (earlier, later) in zip(names, names.dropFirst()) where sameBytes(earlier, later) {
      throw JSONError(.duplicateName, at: index)
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let length = word.utf8CodeUnitCount
    for offset in 0..<length {
      guard index + offset < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
      guard bytes[index + offset] == word.utf8Start[offset] else {
        throw JSONError(.unexpectedByte, at: index + offset)
      }
    }
    index += length
    return value
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  /// The next byte that is no white space, not consumed.
  private mutating func nextAfterSpace() throws(JSONError) -> UInt8 {
    skipSpace()
    guard index < bytes.count else { throw JSONError(.unexpectedEnd, at: index) }
    return bytes[index]
  }
}

/// Whether two names are the same to every JSON reader. Swift's `==` would also call two spellings of one
/// character equal (`"Å"` and `"A\u{30A}"`), which JSON keeps apart.
func sameBytes(_ a: String, _ b: String) -> Bool {
  guard a.utf8.count == b.utf8.count else { return false }
  let (a, b) = (a.utf8Span.span, b.utf8Span.span)
  for index in a.indices where a[index] != b[index] { return false }
  return true
}
