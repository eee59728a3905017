public import CanonicalJSON
internal import FarmUnits
public import Harvest

/// What surrounds a decision and is not the lot's: kept with its inputs, so that the record can be made again byte
/// for byte.
public struct DecisionContext: Equatable, Sendable {
  /// Version of the software that decided.
  public var software: String
  /// `sha256:` and 64 hex digits, over the rule set's canonical bytes.
  public var rulesetHash: String
  /// The names of the sensors behind the store's probes.
  public var sensors: [StoreProbe: String]
  /// Evidence events that this rests on: their ids.
  public var evidence: [String]

  /// No record names more evidence than this.
  public static let mostEvidence = 32

  public init(
    software: String, rulesetHash: String, sensors: [StoreProbe: String] = [:], evidence: [String] = []
  ) {
    (self.software, self.rulesetHash, self.sensors) = (software, rulesetHash, sensors)
    self.evidence = Array(evidence.suffix(Self.mostEvidence))
  }

  public var json: JSONValue {
    [
      "software": .string(software), "rulesetHash": .string(rulesetHash),
      "sensors": .present(StoreProbe.allCases.map { ($0.rawValue, sensors[$0].map(JSONValue.string)) }),
      "evidence": .array(evidence.map(JSONValue.string)),
    ]
  }

  /// Reads what `json` wrote; nil for anything else.
  public init?(json: JSONValue) {
    guard let software = json["software"]?.string, let hash = json["rulesetHash"]?.string,
      let sensors = json["sensors"]?.object, let evidence = json["evidence"]?.array
    else { return nil }
    self.init(software: software, rulesetHash: hash, evidence: evidence.compactMap(\.string))
    for probe in StoreProbe.allCases { self.sensors[probe] = sensors[probe.rawValue]?.string }
  }
}

/// `sha256:` and 64 hex digits.
func named(_ bytes: [UInt8], _ sha256: SHA256Digest) -> String { "sha256:\(hexadecimal(sha256(bytes)))" }

extension ColdChainRules {
  /// What decisions name the rule set by.
  public func hash(_ sha256: SHA256Digest) -> String { named(json.canonicalBytes, sha256) }
}

extension LotDecision {
  /// The decision record as published. Rests on the decision, its rules and its context only.
  ///
  /// - Parameter inputs: What the decision's inputs are kept under, `sha256:` and 64 hex digits; nil where nobody keeps
  ///   them.
  public func data(_ rules: ColdChainRules, _ context: DecisionContext, inputs: String? = nil) -> JSONValue {
    .present([
      ("id", .string(id)), ("lot", .string(lotID)), ("store", store.map(JSONValue.string)),
      ("previous", previous.map { .string($0.rawValue) }), ("status", .string(status.rawValue)),
      ("decidedAt", .string(decidedAt.rfc3339)), ("mode", .string(mode.rawValue)),
      ("person", by.map { .present([("name", .string($0)), ("note", note.map(JSONValue.string))]) }),
      (
        "ruleset",
        [
          "name": .string(rules.name), "version": .string(rules.version),
          "hash": .string(context.rulesetHash), "text": rules.json,
        ]
      ),
      ("software", ["name": "farmgate", "version": .string(context.software)]),
      (
        "product",
        .present([
          ("class", .string(plan.productClass.rawValue)), ("limitsSource", plan.source.map(JSONValue.string)),
        ])
      ),
      ("rules", .array(findings.map { data(of: $0, rules, context) })),
      ("reasons", .array(reasons.map(\.data))),
      ("conditions", store == nil ? nil : measured), ("dataQuality", dataQuality),
      ("counterfactual", .string(counterfactual)), ("remedy", .string(remedy)),
      ("withdrawal", status == .withdrawn ? withdrawal?.data : nil),
      ("evidence", .array(context.evidence.map(JSONValue.string))), ("inputs", inputs.map(JSONValue.string)),
    ])
  }

  private func data(of finding: RuleFinding, _ rules: ColdChainRules, _ context: DecisionContext) -> JSONValue
  {
    let reason = finding.reason
    let concerns = finding.outcome != .notApplicable
    return .present([
      ("rule", .string(reason.rule)), ("outcome", .string(finding.outcome.rawValue)),
      ("code", .string(reason.code.rawValue)),
      ("text", ColdChainRule(rawValue: reason.rule).map { .string(rules.text(of: $0)) }),
      ("observed", concerns ? reason.observed.flatMap { .rounded($0) } : nil),
      ("limit", concerns ? reason.limit.flatMap { .rounded($0) } : nil),
      ("unit", concerns ? reason.unit.map { .string($0.rawValue) } : nil),
      ("window", reason.window.map { .string($0.iso8601) }),
      ("since", finding.since.map { .string($0.rfc3339) }),
      ("method", concerns ? .string(finding.method) : nil),
      ("input", concerns ? input(context) : nil),
      ("sentence", concerns ? .string(reason.sentence) : nil),
    ])
  }

  private func input(_ context: DecisionContext) -> JSONValue? {
    guard let probe = conditions.probe else { return nil }
    return .present([
      ("probe", .string(probe.rawValue)), ("sensor", context.sensors[probe].map(JSONValue.string)),
      ("unit", "CEL"),
      ("quality", .string((conditions.faultQuality ?? .good).rawValue)),
    ])
  }

  /// What the lot has gone through in store since it is judged. The mean kinetic temperature is told only: it averages
  /// excursions away, and no rule looks at it.
  private var measured: JSONValue {
    .present([
      ("unit", "CEL"), ("highest", conditions.highest.flatMap { .rounded($0) }),
      ("meanKinetic", conditions.kinetic.celsius.flatMap { .rounded($0) }),
      ("degreeMinutes", .rounded(conditions.degreeMinutes)),
      ("minutesAbove", .rounded(conditions.minutesAbove)),
      ("minutesChilled", .rounded(conditions.chilledMinutes)), ("method", "zero-order hold"),
    ])
  }

  private var dataQuality: JSONValue {
    .present([
      ("samplesReceived", .integer(Int64(conditions.samples))),
      ("minutesExpected", .rounded(conditions.minutesExpected)),
      ("minutesValid", .rounded(conditions.minutesValid)),
      ("longestGapMinutes", .rounded(conditions.longestGap)),
      ("gapMinutes", gapMinutes.flatMap { .rounded($0) }),
      ("gapUnknown", conditions.gapUnknown ? true : nil), ("faultMinutes", .rounded(conditions.faultMinutes)),
      ("clock", .string(clock.rawValue)),
    ])
  }
}
