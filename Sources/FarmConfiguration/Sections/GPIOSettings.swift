/// Which GPIO chip the lines are on. Never by number: numbers change with the kernel and the board
/// (the header of a Raspberry Pi 5 was `gpiochip4`, then `gpiochip0`).
public enum ChipSelector: Sendable, Hashable, CustomStringConvertible {
  /// The chip with this label, as `gpiodetect` shows it in brackets.
  case label(String)
  /// Whichever chip has a line of that name.
  case byLineName

  /// `the chip labelled pinctrl-bcm2711`
  public var description: String {
    switch self {
    case .label(let label): "the chip labelled \(label)"
    case .byLineName: "whichever chip has it"
    }
  }
}

/// The chip of all lines that name none of their own.
public struct GPIOSettings: Sendable, Equatable {
  public let chip: ChipSelector
}

extension GPIOSettings: ConfigurationSection {
  private enum Keys {
    static let chip = Key(
      "chip", .chip, .byDefault(.byLineName),
      "chip of all lines that name none; left out: lines are found by name")
  }
  static let keys = [Keys.chip.reference]

  init?(_ section: SectionReader) {
    guard let chip = section.read(Keys.chip) else { return nil }
    self.chip = chip
  }
}

extension Form where Value == ChipSelector {
  /// `{label: pinctrl-bcm2711}`
  static let chip = Form(
    type: "section", nesting: .section, keys: ChipLabel.keys, write: { _ in "lines are found by name" }
  ) { node, place in
    if let text = node.text {
      place.report(
        .wrongType, at: node.mark, "found \(quote(text)): a chip's number or device changes between machines",
        allowed: "{label: …} as gpiodetect shows it in brackets", suggestion: "{label: \(text)}")
      return nil
    }
    guard let section = Form<ChipLabel>.section(ChipLabel.self).read(node, place) else { return nil }
    return .label(section.label)
  }
}

/// The mapping behind `chip:`.
struct ChipLabel: ConfigurationSection {
  let label: String

  private enum Keys {
    static let label = Key(
      "label", .scalar("label", range: "as gpiodetect shows it in brackets") { isLabel($0) ? $0 : nil },
      .required, "the chip's label")
  }
  static let keys = [Keys.label.reference]

  init?(_ section: SectionReader) {
    guard let label = section.read(Keys.label) else { return nil }
    self.label = label
  }

  /// The kernel keeps 31 bytes of a label. A device's name in its place is a number in disguise.
  private static func isLabel(_ text: String) -> Bool {
    let printable = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    let isDevice =
      text.hasPrefix("/") || text.hasPrefix("gpiochip") && text.dropFirst(8).allSatisfy(\.isNumber)
    return printable && (1...31).contains(text.utf8.count) && !isDevice
  }
}

/// One line of a chip.
public struct GPIOLineName: Sendable, Hashable {
  public let chip: ChipSelector
  /// As `gpioinfo` shows it: `RELAY1`, `GPIO17`.
  public let line: String

  /// `line RELAY1 on the chip labelled pinctrl-bcm2711`
  var inWords: String { "line \(line) on \(chip)" }
}

/// Which voltage means "active".
public enum ActiveLevel: String, Sendable, CaseIterable {
  case high, low
}

/// The resistor inside the chip.
public enum LineBias: String, Sendable, CaseIterable {
  case pullUp = "pull_up"
  case pullDown = "pull_down"
  /// Switched off.
  case disabled
  /// Left as it was found.
  case asIs = "as_is"
}

extension Form where Value == String {
  /// A line's name; the kernel keeps 31 bytes of it.
  static let lineName = Form.scalar("name of a line", range: "as gpioinfo shows it") { text in
    (1...31).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
  }
}
