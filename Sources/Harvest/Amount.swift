public import CanonicalJSON

/// A quantity of stock in thousandths of its unit, so that a thousand picks of 0.1 kg leave exactly nothing.
///
/// The unit is the product's and is not kept here. Range ±10⁹ units where it comes from outside; sums of a
/// book's amounts stay far inside 64 bits.
public struct Amount: Hashable, Comparable, Sendable {
  /// Thousandths of a unit: grams for `KGM`, millilitres for `LTR`.
  public var thousandths: Int64

  public init(thousandths: Int64) { self.thousandths = thousandths }

  public static let zero = Amount(thousandths: 0)
  /// The most that a command or a stock may hold: a thousand million units.
  public static let largest = Amount(thousandths: 1_000_000_000_000)

  /// Whole units.
  public init(units: Int64) { thousandths = units * 1000 }

  /// Nil for what is not finite, has more than three decimals, or lies beyond ±`largest`.
  public init?(exactly number: Double) {
    guard number.isFinite, number.magnitude <= 1e9 else { return nil }
    let scaled = Int64((number * 1000).rounded())
    guard Double(scaled) / 1000 == number else { return nil }
    thousandths = scaled
  }

  /// For a scale's reading: cut to the thousandth below, never rounded up. Nil for what is not finite or
  /// lies beyond ±`largest`.
  public init?(roundingDown number: Double) {
    guard number.isFinite, number.magnitude <= 1e9 else { return nil }
    let nearest = Int64((number * 1000).rounded())
    // 2.3 * 1000 is 2299.9999…: a number that is a thousandth already is not cut again.
    thousandths = Double(nearest) / 1000 == number ? nearest : Int64((number * 1000).rounded(.down))
  }

  /// The greatest multiple of `increment` that is not greater. An increment of zero or less floors nothing.
  public func floored(to increment: Amount) -> Amount {
    guard increment.thousandths > 0 else { return self }
    let rest = thousandths % increment.thousandths
    return Amount(thousandths: thousandths - (rest < 0 ? rest + increment.thousandths : rest))
  }

  /// For people and for arithmetic that may lose a digit.
  public var units: Double { Double(thousandths) / 1000 }

  public static func < (a: Self, b: Self) -> Bool { a.thousandths < b.thousandths }
  public static func + (a: Self, b: Self) -> Self { Self(thousandths: a.thousandths + b.thousandths) }
  public static func - (a: Self, b: Self) -> Self { Self(thousandths: a.thousandths - b.thousandths) }
  public static func += (a: inout Self, b: Self) { a = a + b }
  public static func -= (a: inout Self, b: Self) { a = a - b }
}

extension Amount: CustomStringConvertible {
  /// `177.5`, without trailing zeros.
  public var description: String {
    let magnitude = thousandths.magnitude
    var text = (thousandths < 0 ? "-" : "") + String(magnitude / 1000)
    let fraction = magnitude % 1000
    guard fraction > 0 else { return text }
    text += "."
    let digits = String(fraction)
    text += String(repeating: "0", count: 3 - digits.count) + digits
    while text.last == "0" { text.removeLast() }
    return text
  }
}

extension Amount {
  /// A JSON number with at most three decimals: an integer where it is one.
  public var json: JSONValue {
    thousandths % 1000 == 0 ? .integer(thousandths / 1000) : .number(Double(thousandths) / 1000)
  }

  /// Reads what `json` wrote; nil for anything but a number of at most three decimals.
  init?(json: JSONValue?) {
    guard let number = json?.double else { return nil }
    self.init(exactly: number)
  }
}
