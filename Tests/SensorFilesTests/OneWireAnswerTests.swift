import SensorFiles
import Testing

struct OneWireAnswerTests {
  @Test(arguments: [
    ("23125\n", OneWireAnswer.temperature(millidegrees: 23_125)),
    ("-1250\n", .temperature(millidegrees: -1250)),
    ("0\n", .temperature(millidegrees: 0)),
    ("84937\n", .temperature(millidegrees: 84_937)),
    ("85062\n", .temperature(millidegrees: 85_062)),
    ("85000\n", .powerOnValue),
    ("", .empty),
    (slaveFile(millidegrees: 23_125), .temperature(millidegrees: 23_125)),
    (slaveFile(millidegrees: -55_000), .temperature(millidegrees: -55_000)),
    ("50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n", .powerOnValue),
    (slaveFile(millidegrees: 23_125, verdict: "NO"), .badChecksum),
    ("ff ff ff ff ff ff ff ff ff : crc=c9 NO\n72 01 4b 46 7f ff 0e 10 57 t=-62\n", .badChecksum),
    ("00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n", .allZeros),
  ])
  func `both forms of the kernel's file are understood`(text: String, answer: OneWireAnswer) {
    #expect(OneWireAnswer(parsing: Array(text.utf8)) == answer)
  }

  @Test(arguments: [
    "\n", "23125", "23 125\n", "23125\n\n", " 23125\n", "23.125\n", "+23125\n", "0x10\n", "85000", "--5\n",
    "-\n",
    "99999999999999999999999\n", "23125\r\n", "２３\n", "nan\n", "\0\n", "23125\n23125\n",
    "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n", "72 01 4b 46 7f ff 0e 10 57 : crc=57 MAYBE\nt=1\n",
    "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=\n",
    "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\nmore\n",
    "72 01 4b 46 7f ff 0e 10 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n",
    "72 01 4b 46 7f ff 0e 10 57 : crc=5 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n",
  ])
  func `anything else is garbled`(text: String) {
    #expect(OneWireAnswer(parsing: Array(text.utf8)) == .garbled)
  }

  @Test(arguments: [slaveFile(millidegrees: 23_125), slaveFile(millidegrees: -1250), "23125\n", "-1250\n"])
  func `a file cut short anywhere gives no temperature`(text: String) {
    let bytes = Array(text.utf8)
    for length in 0..<bytes.count {
      let answer = OneWireAnswer(parsing: bytes.prefix(length))
      #expect(answer == (length == 0 ? .empty : .garbled), "\(length) bytes")
    }
  }

  @Test func `no other byte in any place but the digits passes for a temperature`() throws {
    let bytes = Array(slaveFile(millidegrees: 23_125).utf8)
    let hexadecimal = Set("0123456789abcdef".utf8)
    let number = bytes.count - 6..<bytes.count - 1
    for place in bytes.indices where !number.contains(place) {
      for byte in UInt8.min...UInt8.max where byte != bytes[place] {
        // One digit for another is the kernel's to notice: it computes the checksum.
        if hexadecimal.contains(byte), hexadecimal.contains(bytes[place]) { continue }
        var changed = bytes
        changed[place] = byte
        #expect(OneWireAnswer(parsing: changed) == .garbled, "byte \(byte) at \(place)")
      }
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `no damage makes the parser trap or invent numbers`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let good = Array(slaveFile(millidegrees: 23_125).utf8)
    for _ in 0..<500 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 1 where place < bytes.count: bytes.remove(at: place)
        default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random) }
        }
      }
      let answer = OneWireAnswer(parsing: bytes)
      if case .temperature(let millidegrees) = answer {
        // Whatever it says, it stands there in full: behind `t=`, at the end of the file.
        let told = String(decoding: bytes, as: UTF8.self).split(separator: "t=").last
        #expect(told.flatMap { Int($0.dropLast()) } == millidegrees, "seed \(seed)")
      }
    }
  }
}
