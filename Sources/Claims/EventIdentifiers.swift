public import FarmUnits

/// Makes UUIDs of version 7: they sort by time, and within one millisecond, or when the clock is set back, by the
/// order in which they were made.
///
/// - Source: RFC 9562 section 5.7; monotonic by section 6.2, method 1 (`rand_a` as a counter that starts at a
///   random value below half of its range).
public struct EventIdentifiers: Sendable {
  private var random: any RandomNumberGenerator & Sendable
  private var milliseconds: Int64 = -1
  private var counter: UInt16 = 0

  /// - Parameter random: Seeded in a simulation, the system's otherwise.
  public init(random: some RandomNumberGenerator & Sendable) { self.random = random }

  /// - Parameter now: Before 1970 counts as 1970; 48 bits last until the year 10889.
  /// - Returns: `0193a5f0-7c00-7000-8000-000000000001`.
  public mutating func next(at now: WallTime) -> String {
    let time = min(max(now.milliseconds, 0), 0xFFFF_FFFF_FFFF)
    if time > milliseconds {
      (milliseconds, counter) = (time, UInt16.random(in: 0..<0x800, using: &random))
    } else if counter < 0xFFF {
      counter += 1
    } else {
      // 2048 ids in a millisecond: borrow the next one.
      (milliseconds, counter) = (milliseconds + 1, UInt16.random(in: 0..<0x800, using: &random))
    }
    let high = UInt64(milliseconds) << 16 | 0x7000 | UInt64(counter)
    let low =
      UInt64.random(in: 0...UInt64.max, using: &random) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = hexadecimal(high) + hexadecimal(low)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
      .joined(separator: "-")
  }
}

/// 16 lower-case digits.
private func hexadecimal(_ word: UInt64) -> [UInt8] {
  (0..<16).reversed().map { hexadecimalDigit(UInt8(truncatingIfNeeded: word >> (4 * UInt64($0))) & 0xF) }
}

func hexadecimalDigit(_ nibble: UInt8) -> UInt8 {
  nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}

/// Lower-case digits of any bytes.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  String(decoding: bytes.flatMap { [hexadecimalDigit($0 >> 4), hexadecimalDigit($0 & 0xF)] }, as: UTF8.self)
}
