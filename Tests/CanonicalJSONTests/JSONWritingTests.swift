import CanonicalJSON
import TestSupport
import Testing

struct JSONWritingTests {
  /// RFC 8785 appendix B: bits of the number, and its text.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
      (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
      (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
      (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
      (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
      (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
      (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
      (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
      (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
      (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] as [(UInt64, String)]) func `numbers are written as ECMAScript writes them`(bits: UInt64, text: String)
  {
    #expect(JSONValue.number(Double(bitPattern: bits)).canonicalText == text)
  }

  @Test(
    arguments: [
      (22.4, "22.4"), (-0.001, "-0.001"), (1e20, "100000000000000000000"), (0.1 + 0.2, "0.30000000000000004"),
      (77.5, "77.5"), (1234.56, "1234.56"), (100, "100"), (0.07, "0.07"),
      (999_999_999_999.999, "999999999999.999"),
      (1e12, "1000000000000"), (123456.0001, "123456.0001"), (1e-7, "1e-7"), (1.5e300, "1.5e+300"),
      (.nan, "null"), (-.infinity, "null"),
    ] as [(Double, String)]) func `short decimals and the rest meet without a seam`(
      number: Double, text: String
    )
  {
    #expect(JSONValue.number(number).text == text)
  }

  @Test func `every decimal of three places reads back from its shortest text`() throws {
    var generator = SplitMix(seed: 42)
    for _ in 0..<20_000 {
      let thousandths = Int64(bitPattern: generator.next()) % 1_000_000_000_000_000
      let number = Double(thousandths) / 1000
      let text = JSONValue.number(number).text
      #expect(Double(text) == number)
      #expect(text.utf8.count <= number.description.utf8.count)
    }
  }

  @Test func `canonical integers are floating point numbers and ordered ones exact`() {
    let value: JSONValue = [.integer(9_007_199_254_740_993), .integer(.min), .integer(.max), -3]
    #expect(value.text == "[9007199254740993,-9223372036854775808,9223372036854775807,-3]")
    #expect(value.canonicalText == "[9007199254740992,-9223372036854776000,9223372036854776000,-3]")
  }

  @Test func `canonical members are sorted by UTF-16 code units, ordered ones keep their order`() {
    let names = [
      "b", "\u{20AC}", "\r", "\u{FB33}", "1", "\u{80}", "\u{1F602}", "\u{F6}", "a", "", "\u{E000}",
      "\u{D7FF}",
    ]
    let object = JSONValue.object(JSONObject(names.map { (name: $0, value: nil) }))
    let sorted = names.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
    #expect(
      object.canonicalBytes == JSONValue.object(JSONObject(sorted.map { (name: $0, value: nil) })).bytes)
    #expect(sorted != names)
    #expect(JSONValue.object(["b": 1, "a": [:]]).text == #"{"b":1,"a":{}}"#)
  }

  @Test func `only what must be escaped is escaped, as short as possible`() throws {
    let controls = String(String.UnicodeScalarView((0..<0x20).map { Unicode.Scalar(UInt8($0)) }))
    let text = JSONValue.string(controls + "\"\\/\u{7F}\u{2028}é😂").text
    #expect(
      text == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
        + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"#
        + "\\\"\\\\/\u{7F}\u{2028}é😂\"")
    #expect(try JSONValue(parsing: text).string == controls + "\"\\/\u{7F}\u{2028}é😂")
  }

  @Test func `a buffer is appended to, not replaced`() {
    var buffer = Array("x".utf8)
    JSONValue(arrayLiteral: 1, true).append(to: &buffer)
    #expect(buffer == Array("x[1,true]".utf8))
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: SharedData.names(in: "samples/jcs/input"))
  func `the published examples of RFC 8785 come out byte for byte`(name: String) throws {
    let value = try JSONValue(parsing: try SharedData.bytes("samples/jcs/input/\(name)"))
    #expect(value.canonicalBytes == (try SharedData.bytes("samples/jcs/output/\(name)")))
    let hex = try SharedData.lines("samples/jcs/outhex/\(name.dropLast(5)).txt").joined(separator: " ")
    #expect(value.canonicalBytes == hex.split(separator: " ").compactMap { UInt8($0, radix: 16) })
  }

  @Test(
    arguments: [
      (3.4, 3, .number(3.4)), (3.0, 3, 3), (2.0004, 3, 2), (2.0005, 3, .number(2.001)), (-0.0004, 3, 0),
      (-17.77777, 1, .number(-17.8)), (17.5, 0, 18), (999_999_999_999.4, 0, 999_999_999_999),
    ] as [(Double, Int, JSONValue)]) func `a number is rounded to what a message carries`(
      x: Double, places: Int, out: JSONValue
    )
  {
    #expect(JSONValue.rounded(x, decimals: places) == out)
  }

  @Test(arguments: [.nan, .infinity, -.infinity, 1e12, -1e12, 999_999_999_999.9999, 1e300] as [Double])
  func `what a message cannot carry is no number`(x: Double) {
    #expect(JSONValue.rounded(x) == nil)
  }
}
