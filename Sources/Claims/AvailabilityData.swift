public import CanonicalJSON
internal import FarmUnits
public import Harvest

/// The decision that a claim rests on, as it is named in the claim.
public struct DecisionReference: Equatable, Sendable {
  public var id: String
  /// `cold-chain@1.0.0`
  public var ruleset: String
  /// `sha256:` and 64 hex digits, over the rule set's canonical text.
  public var rulesetHash: String

  public init(id: String, ruleset: String, rulesetHash: String) {
    (self.id, self.ruleset, self.rulesetHash) = (id, ruleset, rulesetHash)
  }

  /// The decision that a claim rests on; nil where it names none.
  public init?(of availability: Availability, _ rules: ColdChainRules, hash: String) {
    guard let id = availability.decisionID else { return nil }
    self.init(id: id, ruleset: rules.title, rulesetHash: hash)
  }
}

extension Availability {
  /// The availability of a lot as published: the `data` of the market's event and the whole payload of the site's
  /// `lot/{id}`. Numbers have at most three decimals.
  public func data(decision: DecisionReference? = nil) -> JSONValue {
    .present([
      ("revision", .integer(revision)), ("lot", .string(lot)), ("status", .string(status.rawValue)),
      ("product", product), ("harvestedAt", harvestDay.map { .string($0.iso8601) }),
      ("field", field.map(JSONValue.string)), ("store", store.map(JSONValue.string)), ("quantity", quantity),
      ("validFrom", .string(decided.rfc3339)), ("validUntil", .string(validUntil.rfc3339)),
      ("bestBefore", bestBefore.map { .string($0.iso8601) }),
      ("remainingShelfLifeDays", remainingShelfLifeDays.flatMap { .rounded($0) }),
      ("clock", clock == .untrusted ? .string(clock.rawValue) : nil), ("decision", decisionData(decision)),
      ("reasons", .array(reasons.prefix(Self.principalReasons).map(\.data))),
      ("withdrawal", withdrawal?.data),
    ])
  }

  private var product: JSONValue {
    ["name": .string(plan.name), "sku": .string(plan.sku), "class": .string(plan.productClass.rawValue)]
  }

  private var quantity: JSONValue {
    [
      "unit": .string(plan.unit.rawValue), "increment": figures.increment.json, "onHand": figures.onHand.json,
      "reserved": figures.reserved.json, "allocated": figures.allocated.json,
      "localShare": figures.localShare.json, "buffer": figures.buffer.json,
      "availableToPromise": availableToPromise.json, "asOf": .string(decided.rfc3339),
      "method": .string(figures.method.rawValue),
    ]
  }

  private func decisionData(_ reference: DecisionReference?) -> JSONValue {
    .present([
      ("id", reference.map { .string($0.id) }), ("mode", .string(mode.rawValue)),
      ("by", by.map(JSONValue.string)),
      ("ruleset", reference.map { .string($0.ruleset) }),
      ("rulesetHash", reference.map { .string($0.rulesetHash) }),
    ])
  }
}

extension AvailabilityReason {
  /// One entry of `reasons`: figures with their unit, and a sentence for a person.
  public var data: JSONValue {
    .present([
      ("code", .string(code.rawValue)), ("rule", .string(rule)),
      ("observed", observed.flatMap { .rounded($0) }),
      ("limit", limit.flatMap { .rounded($0) }), ("unit", unit.map { .string($0.rawValue) }),
      ("window", window.map { .string($0.iso8601) }), ("text", .string(sentence)),
    ])
  }
}

extension Withdrawal {
  public var data: JSONValue {
    .present([
      ("scope", .string(scope.rawValue)), ("effectiveFrom", .string(effectiveFrom.rfc3339)),
      ("action", .string(action)), ("contact", contact.map(JSONValue.string)),
    ])
  }
}

extension JSONValue {
  /// An object without the members that are nil.
  static func present(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(JSONObject(members.compactMap { name, value in value.map { (name: name, value: $0) } }))
  }
}

extension Duration {
  /// `PT24H`, `PT30M`, `PT90S`: whole seconds in the largest unit that divides them.
  var iso8601: String {
    let seconds = components.seconds
    if seconds != 0, seconds % 3600 == 0 { return "PT\(seconds / 3600)H" }
    if seconds != 0, seconds % 60 == 0 { return "PT\(seconds / 60)M" }
    return "PT\(seconds)S"
  }
}
