/// The position of a switch.
public enum SwitchPosition: String, Sendable, CaseIterable {
  case on, off
}

/// One output, its guards, and what it does when in doubt.
public struct OutputSettings: Sendable, Equatable {
  public let id: String
  /// Of its name in the file.
  public let mark: SourceMark
  public let drive: OutputDrive
  /// Driven at start, on every exit, and when in doubt.
  public let safe: SwitchPosition
  public let guards: OutputGuards
  public let onBadQuality: BadQualityReaction
  /// A contact that closes while the output really runs; nil: `confirmed` stays unknown.
  public let feedback: String?
  /// How long the feedback may take to follow.
  public let confirmWithin: Duration
}

/// What an output moves; exactly one.
public enum OutputDrive: Sendable, Equatable {
  case gpio(GPIOLineName, active: ActiveLevel)
  /// Nothing: for trying out.
  case simulated
}

extension OutputSettings: ConfigurationSection {
  private enum Keys {
    static let gpio = Key("gpio", .section(GPIOOutputKeys.self), .optional, "the line that it drives")
    static let simulated = Key("simulated", .flag, .optional, "true: drives nothing, for trying out")
    static let safe = Key(
      "safe", .switchPosition, .byDefault(.off), "driven at start, on every exit, and when in doubt")
    static let guards = Key.section("guard", OutputGuards.self, "limits below every source of commands")
    static let onBadQuality = Key(
      "on_bad_quality", .badQuality, .byDefault(.safe),
      "what it does while its controller has no good reading")
    static let feedback = Key(
      "feedback", .sensor(.contact), .optional,
      "contact that closes while it really runs; without one \"confirmed\" stays unknown")
    static let confirmWithin = Key(
      "confirm_within_s", .seconds(0.1...3600), .byDefault(.seconds(10)),
      "how long the feedback may take to follow")
  }
  static let keys = [
    Keys.gpio.reference, Keys.simulated.reference, Keys.safe.reference, Keys.guards.reference,
    Keys.onBadQuality.reference, Keys.feedback.reference, Keys.confirmWithin.reference,
  ]

  init?(_ section: SectionReader) {
    let gpio = section.read(Keys.gpio)
    let simulated = section.read(Keys.simulated)
    let safe = section.read(Keys.safe)
    let guards = section.read(Keys.guards)
    let onBadQuality = section.read(Keys.onBadQuality)
    feedback = section.read(Keys.feedback)
    let confirmWithin = section.read(Keys.confirmWithin)
    let simulatedIsWrong = section.has(Keys.simulated) && simulated == nil
    if section.has(Keys.gpio) == (simulated == true), !simulatedIsWrong {
      section.report(
        simulated == true ? .conflict : .missingKey,
        simulated == true ? "found both gpio and simulated: true" : "found neither gpio nor simulated: true",
        allowed: "exactly one of gpio, simulated: true")
    }
    if section.has(Keys.confirmWithin), !section.has(Keys.feedback) {
      section.report(
        Keys.confirmWithin, .conflict, "nothing confirms without \"feedback\"", allowed: "feedback beside it")
    }
    guard let safe, let guards, let onBadQuality, let confirmWithin else { return nil }
    if let gpio {
      drive = .gpio(gpio.line, active: gpio.active)
    } else if simulated == true {
      drive = .simulated
    } else {
      return nil
    }
    id = section.name
    mark = section.mark
    (self.safe, self.guards, self.onBadQuality) = (safe, guards, onBadQuality)
    self.confirmWithin = confirmWithin
    if safe == .on, guards.onMax != nil {
      section.report(
        Keys.guards, .conflict, "max_on_s ends in the safe position, and that is on",
        allowed: "safe: off, or no max_on_s")
    }
    onBadQuality.check(against: guards, in: section)
    section.context.outputs[id] = self
  }
}

/// `gpio: {line: RELAY1, active: low}`
struct GPIOOutputKeys: ConfigurationSection {
  let line: GPIOLineName
  let active: ActiveLevel

  private enum Keys {
    static let line = Key("line", .lineName, .required, "name of the line")
    static let chip = Key("chip", .chip, .optional, "its chip, if not that of `gpio.chip`")
    static let active = Key(
      "active", .choice(ActiveLevel.self), .byDefault(.high),
      "level that switches on; relay boards are mostly low")
  }
  static let keys = [Keys.line.reference, Keys.chip.reference, Keys.active.reference]

  init?(_ section: SectionReader) {
    let line = section.read(Keys.line)
    let chip = section.read(Keys.chip)
    let active = section.read(Keys.active)
    guard let line, let active else { return nil }
    self.line = GPIOLineName(chip: chip ?? section.context.chip, line: line)
    self.active = active
    section.context.claim(self.line, for: section.place, at: section.mark(of: Keys.line))
  }
}
