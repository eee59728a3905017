internal import CanonicalJSON
internal import FarmUnits

extension Lot {
  /// One lot as it is kept.
  var snapshot: JSONValue {
    .present([
      ("lot", .string(id)), ("product", plan.snapshot), ("field", field.map(JSONValue.string)),
      ("harvested", harvested.snapshot),
      ("stays", .array(stays.map { ["store": .string($0.store), "since": $0.since.snapshot] })),
      ("onHand", onHand.json), ("reservedLocally", reservedLocally.json),
      ("reservedFromLocalShare", reservedFromLocalShare.json), ("reservedForMarket", reservedForMarket.json),
      ("allocated", allocated.json), ("localShareLeft", localShareLeft.json), ("picked", picked.json),
      ("method", .string(method.rawValue)), ("promises", promises.snapshot),
      ("wasOffered", .bool(wasOffered)),
      ("hold", hold?.snapshot), ("release", release?.snapshot), ("withdrawal", withdrawal?.snapshot),
      ("expired", expired?.snapshot), ("emptied", emptied?.snapshot), ("revision", .integer(revision)),
      ("conditions", conditions.snapshot), ("configured", .bool(isConfigured)),
      ("decision", decisionID.map(JSONValue.string)), ("decisionKey", .string(decisionKey)),
      ("decidedStatus", decidedStatus.map { .string($0.rawValue) }),
      ("day", harvestDay.map { .integer(Int64($0.daysSinceEpoch)) }),
    ])
  }

  init(snapshot: JSONValue) throws(LotBookError) {
    let id = try SnapshotReader(json: snapshot, name: "a lot").identifier("lot")
    let reader = SnapshotReader(json: snapshot, name: "lot \(id)")
    // Days outside the calendar that `CivilDate` can count would trap further on.
    let day = reader.has("day") ? try reader.count("day") : nil
    guard day ?? 0 < 2_932_897 else { throw reader.missing("day") }
    self.init(
      id: id, plan: try ProductPlan(try reader.child("product")), field: try reader.optionalString("field"),
      harvested: try Stamp(try reader.child("harvested")),
      day: day.map { CivilDate(daysSinceEpoch: Int($0)) },
      quantity: try reader.amount("onHand"), method: try reader.choice("method", QuantityMethod.self))
    let kept = try reader.array("stays")
    guard kept.count <= Stay.most else { throw reader.missing("stays") }
    for one in kept {
      let stay = SnapshotReader(json: one, name: "\(reader.name).stays")
      stays.append(Stay(store: try stay.identifier("store"), since: try Stamp(try stay.child("since"))))
    }
    reservedLocally = try reader.amount("reservedLocally")
    reservedFromLocalShare = try reader.amount("reservedFromLocalShare")
    reservedForMarket = try reader.amount("reservedForMarket")
    allocated = try reader.amount("allocated")
    localShareLeft = try reader.amount("localShareLeft")
    picked = try reader.amount("picked")
    guard reservedFromLocalShare <= reservedLocally else { throw reader.missing("reservedFromLocalShare") }
    promises = try MarketPromises(try reader.array("promises"), of: reader.name)
    wasOffered = try reader.flag("wasOffered")
    hold = try reader.optionalChild("hold").map { child throws(LotBookError) in try PersonWord(child) }
    release = try reader.optionalChild("release").map { child throws(LotBookError) in try PersonWord(child) }
    withdrawal = try reader.optionalChild("withdrawal").map { child throws(LotBookError) in
      try Withdrawal(child)
    }
    expired = try reader.optionalChild("expired").map { child throws(LotBookError) in try Stamp(child) }
    emptied = try reader.optionalChild("emptied").map { child throws(LotBookError) in try Stamp(child) }
    revision = try reader.count("revision")
    guard revision < 1 << 53 else { throw reader.missing("revision") }
    conditions = try LotConditions(try reader.child("conditions"))
    isConfigured = try reader.flag("configured")
    decisionID = try reader.optionalString("decision")
    decisionKey = try reader.string("decisionKey")
    decidedStatus = reader.has("decidedStatus") ? try reader.choice("decidedStatus", LotStatus.self) : nil
  }
}

extension ProductPlan {
  /// Everything but where it grows: to go on judging and speaking of its lots after it has left the configuration, and to
  /// work a decision out again.
  var snapshot: JSONValue {
    .present([
      ("key", .string(key)), ("name", .string(name)), ("sku", .string(sku)), ("unit", .string(unit.rawValue)),
      ("increment", increment.json), ("buffer", buffer.json), ("localShare", localShare.json),
      ("store", store.map(JSONValue.string)), ("class", .string(productClass.rawValue)),
      ("max", limits.max.map(JSONValue.number)), ("min", limits.min.map(JSONValue.number)),
      ("shelfLife", shelfLife?.snapshot), ("coolDownSeconds", .integer(coolDown.components.seconds)),
      ("lotPrefix", .string(lotPrefix)), ("source", source.map(JSONValue.string)),
    ])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    // Far beyond any cool-down, and far from where times overflow.
    guard try reader.count("coolDownSeconds") <= 400 * 86_400 else { throw reader.missing("coolDownSeconds") }
    self.init(
      key: try reader.string("key"), name: try reader.string("name"), sku: try reader.string("sku"),
      unit: try reader.choice("unit", Unit.self), increment: try reader.amount("increment"),
      buffer: try reader.amount("buffer"), localShare: try reader.amount("localShare"),
      store: try reader.optionalString("store"), productClass: try reader.choice("class", ProductClass.self),
      limits: TemperatureLimits(max: try reader.optionalNumber("max"), min: try reader.optionalNumber("min")),
      shelfLife: try reader.optionalChild("shelfLife").map { child throws(LotBookError) in
        try ShelfLifePlan(child)
      },
      coolDown: .seconds(try reader.count("coolDownSeconds")), lotPrefix: try reader.string("lotPrefix"),
      source: try reader.optionalString("source"))
  }
}

extension ShelfLifePlan {
  var snapshot: JSONValue {
    .present([
      ("days", .number(days)), ("at", .number(at)), ("q10", .number(q10)),
      ("chillingBelow", chillingBelow.map(JSONValue.number)), ("minimumDays", .number(minimumDays)),
    ])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    self.init(
      days: try reader.number("days"), at: try reader.number("at"), q10: try reader.number("q10"),
      chillingBelow: try reader.optionalNumber("chillingBelow"), minimumDays: try reader.number("minimumDays")
    )
  }
}
