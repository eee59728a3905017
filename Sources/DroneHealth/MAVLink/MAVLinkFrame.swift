/// One accepted frame: its checksum is right, its message known, and its payload filled with zeros up to the
/// longest payload there is, so that a field the sender cut or never knew reads as zero.
///
/// A plain value of some 270 bytes: making one does not touch the heap.
public struct MAVLinkFrame: Sendable {
  /// Told by the magic byte: 0xFE or 0xFD.
  public enum Version: UInt8, Sendable { case one = 1, two = 2 }

  /// Of the framing, not of the message.
  public let version: Version
  /// The sender's vehicle number. 0 is no valid sender, yet such frames exist.
  public let system: UInt8
  /// The sender's part: 1 is usually the autopilot, but only HEARTBEAT tells.
  public let component: UInt8
  /// Counts per channel; wraps, and cannot tell repetitions apart.
  public let sequence: UInt8
  /// 0 ... 2^24 - 1; always one of the catalogue.
  public let messageID: UInt32
  /// Bytes of payload on the wire, 0...255.
  public let payloadLength: Int
  /// What is known about the sender.
  public internal(set) var signature: FrameSignature = .none
  var payload = InlineArray<255, UInt8>(repeating: 0)

  /// The bytes of a field, little-endian, from `offset`; zero beyond the payload.
  @inline(__always)
  func unsigned(at offset: Int, size: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<size where offset + index < 255 {
      value |= UInt64(payload[offset + index]) << (8 * UInt64(index))
    }
    return value
  }

  func uint8(_ offset: Int) -> UInt8 { payload[offset] }
  func int8(_ offset: Int) -> Int8 { Int8(bitPattern: payload[offset]) }
  func uint16(_ offset: Int) -> UInt16 { UInt16(unsigned(at: offset, size: 2)) }
  func int16(_ offset: Int) -> Int16 { Int16(bitPattern: uint16(offset)) }
  func uint32(_ offset: Int) -> UInt32 { UInt32(unsigned(at: offset, size: 4)) }
  func int32(_ offset: Int) -> Int32 { Int32(bitPattern: uint32(offset)) }
  func uint64(_ offset: Int) -> UInt64 { unsigned(at: offset, size: 8) }
  func float(_ offset: Int) -> Float { Float(bitPattern: uint32(offset)) }
  func bytes(_ range: Range<Int>) -> [UInt8] { range.map { payload[$0] } }
}

/// What is known about who sent a frame.
public enum FrameSignature: String, Sendable {
  /// The frame carries no signature.
  case none
  /// Signed with our key, and newer than anything heard on its stream.
  case verified
  /// Signed, but no key is configured here.
  case unverified
  /// Signed wrongly, and accepted only because its message is on the list of those that need no signature.
  case bad
}
