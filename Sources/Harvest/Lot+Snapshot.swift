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
      ("expired", expired?.snapshot), ("revision", .integer(revision)),
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
    revision = try reader.count("revision")
  }
}

extension ProductPlan {
  /// What has to be known of a product to go on speaking of its lots after it has left the configuration.
  var snapshot: JSONValue {
    .present([
      ("key", .string(key)), ("name", .string(name)), ("sku", .string(sku)), ("unit", .string(unit.rawValue)),
      ("increment", increment.json), ("buffer", buffer.json), ("localShare", localShare.json),
      ("class", .string(productClass.rawValue)), ("lotPrefix", .string(lotPrefix)),
    ])
  }

  init(_ reader: SnapshotReader) throws(LotBookError) {
    self.init(
      key: try reader.string("key"), name: try reader.string("name"), sku: try reader.string("sku"),
      unit: try reader.choice("unit", Unit.self), increment: try reader.amount("increment"),
      buffer: try reader.amount("buffer"), localShare: try reader.amount("localShare"),
      productClass: try reader.choice("class", ProductClass.self), lotPrefix: try reader.string("lotPrefix"))
  }
}
