import DroneHealth

/// Makes frames for the tests as a sender would, from the layout's own checksum seed.
enum Frames {
  static func two(
    _ id: UInt32, payload: [UInt8], system: UInt8 = 1, component: UInt8 = 1, sequence: UInt8 = 0,
    flags: UInt8 = 0,
    crcExtra: UInt8? = nil
  ) -> [UInt8] {
    // The standard cuts zeros at the payload's end, but never the first byte.
    var payload = payload
    while payload.count > 1, payload.last == 0 { payload.removeLast() }
    let checked =
      [
        UInt8(payload.count), flags, 0, sequence, system, component, UInt8(id & 0xFF), UInt8(id >> 8 & 0xFF),
        UInt8(id >> 16),
      ] + payload
    return [0xFD] + checked + checksum(checked, crcExtra ?? MAVLinkCatalogue.layout(of: id)?.crcExtra ?? 0)
  }

  static func one(_ id: UInt8, payload: [UInt8], system: UInt8 = 1, component: UInt8 = 1) -> [UInt8] {
    let checked = [UInt8(payload.count), 0, system, component, id] + payload
    return [0xFE] + checked + checksum(checked, MAVLinkCatalogue.layout(of: UInt32(id))?.crcExtra ?? 0)
  }

  /// A signed frame; `timestamp` in 10 µs since 2015.
  static func signed(
    _ id: UInt32, payload: [UInt8], key: [UInt8], timestamp: UInt64, linkID: UInt8 = 1, system: UInt8 = 1,
    component: UInt8 = 1, sequence: UInt8 = 0
  ) -> [UInt8] {
    let frame = two(id, payload: payload, system: system, component: component, sequence: sequence, flags: 1)
    let block = [linkID] + (0..<6).map { UInt8(truncatingIfNeeded: timestamp >> (8 * UInt64($0))) }
    return frame + block + ReferenceSHA256.digest(key + frame + block).prefix(6)
  }

  private static func checksum(_ bytes: [UInt8], _ crcExtra: UInt8) -> [UInt8] {
    var checksum = MAVLinkChecksum()
    checksum.add(bytes)
    checksum.add(crcExtra)
    return [UInt8(checksum.value & 0xFF), UInt8(checksum.value >> 8)]
  }
}
