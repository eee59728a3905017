/// What a 1-wire thermometer's file says, in either of the two forms of the kernel's driver `w1_therm`.
///
///     w1_slave:     72 01 4b 46 7f ff 0e 10 57 : crc=57 YES
///                   72 01 4b 46 7f ff 0e 10 57 t=23125
///     temperature:  23125
///
/// Both end in a line feed; without it the last digits may be lacking, and the answer is not believed.
///
/// - Source: Linux 6.1, `drivers/w1/slaves/w1_therm.c`, `w1_slave_show` and `temperature_show`.
public enum OneWireAnswer: Equatable, Sendable {
  /// In thousandths of a degree Celsius; anything that an `Int` can hold, the 85 °C of power-on apart.
  case temperature(millidegrees: Int)
  /// Exactly 85.000 °C, what the thermometer holds before its first conversion. A room at exactly this
  /// sixteenth of a degree is taken for it as well.
  case powerOnValue
  /// An empty file, as the driver gives when the thermometer does not answer or its checksum is wrong.
  case empty
  /// `crc=… NO`. The number behind it is made of the damaged bytes.
  case badChecksum
  /// All nine bytes are zero: a shorted bus, whose checksum happens to be right. No thermometer says so, since
  /// its configuration byte has bits that are always set (data sheet DS18B20, figure 10).
  case allZeros
  /// Neither form.
  case garbled

  /// - Parameter bytes: The whole file.
  public init(parsing bytes: some Collection<UInt8>) {
    if bytes.isEmpty {
      self = .empty
    } else if let millidegrees = SysfsText.integer(bytes) {
      self.init(millidegrees: millidegrees)
    } else {
      self.init(lines: Array(bytes))
    }
  }

  private init(millidegrees: Int) {
    self = millidegrees == 85_000 ? .powerOnValue : .temperature(millidegrees: millidegrees)
  }

  /// The form of `w1_slave`.
  private init(lines bytes: [UInt8]) {
    self = .garbled
    guard bytes.count <= 256 else { return }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count == 3, lines[2].isEmpty else { return }
    let check = lines[0].split(separator: 0x20, omittingEmptySubsequences: false)
    guard check.count == 12, check[9].elementsEqual(":".utf8), check[10].starts(with: "crc=".utf8),
      check[10].count == 6, Self.byte(check[10].dropFirst(4)) != nil
    else { return }
    let scratchpad = check.prefix(9).compactMap(Self.byte)
    guard scratchpad.count == 9 else { return }
    if check[11].elementsEqual("NO".utf8) {
      self = .badChecksum
      return
    }
    guard check[11].elementsEqual("YES".utf8) else { return }
    if scratchpad.allSatisfy({ $0 == 0 }) {
      self = .allZeros
      return
    }
    let measured = lines[1].split(separator: 0x20, omittingEmptySubsequences: false)
    guard measured.count == 10, measured.prefix(9).compactMap(Self.byte).count == 9,
      measured[9].starts(with: "t=".utf8),
      let millidegrees = SysfsText.integer(Array(measured[9].dropFirst(2)) + [0x0A])
    else { return }
    self.init(millidegrees: millidegrees)
  }

  /// Two small hexadecimal digits.
  private static func byte(_ digits: ArraySlice<UInt8>) -> UInt8? {
    let isHexadecimal = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard digits.count == 2, isHexadecimal else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
