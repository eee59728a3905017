import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

/// A lot that goes through every command, in a store with two probes.
struct EvidenceFarm {
  var book: LotBook
  var availabilities: [Availability] = []

  init(_ plan: ProductPlan = carrots) {
    book = LotBook(products: [plan], terms: ClaimTerms(sellsToMarket: true))
  }

  mutating func carryOut(_ action: LotCommand.Action, at now: Moment) -> (LotCommand, Lot)? {
    let command = LotCommand(
      id: "c-\(action)", action: action, lot: "CAR-1", product: "carrots", quantity: Amount(units: 50),
      by: "Mira",
      note: "seen")
    guard book.apply(command, at: now).result != .refused, let lot = book.lot("CAR-1") else { return nil }
    return (command, lot)
  }

  /// A reading a minute from both probes.
  mutating func measure(_ celsius: Double, minutes: Range<Int>) {
    for minute in minutes {
      let now = moment(Double(minute) * 60)
      for probe in StoreProbe.allCases {
        let reading = Reading(
          value: .number(celsius), unit: .celsius, quality: .good, acquired: now, sequence: 1)
        book.record(reading, probe: probe, store: "cold-1", at: now)
      }
      availabilities += book.step(at: now, newID: { "d-\(minute)" })
    }
  }

  /// One event for each command and for each of two records.
  mutating func evidence(_ evidence: LotEvidence) -> [JSONValue] {
    var events: [JSONValue] = []
    func id(_ number: Int) -> String { "0193a5f0-7c00-7000-8000-\(String(100_000_000_000 + number))" }
    for action in [LotCommand.Action.harvest, .stored, .weigh, .reserve, .pick, .unreserve, .hold, .release] {
      if action == .unreserve { _ = carryOut(.reserve, at: moment()) }
      if let (command, lot) = carryOut(action, at: moment()) {
        events.append(evidence.event(command, lot: lot, eventID: id(events.count), at: decided))
      }
      if action == .weigh {
        let more = LotCommand(id: "w", action: .weigh, lot: "CAR-1", quantity: Amount(units: 400))
        _ = book.apply(more, at: moment())
      }
    }
    measure(6.5, minutes: 0..<31)
    if let lot = book.lot("CAR-1") {
      events += book.takeRecords().compactMap {
        evidence.event($0, lot: lot, rules: .standard, eventID: id(events.count))
      }
    }
    if let (command, lot) = carryOut(.withdraw, at: moment(2000)) {
      events.append(evidence.event(command, lot: lot, eventID: id(events.count), at: decided))
    }
    return events
  }
}

struct EvidenceTests {
  @Test func `a harvest commissions the lot and says where and on which day it grew`() throws {
    var farm = EvidenceFarm()
    let carriedOut = farm.carryOut(.harvest, at: moment())
    let (command, lot) = try #require(carriedOut)
    let event = LotEvidence(topics: try marketTopics()).event(
      command, lot: lot, eventID: "0193a5f0-7c00-7000-8000-000000000001", at: decided)
    #expect(
      event["bizStep"] == "commissioning" && event["action"] == "ADD" && event["disposition"] == "active")
    #expect(
      event["quantityList"] == [
        ["epcClass": "urn:farmgate:greenhollow:lot:CAR-1", "quantity": 50, "uom": "KGM"]
      ])
    #expect(event["readPoint"]?["id"] == "urn:farmgate:greenhollow:field:bed-1")
    #expect(event["ilmd"]?["https://ref.gs1.org/voc/harvestDate"] == "2026-11-22")
    #expect(event["urn:farmgate:ns:command"]?["by"] == "Mira")
  }

  @Test func `a record says what was measured, by which rules, and that it was too warm`() throws {
    var farm = EvidenceFarm()
    let events = farm.evidence(LotEvidence(topics: try marketTopics()))
    let sensed = try #require(events.first { $0["bizStep"] == "sensor_reporting" })
    let elements = try #require(sensed["sensorElementList"]?.array)
    #expect(elements.count == 2)
    let report = try #require(elements.first?["sensorReport"]?.array?.first)
    #expect(report["meanValue"] == 6.5 && report["uom"] == "CEL")
    #expect(elements.first?["sensorMetadata"]?["bizRules"] == "urn:farmgate:rules:cold-chain:1.0.0")
    #expect(sensed["readPoint"]?["id"] == "urn:farmgate:greenhollow:store:cold-1")
  }
}

