extension JSONParser {
  /// A string from its opening quote on.
  mutating func string() throws(JSONError) -> String {
    let start = index + 1
    var end = start
    var isASCII = true
    while true {
      guard end < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start, plainUntil: end) }
      guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: end) }
      if byte >= 0x80 { isASCII = false }
      end += 1
    }
    index = end + 1
    let body = UnsafeBufferPointer(rebasing: bytes[start..<end])
    if isASCII { return String(decoding: body, as: UTF8.self) }
    guard let text = String(validating: body, as: UTF8.self) else { throw JSONError(.invalidUTF8, at: start) }
    return text
  }

  private mutating func stringWithEscapes(from start: Int, plainUntil: Int) throws(JSONError) -> String {
    var text = Array(bytes[start..<plainUntil])
    index = plainUntil
    while true {
      guard index < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { break }
      guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: index) }
      if byte == UInt8(ascii: "\\") {
        try appendEscape(to: &text)
      } else {
        text.append(byte)
        index += 1
      }
    }
    index += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      throw JSONError(.invalidUTF8, at: start)
    }
    return string
  }

  /// One escape from its backslash on.
  private mutating func appendEscape(to text: inout [UInt8]) throws(JSONError) {
    let start = index
    guard index + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    let letter = bytes[index + 1]
    index += 2
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): try appendCodePoint(to: &text, escapeAt: start)
    default: throw JSONError(.invalidEscape, at: start)
    }
  }

  /// The digits of `\uXXXX`, and of the second half where the first is half a pair.
  private mutating func appendCodePoint(to text: inout [UInt8], escapeAt start: Int) throws(JSONError) {
    var code = UInt32(try fourHexDigits(escapeAt: start))
    if UTF16.isLeadSurrogate(UInt16(code)) {
      guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
      else { throw JSONError(.loneSurrogate, at: start) }
      index += 2
      let low = try fourHexDigits(escapeAt: start)
      guard UTF16.isTrailSurrogate(low) else { throw JSONError(.loneSurrogate, at: start) }
      code = 0x10000 + (code - 0xD800) << 10 + (UInt32(low) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw JSONError(.loneSurrogate, at: start) }
    text.append(contentsOf: UTF8.encode(scalar)!)
  }

  private mutating func fourHexDigits(escapeAt start: Int) throws(JSONError) -> UInt16 {
    guard index + 4 <= bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    var code: UInt16 = 0
    for byte in bytes[index..<index + 4] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw JSONError(.invalidEscape, at: start)
      }
      code = code << 4 | UInt16(digit)
    }
    index += 4
    return code
  }
}
