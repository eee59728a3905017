/// Makes hostile messages out of good ones; the same ones for the same seed.
struct PayloadMutator {
  private var generator: SplitMix

  init(seed: UInt64) { generator = SplitMix(seed: seed) }

  /// What stands in a message where a value stood.
  private static let values =
    [
      "1e999", "-1e999", "1e308", "5e-324", "-0", "-0.0", "1E+2", "0.1e1", "007", "1.", ".5", "+1", "0x10",
      "NaN",
      "Infinity", "null", "true", "false", "{}", "[]", "[1]", "\"\"", "\" 22.4 \"", "\"22,4\"", "\"1e999\"",
      "\"nan\"", "\"-\"", "\"unavailable\"", "\"ON\"", "\"\\ud800\"", "\"\\ud83e\\udd55\"", "\"\\u0000\"",
      "9007199254740993", "123456789012345678901234567890", "85", "-127", "327.67", "6553.5", "0.1",
      "1795342500",
      "\"2026-02-29T23:59:60.999999Z\"", "\"1969-12-31T23:59:59Z\"", "\"9999-12-31T23:59:59.9999-23:59\"",
      "١",
    ].map { Array($0.utf8) }

  mutating func mutate(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<[1, 1, 1, 2, 3][below(5)] { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = Self.values[below(Self.values.count)]
      return
    }
    let place = below(bytes.count)
    switch below(20) {
    case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 1: bytes.removeSubrange(place...)
    case 2: bytes.remove(at: place)
    case 3: bytes[place] ^= 1 << UInt8(below(8))
    case 4: bytes.insert(contentsOf: Self.brokenUTF8[below(Self.brokenUTF8.count)], at: place)
    case 5: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
    case 6: nest(&bytes)
    case 7: repeatName(&bytes)
    case 8: grow(&bytes, at: place)
    case 9...12: digit(&bytes)
    default: replaceValue(&bytes)
    }
  }

  private static let brokenUTF8: [[UInt8]] = [
    [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0x80], [0xE2, 0x82],
    [0xEF, 0xBB, 0xBF],
  ]

  private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

  /// Deeply, or just at the bound.
  private mutating func nest(_ bytes: inout [UInt8]) {
    let depth = [3, 28, 31, 32, 33, 200, 30_000][below(7)]
    let inside = below(2) == 0 ? bytes : Array("1".utf8)
    bytes = Array(#"{"deep":"#.utf8) + Array(repeating: UInt8(ascii: "["), count: depth) + inside
    bytes += Array(repeating: UInt8(ascii: "]"), count: depth) + Array("}".utf8)
  }

  /// Says a member twice, the second time with another value.
  private mutating func repeatName(_ bytes: inout [UInt8]) {
    let names = bytes.indices.filter {
      $0 > 0 && bytes[$0] == UInt8(ascii: ":") && bytes[$0 - 1] == UInt8(ascii: "\"")
    }
    guard !names.isEmpty else { return }
    let colon = names[below(names.count)]
    guard let start = bytes[..<(colon - 1)].lastIndex(of: UInt8(ascii: "\"")) else { return }
    let again = Array(bytes[start...colon]) + Self.values[below(Self.values.count)] + Array(",".utf8)
    bytes.insert(contentsOf: again, at: start)
  }

  private mutating func grow(_ bytes: inout [UInt8], at place: Int) {
    switch below(6) {
    case 0: bytes += Array(repeating: UInt8(ascii: " "), count: [10, 200, 70_000][below(3)])
    case 1: bytes = Array(repeating: UInt8(ascii: "\n"), count: below(130)) + bytes
    case 2:
      guard bytes.first == UInt8(ascii: "{") else { return }
      let many = Array(repeating: Array("0,".utf8), count: [100, 8100, 8300][below(3)]).flatMap { $0 }
      bytes.insert(contentsOf: Array(#""many":["#.utf8) + many + Array("0],".utf8), at: 1)
    case 3:
      bytes.insert(
        contentsOf: Array(repeating: UInt8(ascii: "7"), count: [20, 330, 5000][below(3)]), at: place)
    case 4: bytes.insert(contentsOf: Array(repeating: UInt8(ascii: "x"), count: 66_000), at: place)
    default: bytes.insert(contentsOf: Array(repeating: 0, count: 1 + below(4)), at: place)
    }
  }

  private mutating func digit(_ bytes: inout [UInt8]) {
    let digits = bytes.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
    guard !digits.isEmpty else { return }
    bytes[digits[below(digits.count)]] = UInt8(ascii: "0") + UInt8(below(10))
  }

  /// Puts something else where a bare or quoted value stands.
  private mutating func replaceValue(_ bytes: inout [UInt8]) {
    let replacement = Self.values[below(Self.values.count)]
    let starts = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") && $0 + 1 < bytes.count }
    guard !starts.isEmpty else {
      bytes =
        replacement.first == UInt8(ascii: "\"") ? Array(replacement.dropFirst().dropLast()) : replacement
      return
    }
    let start = starts[below(starts.count)] + 1
    let isQuoted = bytes[start] == UInt8(ascii: "\"")
    let end =
      bytes[(start + 1)...].firstIndex {
        isQuoted ? $0 == UInt8(ascii: "\"") : [0x2C, 0x7D, 0x5D].contains($0)
      } ?? bytes.count
    bytes.replaceSubrange(start..<min(end + (isQuoted ? 1 : 0), bytes.count), with: replacement)
  }
}