struct DecisionRecordTests {
  private func withdrawn() throws -> (Availability, DecisionInputs) {
    let plan = ProductPlan(
      key: "carrots", name: "Cut lettuce", sku: "L", unit: .kilogram, store: "cold-1", productClass: .tcs,
      lotPrefix: "L", source: "own plan")
    var farm = EvidenceFarm(plan)
    _ = farm.carryOut(.harvest, at: moment())
    _ = farm.carryOut(.stored, at: moment())
    farm.measure(4, minutes: 0..<60)
    farm.measure(8, minutes: 60..<320)
    let last = try #require(farm.availabilities.last { $0.newDecision != nil })
    return (last, try #require(last.newDecision))
  }

  private let context = DecisionContext(
    software: "1.2.3", rulesetHash: ColdChainRules.standard.hash(sha256),
    sensors: [.product: "cold-1-product"],
    evidence: ["e-1", "e-2"])

  @Test
  func `a record names every rule with its words, what was found, and what would have had to be otherwise`()
    throws
  {
    let (availability, inputs) = try withdrawn()
    let rules = ColdChainRules.standard
    let data = try inputs.decision(rules).data(rules, context)
    #expect(data["status"] == "withdrawn" && data["previous"] == "on_hold")
    #expect(data["ruleset"]?["name"] == "cold-chain" && data["ruleset"]?["version"] == "1.0.0")
    #expect(data["ruleset"]?["hash"] == .string(context.rulesetHash))
    let text = try #require(data["ruleset"]?["text"])
    #expect("sha256:\(hexadecimal(sha256(text.canonicalBytes)))" == context.rulesetHash)
    let evaluated = try #require(data["rules"]?.array)
    #expect(evaluated.compactMap { $0["rule"]?.string } == ColdChainRule.allCases.map(\.rawValue))
    #expect(evaluated.allSatisfy { $0["text"]?.string?.isEmpty == false })
    let time = try #require(evaluated.first { $0["rule"] == "cc.tphc_4h" })
    #expect(
      time["outcome"] == "withdraw" && time["observed"] == 240 && time["limit"] == 240
        && time["unit"] == "MIN")
    #expect(time["since"] == "2026-11-22T11:15:00.000Z")
    #expect(
      time["input"] == ["probe": "product", "sensor": "cold-1-product", "unit": "CEL", "quality": "good"])
    #expect(data["withdrawal"]?["effectiveFrom"] == "2026-11-22T11:15:00.000Z")
    #expect(
      data["counterfactual"]
        == "It would not be withdrawn had it been above its limit for less than 240 minutes in all.")
    #expect(data["reasons"]?.array?.first?["text"]?.string?.contains("240 minutes in all") == true)
    #expect(data["dataQuality"]?["minutesValid"] == 300 && data["dataQuality"]?["clock"] == "trusted")
    #expect(data["evidence"] == ["e-1", "e-2"])
    let reference = try #require(DecisionReference(of: availability, rules, hash: context.rulesetHash))
    #expect(data["id"] == .string(reference.id) && reference.ruleset == "cold-chain@1.0.0")
    #expect(availability.data(decision: reference)["decision"]?["id"] == .string(inputs.id))
  }

  @Test func `the stored rules on the stored inputs give the same bytes`() throws {
    let (_, inputs) = try withdrawn()
    let rules = ColdChainRules.standard
    let published = try inputs.decision(rules).data(rules, context).canonicalBytes
    let kept = try DecisionInputs(json: JSONValue(parsing: inputs.json.canonicalBytes))
    let keptRules = try ColdChainRules(json: JSONValue(parsing: rules.json.canonicalBytes))
    let keptContext = try #require(DecisionContext(json: try JSONValue(parsing: context.json.canonicalBytes)))
    #expect(try kept.decision(keptRules).data(keptRules, keptContext).canonicalBytes == published)
    #expect(keptRules.hash(sha256) == context.rulesetHash)
    #expect(published.count < 12_000)
    // Other rules do not give the same.
    let other = try ColdChainRules(
      json: JSONValue(parsing: rules.json.text.replacing(#""minutes":240"#, with: #""minutes":600"#)))
    #expect(try kept.decision(other).data(other, keptContext).canonicalBytes != published)
  }

  @Test func `a decision becomes a ledger event on its own topic`() throws {
    let (_, inputs) = try withdrawn()
    let writer = MarketWriter(topics: try marketTopics())
    let decision = try inputs.decision(.standard)
    let event = writer.decision(decision, .standard, context, id: "e")
    #expect(event.type.isLedger && event.subject == decision.id)
    let message = try writer.message(event)
    #expect(message.topic == "nexus/v1/greenhollow/decisions/\(decision.id)")
    #expect(!message.retained && message.lifetime(at: decided) == .unlimited)
  }
}

struct StateDataTests {
  @Test func `a store's condition tells temperatures, excursions and mean kinetic temperature`() throws {
    var farm = EvidenceFarm(
      ProductPlan(
        key: "carrots", name: "C", sku: "C", unit: .kilogram, store: "cold-1",
        limits: TemperatureLimits(max: 5), lotPrefix: "C"))
    farm.measure(7, minutes: 0..<16)
    let records = farm.book.takeRecords()
    let record = try #require(records.first)
    let event = MarketWriter(topics: try marketTopics()).storeCondition(record, revision: 3, id: "x")
    #expect(event.time.rfc3339 == "2026-11-22T10:30:00.000Z")
    #expect(event.expiryTime?.rfc3339 == "2026-11-22T11:15:00.000Z")
    let air = try #require(event.data["air"])
    #expect(air["min"] == 7 && air["max"] == 7 && air["mean"] == 7 && air["meanKinetic"] == 7)
    #expect(air["above"] == [["limit": 5, "minutes": 15, "degreeMinutes": 30]])
  }

  @Test func `soil shows each value beside its quality`() throws {
    let good = Reading(value: .number(22.4), unit: .percent, quality: .good, acquired: moment(), sequence: 1)
    let bad = Reading(
      value: .number(-127), unit: .celsius, quality: .sentinel, acquired: moment(), sequence: 1)
    let soil = FieldSoil(
      field: "bed-1", readings: [(.soilMoisture, good), (.temperature, bad)], depletionMillimetres: 12.3456)
    let data = soil.data(revision: 1)
    #expect(data["soil_moisture"]?["value"] == 22.4 && data["soil_moisture"]?["quality"] == "good")
    #expect(data["temperature"]?["value"] == .null && data["temperature"]?["quality"] == "sentinel")
    #expect(data["depletion"] == ["value": 12.346, "unit": "MMT"])
  }

  @Test func `keys are a set that names itself`() throws {
    let key = try #require(JSONWebKey(publicKey: [UInt8](repeating: 9, count: 32)))
    let set = KeySet(entries: [.init(key: key, keyID: key.thumbprint(sha256), validFrom: decided)])
    let entry = try #require(set.data(revision: 1)["keys"]?.array?.first)
    #expect(
      entry["kid"]?.string == key.thumbprint(sha256) && entry["validFrom"] == "2026-11-22T10:15:00.000Z")
    #expect(JSONWebKey(json: entry) == key)
  }
}
