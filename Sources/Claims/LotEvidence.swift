public import CanonicalJSON
public import FarmUnits
public import Harvest

/// Evidence about lots as GS1 EPCIS 2.0 ObjectEvents: what was harvested, moved, counted, and what its store measured.
///
/// The core business vocabulary has traps that are kept out of here: its `reserved` and `reserving` are about
/// identifiers and not about sales, `collecting` is for disposal, and there is no `harvesting`.
public struct LotEvidence: Equatable, Sendable {
  public let topics: MarketTopics

  public init(topics: MarketTopics) { self.topics = topics }

  /// What a carried-out command did. The command itself goes along, so that reservations, which the vocabulary
  /// has no word for, are told as well.
  ///
  /// - Parameters:
  ///   - lot: As it is afterwards.
  ///   - eventID: A UUID.
  public func event(_ command: LotCommand, lot: Lot, eventID: String, at time: WallTime) -> JSONValue {
    var event = object(
      store: lot.store, eventID: eventID, at: time, action: command.action == .harvest ? "ADD" : "OBSERVE")
    let (step, disposition) = meaning(of: command.action)
    event["bizStep"] = .string(step)
    if let disposition { event["disposition"] = .string(disposition) }
    event["quantityList"] = [
      [
        "epcClass": .string(uri("lot", lot.id)), "quantity": (command.quantity ?? lot.onHand).json,
        "uom": .string(lot.plan.unit.rawValue),
      ]
    ]
    if command.action == .harvest {
      if let field = lot.field { event["readPoint"] = ["id": .string(uri("field", field))] }
      if let day = lot.harvestDay {
        event["ilmd"] = ["https://ref.gs1.org/voc/harvestDate": .string(day.iso8601)]
      }
    }
    event["urn:farmgate:ns:command"] = .present([
      ("id", .string(command.id)), ("action", .string(command.action.rawValue)),
      ("channel", .string(command.channel.rawValue)), ("by", command.by.map(JSONValue.string)),
      ("note", command.note.map(JSONValue.string)), ("onHand", lot.onHand.json),
      ("reserved", lot.reserved.json),
    ])
    return .object(event)
  }

  /// What a rule did to a lot by itself: nil unless that took it off the market or brought it back.
  ///
  /// - Parameters:
  ///   - previous: What it was decided to be before; nil before the first decision.
  ///   - eventID: A UUID.
  public func event(
    _ availability: Availability, previous: LotStatus?, eventID: String, at time: WallTime
  ) -> JSONValue? {
    guard availability.mode == .automatic, availability.status != previous else { return nil }
    let meaning: (step: String, disposition: String)
    switch availability.status {
    case .onHold: meaning = ("holding", "non_sellable_other")
    case .withdrawn: meaning = ("holding", "recalled")
    case .expired: meaning = ("holding", "expired")
    case .available where previous == .onHold: meaning = ("inspecting", "sellable_not_accessible")
    case .available, .soldOut: return nil
    }
    var event = object(store: availability.store, eventID: eventID, at: time, action: "OBSERVE")
    (event["bizStep"], event["disposition"]) = (.string(meaning.step), .string(meaning.disposition))
    event["quantityList"] = [
      [
        "epcClass": .string(uri("lot", availability.lot)), "quantity": availability.figures.onHand.json,
        "uom": .string(availability.plan.unit.rawValue),
      ]
    ]
    return .object(event)
  }

  /// What the probes of a lot's store measured during one record; nil when none measured anything.
  public func event(_ record: StoreRecord, lot: Lot, rules: ColdChainRules, eventID: String) -> JSONValue? {
    let probes: [(StoreProbe, ProbeSummary?)] = [(.air, record.air), (.product, record.product)]
    let elements = probes.compactMap { probe, summary in summary.flatMap { element(probe, $0, record, rules) }
    }
    guard !elements.isEmpty else { return nil }
    var event = object(store: lot.store, eventID: eventID, at: record.end, action: "OBSERVE")
    event["bizStep"] = "sensor_reporting"
    event["quantityList"] = [
      [
        "epcClass": .string(uri("lot", lot.id)), "quantity": lot.onHand.json,
        "uom": .string(lot.plan.unit.rawValue),
      ]
    ]
    event["readPoint"] = ["id": .string(uri("store", record.store))]
    event["sensorElementList"] = .array(elements)
    return .object(event)
  }

  private func object(store: String?, eventID: String, at time: WallTime, action: String) -> JSONObject {
    var event: JSONObject = [
      "@context": [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        ["farmgate": "urn:farmgate:ns:"],
      ],
      "type": "ObjectEvent", "eventID": .string("urn:uuid:\(eventID)"), "eventTime": .string(time.rfc3339),
      "eventTimeZoneOffset": "+00:00", "action": .string(action),
    ]
    if let store { event["bizLocation"] = ["id": .string(uri("store", store))] }
    return event
  }

  private func meaning(of action: LotCommand.Action) -> (step: String, disposition: String?) {
    switch action {
    case .harvest: ("commissioning", "active")
    case .stored: ("storing", "sellable_not_accessible")
    case .weigh: ("stock_taking", nil)
    case .pick: ("picking", nil)
    case .reserve, .unreserve: ("other", nil)
    case .hold: ("holding", "non_sellable_other")
    case .release: ("inspecting", "sellable_not_accessible")
    case .withdraw: ("holding", "recalled")
    }
  }

  private func element(
    _ probe: StoreProbe, _ summary: ProbeSummary, _ record: StoreRecord, _ rules: ColdChainRules
  ) -> JSONValue? {
    guard let minimum = summary.min, let mean = summary.mean, let maximum = summary.max else { return nil }
    func celsius(_ number: Double) -> JSONValue { .rounded(number) ?? .null }
    var report: JSONObject = [
      "type": "Temperature", "minValue": celsius(minimum), "meanValue": celsius(mean),
      "maxValue": celsius(maximum), "uom": "CEL",
    ]
    if summary.excursions.contains(where: { $0.minutes > 0 }) { report["exception"] = "ALARM_CONDITION" }
    var reports: [JSONValue] = [.object(report)]
    if let kinetic = summary.kinetic {
      reports.append([
        "type": "Temperature", "value": celsius(kinetic), "uom": "CEL",
        "dataProcessingMethod": "urn:farmgate:method:mean-kinetic-temperature-83.144",
      ])
    }
    return [
      "sensorMetadata": [
        "startTime": .string(record.start.wall.rfc3339), "endTime": .string(record.end.rfc3339),
        "deviceID": .string("\(uri("store", record.store)):\(probe.rawValue)"),
        "bizRules": .string("urn:farmgate:rules:\(rules.name):\(rules.version)"),
        "dataProcessingMethod": "urn:farmgate:method:zero-order-hold",
      ],
      "sensorReport": .array(reports),
    ]
  }

  private func uri(_ kind: String, _ id: String) -> String { "urn:farmgate:\(topics.farm):\(kind):\(id)" }
}
