public import CanonicalJSON
public import FarmUnits

/// Everything that one decision about a lot rests on. Kept by whoever keeps decisions; with the same rule set it
/// gives the same record again, byte for byte.
public struct DecisionInputs: Equatable, Sendable {
  public var id: String
  /// The lot as it was, conditions included.
  var lot: JSONValue
  var facts: JSONValue
  /// When it was decided.
  public var decidedAt: WallTime
  public var previous: LotStatus?
  var contact: String?

  init(
    id: String, lot: JSONValue, facts: JSONValue, decidedAt: WallTime, previous: LotStatus?, contact: String?
  ) {
    (self.id, self.lot, self.facts, self.decidedAt) = (id, lot, facts, decidedAt)
    (self.previous, self.contact) = (previous, contact)
  }

  /// To be kept.
  public var json: JSONValue {
    .present([
      ("id", .string(id)), ("lot", lot), ("facts", facts),
      ("previous", previous.map { .string($0.rawValue) }), ("contact", contact.map(JSONValue.string)),
    ])
  }

  /// Reads what `json` wrote.
  public init(json: JSONValue) throws(LotBookError) {
    let reader = SnapshotReader(json: json, name: "decision")
    let facts = try reader.child("facts")
    self.init(
      id: try reader.string("id"), lot: try reader.child("lot").json, facts: facts.json,
      decidedAt: try facts.time("at"),
      previous: reader.has("previous") ? try reader.choice("previous", LotStatus.self) : nil,
      contact: try reader.optionalString("contact"))
  }

  /// Works the decision out.
  ///
  /// - Throws: `LotBookError` when what was kept cannot be read.
  public func decision(_ rules: ColdChainRules) throws(LotBookError) -> LotDecision {
    let lot = try Lot(snapshot: lot)
    let facts = try LotFacts(SnapshotReader(json: facts, name: "decision \(id)"), of: lot)
    let all = rules.findings(facts)
    let isJudged = lot.onHand > .zero && lot.withdrawal?.by == nil
    let verdict = lot.verdict(
      facts, all.filter { isJudged || $0.countsWithoutStock })
    return LotDecision(
      id: id, lot: lot, facts: facts, previous: previous, contact: contact, verdict: verdict, findings: all)
  }
}

/// A decision about a lot, worked out: what is published as the decision record.
public struct LotDecision: Sendable {
  public let id: String
  let lot: Lot
  let facts: LotFacts
  public let previous: LotStatus?
  let contact: String?
  let verdict: LotVerdict
  /// What every rule says, also those that passed and those that do not concern the product.
  public let findings: [RuleFinding]

  public var lotID: String { lot.id }
  public var decidedAt: WallTime { facts.wall }
  public var clock: ClockTrust { facts.clock }
  public var status: LotStatus { verdict.status }
  public var mode: Availability.Mode { verdict.mode }
  /// Who, when a person decided, and what they noted.
  public var by: String? { verdict.by }
  public var note: String? {
    switch status {
    case .withdrawn: lot.withdrawal?.by == nil ? nil : lot.withdrawal?.action
    case .onHold: lot.hold?.note
    default: lot.release?.note
    }
  }
  /// Principal reasons first, four at most.
  public var reasons: [AvailabilityReason] { Array(verdict.reasons.prefix(Availability.principalReasons)) }
  public var conditions: LotConditions { facts.conditions }
  public var plan: ProductPlan { lot.plan }
  public var store: String? { lot.store }
  public var gapMinutes: Double? { facts.gapMinutes }
  public var withdrawal: Withdrawal? {
    var withdrawal = lot.withdrawal
    withdrawal?.contact = contact
    return withdrawal
  }

  /// What would have had to be otherwise for another status, in one sentence.
  public var counterfactual: String {
    guard let principal = verdict.reasons.first else { return "Nothing else was looked at." }
    let limit = principal.limit.map(\.plain) ?? ""
    switch (status, principal.code) {
    case (.available, _): return availableCounterfactual
    case (_, .tempAboveLimit): return "It would be available had it stayed at or below \(limit) °C."
    case (_, .cumulativeTimeAboveLimit):
      return "It would not be withdrawn had it been above its limit for less than \(limit) minutes in all."
    case (_, .tempAboveAbsolute), (_, .frozenLimit):
      return "It would be available had it never been above \(limit) °C."
    case (_, .chillingRisk):
      return "It would be available had it been below its chilling limit for at most \(limit) minutes in all."
    case (_, .sensorGap):
      return "It would be available had no gap between samples been longer than \(limit) minutes."
    case (_, .sensorFault): return "It would be available if the store's sensors could be believed."
    case (_, .sensorDisagree): return "It would be available if the store's probes agreed."
    case (_, .clockUntrusted), (_, .harvestTimeUnknown):
      return "It would be available if the gateway had known the time."
    case (_, .productNotConfigured): return "It would be available if its product were in the configuration."
    case (_, .notStored): return "It would be available if it were in its cold store."
    case (_, .coolingDown):
      return "It would be available after \(limit) minutes in its store, if within its limits then."
    case (_, .shelfLifeExhausted):
      return "It would be available with at least \(limit) days of shelf life left."
    case (_, .nothingLeft), (_, .overcommitted):
      return "It would be available with at least one step of sale left beside what is spoken for."
    case (_, .operatorHold): return "It would be available if no person had held it."
    case (_, .operatorWithdrawal): return "It would not be withdrawn if no person had withdrawn it."
    case (_, .withinLimits), (_, .operatorRelease):
      return "It would be available with at least one step of sale left."
    }
  }

  private var availableCounterfactual: String {
    let warm = findings.first { $0.reason.rule == ColdChainRule.maxTemp.rawValue && $0.outcome == .pass }
    if let limit = warm?.reason.limit { return "It would be on hold had it stayed above \(limit.plain) °C." }
    if let minimum = plan.shelfLife?.minimumDays {
      return "It would be expired with less than \(minimum.plain) days of shelf life left."
    }
    return "It would be on hold if a person had held it."
  }

  /// What a person can do about it.
  public var remedy: String {
    switch status {
    case .onHold where conditions.held.isEmpty && lot.hold == nil: "It ends when its cause does."
    case .onHold: "A named person who has looked at the product can release it with a note."
    case .withdrawn: "Nobody can release it.\(contact.map { " Ask \($0)." } ?? "")"
    case .expired: "Nobody can release it; a new lot is needed."
    case .soldOut: "A stock-take or the end of a reservation makes some of it available again."
    case .available: "A named person can hold or withdraw it."
    }
  }
}
