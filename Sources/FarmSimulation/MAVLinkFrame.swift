/// Writes MAVLink 2 frames as an autopilot does: little-endian fields, trailing zeros cut, checksum with the
/// message's extra byte. The reader in the daemon is other code on purpose: one checks the other.
struct MAVLinkFrame {
  private var payload: [UInt8] = []

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { payload.append(contentsOf: $0) }
  }

  /// - Parameters:
  ///   - message: Message id, 0 ... 2^24 - 1.
  ///   - extra: The message's CRC_EXTRA.
  func bytes(message: UInt32, extra: UInt8, system: UInt8, component: UInt8, sequence: UInt8) -> [UInt8] {
    var body = payload
    while body.count > 1, body.last == 0 { body.removeLast() }
    let id = [
      UInt8(truncatingIfNeeded: message), UInt8(truncatingIfNeeded: message >> 8),
      UInt8(truncatingIfNeeded: message >> 16),
    ]
    let frame = [0xFD, UInt8(body.count), 0, 0, sequence, system, component] + id + body
    let sum = Self.checksum(frame.dropFirst() + [extra])
    return frame + [UInt8(truncatingIfNeeded: sum), UInt8(truncatingIfNeeded: sum >> 8)]
  }

  /// CRC-16/MCRF4XX.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
    var crc: UInt16 = 0xFFFF
    for byte in bytes {
      var mixed = UInt16(byte ^ UInt8(truncatingIfNeeded: crc))
      mixed = (mixed ^ (mixed << 4)) & 0xFF
      crc = (crc >> 8) ^ (mixed << 8) ^ (mixed << 3) ^ (mixed >> 4)
    }
    return crc
  }
}
