/// Why bytes were not taken as JSON, and at which byte. Holds no text, so refusing a flood of bad messages
/// allocates nothing.
public struct JSONError: Error, Equatable, Sendable {
  /// Raw values are stable: they may stand in counters and in answers to commands.
  public enum Kind: String, Sendable, CaseIterable {
    case tooLong = "too_long"
    case tooDeep = "too_deep"
    case tooManyValues = "too_many_values"
    case unexpectedEnd = "unexpected_end"
    case unexpectedByte = "unexpected_byte"
    case trailingBytes = "trailing_bytes"
    case byteOrderMark = "byte_order_mark"
    case invalidUTF8 = "invalid_utf8"
    case controlCharacter = "control_character"
    case invalidEscape = "invalid_escape"
    case loneSurrogate = "lone_surrogate"
    case leadingZero = "leading_zero"
    case invalidNumber = "invalid_number"
    /// Written correctly, but beyond what a 64-bit floating-point number can hold.
    case numberTooLarge = "number_too_large"
    case duplicateName = "duplicate_name"
  }

  public let kind: Kind
  /// From the first byte of the text, counted from 0: the offending byte, or the start of the string,
  /// number or member name that is refused as a whole.
  public let offset: Int

  public init(_ kind: Kind, at offset: Int) { (self.kind, self.offset) = (kind, offset) }
}

extension JSONError: CustomStringConvertible {
  public var description: String { "byte \(offset): \(kind.sentence)" }
}

extension JSONError.Kind {
  fileprivate var sentence: String {
    switch self {
    case .tooLong: "more bytes than allowed"
    case .tooDeep: "arrays and objects nested deeper than allowed"
    case .tooManyValues: "more values than allowed"
    case .unexpectedEnd: "the text ends too early"
    case .unexpectedByte: "no JSON value or separator can begin with this byte"
    case .trailingBytes: "something follows the value"
    case .byteOrderMark: "a byte order mark is not allowed"
    case .invalidUTF8: "a string is not valid UTF-8"
    case .controlCharacter: "a control character in a string must be escaped"
    case .invalidEscape: "unknown escape in a string"
    case .loneSurrogate: "half a surrogate pair in a string"
    case .leadingZero: "a number must not begin with a superfluous zero"
    case .invalidNumber: "a number needs digits after its sign, point or exponent"
    case .numberTooLarge: "a number is too large for 64-bit floating point"
    case .duplicateName: "a member name appears twice in one object"
    }
  }
}

/// How much one text may cost, whoever sends it.
public struct JSONLimits: Equatable, Sendable {
  /// Length of the text in bytes.
  public var bytes: Int
  /// Arrays and objects inside each other. The parser recurses, so this also bounds the stack: at most 128.
  public var depth: Int
  /// Values in all, containers included, member names not.
  public var values: Int

  public init(bytes: Int = 65_536, depth: Int = 32, values: Int = 8_192) {
    (self.bytes, self.depth, self.values) = (bytes, min(depth, 128), values)
  }

  /// 64 KiB (the longest event of the marketplace contract), 32 levels, 8192 values.
  public static let `default` = JSONLimits()
}
