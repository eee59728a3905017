/// What is looked at before the YAML parser sees a byte: size, encoding, and what could make the parser's
/// work
/// explode. A configuration file is written by a person, but not always by a friend.
struct ConfigurationText {
  static let bytesMax = 1_048_576
  /// Each alias can repeat all that its anchor holds; chained, they multiply. None is needed here.
  static let aliasesMax = 16

  /// Without a byte order mark.
  let text: String

  /// Nil after telling why.
  init?(_ bytes: [UInt8], log: ProblemLog) {
    guard bytes.count <= Self.bytesMax else {
      log.add(
        .tooLarge, at: .start, path: "", "the file is too long",
        allowed: "at most \(Self.bytesMax) bytes")
      return nil
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    guard let text = String(validating: content, as: UTF8.self) else {
      log.add(
        .encoding, at: Self.firstFault(in: content), path: "", "a byte that is not UTF-8",
        allowed: "text in UTF-8")
      return nil
    }
    self.text = text
    guard Self.isPrintable(text, log), Self.hasFewAliases(content, log) else { return nil }
  }

  /// The place of the first byte that does not belong to a UTF-8 character.
  private static func firstFault(in bytes: [UInt8]) -> SourceMark {
    var iterator = bytes.makeIterator()
    var decoder = UTF8()
    var place = PlaceInText()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { place.step(over: scalar) }
    return place.mark
  }

  /// YAML has no control characters but tab and line ends.
  private static func isPrintable(_ text: String, _ log: ProblemLog) -> Bool {
    var place = PlaceInText()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...: break
      default:
        let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
        log.add(
          .encoding, at: place.mark, path: "",
          "the control character U+\(String(repeating: "0", count: 4 - min(4, hexadecimal.count)))\(hexadecimal)",
          allowed: "printable text")
        return false
      }
      place.step(over: scalar)
    }
    return true
  }

  /// Counts whatever could be an alias, also in comments and quotes: too careful, and never too lenient.
  private static func hasFewAliases(_ bytes: [UInt8], _ log: ProblemLog) -> Bool {
    var line = 1
    var lineStart = 0
    var found = 0
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A { (line, lineStart) = (line + 1, index + 1) }
      guard byte == UInt8(ascii: "*"), index + 1 < bytes.count, isAliasByte(bytes[index + 1]) else {
        continue
      }
      found += 1
      if found > aliasesMax {
        let column = bytes[lineStart..<index].count { $0 & 0xC0 != 0x80 } + 1
        log.add(
          .tooLarge, at: SourceMark(line: line, column: column), path: "",
          "more than \(aliasesMax) words begin with *",
          allowed: "no anchors and aliases; every value where it belongs")
        return false
      }
    }
    return true
  }

  private static func isAliasByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
    default: false
    }
  }
}

/// Counts lines and columns as the YAML parser does: a line ends at LF, CR, CR LF, NEL, LS and PS.
struct PlaceInText {
  private(set) var line = 1
  private(set) var column = 1
  private var afterReturn = false

  var mark: SourceMark { SourceMark(line: line, column: column) }

  mutating func step(over scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x0A where afterReturn: afterReturn = false
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029:
      (line, column) = (line + 1, 1)
      afterReturn = scalar.value == 0x0D
    default:
      column += 1
      afterReturn = false
    }
  }
}
