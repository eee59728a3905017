internal import CanonicalJSON
public import Harvest

/// Everything that one decision rests on: what was known of the lot, the whole rule set, and what surrounded it. Kept under
/// the digest of its bytes, which the published record names, so that years later, whatever the configuration says
/// by then, the same record can be made again from it alone.
public struct KeptDecision: Equatable, Sendable {
  public let inputs: DecisionInputs
  public let rules: ColdChainRules
  public let context: DecisionContext
  /// What is kept: canonical JSON.
  public let bytes: [UInt8]
  /// Under what: 64 hex digits, the SHA-256 of `bytes`.
  public let hash: String

  public init(
    _ inputs: DecisionInputs, _ rules: ColdChainRules, _ context: DecisionContext, sha256: SHA256Digest
  ) {
    (self.inputs, self.rules, self.context) = (inputs, rules, context)
    let json: JSONValue = ["context": context.json, "inputs": inputs.json, "rules": rules.json]
    bytes = json.canonicalBytes
    hash = hexadecimal(sha256(bytes))
  }

  /// Reads what was kept.
  ///
  /// - Throws: `KeptDecisionError` for anything but the bytes of a decision, whole and with the rule set that its context
  ///   names.
  public init(bytes: [UInt8], sha256: SHA256Digest) throws(KeptDecisionError) {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw KeptDecisionError(description: "the inputs are not JSON: \(error)")
    }
    guard let inputs = json["inputs"], let rules = json["rules"],
      let context = json["context"].flatMap(DecisionContext.init)
    else { throw KeptDecisionError(description: "the inputs, their rules or their context are missing") }
    do {
      self.init(
        try DecisionInputs(json: inputs), try ColdChainRules(json: rules), context, sha256: sha256)
    } catch {
      throw KeptDecisionError(description: "\(error)")
    }
    guard self.bytes == bytes else {
      throw KeptDecisionError(description: "the inputs are not in the form in which they are kept")
    }
    guard self.rules.hash(sha256) == context.rulesetHash else {
      throw KeptDecisionError(description: "the kept rules are not those that the decision names")
    }
  }

  /// What the published record names `bytes` by.
  public var name: String { "sha256:\(hash)" }

  /// Works the decision out.
  public func decision() throws(KeptDecisionError) -> LotDecision {
    do {
      return try inputs.decision(rules)
    } catch {
      throw KeptDecisionError(description: "\(error)")
    }
  }
}

/// Why a decision cannot be worked out again from what is kept about it.
public struct KeptDecisionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Such as `decision.lot: onHand is missing or not what it should be`.
  public var description: String

  public init(description: String) { self.description = description }
}
