/// A frame with all its fields by name, for people and tools: `farmgate explain-message`.
public struct MAVLinkMessage: Sendable {
  /// One value as it stood on the wire.
  public enum Field: Equatable, Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    /// Compared by bits: two NaN with the same payload are equal.
    case float(bits: UInt32)
    /// The whole array, zero bytes at its end included.
    case text([UInt8])
    case array([Field])
  }

  /// As in the standard.
  public let name: String
  /// The frame it was read from.
  public let frame: MAVLinkFrame
  /// In wire order, named as in the standard.
  public let fields: [(name: String, value: Field)]

  /// Nil for a message outside the catalogue, which a decoder never hands up.
  public init?(_ frame: MAVLinkFrame) {
    guard let layout = MAVLinkCatalogue.layout(of: frame.messageID) else { return nil }
    (name, self.frame) = (layout.name, frame)
    fields = layout.fields.map { ($0.name, Self.value(of: $0, in: frame)) }
  }

  /// Nil where the message has no such field.
  public subscript(name: String) -> Field? { fields.first { $0.name == name }?.value }

  private static func value(of field: MAVLinkField, in frame: MAVLinkFrame) -> Field {
    let size = field.kind.size
    guard let count = field.count else { return element(field.kind, at: field.offset, in: frame) }
    if field.kind == .text { return .text(frame.bytes(field.offset..<field.offset + count)) }
    return .array((0..<count).map { element(field.kind, at: field.offset + $0 * size, in: frame) })
  }

  private static func element(_ kind: MAVLinkField.Kind, at offset: Int, in frame: MAVLinkFrame) -> Field {
    switch kind {
    case .uint8, .uint16, .uint32, .uint64, .text: .unsigned(frame.unsigned(at: offset, size: kind.size))
    case .int8: .signed(Int64(frame.int8(offset)))
    case .int16: .signed(Int64(frame.int16(offset)))
    case .int32: .signed(Int64(frame.int32(offset)))
    case .float: .float(bits: frame.uint32(offset))
    }
  }
}

extension MAVLinkMessage {
  /// All frames in some bytes, in order, as one closed stream.
  ///
  /// - Returns: The messages, and what was not taken, by cause.
  public static func explain(
    _ bytes: [UInt8], authenticator: inout FrameAuthenticator?
  ) -> (messages: [MAVLinkMessage], counters: MAVLinkStreamDecoder.Counters) {
    var decoder = MAVLinkStreamDecoder()
    var messages: [MAVLinkMessage] = []
    let take = { (frame: MAVLinkFrame) in
      if let message = MAVLinkMessage(frame) { messages.append(message) }
    }
    decoder.decode(bytes, at: .init(sinceBoot: .zero), authenticator: &authenticator, take)
    decoder.finish(authenticator: &authenticator, take)
    return (messages, decoder.counters)
  }

  /// One JSON object on one line. Integers are exact to 64 bits, floats are the exact value of the 32-bit number,
  /// NaN and infinities the texts `"NaN"`, `"Infinity"`, `"-Infinity"`, texts end at their first NUL.
  public var jsonLine: String {
    var line = "{\"message\":\"\(name)\",\"system\":\(frame.system),\"component\":\(frame.component),"
    line += "\"sequence\":\(frame.sequence),\"signature\":\"\(frame.signature.rawValue)\",\"fields\":{"
    for (index, field) in fields.enumerated() {
      line += "\(index == 0 ? "" : ",")\"\(field.name)\":"
      field.value.write(to: &line)
    }
    return line + "}}"
  }
}

extension MAVLinkMessage.Field {
  fileprivate func write(to line: inout String) {
    switch self {
    case .unsigned(let number): line += String(number)
    case .signed(let number): line += String(number)
    case .float(let bits): Self.write(Float(bitPattern: bits), to: &line)
    case .text(let bytes): Self.write(bytes.prefix { $0 != 0 }, to: &line)
    case .array(let elements):
      line += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { line += "," }
        element.write(to: &line)
      }
      line += "]"
    }
  }

  private static func write(_ number: Float, to line: inout String) {
    if number.isNaN {
      line += "\"NaN\""
    } else if number.isInfinite {
      line += number < 0 ? "\"-Infinity\"" : "\"Infinity\""
    } else {
      line += String(Double(number))
    }
  }

  /// As UTF-8, which the standard says it is; other bytes become U+FFFD.
  private static func write(_ bytes: ArraySlice<UInt8>, to line: inout String) {
    line += "\""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"": line += "\\\""
      case "\\": line += "\\\\"
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let hex = String(scalar.value, radix: 16)
        line += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: line.unicodeScalars.append(scalar)
      }
    }
    line += "\""
  }
}
