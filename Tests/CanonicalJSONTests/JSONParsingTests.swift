import CanonicalJSON
import Testing

struct JSONParsingTests {
  @Test(
    arguments: [
      ("null", .null), ("true", true), ("false", false), ("0", 0), ("-0", 0), ("22", 22), ("-7", -7),
      ("22.4", 22.4), ("1.0", .number(1)), ("1e3", .number(1000)), ("-2.5E-3", .number(-0.0025)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("\"\"", ""),
      ("\"a\\u0041\\n\\/\"", "aA\n/"),
      ("\"\\ud83d\\ude02\"", "😂"), ("\"\\u0000\"", "\u{0}"), ("\"péché\"", "péché"), ("[]", []), ("{}", [:]),
      (" [ 1 , [ ] , { } ]\r\n\t", [1, [], [:]]), ("{\"a\":{\"b\":[null]}}", ["a": ["b": [nil]]]),
      ("{\"\":1}", ["": 1]),
    ] as [(String, JSONValue)]) func `a well formed text becomes its value`(text: String, value: JSONValue)
    throws
  {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3),
      ("nulL", .unexpectedByte, 3),
      ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("-Infinity", .invalidNumber, 1),
      ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0), ("5.", .unexpectedEnd, 2),
      ("5.x", .invalidNumber, 2),
      ("1e", .unexpectedEnd, 2), ("1e+]", .invalidNumber, 3), ("-", .unexpectedEnd, 1),
      ("01", .leadingZero, 0),
      ("-012", .leadingZero, 1), ("[00]", .leadingZero, 1), ("1e999", .numberTooLarge, 0),
      ("[-1e309]", .numberTooLarge, 1), ("1 2", .trailingBytes, 2), ("{}x", .trailingBytes, 2),
      ("'a'", .unexpectedByte, 0), ("[1,]", .unexpectedByte, 3), ("[1", .unexpectedEnd, 2),
      ("[1 2]", .unexpectedByte, 3),
      ("{\"a\"}", .unexpectedByte, 4), ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
      ("{\"a\":1", .unexpectedEnd, 6), ("\"a", .unexpectedEnd, 2), ("\"\\x\"", .invalidEscape, 1),
      ("\"\\u12g4\"", .invalidEscape, 1), ("\"\\u12", .unexpectedEnd, 5), ("\"\n\"", .controlCharacter, 1),
      ("\"x\\n\t\"", .controlCharacter, 4), ("\"\\ud83d\"", .loneSurrogate, 1),
      ("\"\\ude02\"", .loneSurrogate, 1),
      ("\"\\ud83d\\u0041\"", .loneSurrogate, 1), ("{\"a\":1,\"a\":1}", .duplicateName, 7),
      ("{\"a\":1,\"\\u0061\":2}", .duplicateName, 7), ("\u{FEFF}{}", .byteOrderMark, 0),
      ("// no\n1", .unexpectedByte, 0),
    ] as [(String, JSONError.Kind, Int)])
  func `a malformed text is refused with the place and the reason`(
    text: String, kind: JSONError.Kind, offset: Int
  ) {
    #expect(throws: JSONError(kind, at: offset)) { try JSONValue(parsing: text) }
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
      [0x22, 0x5C, 0x6E, 0xF5, 0x80, 0x80, 0x80, 0x22],
    ] as [[UInt8]]) func `a string that is no UTF-8 is refused`(bytes: [UInt8])
  {
    #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSONValue(parsing: bytes) }
  }

  @Test func `two spellings of one character are two names`() throws {
    let value = try JSONValue(parsing: "{\"\u{C5}\":1,\"A\u{30A}\":2}")
    #expect(value["\u{C5}"] == 1)
    #expect(value["A\u{30A}"] == 2)
  }

  @Test func `a name that appears twice is found in large objects too`() {
    let names = (0..<2000).map { "\"n\($0)\":0" } + ["\"n1234\":1"]
    let text = "{\(names.joined(separator: ","))}"
    #expect(throws: JSONError(.duplicateName, at: text.utf8.count - 1)) { try JSONValue(parsing: text) }
    #expect(throws: Never.self) { try JSONValue(parsing: "{\(names.dropLast().joined(separator: ","))}") }
  }

  @Test func `more bytes, levels or values than allowed are refused`() throws {
    let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(32)) }
    #expect(throws: JSONError(.tooDeep, at: 32)) { try JSONValue(parsing: nested(33)) }
    #expect(throws: JSONError(.tooDeep, at: 128)) {
      try JSONValue(parsing: nested(20_000), limits: JSONLimits(depth: .max))
    }
    let limits = JSONLimits(bytes: 12, values: 4)
    #expect(throws: Never.self) { try JSONValue(parsing: "[1,2,3]", limits: limits) }
    #expect(throws: JSONError(.tooManyValues, at: 7)) { try JSONValue(parsing: "[1,2,3,4]", limits: limits) }
    #expect(throws: JSONError(.tooLong, at: 12)) { try JSONValue(parsing: "\"1234567890a\"", limits: limits) }
    #expect(throws: JSONError(.tooLong, at: 65_536)) {
      try JSONValue(parsing: [UInt8](repeating: 0x20, count: 65_537))
    }
  }

  @Test func `every way of handing over bytes reads the same`() throws {
    let bytes = Array("  [\"ü\",1]".utf8)
    let value: JSONValue = ["ü", 1]
    #expect(try JSONValue(parsing: bytes[2...]) == value)
    #expect(try JSONValue(parsing: bytes.span) == value)
    #expect(try bytes.withUnsafeBytes { try JSONValue(parsing: $0) } == value)
    #expect(throws: JSONError(.unexpectedEnd, at: 0)) {
      try JSONValue(parsing: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  @Test func `decimal numbers read exactly as the standard library rounds them`() throws {
    var generator = SplitMix(seed: 20_261_122)
    for _ in 0..<20_000 {
      let double = Double(bitPattern: generator.next())
      guard double.isFinite else { continue }
      let parsed = try #require(try JSONValue(parsing: "\(double)").double)
      #expect(parsed.bitPattern == double.bitPattern || double == 0)
      let short =
        "\(Int64(bitPattern: generator.next()) >> 20).\(generator.next() % 10000)e\(generator.next() % 30)"
      #expect(try JSONValue(parsing: short).double == Double(short))
    }
    #expect(try JSONValue(parsing: "1e-999").double == 0)
    #expect(try JSONValue(parsing: "0e999999999999").double == 0)
    #expect(try JSONValue(parsing: "0." + String(repeating: "0", count: 400) + "1e401").double == 1)
    #expect(try JSONValue(parsing: "1" + String(repeating: "0", count: 308)).double == 1e308)
  }

  @Test func `a mutilated text is read or refused and never crashes`() throws {
    let original = Array(
      #"{"a":[1,-2.5e3,"\u00e9\ud83d\ude02\n",true,null],"b":{"c":"ünï","d":[[],{}]},"e":9007199254740993}"#
        .utf8)
    var generator = SplitMix(seed: 7)
    var read = 0
    for _ in 0..<5000 {
      var bytes = original
      for _ in 0...(generator.next() % 3) {
        let place = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: place)
        default:
          bytes.insert(contentsOf: Array("[{\"\\}]eE0".utf8).shuffled(using: &generator).prefix(1), at: place)
        }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }  // refused: as good as read
      read += 1
      #expect(try JSONValue(parsing: value.bytes).bytes == value.bytes)
    }
    #expect(read > 0)
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
