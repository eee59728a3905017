public import CanonicalJSON

/// A rule of the cold chain, by its id in decision records.
public enum ColdChainRule: String, Sendable, CaseIterable {
  case maxTemp = "cc.max_temp"
  case cumulative = "cc.tphc_4h"
  case absolute = "cc.abs_21"
  case frozen = "cc.frozen"
  case chill = "cc.chill"
  case gap = "cc.gap"
  case fault = "cc.fault"
  case disagree = "cc.disagree"
  case stored = "cc.stored"
  case coolDown = "cc.cool_down"
  case clock = "cc.clock"
  case shelf = "cc.shelf"
}

/// The rules by which lots are judged: data with a cited source for every limit, because limits are a matter of law and
/// place. The standard set is `ColdChainRules.standard`; a farm may bring its own.
///
/// Rules judge a lot from its `stored` command plus the product's cool-down on.
public struct ColdChainRules: Equatable, Sendable {
  /// As it was read: what is hashed and stored with decisions.
  public let json: JSONValue
  public let name: String
  public let version: String

  /// `cold-chain@1.0.0`
  public var title: String { "\(name)@\(version)" }

  struct MaxTemp: Equatable {
    /// Records in a row with a sample of the product probe above the limit.
    var productRecords: Int
    /// The same for the room's air, minutes without a sample within: doors and defrosting are shorter.
    var airMinutes: Double
    /// Records in a row within the limit that end the hold, for `clearsByItself`.
    var withinRecords: Int
    var clearsByItself: Set<ProductClass>
    /// For products without a limit of their own, °C.
    var limits: [ProductClass: Double]
  }
  struct Cumulative: Equatable {
    var classes: Set<ProductClass>
    var above: Double
    var minutes: Double
  }
  struct Absolute: Equatable {
    var classes: Set<ProductClass>
    var above: Double
    /// A record counts towards withdrawal with at least so much time above.
    var minutesInRecord: Double
    var withdrawRecords: Int
  }
  struct Frozen: Equatable {
    var classes: Set<ProductClass>
    var holdAbove: Double
    var withdrawAbove: Double
    var withdrawRecords: Int
  }
  struct Chill: Equatable {
    var classes: Set<ProductClass>
    var minutes: Double
  }
  struct Gap: Equatable {
    var holdMinutes: Double
    var withdrawMinutes: Double
    var withdrawClasses: Set<ProductClass>
  }

  /// Each rule in words, with its figures.
  private let texts: [ColdChainRule: String]

  let maxTemp: MaxTemp
  let cumulative: Cumulative
  let absolute: Absolute
  let frozen: Frozen
  let chill: Chill
  let gap: Gap
  /// These are not available before they have reached their store and cooled down.
  let storedClasses: Set<ProductClass>
  /// What a harvest is assumed to lie at until it is stored, °C.
  let assumedBeforeStore: Double

  /// Reads a rule set. Every figure has to be there and be sound: a rule set with a hole would let a bad lot pass.
  ///
  /// - Throws: `ColdChainRulesError` with the member that is wrong.
  public init(json: JSONValue) throws(ColdChainRulesError) {
    self.json = json
    let reader = RulesReader(json: json)
    name = try reader.text("name")
    version = try reader.text("version")
    var texts: [ColdChainRule: String] = [:]
    for rule in ColdChainRule.allCases {
      // Every rule says in words what it does and where that comes from.
      texts[rule] = try reader.words("rules", rule.rawValue)
      _ = try reader.text("rules", rule.rawValue, "source")
    }
    self.texts = texts
    func number(_ rule: ColdChainRule, _ member: String, _ range: ClosedRange<Double>)
      throws(ColdChainRulesError) -> Double
    {
      try reader.number("rules", rule.rawValue, member, in: range)
    }
    func records(_ rule: ColdChainRule, _ member: String) throws(ColdChainRulesError) -> Int {
      let count = try number(rule, member, 1...96)
      guard count == count.rounded() else { throw reader.fault("rules", rule.rawValue, member) }
      return Int(count)
    }
    func classes(_ rule: ColdChainRule, _ member: String = "classes") throws(ColdChainRulesError) -> Set<
      ProductClass
    > {
      try reader.classes("rules", rule.rawValue, member)
    }
    let (minutes, celsius) = (1.0...100_000, -60.0...60.0)
    maxTemp = MaxTemp(
      productRecords: try records(.maxTemp, "product_records"),
      airMinutes: try number(.maxTemp, "air_minutes", minutes),
      withinRecords: try records(.maxTemp, "within_records"),
      clearsByItself: try classes(.maxTemp, "clears_by_itself"),
      limits: try reader.limits("rules", ColdChainRule.maxTemp.rawValue))
    cumulative = Cumulative(
      classes: try classes(.cumulative), above: try number(.cumulative, "above", celsius),
      minutes: try number(.cumulative, "minutes", minutes))
    absolute = Absolute(
      classes: try classes(.absolute), above: try number(.absolute, "above", celsius),
      minutesInRecord: try number(.absolute, "minutes_in_record", 0...15),
      withdrawRecords: try records(.absolute, "withdraw_records"))
    frozen = Frozen(
      classes: try classes(.frozen), holdAbove: try number(.frozen, "hold_above", celsius),
      withdrawAbove: try number(.frozen, "withdraw_above", celsius),
      withdrawRecords: try records(.frozen, "withdraw_records"))
    chill = Chill(classes: try classes(.chill), minutes: try number(.chill, "minutes", minutes))
    gap = Gap(
      holdMinutes: try number(.gap, "hold_minutes", minutes),
      withdrawMinutes: try number(.gap, "withdraw_minutes", minutes),
      withdrawClasses: try classes(.gap, "withdraw_classes"))
    storedClasses = try classes(.stored)
    assumedBeforeStore = try number(.shelf, "assumed_before_store", celsius)
    // What withdraws lies beyond what holds: otherwise nothing would ever be held first.
    guard frozen.withdrawAbove >= frozen.holdAbove else {
      throw reader.fault("rules", ColdChainRule.frozen.rawValue, "withdraw_above")
    }
    guard gap.withdrawMinutes >= gap.holdMinutes else {
      throw reader.fault("rules", ColdChainRule.gap.rawValue, "withdraw_minutes")
    }
  }

