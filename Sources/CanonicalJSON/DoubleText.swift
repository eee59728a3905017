/// Numbers as ECMAScript writes them, which is how RFC 8785 wants them: the shortest digits that read back
/// to the same Double, without exponent from 1e-6 up to 1e21.
enum DoubleText {
  /// Writes `null` for NaN and infinities, which JSON cannot say.
  static func append(_ number: Double, to bytes: inout [UInt8]) {
    guard number.isFinite else {
      bytes.append(contentsOf: [UInt8(ascii: "n"), UInt8(ascii: "u"), UInt8(ascii: "l"), UInt8(ascii: "l")])
      return
    }
    if let thousandths = Self.thousandths(of: number) {
      append(thousandths: thousandths, to: &bytes)
    } else {
      appendShortest(number, to: &bytes)
    }
  }

  static func append(_ integer: Int64, to bytes: inout [UInt8]) {
    if integer < 0 { bytes.append(UInt8(ascii: "-")) }
    append(digitsOf: integer.magnitude, to: &bytes)
  }

  /// The number in thousandths where it is a decimal of at most three places below 1e12: nearly every number
  /// that farmgate sends. Such a decimal has at most 15 digits, and no two decimals of 15 digits are the same
  /// Double, so its digits are the shortest.
  private static func thousandths(of number: Double) -> Int64? {
    guard number.magnitude < 1e12 else { return nil }
    let scaled = (number * 1000).rounded()
    return scaled / 1000 == number ? Int64(scaled) : nil
  }

  private static func append(thousandths: Int64, to bytes: inout [UInt8]) {
    if thousandths < 0 { bytes.append(UInt8(ascii: "-")) }
    let (whole, fraction) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
    append(digitsOf: whole, to: &bytes)
    guard fraction > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(ascii: "0") + UInt8(fraction / 100))
    if fraction % 100 > 0 { bytes.append(UInt8(ascii: "0") + UInt8(fraction / 10 % 10)) }
    if fraction % 10 > 0 { bytes.append(UInt8(ascii: "0") + UInt8(fraction % 10)) }
  }

  private static func append(digitsOf magnitude: UInt64, to bytes: inout [UInt8]) {
    let start = bytes.count
    var rest = magnitude
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// ECMA-262 Number::toString, step by step: `digits` and `point` are its k digits and its n.
  private static func appendShortest(_ number: Double, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    let (digits, point) = shortestDigits(of: number.magnitude)
    let zero = UInt8(ascii: "0")
    switch point {
    case digits.count...21:
      bytes.append(contentsOf: digits)
      bytes.append(contentsOf: repeatElement(zero, count: point - digits.count))
    case 1...21:
      bytes.append(contentsOf: digits[..<point])
      bytes.append(UInt8(ascii: "."))
      bytes.append(contentsOf: digits[point...])
    case -5...0:
      bytes.append(contentsOf: [zero, UInt8(ascii: ".")])
      bytes.append(contentsOf: repeatElement(zero, count: -point))
      bytes.append(contentsOf: digits)
    default:
      bytes.append(digits[0])
      if digits.count > 1 {
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: digits[1...])
      }
      bytes.append(UInt8(ascii: "e"))
      bytes.append(point > 0 ? UInt8(ascii: "+") : UInt8(ascii: "-"))
      append(digitsOf: (point - 1).magnitude.asUInt64, to: &bytes)
    }
  }

  /// The digits without zeros at either end, and where the point stands: 0.digits × 10^point. The standard
  /// library's description already is the shortest that reads back, and of those the nearest.
  private static func shortestDigits(of magnitude: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var text = magnitude.description.utf8[...]
    if let mark = text.firstIndex(of: UInt8(ascii: "e")) {
      exponent = Int(Substring(text[mark...].dropFirst())) ?? 0
      text = text[..<mark]
    }
    for byte in text {
      if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
    }
    let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    let place = (point ?? digits.count) - leadingZeros + exponent
    digits.removeFirst(leadingZeros)
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return (digits, place)
  }
}

extension UInt {
  fileprivate var asUInt64: UInt64 { UInt64(self) }
}
