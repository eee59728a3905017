public import CanonicalJSON

/// What a farm says otherwise about one rule: some of its figures, and where they come from.
public struct RuleChange: Equatable, Sendable {
  public var rule: ColdChainRule
  /// By their names in the rule set; of any that is not among them the set says what is wrong.
  public var figures: [(name: String, value: JSONValue)]
  /// The law or the handbook that the figures are from.
  public var source: String

  public init(_ rule: ColdChainRule, figures: [(name: String, value: JSONValue)], source: String) {
    (self.rule, self.figures, self.source) = (rule, figures, source)
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.rule == b.rule && a.source == b.source && JSONObject(a.figures) == JSONObject(b.figures)
  }
}

extension ColdChainRules {
  /// The same set with a farm's own figures: limits are a matter of law and place.
  ///
  /// - Parameter version: What the set is called then; nil: as it is.
  /// - Throws: `ColdChainRulesError` for figures that are not sound or that the rule does not have.
  public func changed(_ changes: [RuleChange], version: String?) throws(ColdChainRulesError) -> ColdChainRules
  {
    guard !changes.isEmpty || version != nil, var set = json.object, var rules = set["rules"]?.object else {
      return self
    }
    for change in changes {
      let name = change.rule.rawValue
      guard var rule = rules[name]?.object else { continue }
      for (figure, value) in change.figures {
        guard rule[figure] != nil, figure != "text" else {
          throw ColdChainRulesError(description: "rules.\(name) has no \(figure)")
        }
        rule[figure] = value
      }
      rule["source"] = .string(change.source)
      rules[name] = .object(rule)
    }
    if let version { set["version"] = .string(version) }
    set["rules"] = .object(rules)
    return try ColdChainRules(json: .object(set))
  }

  /// A figure of a rule as the set has it, such as 240 or `tcs, meat`.
  public func figure(_ name: String, of rule: ColdChainRule) -> String {
    let value = json["rules"]?[rule.rawValue]?[name]
    return value?.array?.compactMap(\.string).joined(separator: ", ") ?? value?.canonicalText ?? ""
  }
}