  /// The words of a rule with its figures, for the decision record.
  public func text(of rule: ColdChainRule) -> String { texts[rule] ?? "" }

  /// Where a rule comes from.
  public func source(of rule: ColdChainRule) -> String {
    json["rules"]?[rule.rawValue]?["source"]?.string ?? ""
  }

  /// The temperature above which a product is too warm, °C: its own limit, or its class's.
  func maximum(of plan: ProductPlan) -> Double? { plan.limits.max ?? maxTemp.limits[plan.productClass] }

  /// The temperature below which cold harms it, °C.
  func chillingLimit(of plan: ProductPlan) -> Double? {
    chill.classes.contains(plan.productClass) ? plan.shelfLife?.chillingBelow ?? plan.limits.min : nil
  }

  /// Every limit that a product's lots are judged by, for the store's history to keep count of.
  func limits(of plan: ProductPlan) -> [(ExcursionTally.Side, Double)] {
    var above: [Double?] = [maximum(of: plan)]
    if cumulative.classes.contains(plan.productClass) { above.append(cumulative.above) }
    if absolute.classes.contains(plan.productClass) { above.append(absolute.above) }
    if frozen.classes.contains(plan.productClass) { above += [frozen.holdAbove, frozen.withdrawAbove] }
    return above.compactMap(\.self).map { (.above, $0) }
      + [chillingLimit(of: plan)].compactMap(\.self).map { (.below, $0) }
  }
}

/// A rule set that cannot be used.
public struct ColdChainRulesError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Such as `rules.cc.gap.hold_minutes is missing or not what it should be`.
  public var description: String
}

/// Reads one rule set's members by their path.
private struct RulesReader {
  let json: JSONValue

  func fault(_ path: String...) -> ColdChainRulesError { fault(path) }
  private func fault(_ path: [String]) -> ColdChainRulesError {
    ColdChainRulesError(description: "\(path.joined(separator: ".")) is missing or not what it should be")
  }
  private func value(_ path: [String]) -> JSONValue? {
    path.reduce(json) { value, name in value?[name] }
  }

  func text(_ path: String...) throws(ColdChainRulesError) -> String {
    guard let text = value(path)?.string, !text.isEmpty else { throw fault(path) }
    return text
  }
  func number(_ path: String..., in range: ClosedRange<Double>) throws(ColdChainRulesError) -> Double {
    guard let number = value(path)?.double, range.contains(number) else { throw fault(path) }
    return number
  }
  /// `text` with the rule's own figures in place of their names: "above {above} °C for {minutes} minutes". So the words
  /// are those of the figures, whoever set them.
  func words(_ path: String...) throws(ColdChainRulesError) -> String {
    guard let rule = value(path), let text = rule["text"]?.string, !text.isEmpty else {
      throw fault(path + ["text"])
    }
    var words = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}"),
        let figure = rule[String(rest[rest.index(after: open)..<close])]
      else { throw fault(path + ["text"]) }
      let names = figure.array?.compactMap(\.string).joined(separator: ", ")
      words += rest[..<open] + (names.map { $0.isEmpty ? "none" : $0 } ?? figure.canonicalText)
      rest = rest[rest.index(after: close)...]
    }
    return words + rest
  }
  func classes(_ path: String...) throws(ColdChainRulesError) -> Set<ProductClass> {
    guard let names = value(path)?.array else { throw fault(path) }
    let classes = names.compactMap { $0.string.flatMap(ProductClass.init) }
    guard classes.count == names.count else { throw fault(path) }
    return Set(classes)
  }
  /// `limits`: by class, each with a source of its own.
  func limits(_ path: String...) throws(ColdChainRulesError) -> [ProductClass: Double] {
    var limits: [ProductClass: Double] = [:]
    guard let members = value(path)?["limits"]?.object?.members else { throw fault(path + ["limits"]) }
    for (name, entry) in members {
      guard let key = ProductClass(rawValue: name), let max = entry["max"]?.double, (-60...60).contains(max),
        entry["source"]?.string?.isEmpty == false
      else { throw fault(path + ["limits", name]) }
      limits[key] = max
    }
    return limits
  }
}
