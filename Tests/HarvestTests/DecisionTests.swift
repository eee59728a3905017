import CanonicalJSON
import FarmUnits
import Harvest
import Testing

struct DecisionTests {
  @Test func `every change of status is a decision, and each can be worked out again from what was kept`()
    throws
  {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 30)
    try room.run([.product: 7], for: 31)
    _ = room.send(.hold)
    _ = room.send(.release)
    try room.run([.product: 3], for: 45)
    try room.run([.product: 9], for: 300)
    let decisions = try room.decisions.map { try $0.decision(.standard) }
    #expect(
      decisions.map(\.status) == [.available, .onHold, .onHold, .available, .onHold, .withdrawn])
    for (earlier, later) in zip(decisions, decisions.dropFirst()) {
      #expect(later.previous == earlier.status)
    }
    for (inputs, decision) in zip(room.decisions, decisions) {
      let kept = try DecisionInputs(json: JSONValue(parsing: inputs.json.canonicalBytes))
      #expect(kept.json.canonicalBytes == inputs.json.canonicalBytes)
      let again = try kept.decision(
        ColdChainRules(json: JSONValue(parsing: ColdChainRules.standard.json.bytes)))
      #expect(again.status == decision.status && again.reasons == decision.reasons)
      #expect(again.findings == decision.findings && again.counterfactual == decision.counterfactual)
    }
    // What was published with each decision is what the decision says.
    for availability in room.published {
      guard let inputs = availability.newDecision else { continue }
      let decision = try inputs.decision(.standard)
      #expect(decision.status == availability.status)
      #expect(decision.reasons == Array(availability.reasons.prefix(4)))
      #expect(decision.mode == availability.mode && decision.by == availability.by)
      #expect(availability.decisionID == decision.id)
    }
  }

  @Test func `a claim that is only refreshed keeps its decision`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 240)
    #expect(room.published.count > 5)
    #expect(room.decisions.count == 1)
    #expect(Set(room.published.map(\.decisionID)) == ["d-1"])
  }

  @Test func `a rule set with a hole is refused, and says where`() throws {
    let whole = ColdChainRules.standard.json
    var broken = try #require(whole.object)
    var rules = try #require(whole["rules"]?.object)
    var gap = try #require(rules["cc.gap"]?.object)
    gap["hold_minutes"] = "thirty"
    rules["cc.gap"] = .object(gap)
    broken["rules"] = .object(rules)
    let error = #expect(throws: ColdChainRulesError.self) { try ColdChainRules(json: .object(broken)) }
    #expect(error?.description == "rules.cc.gap.hold_minutes is missing or not what it should be")
    for rule in ColdChainRule.allCases {
      var without = rules
      without["cc.gap"] = whole["rules"]?["cc.gap"]
      without[rule.rawValue] = nil
      broken["rules"] = .object(without)
      #expect(throws: ColdChainRulesError.self, "\(rule)") { try ColdChainRules(json: .object(broken)) }
    }
  }

  @Test func `a farm's own limits count`() throws {
    var text = ColdChainRules.standard.json.text
    text.replace(#""minutes":240"#, with: #""minutes":60"#)
    let rules = try ColdChainRules(json: JSONValue(parsing: text))
    #expect(rules != .standard)
    var book = LotBook(products: [plan(.tcs)], terms: market, rules: rules)
    _ = book.apply(
      LotCommand(id: "h", action: .harvest, lot: "A", product: "p", quantity: Amount(units: 1)), at: moment())
    _ = book.apply(LotCommand(id: "s", action: .stored, lot: "A"), at: moment())
    for minute in 0...75 {
      let now = moment(Double(minute) * 60)
      let reading = Reading(value: .number(6), unit: .celsius, quality: .good, acquired: now, sequence: 1)
      book.record(reading, probe: .product, store: "cold-1", at: now)
      _ = book.step(at: now)
    }
    #expect(book.availability(of: "A")?.status == .withdrawn)
  }
}

struct LotJournalTests {
  @Test func `lots kept one by one make the same book again`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    var kept: [String: JSONValue] = [:]
    func keep(_ book: inout LotBook) { for (lot, json) in book.takeChanged() { kept[lot] = json } }
    try room.run([.product: 3], for: 31)
    keep(&room.book)
    #expect(room.book.takeChanged().isEmpty)
    _ = room.send(.pick)
    try room.run([.product: 7, .air: 6], for: 45)
    keep(&room.book)
    let lots = kept.keys.sorted().compactMap { kept[$0] }
    let composed: JSONValue = ["version": 1, "lots": .array(lots), "stores": room.book.storesSnapshot]
    #expect(composed == room.book.snapshot)
    let restored = try LotBook(restoring: composed, products: [plan(.produce, max: 5)], terms: market)
    #expect(restored.snapshot == room.book.snapshot)
  }

  @Test func `a release says what still holds the lot`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 20)
    try room.run([.product: 3], quality: .fault, for: 3)
    let answer = room.send(.release)
    #expect(answer.result == .accepted && answer.text.contains("still held. A sensor of the store"))
  }

  @Test func `an untrusted clock is a finding like any other, and does not keep food from the neighbours`()
    throws
  {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 20)
    room.clock = .untrusted
    try room.run([.product: 3], for: 2)
    #expect(room.status == .onHold && room.codes == [.clockUntrusted])
    let decision = try #require(room.decisions.last).decision(.standard)
    let clock = try #require(decision.findings.first { $0.reason.rule == "cc.clock" })
    #expect(clock.outcome == .hold)
    // Everything was promised to the marketplace before; once that has run out, it can be picked.
    #expect(room.send(.pick).reason == "promised")
    try room.run([.product: 3], for: 125)
    #expect(room.send(.pick).result == .accepted)
  }
}
