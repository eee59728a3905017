public import FarmUnits

/// What one rule says about a lot.
public struct RuleFinding: Equatable, Sendable {
  /// From good to worst: the worst of all findings wins.
  public enum Outcome: String, Sendable, Comparable, CaseIterable {
    /// The rule does not concern this product.
    case notApplicable = "not_applicable"
    /// It does, and not yet: the lot is not in its store or still cooling down.
    case notJudged = "not_judged"
    case pass
    case hold
    case expire
    case withdraw

    public static func < (a: Self, b: Self) -> Bool {
      (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
  }

  /// Why, with figures; for a rule that passed, what it passed with.
  public var reason: AvailabilityReason
  public var outcome: Outcome
  /// The first bad sample; from when on a withdrawal is effective.
  public var since: WallTime?
  /// How the observed value came about.
  public var method: String

  public init(_ reason: AvailabilityReason, _ outcome: Outcome, since: WallTime? = nil, method: String) {
    (self.reason, self.outcome, self.since, self.method) = (reason, outcome, since, method)
  }
}
