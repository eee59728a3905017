public import CanonicalJSON
internal import FarmUnits
internal import Harvest

/// A decision about a lot, worked out again from what was kept about it: the record that was published, byte for byte,
/// and what it says in plain sentences.
public struct DecisionExplanation: Equatable, Sendable {
  /// The decision's id, the lot, and the version of the software that decided.
  public let id: String
  public let lot: String
  public let software: String
  /// The `data` of the decision's event.
  public let data: JSONValue
  /// For a person, in the order in which they are read.
  public let sentences: [String]

  /// - Parameter bytes: What is kept under the digest that the record names as its `inputs`.
  /// - Throws: `KeptDecisionError` for anything else.
  public init(inputs bytes: [UInt8], sha256: SHA256Digest) throws(KeptDecisionError) {
    let kept = try KeptDecision(bytes: bytes, sha256: sha256)
    let decision = try kept.decision()
    (id, lot, software) = (decision.id, decision.lotID, kept.context.software)
    data = decision.data(kept.rules, kept.context, inputs: kept.name)
    sentences = Telling(decision: decision, rules: kept.rules, context: kept.context).sentences
  }

  /// Whether `published` is the data of an event that this decision was told with.
  public func gives(_ published: JSONValue) -> Bool { data.canonicalBytes == published.canonicalBytes }
}

/// One decision in plain words.
private struct Telling {
  let decision: LotDecision
  let rules: ColdChainRules
  let context: DecisionContext

  var sentences: [String] {
    [what] + because + ruleWords + [quality, others].compactMap(\.self) + afterwards + [who]
  }

  private var what: String {
    let lot = "Lot \(decision.lotID) (\(decision.plan.name))"
    let when = "at \(decision.decidedAt.rfc3339)"
    let by = decision.by.map { name in
      " by \(name)\(decision.note.map { ", who noted: \($0)" } ?? "")"
    }
    let hand = by ?? " by the rules"
    if decision.previous == decision.status { return "\(lot) stayed \(state) \(when), now\(hand)." }
    let before = decision.previous.map { " It was \(Self.words($0)) before." } ?? ""
    switch decision.status {
    case .available: return "\(lot) became available \(when)\(hand).\(before)"
    case .onHold: return "\(lot) was put on hold \(when)\(hand).\(before)"
    case .soldOut: return "\(lot) was sold out \(when).\(before)"
    case .expired: return "\(lot) expired \(when), for good.\(before)"
    case .withdrawn:
      let since = decision.withdrawal.map { ", as bad since \($0.effectiveFrom.rfc3339)" } ?? ""
      return "\(lot) was withdrawn \(when)\(hand)\(since), for good.\(before)"
    }
  }

  private var state: String { Self.words(decision.status) }
  private static func words(_ status: LotStatus) -> String {
    switch status {
    case .available: "available"
    case .onHold: "on hold"
    case .soldOut: "sold out"
    case .expired: "expired"
    case .withdrawn: "withdrawn"
    }
  }

  private var because: [String] {
    decision.reasons.enumerated().map { index, reason in
      "\(index == 0 ? "Because" : "And") (\(reason.code.rawValue)): \(reason.sentence)"
    }
  }

  /// The rules behind the reasons, in the words of the set that was used.
  private var ruleWords: [String] {
    var told: [ColdChainRule] = []
    for rule in decision.reasons.compactMap({ ColdChainRule(rawValue: $0.rule) }) where !told.contains(rule) {
      told.append(rule)
    }
    return told.map { rule in
      let source = rules.source(of: rule)
      return "The rule \(rule.rawValue): \(rules.text(of: rule)) Source: \(source)"
        + (source.last == "." ? "" : ".")
    }
  }

  private var quality: String? {
    let conditions = decision.conditions
    guard conditions.minutesExpected > 0 else { return nil }
    let kinetic = conditions.kinetic.celsius.map {
      " The mean kinetic temperature was \(plain($0)) °C, which holds and releases nothing."
    }
    return
      "Good samples cover \(plain(conditions.minutesValid)) of \(plain(conditions.minutesExpected)) minutes in store, "
      + "and the longest gap was \(plain(max(conditions.longestGap, decision.gapMinutes ?? 0))) minutes.\(kinetic ?? "")"
  }

  private var others: String? {
    let named = Set(decision.reasons.map(\.rule))
    let groups: [(RuleFinding.Outcome, String)] = [
      (.withdraw, "would withdraw it too"), (.expire, "would expire it too"), (.hold, "would hold it too"),
      (.pass, "passed"), (.notJudged, "had nothing to judge yet"),
      (.notApplicable, "did not concern it"),
    ]
    let said = groups.compactMap { outcome, words in
      let rules = decision.findings.filter { $0.outcome == outcome && !named.contains($0.reason.rule) }
      return rules.isEmpty ? nil : "\(rules.map(\.reason.rule).joined(separator: ", ")) \(words)"
    }
    return said.isEmpty ? nil : "Of the other rules, \(said.joined(separator: "; "))."
  }

  private var afterwards: [String] { [decision.counterfactual, decision.remedy] }

  private var who: String {
    let clock = decision.clock == .trusted ? "" : " The gateway did not know the time then."
    return
      "Decided by farmgate \(context.software) under the rules \(rules.title) (\(context.rulesetHash)).\(clock)"
  }

  private func plain(_ number: Double) -> String { JSONValue.rounded(number)?.text ?? "?" }
}
