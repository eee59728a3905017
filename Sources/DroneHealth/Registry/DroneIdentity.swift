/// What tells one drone from all others.
public enum DroneIdentity: Hashable, Sendable {
  /// The autopilot's 18 bytes, where they are not all zero.
  case uid2([UInt8])
  /// The autopilot's older 64 bits, where uid2 is zero.
  case uid(UInt64)
  /// The maker's serial number (DJI).
  case serial(String)
  /// Nothing better than where it is heard. Every autopilot leaves the factory as system 1, so two drones
  /// differ only by their links; such an identity is never told to the marketplace.
  case link(String, system: UInt8)

  /// The drone is known by its hardware.
  public var isHardware: Bool { if case .link = self { false } else { true } }

  /// `uid2`, `uid`, `serial`, `link`.
  public var kind: String {
    switch self {
    case .uid2: "uid2"
    case .uid: "uid"
    case .serial: "serial"
    case .link: "link"
    }
  }

  /// A level of a topic: `[A-Za-z0-9._-]{1,64}`, different for different identities.
  public var topicLevel: String {
    switch self {
    case .uid2(let bytes): "uid2-" + Self.hex(bytes)
    case .uid(let number):
      "uid-" + Self.hex((0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) })
    case .serial(let text): Self.safe(text)
    case .link(let link, let system): Self.safe(link, longest: 56) + "-\(system)"
    }
  }

  /// From a name under which a drone was published; the hardware's only.
  init(topicLevel text: String) {
    func bytes(_ prefix: String, _ count: Int) -> [UInt8]? {
      guard text.hasPrefix(prefix), text.utf8.count == prefix.utf8.count + 2 * count else { return nil }
      let digits = text.utf8.dropFirst(prefix.utf8.count).map { Character(UnicodeScalar($0)).hexDigitValue }
      let values = digits.compactMap(\.self)
      guard values.count == digits.count else { return nil }
      return (0..<count).map { UInt8(values[2 * $0] << 4 | values[2 * $0 + 1]) }
    }
    if let long = bytes("uid2-", 18) {
      self = .uid2(long)
    } else if let short = bytes("uid-", 8) {
      self = .uid(short.reduce(0) { $0 << 8 | UInt64($1) })
    } else {
      self = .serial(text)
    }
  }

  /// AUTOPILOT_VERSION's identity, nil when the autopilot has none.
  init?(version frame: MAVLinkFrame) {
    let long = frame.bytes(60..<78)
    let short = frame.uint64(8)
    if long.contains(where: { $0 != 0 }) {
      self = .uid2(long)
    } else if short != 0 {
      self = .uid(short)
    } else {
      return nil
    }
  }

  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Other bytes than a topic level may hold become `_` and two hex digits; what is still too long is cut and
  /// told apart by a checksum (FNV-1a).
  private static func safe(_ text: String, longest: Int = 64) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x2D, 0x5F: bytes.append(byte)
      default: bytes += [0x5F] + Array(hex([byte]).utf8)
      }
    }
    if bytes.isEmpty { bytes = [0x5F] }
    guard bytes.count > longest else { return String(decoding: bytes, as: UTF8.self) }
    var checksum: UInt32 = 0x811C_9DC5
    for byte in text.utf8 { checksum = (checksum ^ UInt32(byte)) &* 0x0100_0193 }
    let tail = hex((0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * UInt32($0))) })
    return String(decoding: bytes.prefix(longest - 9), as: UTF8.self) + "-" + tail
  }
}
