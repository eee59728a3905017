internal import FarmUnits

/// A line that is read: a contact, or the pulses of a meter.
public struct GPIOInput: Sendable, Equatable {
  public let line: GPIOLineName
  public let bias: LineBias
  /// The level that counts as closed (contact), and that a rising edge leads to (pulses).
  public let active: ActiveLevel
  /// How long a level must hold to count; zero: no filter.
  public let debounce: Duration
  /// Nil for contacts.
  public let pulses: Pulses?

  /// How edges become a total.
  public struct Pulses: Sendable, Equatable {
    public let edge: PulseEdge
    /// In the channel's unit, above 0.
    public let amountPerPulse: Double
    /// More pulses a second than this are suspect; nil: any number is believed.
    public let perSecondMax: Double?
  }
}

/// Which edge of a pulse is counted.
public enum PulseEdge: String, Sendable, CaseIterable {
  case rising, falling
  /// Two counts a pulse.
  case both
}

extension GPIOInput: ConfigurationSection {
  private enum Keys {
    static let line = Key("line", .lineName, .required, "name of the line")
    static let chip = Key("chip", .chip, .optional, "its chip, if not that of `gpio.chip`")
    static let bias = Key("bias", .choice(LineBias.self), .byDefault(.asIs), "resistor inside the chip")
    static let active = Key("active", .choice(ActiveLevel.self), .byDefault(.high), "level that means closed")
    static let debounce = Key(
      "debounce_ms", .milliseconds(0...10_000), .byDefault(.zero), "how long a level must hold to count")
    static let edge = Key(
      "edge", .choice(PulseEdge.self), .optional, "pulses: which edge counts; left out: rising")
    static let perPulse = Key(
      "per_pulse", .positive(upTo: 1e6), .optional, "pulses: what each adds, in the sensor's unit")
    static let perSecond = Key(
      "max_hz", .positive(upTo: 100_000, unit: "1/s"), .optional, "pulses: more a second are suspect")
  }
  static let keys = [
    Keys.line.reference, Keys.chip.reference, Keys.bias.reference, Keys.active.reference,
    Keys.debounce.reference,
    Keys.edge.reference, Keys.perPulse.reference, Keys.perSecond.reference,
  ]

  init?(_ section: SectionReader) {
    let line = section.read(Keys.line)
    let chip = section.read(Keys.chip)
    let bias = section.read(Keys.bias)
    let active = section.read(Keys.active)
    let debounce = section.read(Keys.debounce)
    let edge = section.read(Keys.edge)
    let perPulse = section.read(Keys.perPulse)
    let perSecond = section.read(Keys.perSecond)
    if perPulse == nil, !section.has(Keys.perPulse) {
      for name in [Keys.edge.name, Keys.perSecond.name] where section.mark(of: [name]) != nil {
        section.report(
          .missingKey, "\"\(name)\" is for pulses, which need \"per_pulse\"",
          allowed: Keys.perPulse.form.allowed)
      }
    }
    if let debounce, let perSecond, debounce.exactSeconds * perSecond > 0.5 {
      section.report(
        Keys.debounce, .conflict,
        "a filter of \(PlainNumber.text(debounce.exactSeconds * 1000)) ms swallows pulses at "
          + "\(PlainNumber.text(perSecond)) a second",
        allowed: "at most \(PlainNumber.text(500 / perSecond)), half a pulse's time")
    }
    guard let line, let bias, let active, let debounce else { return nil }
    self.line = GPIOLineName(chip: chip ?? section.context.chip, line: line)
    (self.bias, self.active, self.debounce) = (bias, active, debounce)
    pulses = perPulse.map { Pulses(edge: edge ?? .rising, amountPerPulse: $0, perSecondMax: perSecond) }
    section.context.claim(self.line, for: section.place, at: section.mark(of: Keys.line))
  }
}
