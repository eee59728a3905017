extension JSONParser {
  /// A number from its sign or first digit on, correctly rounded.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }

    var digits = DecimalDigits()
    let first = index
    try digits.take(from: bytes, at: &index)
    if bytes[first] == UInt8(ascii: "0"), index - first > 1 { throw JSONError(.leadingZero, at: first) }

    var isInteger = true
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      let before = digits.count
      try digits.take(from: bytes, at: &index)
      digits.exponent -= digits.count - before
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      digits.exponent += try exponent()
    }

    if isInteger, digits.areExact {
      let magnitude = Int64(digits.value)
      return .integer(isNegative ? -magnitude : magnitude)
    }
    if let double = digits.double { return .number(isNegative ? -double : double) }
    return try longNumber(start..<index, isInteger: isInteger)
  }

  private mutating func exponent() throws(JSONError) -> Int {
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    var digits = DecimalDigits()
    try digits.take(from: bytes, at: &index)
    let magnitude = digits.areExact ? min(Int(digits.value), 1_000_000) : 1_000_000
    return isNegative ? -magnitude : magnitude
  }

  /// The rare long way: more digits than 64 bits are sure to hold, or a far exponent. The standard library
  /// rounds these correctly and gives infinity or zero where the range ends.
  private func longNumber(_ range: Range<Int>, isInteger: Bool) throws(JSONError) -> JSONValue {
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    guard let double = Double(text) else { throw JSONError(.invalidNumber, at: range.lowerBound) }
    guard double.isFinite else { throw JSONError(.numberTooLarge, at: range.lowerBound) }
    return .number(double)
  }
}

/// Decimal digits gathered as an integer times a power of ten.
private struct DecimalDigits {
  /// The digits as one integer; right only while `areExact`.
  var value: UInt64 = 0
  /// All digits seen.
  private(set) var count = 0
  /// Digits seen from the first that is not zero.
  private var significant = 0
  /// The power of ten.
  var exponent = 0

  /// 18 digits always fit 63 bits.
  var areExact: Bool { significant <= 18 }

  /// One or more digits.
  mutating func take(from bytes: UnsafeBufferPointer<UInt8>, at index: inout Int) throws(JSONError) {
    let start = index
    while index < bytes.count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      value = value &* 10 &+ UInt64(digit)
      if value != 0 { significant += 1 }
      count += 1
      index += 1
    }
    guard index > start else {
      throw index < bytes.count ? JSONError(.invalidNumber, at: index) : JSONError(.unexpectedEnd, at: index)
    }
  }

  /// Exact in one rounding, because both factors are exact in a Double (Clinger, "How to read floating
  /// point numbers accurately", 1990). Nil where that cannot be promised.
  var double: Double? {
    guard areExact, value <= 1 << 53, (-22...22).contains(exponent) else { return nil }
    let digits = Double(value)
    return exponent < 0 ? digits / Self.powersOfTen[-exponent] : digits * Self.powersOfTen[exponent]
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
  ]
}
