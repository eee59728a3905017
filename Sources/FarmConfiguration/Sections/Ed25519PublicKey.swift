/// A public key as the file gives it: base64 of a SubjectPublicKeyInfo (RFC 8410), what
/// `openssl pkey -pubout` prints between its dashes.
public struct Ed25519PublicKey: Sendable, Hashable {
  /// As it stands in the file.
  public let text: String
  /// The 32 bytes of the key; nil while the example's placeholder, cut with "…", stands there. A key without
  /// bytes
  /// verifies nothing.
  public let bytes: [UInt8]?

  /// SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes }
  private static let prefix: [UInt8] = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]

  /// Nil for what is neither an Ed25519 key nor a placeholder.
  init?(_ text: String) {
    self.text = text
    if text.hasPrefix("MCowBQYDK2VwAyEA"), text.unicodeScalars.contains("\u{2026}") {
      bytes = nil
      return
    }
    guard text.utf8.count == 60, let der = Base64.decode(text), der.count == 44,
      der.starts(with: Self.prefix)
    else { return nil }
    bytes = Array(der.dropFirst(Self.prefix.count))
  }
}

/// RFC 4648 section 4, strictly.
enum Base64 {
  /// Nil for a wrong length, a foreign character, or bits that are left over.
  static func decode(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 4), digits.count <= 4096 else { return nil }
    let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    digits.removeLast(padding)
    var bytes: [UInt8] = []
    var pending: UInt32 = 0
    var bits = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      pending = pending << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
      }
    }
    return pending & ((1 << UInt32(bits)) - 1) == 0 ? bytes : nil
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case 0x41...0x5A: digit - 0x41
    case 0x61...0x7A: digit - 0x61 + 26
    case 0x30...0x39: digit - 0x30 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

extension Form where Value == Ed25519PublicKey {
  static let publicKey = Form(
    type: "Ed25519 public key", range: "as base64 of its SubjectPublicKeyInfo", write: \.text
  ) { node, place in
    let allowed = "60 characters of base64 that begin with MCowBQYDK2VwAyEA"
    guard let text = node.text else {
      place.report(.wrongType, at: node.mark, "found \(node.found)", allowed: allowed)
      return nil
    }
    guard let key = Ed25519PublicKey(text) else {
      place.report(
        .notAllowed, at: node.mark, "no Ed25519 public key (\(text.count) characters)", allowed: allowed)
      return nil
    }
    if key.bytes == nil {
      place.report(
        .placeholder, severity: .notInstalled, at: node.mark,
        "the example's placeholder is no key and verifies nothing",
        allowed: allowed)
    }
    return key
  }
}
