/// What all alarms share.
public struct AlarmSettings: Sendable, Equatable {
  /// The output that sounds; nil: none.
  public let siren: String?
  /// More new alarms a minute than this become one alarm of their own.
  public let floodLimitPerMinute: Int
}

extension AlarmSettings: ConfigurationSection {
  private enum Keys {
    static let siren = Key("siren", .name(of: .output), .optional, "the output that sounds")
    static let flood = Key(
      "flood_limit_per_minute", .integer(1...10_000), .byDefault(10),
      "more new alarms a minute become one of their own")
  }
  static let keys = [Keys.siren.reference, Keys.flood.reference]

  init?(_ section: SectionReader) {
    siren = section.read(Keys.siren)
    if let siren { section.context.drive(siren, by: section, Keys.siren) }
    guard let flood = section.read(Keys.flood) else { return nil }
    floodLimitPerMinute = flood
  }
}
