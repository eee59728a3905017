/// Every message that farmgate reads, and the few others whose checksum it must know.
public enum MAVLinkCatalogue {
  /// Sorted by id.
  public static let layouts: [MAVLinkLayout] = (vehicle + power + motorTelemetry + remoteID).sorted {
    $0.id < $1.id
  }

  /// Nil for a message that farmgate does not read.
  public static func layout(of id: UInt32) -> MAVLinkLayout? {
    guard let index = index(of: id, in: ids) else { return nil }
    return layouts[index]
  }

  /// The checksum seed of a message that farmgate reads; does not allocate.
  static func crcExtra(of id: UInt32) -> UInt8? {
    guard let index = index(of: id, in: ids) else { return nil }
    return seeds[index]
  }

  /// The checksum seed of a message that carries other people's bytes, which may look like frames.
  static func carrierCRCExtra(of id: UInt32) -> UInt8? {
    carriers.first { $0.id == id }?.crcExtra
  }

  /// Messages that farmgate does not read but recognises, so that a frame inside one is never taken for a
  /// frame of the link: file transfer, logs, serial ports, correction data, tunnels.
  static let carriers: [(id: UInt32, crcExtra: UInt8)] = [
    (110, 84),  // FILE_TRANSFER_PROTOCOL
    (120, 134),  // LOG_DATA
    (123, 250),  // GPS_INJECT_DATA
    (126, 220),  // SERIAL_CONTROL
    (131, 223),  // ENCAPSULATED_DATA
    (169, 234),  // DATA16
    (170, 73),  // DATA32
    (171, 181),  // DATA64
    (172, 22),  // DATA96
    (184, 159),  // REMOTE_LOG_DATA_BLOCK
    (233, 35),  // GPS_RTCM_DATA
    (248, 8),  // V2_EXTENSION
    (266, 193),  // LOGGING_DATA
    (267, 35),  // LOGGING_DATA_ACKED
    (385, 147),  // TUNNEL
    (386, 132),  // CAN_FRAME
    (387, 4),  // CANFD_FRAME
  ]

  /// ArduPilot's motor telemetry, eight messages of one shape for four motors each.
  static let motorTelemetry: [MAVLinkLayout] = [
    (11030, 1, 144), (11031, 5, 133), (11032, 9, 85), (11040, 13, 132), (11041, 17, 208), (11042, 21, 201),
    (11043, 25, 193), (11044, 29, 189),
  ].map { (id: UInt32, first: Int, crcExtra: UInt8) in
    MAVLinkLayout(
      id, "ESC_TELEMETRY_\(first)_TO_\(first + 3)", crcExtra: crcExtra,
      [
        .uint16("voltage", count: 4, unit: "cV"),
        .uint16("current", count: 4, unit: "cA"),
        .uint16("totalcurrent", count: 4, unit: "mAh"),
        .uint16("rpm", count: 4, unit: "rpm"),
        .uint16("count", count: 4),
        .uint8("temperature", count: 4, unit: "degC"),
      ])
  }

  private static let ids = layouts.map(\.id)
  private static let seeds = layouts.map(\.crcExtra)

  private static func index(of id: UInt32, in ids: [UInt32]) -> Int? {
    var low = 0
    var high = ids.count
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] == id { return middle }
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
