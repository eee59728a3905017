/// One alarm of DJI's health management system.
public struct HealthAlarm: Hashable, Sendable {
  /// `0x16100083`
  public var code: String
  /// 0 notification, 1 reminder, 2 warning.
  public var level: Int
  /// 1 in flight; nil where not told.
  public var inTheSky: Int?
  /// `0-67-0`: domain, type, subtype. Nil where not told.
  public var deviceType: String?

  /// Whether it keeps the aircraft on the ground: by its meaning, or as a warning of the highest level.
  public var isGrounding: Bool {
    switch HealthAlarmTable.meaning(of: code) {
    case .wear?: false
    case .cells?, .vibration?, .motor?, .firmware?, .update?: true
    case nil: level >= 2
    }
  }

  /// Whether it holds after a flight in which it was raised: the next list, made on the ground, no longer shows what
  /// only the flight could. Vibration and motors whatever the level, and every warning that keeps it down.
  var outlastsFlight: Bool {
    switch HealthAlarmTable.meaning(of: code) {
    case .vibration?, .motor?: true
    default: isGrounding && level >= 2
    }
  }

  /// Whether it is the dock's and not the aircraft's: domain 3.
  public var isDock: Bool { deviceType?.hasPrefix("3-") ?? false }
}
