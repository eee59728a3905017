public import Harvest

/// What the farm says otherwise about the rules by which lots are judged: limits are a matter of law and place. Each
/// section is a rule of the standard set, and each names the law or handbook that its figures are from.
public struct ColdChainSettings: Sendable, Equatable {
  /// The standard set with the farm's own figures.
  public let rules: ColdChainRules
}

extension ColdChainSettings: ConfigurationSection {
  private enum Keys {
    static let version = Key(
      "version", .identifier, .optional,
      "what decisions name the rules by; left out: \(ownVersion) once one is changed")
    static let maxTemp = Key("max_temp", .section(RuleSettings<MaxTempFigures>.self), .optional, "too warm")
    static let cumulative = Key(
      "tphc_4h", .section(RuleSettings<CumulativeFigures>.self), .optional, "too warm for too long in all")
    static let absolute = Key(
      "abs_21", .section(RuleSettings<AbsoluteFigures>.self), .optional, "far too warm at once")
    static let frozen = Key(
      "frozen", .section(RuleSettings<FrozenFigures>.self), .optional, "frozen food that thaws")
    static let chill = Key("chill", .section(RuleSettings<ChillFigures>.self), .optional, "too cold")
    static let gap = Key("gap", .section(RuleSettings<GapFigures>.self), .optional, "nothing heard")
    static let stored = Key(
      "stored", .section(RuleSettings<StoredFigures>.self), .optional, "what must be in a store first")
    static let shelf = Key("shelf", .section(RuleSettings<ShelfFigures>.self), .optional, "shelf life")

    static let ownVersion = "\(ColdChainRules.standard.version)-own"
  }
  static let keys = [
    Keys.version.reference, Keys.maxTemp.reference, Keys.cumulative.reference, Keys.absolute.reference,
    Keys.frozen.reference, Keys.chill.reference, Keys.gap.reference, Keys.stored.reference,
    Keys.shelf.reference,
  ]

  init?(_ section: SectionReader) {
    let version = section.read(Keys.version)
    let changes = [
      section.read(Keys.maxTemp)?.change, section.read(Keys.cumulative)?.change,
      section.read(Keys.absolute)?.change, section.read(Keys.frozen)?.change,
      section.read(Keys.chill)?.change, section.read(Keys.gap)?.change, section.read(Keys.stored)?.change,
      section.read(Keys.shelf)?.change,
    ].compactMap(\.self)
    do {
      rules = try ColdChainRules.standard.changed(
        changes, version: version ?? (changes.isEmpty ? nil : Keys.ownVersion))
    } catch {
      section.report(.outOfRange, "\(error)", allowed: "what withdraws lies beyond what holds")
      return nil
    }
  }
}
