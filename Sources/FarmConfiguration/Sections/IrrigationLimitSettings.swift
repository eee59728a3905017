/// When enough is enough, whatever the probe says.
public struct IrrigationLimitSettings: Sendable, Equatable {
  /// Per local day and per local week from Monday; both need a meter.
  public let litresPerDay: Double?
  public let litresPerWeek: Double?
  /// At most 4.
  public let quiet: [QuietHours]
}

/// A part of the local day in which nothing is watered.
public struct QuietHours: Sendable, Equatable {
  /// 0...1439, from local midnight.
  public let fromMinute: Int
  /// 1...1440; belongs no longer to it. Smaller than `fromMinute` where it runs past midnight.
  public let toMinute: Int

  /// `11:00-16:00`; nil for other forms, and where both ends are the same.
  init?(_ text: String) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Self.minute($0) }
    guard ends.count == 2, let from = ends[0], let to = ends[1], from < 1440, from != to,
      !(from == 0 && to == 0)
    else { return nil }
    (fromMinute, toMinute) = (from, to == 0 ? 1440 : to)
  }

  /// `11:00-16:00`
  public var text: String { "\(Self.clock(fromMinute))-\(Self.clock(toMinute))" }

  private static func minute(_ text: Substring) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
      [0, 1, 3, 4].allSatisfy({ (0x30...0x39).contains(bytes[$0]) })
    else { return nil }
    let hour = Int(bytes[0] - 0x30) * 10 + Int(bytes[1] - 0x30)
    let minute = Int(bytes[3] - 0x30) * 10 + Int(bytes[4] - 0x30)
    return hour < 24 && minute < 60 || hour == 24 && minute == 0 ? hour * 60 + minute : nil
  }
  private static func clock(_ minute: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minute / 60)):\(two(minute % 60))"
  }
}

extension IrrigationLimitSettings: ConfigurationSection {
  private enum Keys {
    static let day = Key("litres_per_day", .positive(upTo: 1e9, unit: "LTR"), .optional, "per local day")
    static let week = Key(
      "litres_per_week", .positive(upTo: 1e9, unit: "LTR"), .optional, "per local week, from Monday")
    static let quiet = Key(
      "quiet", .list(of: .quietHours, max: 4), .byDefault([]),
      "local times without watering; may run past midnight")
  }
  static let keys = [Keys.day.reference, Keys.week.reference, Keys.quiet.reference]

  init?(_ section: SectionReader) {
    litresPerDay = section.read(Keys.day)
    litresPerWeek = section.read(Keys.week)
    if let litresPerDay, let litresPerWeek, litresPerWeek < litresPerDay {
      section.report(
        Keys.week, .outOfRange, "found \(PlainNumber.text(litresPerWeek)), which is less than a day's litres",
        allowed: "at least \(PlainNumber.text(litresPerDay))")
    }
    guard let quiet = section.read(Keys.quiet) else { return nil }
    self.quiet = quiet
  }
}

extension Form where Value == QuietHours {
  static let quietHours = Form.scalar("\"HH:MM-HH:MM\"", write: \.text) { QuietHours($0) }
}
