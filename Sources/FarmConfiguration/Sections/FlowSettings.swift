/// The meter that counts a bed's water.
public struct FlowSettings: Sendable, Equatable {
  /// A sensor of `volume` or `flow`.
  public let sensor: String
  /// Litres per minute while the valve is open; nil: any.
  public let expected: ClosedRange<Double>?
  /// Nothing is judged this soon after a valve moved.
  public let settle: Duration
  /// Water through shut valves.
  public let leak: LeakSettings
}

/// How much water through shut valves is a leak.
public struct LeakSettings: Sendable, Equatable {
  /// Nil: the controller's own rule, from the meter's resolution.
  public let litres: Double?
  public let within: Duration
}

extension FlowSettings: ConfigurationSection {
  private enum Keys {
    static let sensor = Key("sensor", .sensor(.volume, .flow), .required, "the meter")
    static let expected = Key(
      "expect_lpm", .section(RangeKeys.self), .optional,
      "litres per minute while the valve is open; of beds that are open together the sums count")
    static let settle = Key(
      "settle_s", .seconds(0...600), .byDefault(.seconds(10)),
      "nothing is judged this soon after a valve moved")
    static let leak = Key.section("leak", LeakSettings.self, "water through shut valves")
  }
  static let keys = [
    Keys.sensor.reference, Keys.expected.reference, Keys.settle.reference, Keys.leak.reference,
  ]

  init?(_ section: SectionReader) {
    let sensor = section.read(Keys.sensor)
    let expected = section.read(Keys.expected)
    let settle = section.read(Keys.settle)
    let leak = section.read(Keys.leak)
    if let expected, expected.min < 0 {
      section.report(Keys.expected, .outOfRange, "found a flow below 0", allowed: "min of at least 0")
    }
    guard let sensor, let settle, let leak else { return nil }
    (self.sensor, self.settle, self.leak) = (sensor, settle, leak)
    self.expected = expected?.range
  }
}

extension LeakSettings: ConfigurationSection {
  private enum Keys {
    static let litres = Key(
      "litres", .positive(upTo: 1e6, unit: "LTR"), .optional,
      "left out: two litres, or three pulses where those are more")
    static let within = Key("within_s", .seconds(10...86_400), .byDefault(.seconds(600)), "in so long")
  }
  static let keys = [Keys.litres.reference, Keys.within.reference]

  init?(_ section: SectionReader) {
    litres = section.read(Keys.litres)
    guard let within = section.read(Keys.within) else { return nil }
    self.within = within
  }
}

/// `{min: 4, max: 14}`
struct RangeKeys: ConfigurationSection {
  let min: Double
  let max: Double
  /// Empty ranges were told already.
  var range: ClosedRange<Double>? { min < max ? min...max : nil }

  private enum Keys {
    static let min = Key("min", .number(-1e9...1e9), .required, "lowest")
    static let max = Key("max", .number(-1e9...1e9), .required, "highest")
  }
  static let keys = [Keys.min.reference, Keys.max.reference]

  init?(_ section: SectionReader) {
    let min = section.read(Keys.min)
    let max = section.read(Keys.max)
    guard let min, let max else { return nil }
    (self.min, self.max) = (min, max)
    if min >= max {
      section.report(
        Keys.max, .outOfRange, "found \(PlainNumber.text(max)), which is not above min",
        allowed: "more than \(PlainNumber.text(min))")
    }
  }
}

/// Water in portions.
public struct SoakSettings: Sendable, Equatable {
  public let run: Duration
  public let rest: Duration
}

extension SoakSettings: ConfigurationSection {
  private enum Keys {
    static let run = Key("run_s", .seconds(1...86_400), .required, "longest portion")
    static let rest = Key("rest_s", .seconds(1...86_400), .required, "rest after it")
  }
  static let keys = [Keys.run.reference, Keys.rest.reference]

  init?(_ section: SectionReader) {
    let run = section.read(Keys.run)
    let rest = section.read(Keys.rest)
    guard let run, let rest else { return nil }
    (self.run, self.rest) = (run, rest)
  }
}
