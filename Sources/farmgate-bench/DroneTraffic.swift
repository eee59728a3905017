import DroneHealth

/// What one drone says, as autopilots mix it: five messages in each of ten payloads a second.
struct DroneTraffic {
  static let messagesInPayload = 5
  private let system: UInt8
  private let number: Int
  private var sequence: UInt8 = 0

  /// HEARTBEAT, SYS_STATUS, SYSTEM_TIME, GPS_RAW_INT, GLOBAL_POSITION_INT, BATTERY_STATUS, AUTOPILOT_VERSION,
  /// EKF_STATUS_REPORT, VIBRATION, EXTENDED_SYS_STATE: number, length without extensions, seed.
  private static let messages: [(id: UInt32, length: Int, seed: UInt8)] = [
    (0, 9, 50), (1, 31, 124), (2, 12, 137), (24, 30, 24), (33, 28, 104), (147, 36, 154), (148, 78, 178),
    (193, 22, 71), (241, 32, 90), (245, 2, 130),
  ]
  /// Five of them in each tenth of a second: the fast ones always, the heartbeat and the slow ones once a second.
  private static let fast = [4, 3, 7, 8]
  private static let slow = [0, 1, 2, 5, 6, 9, 5, 1, 9, 2]

  init(drone number: Int) {
    self.number = number
    system = 1
  }

  mutating func payload(ofTenth tenth: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in [Self.slow[tenth % 10]] + Self.fast { bytes += frame(Self.messages[index], tenth) }
    return bytes
  }

  private mutating func frame(_ message: (id: UInt32, length: Int, seed: UInt8), _ tenth: Int) -> [UInt8] {
    var payload = body(message.id, message.length, tenth)
    while payload.count > 1, payload.last == 0 { payload.removeLast() }
    let header: [UInt8] = [
      UInt8(payload.count), 0, 0, sequence, system, 1, UInt8(truncatingIfNeeded: message.id),
      UInt8(truncatingIfNeeded: message.id >> 8), UInt8(truncatingIfNeeded: message.id >> 16),
    ]
    sequence &+= 1
    var checksum = MAVLinkChecksum()
    checksum.add(header + payload)
    checksum.add([message.seed])
    return [0xFD] + header + payload
      + [UInt8(truncatingIfNeeded: checksum.value), UInt8(truncatingIfNeeded: checksum.value >> 8)]
  }

  /// Values that change as real ones do; what matters is what it costs to read them.
  private func body(_ id: UInt32, _ length: Int, _ tenth: Int) -> [UInt8] {
    func little(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian, Array.init)
    }
    let milliseconds = UInt32(60_000 + tenth * 100)
    switch id {
    case 0: return [0, 0, 0, 0, 2, 3, 0x51, 3, 3]
    case 2: return little(UInt64(0)) + little(milliseconds)
    case 33: return little(milliseconds) + (0..<24).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ tenth) }
    case 147:
      return little(Int32(500 + tenth)) + little(Int32(-1)) + little(Int16(2500))
        + (0..<10).flatMap { little($0 < 4 ? UInt16(4000 + $0) : .max) } + little(Int16(120)) + [0, 1, 1, 90]
    case 148:
      return [UInt8](repeating: 0, count: 16) + [0xFF, 6, 5, 4] + [UInt8](repeating: 0, count: 40)
        + little(UInt16(number + 1)) + [UInt8](repeating: 7, count: 16)
    case 193: return (0..<5).flatMap { _ in little(Float(0.1).bitPattern) } + little(UInt16(0x33F))
    case 241:
      return little(UInt64(0)) + (0..<3).flatMap { little((Float($0) + 3).bitPattern) }
        + [UInt8](repeating: 0, count: 12)
    case 245: return [0, 1]
    default: return (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ tenth) }
    }
  }
}
