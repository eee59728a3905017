internal import CanonicalJSON
internal import Harvest

/// The figures of one cold-chain rule that a farm may set.
protocol RuleFigures {
  static var rule: ColdChainRule { get }
  static var all: [RuleFigure] { get }
}

/// One rule's section of `cold_chain`.
struct RuleSettings<Figures: RuleFigures>: Sendable, Equatable {
  let change: RuleChange
}

extension RuleSettings: ConfigurationSection {
  private static var source: Key<String> {
    Key("source", .text(max: 512), .required, "the law or handbook that these figures are from")
  }
  static var keys: [KeyReference] { Figures.all.map(\.reference) + [source.reference] }

  init?(_ section: SectionReader) {
    let figures = Figures.all.compactMap { figure in
      figure.read(section).map { (name: figure.reference.name, value: $0) }
    }
    guard let source = section.read(Self.source) else { return nil }
    change = RuleChange(Figures.rule, figures: figures, source: source)
  }
}

/// One figure: its key, and its value as the rule set writes it.
struct RuleFigure: Sendable {
  let reference: KeyReference
  let read: @Sendable (SectionReader) -> JSONValue?

  private init<Value: Sendable>(
    _ name: String, _ form: Form<Value>, _ rule: ColdChainRule, _ summary: String,
    _ json: @escaping @Sendable (Value) -> JSONValue?
  ) {
    let standard = ColdChainRules.standard.figure(name, of: rule)
    let key = Key(name, form, .optional, "\(summary); left out: \(standard)")
    reference = key.reference
    read = { section in section.read(key).flatMap(json) }
  }

  static func celsius(_ name: String, _ rule: ColdChainRule, _ summary: String) -> RuleFigure {
    RuleFigure(name, .number(-60...60, unit: "°C"), rule, summary) { .rounded($0) }
  }
  static func minutes(
    _ name: String, _ rule: ColdChainRule, _ summary: String, in range: ClosedRange<Double> = 1...100_000
  ) -> RuleFigure {
    RuleFigure(name, .number(range, unit: "min"), rule, summary) { .rounded($0) }
  }
  static func records(_ name: String, _ rule: ColdChainRule, _ summary: String) -> RuleFigure {
    RuleFigure(name, .integer(1...96), rule, summary) { .integer(Int64($0)) }
  }
  static func classes(_ name: String, _ rule: ColdChainRule, _ summary: String) -> RuleFigure {
    let form = Form<[ProductClass]>.list(
      of: Form<ProductClass>.choice(ProductClass.self), max: ProductClass.allCases.count)
    return RuleFigure(name, form, rule, summary) { .array($0.map { .string($0.rawValue) }) }
  }
}

enum MaxTempFigures: RuleFigures {
  static let rule = ColdChainRule.maxTemp
  static let all: [RuleFigure] = [
    .records("product_records", rule, "quarters of an hour in a row with the product probe too warm"),
    .minutes("air_minutes", rule, "on end with the room's air too warm"),
    .records("within_records", rule, "quarters of an hour in a row within the limit that end the hold"),
    .classes("clears_by_itself", rule, "classes whose hold ends by itself"),
  ]
}

enum CumulativeFigures: RuleFigures {
  static let rule = ColdChainRule.cumulative
  static let all: [RuleFigure] = [
    .classes("classes", rule, "classes that it concerns"), .celsius("above", rule, "time above this counts"),
    .minutes("minutes", rule, "so much in all withdraws"),
  ]
}

enum AbsoluteFigures: RuleFigures {
  static let rule = ColdChainRule.absolute
  static let all: [RuleFigure] = [
    .classes("classes", rule, "classes that it concerns"), .celsius("above", rule, "holds above this"),
    .minutes(
      "minutes_in_record", rule, "so much of a quarter of an hour counts towards withdrawal", in: 0...15),
    .records("withdraw_records", rule, "quarters of an hour in a row that withdraw"),
  ]
}

enum FrozenFigures: RuleFigures {
  static let rule = ColdChainRule.frozen
  static let all: [RuleFigure] = [
    .classes("classes", rule, "classes that it concerns"), .celsius("hold_above", rule, "holds above this"),
    .celsius("withdraw_above", rule, "above this counts towards withdrawal"),
    .records("withdraw_records", rule, "quarters of an hour in a row that withdraw"),
  ]
}

enum ChillFigures: RuleFigures {
  static let rule = ColdChainRule.chill
  static let all: [RuleFigure] = [
    .classes("classes", rule, "classes that it concerns"),
    .minutes("minutes", rule, "more in all below the product's chilling limit holds"),
  ]
}

enum GapFigures: RuleFigures {
  static let rule = ColdChainRule.gap
  static let all: [RuleFigure] = [
    .minutes("hold_minutes", rule, "longer without a good sample holds"),
    .minutes("withdraw_minutes", rule, "longer without a good sample withdraws"),
    .classes("withdraw_classes", rule, "classes that it withdraws"),
  ]
}

enum StoredFigures: RuleFigures {
  static let rule = ColdChainRule.stored
  static let all: [RuleFigure] = [.classes("classes", rule, "classes that it concerns")]
}

enum ShelfFigures: RuleFigures {
  static let rule = ColdChainRule.shelf
  static let all: [RuleFigure] = [
    .celsius("assumed_before_store", rule, "where a lot counts as lying until it is stored")
  ]
}
