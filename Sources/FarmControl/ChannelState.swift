public import FarmUnits

/// A channel as it stands after a tick: its newest reading with the quality that it really has.
public struct ChannelState: Equatable, Sendable {
  /// As published. Controllers act only on `reading.goodNumber` and `reading.goodContact`.
  public var reading: Reading
  public var flags: ChannelFlags
  /// Water channels (a flow, or a volume that rises): the present rate. Nil while unknown.
  public var litresPerMinute: Double?

  public init(reading: Reading, flags: ChannelFlags = [], litresPerMinute: Double? = nil) {
    (self.reading, self.flags, self.litresPerMinute) = (reading, flags, litresPerMinute)
  }
}

/// What else is worth knowing about a channel.
public struct ChannelFlags: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The newest reading looks plausible, yet too few of those before it were; it keeps their quality.
  public static let unconfirmed = ChannelFlags(rawValue: 1)
  /// A second channel that measures the same thing says otherwise.
  public static let disagrees = ChannelFlags(rawValue: 2)

  mutating func setMembership(of flag: ChannelFlags, to isMember: Bool) {
    if isMember { insert(flag) } else { remove(flag) }
  }
}
