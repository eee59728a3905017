/// The texts of which the kernel's sensor files are made.
enum SysfsText {
  /// A whole number and its line feed: `-1250\n`. Nil for anything else, a number cut short of its line feed
  /// included.
  static func integer(_ bytes: some Collection<UInt8>) -> Int? {
    guard let text = line(bytes), text.utf8.first != UInt8(ascii: "+") else { return nil }
    return Int(text)
  }

  /// A decimal number and its line feed: `0.061035156\n`. Nil for anything else: exponents, `inf`, several
  /// numbers, a unit behind it (` dB`), no line feed.
  static func number(_ bytes: some Collection<UInt8>) -> Double? {
    guard let text = line(bytes) else { return nil }
    var digits = text.utf8[...]
    if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    return Double(text)
  }

  /// A name, without the white space around it; nil when nothing is left or it is no UTF-8.
  static func name(_ bytes: [UInt8]) -> String? {
    let blank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) || $0 == 0 }
    let trimmed = bytes.drop(while: blank)
    guard let last = trimmed.lastIndex(where: { !blank($0) }) else { return nil }
    return String(validating: trimmed[...last], as: UTF8.self)
  }

  /// One line of at most 64 characters of ASCII, without its line feed.
  private static func line(_ bytes: some Collection<UInt8>) -> String? {
    guard (2...64).contains(bytes.count) else { return nil }
    let text = Array(bytes)
    guard text.last == 0x0A, text.dropLast().allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    return String(decoding: text.dropLast(), as: UTF8.self)
  }
}
