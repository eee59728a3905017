internal import FarmUnits

/// Numbers as people write them in the file. Stricter than YAML 1.1, where `010` is eight, `1_000` a thousand
/// and
/// `12:30` seven hundred and fifty.
enum PlainNumber {
  /// An optional sign, digits without leading zeros, an optional fraction and exponent. Nil for everything
  /// else, `nan` and `inf` included, and for what leaves the range of a `Double`.
  static func parse(_ text: String) -> Double? {
    var bytes = Substring(text).utf8
    guard bytes.count <= 64 else { return nil }
    func digits() -> Int {
      let run = bytes.prefix { (0x30...0x39).contains($0) }
      bytes = bytes.dropFirst(run.count)
      return run.count
    }
    func take(_ set: String) -> Bool {
      guard let first = bytes.first, set.utf8.contains(first) else { return false }
      bytes = bytes.dropFirst()
      return true
    }
    _ = take("+-")
    let leadsWithZero = bytes.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !(leadsWithZero && whole > 1) else { return nil }
    if take("."), digits() == 0 { return nil }
    if take("eE") {
      _ = take("+-")
      if digits() == 0 { return nil }
    }
    guard bytes.isEmpty, let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// The shortest text that reads as the same number, without `.0`.
  static func text(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
    return "\(number)"
  }
}

extension Duration {
  /// Seconds, right to the last digit that was written in the file: from whole nanoseconds, not from
  /// attoseconds.
  var exactSeconds: Double { Double(nanoseconds) / 1e9 }
}
