import FarmUnits

/// A reading as five words, each of which can be an atomic.
struct EncodedReading: Equatable {
  /// Bytes from the lowest: kind of value, unit, quality, clock trust.
  var kinds: UInt64
  /// The bits of the number; 0 without one.
  var number: UInt64
  /// Nanoseconds since boot, as the bits of an `Int64`.
  var instant: UInt64
  /// Milliseconds since 1970, as the bits of an `Int64`.
  var wall: UInt64
  var sequence: UInt64
}

/// Turns readings into words and back, without allocating. Made once: it holds the tables.
struct ReadingCoding: Sendable {
  private let units = CaseTable<Unit>()
  private let qualities = CaseTable<Quality>()

  private enum Kind {
    static let none: UInt8 = 0
    static let number: UInt8 = 1
    static let open: UInt8 = 2
    static let closed: UInt8 = 3
  }
  private static let noUnit: UInt8 = 255

  func encode(_ reading: Reading) -> EncodedReading {
    var kind = Kind.none
    var number: UInt64 = 0
    switch reading.value {
    case nil: break
    case .number(let value): (kind, number) = (Kind.number, value.bitPattern)
    case .contact(.open): kind = Kind.open
    case .contact(.closed): kind = Kind.closed
    }
    let unit = reading.unit.map(CaseTable.byte) ?? Self.noUnit
    let quality = CaseTable.byte(of: reading.quality)
    let trust: UInt8 = reading.acquired.clock == .trusted ? 1 : 0
    return EncodedReading(
      kinds: UInt64(kind) | UInt64(unit) << 8 | UInt64(quality) << 16 | UInt64(trust) << 24,
      number: number,
      instant: UInt64(bitPattern: reading.acquired.instant.nanoseconds),
      wall: UInt64(bitPattern: reading.acquired.wall.milliseconds), sequence: reading.sequence)
  }

  func decode(_ encoded: EncodedReading) -> Reading {
    let value: Value? =
      switch UInt8(truncatingIfNeeded: encoded.kinds) {
      case Kind.number: .number(Double(bitPattern: encoded.number))
      case Kind.open: .contact(.open)
      case Kind.closed: .contact(.closed)
      default: nil
      }
    let trusted = UInt8(truncatingIfNeeded: encoded.kinds >> 24) == 1
    return Reading(
      value: value, unit: units[UInt8(truncatingIfNeeded: encoded.kinds >> 8)],
      quality: qualities[UInt8(truncatingIfNeeded: encoded.kinds >> 16)] ?? .fault,
      acquired: Moment(
        instant: Instant(nanoseconds: Int64(bitPattern: encoded.instant)),
        wall: WallTime(milliseconds: Int64(bitPattern: encoded.wall)),
        clock: trusted ? .trusted : .untrusted),
      sequence: encoded.sequence)
  }
}

/// The cases of a plain enumeration by the one byte that each is in memory.
private struct CaseTable<Case: CaseIterable & Sendable>: Sendable {
  private let cases: [Case?]

  init() {
    precondition(MemoryLayout<Case>.size == 1)
    var cases = [Case?](repeating: nil, count: 256)
    for element in Case.allCases { cases[Int(Self.byte(of: element))] = element }
    self.cases = cases
  }

  static func byte(of element: Case) -> UInt8 { withUnsafeBytes(of: element) { $0[0] } }

  subscript(byte: UInt8) -> Case? { cases[Int(byte)] }
}
