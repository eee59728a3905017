/// Writes values as UTF-8 bytes without white space.
struct JSONWriter {
  enum Form {
    /// RFC 8785: members sorted, every number as its 64-bit floating-point value.
    case canonical
    /// Members in their order, integers exact.
    case ordered
  }

  let form: Form
  var bytes: [UInt8]

  mutating func append(_ value: JSONValue) {
    switch value {
    case .null: write("null")
    case .bool(true): write("true")
    case .bool(false): write("false")
    case .integer(let integer): append(integer)
    case .number(let number): DoubleText.append(number, to: &bytes)
    case .string(let string): append(quoted: string)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (position, element) in elements.enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        append(element)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object): append(object)
    }
  }

  private mutating func append(_ object: JSONObject) {
    let members =
      form == .ordered ? object.members : object.members.sorted { precedesInUTF16($0.name, $1.name) }
    bytes.append(UInt8(ascii: "{"))
    for (position, member) in members.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      append(quoted: member.name)
      bytes.append(UInt8(ascii: ":"))
      append(member.value)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// Up to 2^53 every integer is its own floating-point value; beyond, the canonical form knows only the
  /// nearest one.
  private mutating func append(_ integer: Int64) {
    if form == .canonical, integer.magnitude > 1 << 53 {
      DoubleText.append(Double(integer), to: &bytes)
    } else {
      DoubleText.append(integer, to: &bytes)
    }
  }

  /// The escapes of RFC 8785 section 3.2.2.2, which are the shortest that RFC 8259 allows.
  private mutating func append(quoted string: String) {
    bytes.append(UInt8(ascii: "\""))
    let span = string.utf8Span.span
    var plain = 0
    for index in span.indices where Self.needsEscape(span[index]) {
      append(span.extracting(plain..<index))
      escape(span[index])
      plain = index + 1
    }
    append(span.extracting(plain...))
    bytes.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func append(_ run: Span<UInt8>) {
    run.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): write("\\\"")
    case UInt8(ascii: "\\"): write("\\\\")
    case 0x08: write("\\b")
    case 0x09: write("\\t")
    case 0x0A: write("\\n")
    case 0x0C: write("\\f")
    case 0x0D: write("\\r")
    default:
      write("\\u00")
      bytes.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
      bytes.append(StaticString("0123456789abcdef").utf8Start[Int(byte & 15)])
    }
  }

  private mutating func write(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

/// Whether `a` comes before `b` when both are compared by UTF-16 code units (RFC 8785 section 3.2.3).
///
/// UTF-8 bytes give that order but for one thing: code points above U+FFFF (first byte F0 and up) are
/// surrogates in UTF-16 and so come before U+E000...U+FFFF (first byte EE or EF). Ranking first bytes that
/// way saves transcoding every name.
func precedesInUTF16(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8) { utf16Rank($0) < utf16Rank($1) }
}

private func utf16Rank(_ byte: UInt8) -> UInt8 {
  switch byte {
  case 0xF0...: byte - 2
  case 0xEE, 0xEF: byte + 5
  default: byte
  }
}
