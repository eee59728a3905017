internal import FarmUnits

/// What is believed of a channel. A reading outside it is shown with its quality and never acted on.
public struct Plausibility: Sendable, Equatable {
  /// In the channel's unit, as all numbers here.
  public let minimum: Double?
  public let maximum: Double?
  /// Numbers that mean "no reading" in this family of sensors: 85 °C. At most 8.
  public let sentinels: [Double]
  /// Without a new reading for so long, the last is not believed; nil: believed for ever (a line that is read
  /// every tick).
  public let staleAfter: Duration?
  public let flatline: Flatline?
  /// Faster is a jump.
  public let changePerMinuteMax: Double?
  public let confirmation: Confirmation

  static let sentinelsMax = 8

  /// A channel whose noise has gone is stuck.
  public struct Flatline: Sendable, Equatable {
    public let over: Duration
    /// Moves less than this in that time.
    public let below: Double
  }

  /// How many of the last readings must be good before one is acted on. 1 of 1: each counts.
  public struct Confirmation: Sendable, Equatable {
    public let needed: Int
    public let of: Int
  }

  /// Loggers of Watermark probes send 240 for a short circuit and 255 for a broken wire where a tension in kPa is
  /// expected. Dry soil and a cut cable must not look alike.
  static let tensionFaults: [Double] = [240, 255]

  /// With the age and the sentinels that fit the source and the quantity, beside those that the file has.
  func completed(for source: SensorSource, quantity: Quantity) -> Plausibility {
    let usual: Duration? =
      switch source {
      case .mqtt: .seconds(3600)
      case .oneWire, .industrialIO: .seconds(60)
      // As old as the resistance that it comes from.
      case .gpio, .watermark: nil
      }
    var sentinels = sentinels
    if quantity == .soilTension, !source.isReckoned {
      sentinels += Self.tensionFaults.filter { !sentinels.contains($0) }
    }
    return Plausibility(
      minimum: minimum, maximum: maximum, sentinels: sentinels, staleAfter: staleAfter ?? usual,
      flatline: flatline,
      changePerMinuteMax: changePerMinuteMax, confirmation: confirmation)
  }

  /// A contact has no numbers, and a channel no more sentinels than there is room for.
  func check(quantity: Quantity, in section: SectionReader) {
    if sentinels.count > Self.sentinelsMax {
      let own = Self.sentinelsMax - Self.tensionFaults.count
      section.place.inside("valid").inside("sentinels").report(
        .outOfRange, at: section.mark(of: ["valid", "sentinels"]) ?? section.mark,
        "found more than \(own) beside 240 and 255, which no soil tension can be",
        allowed: "at most \(own) others")
    }
    let hasNumbers =
      minimum != nil || maximum != nil || !sentinels.isEmpty || flatline != nil || changePerMinuteMax != nil
    if quantity == .contact, hasNumbers {
      section.place.inside("valid").report(
        .notAllowed, at: section.mark, "a contact has no numbers to judge", allowed: "stale_after_s, confirm")
    }
  }
}

extension Plausibility: ConfigurationSection {
  private enum Keys {
    static let minimum = Key("min", .number(-1e9...1e9), .optional, "lowest believed, in the sensor's unit")
    static let maximum = Key("max", .number(-1e9...1e9), .optional, "highest believed, in the sensor's unit")
    static let staleAfter = Key(
      "stale_after_s", .seconds(1...2_592_000), .optional,
      "age at which the last reading is not believed; left out: 3600 for mqtt, 60 for one_wire and iio, that of the resistance for watermark, none for gpio"
    )
    static let sentinels = Key(
      "sentinels", .list(of: .number(-1e9...1e9), max: sentinelsMax), .byDefault([]),
      "numbers that mean \"no reading\"; of soil_tension always 240 and 255 as well, a Watermark logger's faults"
    )
    static let flatline = Key(
      "flatline", .section(FlatlineKeys.self), .optional, "stuck, if it moves less than this in that time")
    static let change = Key(
      "max_change_per_minute", .positive(upTo: 1e9), .optional, "faster is a jump, in the sensor's unit")
    static let confirm = Key(
      "confirm", .section(ConfirmationKeys.self), .optional, "good readings needed before one is acted on")
  }
  static let keys = [
    Keys.minimum.reference, Keys.maximum.reference, Keys.staleAfter.reference, Keys.sentinels.reference,
    Keys.flatline.reference, Keys.change.reference, Keys.confirm.reference,
  ]

  init?(_ section: SectionReader) {
    minimum = section.read(Keys.minimum)
    maximum = section.read(Keys.maximum)
    staleAfter = section.read(Keys.staleAfter)
    flatline = section.read(Keys.flatline).map { Flatline(over: $0.over, below: $0.below) }
    changePerMinuteMax = section.read(Keys.change)
    confirmation =
      section.read(Keys.confirm).map { Confirmation(needed: $0.needed, of: $0.of) }
      ?? Confirmation(needed: 1, of: 1)
    guard let sentinels = section.read(Keys.sentinels) else { return nil }
    self.sentinels = sentinels
    if let minimum, let maximum, minimum >= maximum {
      section.report(
        Keys.maximum, .outOfRange, "found \(PlainNumber.text(maximum)), which is not above min",
        allowed: "more than \(PlainNumber.text(minimum))")
    }
  }
}

/// `flatline: {hours: 48, below: 0.1}`
struct FlatlineKeys: ConfigurationSection {
  let over: Duration
  let below: Double

  private enum Keys {
    static let hours = Key("hours", .hours(0.01...8760), .required, "for how long")
    static let below = Key(
      "below", .positive(upTo: 1e9), .required, "what it moves at least, in the sensor's unit")
  }
  static let keys = [Keys.hours.reference, Keys.below.reference]

  init?(_ section: SectionReader) {
    let over = section.read(Keys.hours)
    let below = section.read(Keys.below)
    guard let over, let below else { return nil }
    (self.over, self.below) = (over, below)
  }
}

/// `confirm: {needed: 2, of: 3}`
struct ConfirmationKeys: ConfigurationSection {
  let needed: Int
  let of: Int

  private enum Keys {
    static let needed = Key("needed", .integer(1...32), .required, "good readings needed")
    static let of = Key("of", .integer(1...32), .required, "among so many of the last")
  }
  static let keys = [Keys.needed.reference, Keys.of.reference]

  init?(_ section: SectionReader) {
    let needed = section.read(Keys.needed)
    let of = section.read(Keys.of)
    guard let needed, let of else { return nil }
    (self.needed, self.of) = (needed, of)
    if needed > of {
      section.report(Keys.needed, .outOfRange, "found \(needed) of \(of)", allowed: "at most \(of)")
    }
  }
}
