import FarmConfiguration
import Testing

/// Whatever the bytes are: an answer, in bounded time, and never a trap.
struct HostileTextTests {
  @Test(arguments: 0..<40)
  func `a file that ends too early is answered`(part: Int) {
    let bytes = Array(ExampleFile.text.utf8)
    let cut = Array(bytes.prefix(bytes.count * part / 40))
    let result = GatewayConfiguration.parse(bytes: cut, file: "farmgate.yaml", files: .assumingPresence)
    #expect(result.configuration != nil || !result.errors.isEmpty)
  }

  @Test(arguments: 1...60)
  func `flipped bytes are answered`(seed: Int) {
    var random = SmallRandom(state: UInt64(seed))
    var bytes = Array(ExampleFile.text.utf8)
    for _ in 0..<(1 + seed % 8) { bytes[random.next(below: bytes.count)] = UInt8(random.next(below: 256)) }
    let result = GatewayConfiguration.parse(bytes: bytes, file: "farmgate.yaml", files: .assumingPresence)
    #expect(result.configuration != nil || !result.errors.isEmpty)
    #expect(result.problems.allSatisfy { !$0.description.contains("\n") })
  }

  @Test(arguments: 1...60)
  func `lines in a wrong order are answered`(seed: Int) {
    var random = SmallRandom(state: UInt64(seed) &* 7919)
    var lines = ExampleFile.text.split(separator: "\n", omittingEmptySubsequences: false)
    for _ in 0..<3 { lines.swapAt(random.next(below: lines.count), random.next(below: lines.count)) }
    let result = ExampleFile.parse(lines.joined(separator: "\n"))
    #expect(result.configuration != nil || !result.errors.isEmpty)
  }

  @Test func `a text that is not UTF-8 is refused at its byte`() {
    var bytes = Array("farm: a\ngateway: ü".utf8)
    bytes[bytes.count - 1] = 0xFF
    let result = GatewayConfiguration.parse(bytes: bytes, file: "f", files: .assumingPresence)
    #expect(result.problems.map(\.kind) == [.encoding])
    #expect(result.problems.first?.mark == SourceMark(line: 2, column: 10))
  }

  @Test func `a byte order mark is passed over`() {
    #expect(ExampleFile.parse("\u{FEFF}farm: a\ngateway: b").configuration?.farm == "a")
  }

  @Test(arguments: ["\0", "\u{7}", "\u{1B}[2J", "\u{7F}"])
  func `control characters are refused at their place`(text: String) {
    let result = ExampleFile.parse("farm: a\ngateway: b\(text)")
    #expect(result.problems.map(\.kind) == [.encoding])
    #expect(result.problems.first?.mark == SourceMark(line: 2, column: 11))
  }

  @Test func `more than a mebibyte is refused`() {
    let result = ExampleFile.parse(String(repeating: "# a comment\n", count: 90_000))
    #expect(result.problems.map(\.kind) == [.tooLarge])
  }

  @Test func `aliases that multiply are refused before they are followed`() {
    let levels = (1...30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]" }
    let result = ExampleFile.parse("a0: &a0 [1]\n" + levels.joined(separator: "\n"))
    #expect(result.problems.map(\.kind) == [.tooLarge])
  }

  @Test func `a single alias is refused too`() {
    let result = ExampleFile.parse("farm: &f a\ngateway: *f")
    #expect(result.problems.map(\.mark) == [SourceMark(line: 1, column: 7)])
    #expect(result.configuration == nil)
  }

  @Test(arguments: [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")])
  func `nesting is bounded`(open: String, close: String) {
    for depth in [40, 900, 20_000] {
      let text = "farm: a\n" + (open.hasPrefix("[") || open.hasPrefix("{") ? "x: " : "")
      let result = ExampleFile.parse(
        text + String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth))
      #expect(result.configuration == nil)
      #expect(!result.errors.isEmpty)
    }
  }

  @Test func `a hundred thousand unknown keys are told in bounded length`() {
    let text = "farm: a\ngateway: b\n" + (0..<40_000).map { "key\($0): 1\n" }.joined()
    let result = ExampleFile.parse(text)
    #expect(result.configuration == nil)
    #expect(result.problems.count == 501)
    #expect(result.problems.last?.message == "39500 more problems are not listed")
  }

  @Test func `a tag is refused, since nothing here would follow it`() {
    let result = ExampleFile.parse("farm: a\ngateway: !secret gateway_name")
    #expect(result.problems.map(\.kind) == [.notAllowed])
    #expect(result.problems.first?.mark.line == 2)
  }

  @Test func `names from the file cannot break a message's line`() throws {
    let result = ExampleFile.parse("farm: a\ngateway: b\n\"x\\n\\e[31my\": 1\nsensors: {\"p\\nq\": {}}")
    #expect(result.errors.count == 2)
    for problem in result.problems {
      let text = "\(problem)\(problem.keyPath)"
      #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }
}

/// Marsaglia's xorshift: the same sequence for the same seed.
struct SmallRandom {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }
}
