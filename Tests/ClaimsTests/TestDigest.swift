private let primes = (2...311).filter { number in !(2..<number).contains { number % $0 == 0 } }
private func fraction(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
private let constants = primes.map { fraction(cubeRoot(Double($0))) }
private let start = primes.prefix(8).map { fraction(Double($0).squareRoot()) }

/// SHA-256 (FIPS 180-4) for these tests, which know no cryptographic library.
func sha256(_ message: [UInt8]) -> [UInt8] {
  var state = start
  var padded = message + [0x80]
  while padded.count % 64 != 56 { padded.append(0) }
  let bits = UInt64(message.count) * 8
  padded += (0..<8).reversed().map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }

  func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }
  for block in stride(from: 0, to: padded.count, by: 64) {
    var words = stride(from: block, to: block + 64, by: 4).map {
      padded[$0..<$0 + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (a, b) = (words[index - 15], words[index - 2])
      let mixedA = turn(a, 7) ^ turn(a, 18) ^ a >> 3
      let mixedB = turn(b, 17) ^ turn(b, 19) ^ b >> 10
      words.append(words[index - 16] &+ mixedA &+ words[index - 7] &+ mixedB)
    }
    var v = state
    for index in 0..<64 {
      let first = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let one = v[7] &+ first &+ choice &+ constants[index] &+ words[index]
      let second = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      v = [one &+ second &+ majority, v[0], v[1], v[2], v[3] &+ one, v[4], v[5], v[6]]
    }
    state = zip(state, v).map { $0 &+ $1 }
  }
  return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
}

/// To the last bit that SHA-256's constants need: one Newton step over the library-free start.
private func cubeRoot(_ x: Double) -> Double {
  var root = x.squareRoot().squareRoot() * 1.2
  for _ in 0..<60 { root -= (root * root * root - x) / (3 * root * root) }
  return root
}

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
}
