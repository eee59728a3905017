import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

struct DecisionExplanationTests {
  /// Cut lettuce that was too warm for four hours, under rules of the farm's own.
  private func kept(rules: ColdChainRules = .standard) throws -> [KeptDecision] {
    let plan = ProductPlan(
      key: "carrots", name: "Cut lettuce", sku: "L", unit: .kilogram, store: "cold-1", productClass: .tcs,
      lotPrefix: "L", source: "own plan")
    var farm = EvidenceFarm(plan)
    _ = farm.carryOut(.harvest, at: moment())
    _ = farm.carryOut(.stored, at: moment())
    farm.measure(4, minutes: 0..<60)
    _ = farm.carryOut(.hold, at: moment(3600))
    farm.measure(4, minutes: 60..<61)
    _ = farm.carryOut(.release, at: moment(3660))
    farm.measure(4, minutes: 61..<75)
    farm.measure(8, minutes: 75..<330)
    let context = DecisionContext(
      software: "1.2.3", rulesetHash: rules.hash(sha256), sensors: [.product: "cold-1-product"],
      evidence: ["e-1"])
    return farm.availabilities.compactMap(\.newDecision).map {
      KeptDecision($0, rules, context, sha256: sha256)
    }
  }

  @Test func `a decision worked out again from its kept bytes alone gives the record's very bytes`() throws {
    let all = try kept()
    #expect(all.count >= 4)
    for decision in all {
      let published = try MarketWriter(topics: try marketTopics()).decision(decision, id: "e").data
      let explanation = try DecisionExplanation(inputs: decision.bytes, sha256: sha256)
      #expect(explanation.data.canonicalBytes == published.canonicalBytes)
      #expect(explanation.gives(try JSONValue(parsing: published.canonicalBytes)))
      #expect(published["inputs"]?.string == "sha256:\(decision.hash)")
      #expect(explanation.id == decision.inputs.id && explanation.software == "1.2.3")
    }
  }

  @Test func `the rules that were used are those that were kept, whatever the rules are today`() throws {
    let text = ColdChainRules.standard.json.text.replacing(#""minutes":240"#, with: #""minutes":600"#)
    let own = try ColdChainRules(json: JSONValue(parsing: text))
    let decision = try #require(try kept(rules: own).last)
    let explanation = try DecisionExplanation(inputs: decision.bytes, sha256: sha256)
    let rule = explanation.data["rules"]?.array?.first { $0["rule"] == "cc.tphc_4h" }
    #expect(rule?["limit"] == 600)
    #expect(explanation.data["ruleset"]?["hash"] == .string(own.hash(sha256)))
  }

  @Test func `a withdrawal is told in plain sentences`() throws {
    let decision = try #require(try kept().last)
    let sentences = try DecisionExplanation(inputs: decision.bytes, sha256: sha256).sentences
    #expect(
      sentences.first
        == "Lot CAR-1 (Cut lettuce) was withdrawn at 2026-11-22T15:30:00.000Z by the rules, as bad since 2026-11-22T11:30:00.000Z, for good. It was on hold before."
    )
    #expect(
      sentences.contains(
        "Because (CUM_TIME_ABOVE_LIMIT): It was above 5 °C for 240 minutes in all; the limit is 240."))
    #expect(
      sentences.contains {
        $0.hasPrefix("The rule cc.tphc_4h: Withdrawn when") && $0.contains("Source: FDA Food Code")
      })
    #expect(
      sentences.contains(
        "It would not be withdrawn had it been above its limit for less than 240 minutes in all."))
    #expect(sentences.contains { $0.hasPrefix("Good samples cover 315 of 315 minutes in store") })
    #expect(
      sentences.last?.hasPrefix("Decided by farmgate 1.2.3 under the rules cold-chain@1.0.0 (sha256:") == true
    )
  }

  @Test func `a person's word is told with name and note`() throws {
    let all = try kept()
    let held = try #require(all.first { $0.inputs.json["previous"] == "available" })
    let sentences = try DecisionExplanation(inputs: held.bytes, sha256: sha256).sentences
    #expect(
      sentences.first
        == "Lot CAR-1 (Cut lettuce) was put on hold at 2026-11-22T11:15:00.000Z by Mira, who noted: seen. It was available before."
    )
    #expect(sentences.contains("It would be available if no person had held it."))
  }

  @Test func `what is not whole is refused, and nothing is guessed`() throws {
    let decision = try #require(try kept().last)
    let whole = try #require(try JSONValue(parsing: decision.bytes).object)
    for member in ["inputs", "rules", "context"] {
      var broken = whole
      for bad in [nil, .object(JSONObject()), "x"] as [JSONValue?] {
        broken[member] = bad
        #expect(throws: KeptDecisionError.self, "\(member)") {
          try DecisionExplanation(inputs: JSONValue.object(broken).canonicalBytes, sha256: sha256)
        }
      }
    }
    for length in stride(from: 0, to: decision.bytes.count, by: 211) {
      #expect(throws: KeptDecisionError.self) {
        try DecisionExplanation(inputs: Array(decision.bytes.prefix(length)), sha256: sha256)
      }
    }
    #expect(throws: KeptDecisionError.self) {
      try DecisionExplanation(inputs: decision.bytes + [0x20], sha256: sha256)
    }
  }

  @Test func `other rules than those that the decision names are refused`() throws {
    let decision = try #require(try kept().last)
    let text = String(decoding: decision.bytes, as: UTF8.self)
    let changed = text.replacing(#""minutes":240"#, with: #""minutes":600"#)
    #expect(changed != text)
    #expect(throws: KeptDecisionError(description: "the kept rules are not those that the decision names")) {
      try DecisionExplanation(inputs: Array(changed.utf8), sha256: sha256)
    }
  }

  @Test func `a changed input gives another record than the one that was published`() throws {
    let decision = try #require(try kept().last)
    let published = try MarketWriter(topics: try marketTopics()).decision(decision, id: "e").data
    let text = String(decoding: decision.bytes, as: UTF8.self)
    let changed = text.replacing(#""minutesAbove":240"#, with: #""minutesAbove":241"#)
    #expect(changed != text)
    let explanation = try DecisionExplanation(inputs: Array(changed.utf8), sha256: sha256)
    #expect(!explanation.gives(published))
  }
}
