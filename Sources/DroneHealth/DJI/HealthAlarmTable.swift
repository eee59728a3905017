/// The alarms of DJI's health system whose code says more than its level does.
///
/// Source: DJI Cloud API, hms.md, and the texts of its demonstration's hms.json (2025-04).
enum HealthAlarmTable {
  enum Meaning: Sendable, Equatable { case cells, wear, vibration, motor, firmware, update }

  /// Nil for a code that only its level describes.
  static func meaning(of code: String) -> Meaning? {
    guard code.hasPrefix("0x"), let number = UInt32(code.dropFirst(2), radix: 16) else { return nil }
    return table.first { $0.code == number }?.meaning
  }

  private static let table: [(code: UInt32, meaning: Meaning)] = [
    (0x1610_0082, .cells),  // large difference of cell voltages, unable to take off
    (0x1609_0067, .cells),  // difference at rest, stop using
    (0x1609_0068, .cells),  // difference when charging, stop using
    (0x1609_0069, .cells),  // difference when discharging, stop using
    (0x1609_00C1, .cells),  // imbalanced
    (0x110B_0006, .cells),  // cell damaged
    (0x1609_00BF, .wear),  // near the cycle limit
    (0x1609_00C3, .wear),  // near the cycle limit
    (0x1609_006C, .wear),  // aging
    (0x1603_001D, .vibration),  // abnormal vibration
    (0x1608_0079, .motor),  // controller firmware does not match
    (0x1610_0053, .firmware),  // module firmwares do not match, unable to take off
    (0x1610_0081, .firmware),  // battery firmware out of date, unable to take off
    (0x1610_006B, .firmware),  // battery firmware out of date, unable to take off
    (0x1610_0003, .firmware),  // not activated, or firmware out of date
    (0x110B_0403, .firmware),  // incompatible battery firmware
    (0x1620_0402, .update),  // mandatory update in progress
  ]
}
