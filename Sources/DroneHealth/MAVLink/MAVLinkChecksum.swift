/// CRC-16/MCRF4XX, which MAVLink calls X.25: initial value 0xFFFF, reflected, no final inversion.
///
/// Check value: "123456789" gives 0x6F91.
public struct MAVLinkChecksum: Sendable {
  /// The checksum of the bytes added so far.
  public private(set) var value: UInt16 = 0xFFFF

  public init() {}

  /// Adds one byte. Does not allocate.
  @inline(__always)
  public mutating func add(_ byte: UInt8) {
    var mixed = byte ^ UInt8(truncatingIfNeeded: value)
    mixed ^= mixed << 4
    let wide = UInt16(mixed)
    value = (value >> 8) ^ (wide << 8) ^ (wide << 3) ^ (wide >> 4)
  }

  /// Adds bytes in order.
  public mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { add(byte) }
  }
}
