import CanonicalJSON
import FarmUnits
import Harvest
import Testing

/// The carrots of the example configuration, with a cold room.
func carrots(localShare: Int64 = 0, increment: Double = 2.5, unit: Unit = .kilogram) -> ProductPlan {
  ProductPlan(
    key: "carrots", name: "Carrots, topped", sku: "CAR-T-KG", unit: unit,
    increment: Amount(exactly: increment) ?? .zero, buffer: Amount(units: 5),
    localShare: Amount(units: localShare),
    store: "cold-1", field: "bed-1", limits: TemperatureLimits(max: 5, min: 0),
    shelfLife: ShelfLifePlan(days: 120, at: 0, q10: 3, chillingBelow: -0.5, minimumDays: 5),
    coolDown: .seconds(24 * 3600), lotPrefix: "CAR", source: "USDA AH-66")
}

let market = ClaimTerms(withdrawalContact: "+44 117 496 0000", sellsToMarket: true)

/// 2026-11-22T10:15:00Z, day 326 of its year, an hour after the board started.
func moment(_ seconds: Double = 0, clock: ClockTrust = .trusted) -> Moment {
  Moment(
    instant: Instant(sinceBoot: .seconds(3600)), wall: WallTime(milliseconds: 1_795_342_500_000), clock: clock
  ).advanced(by: .seconds(seconds))
}

extension LotBook {
  /// Applies a command written as its JSON members.
  mutating func send(_ members: JSONValue, at now: Moment) throws -> LotAnswer {
    var object = try #require(members.object)
    if object["id"] == nil { object["id"] = "c" }
    return apply(try LotCommand(json: .object(object)), at: now)
  }

  /// Harvests carrots and publishes the lot.
  static func harvested(
    _ quantity: Double = 182.5, plan: ProductPlan = carrots(), terms: ClaimTerms = market,
    at now: Moment = moment()
  ) throws -> (book: LotBook, lot: String) {
    var book = LotBook(products: [plan], terms: terms)
    let answer = try book.send(
      ["action": "harvest", "product": "carrots", "quantity": .number(quantity), "unit": "KGM"], at: now)
    _ = book.step(at: now)
    return (book, try #require(answer.lot))
  }
}
