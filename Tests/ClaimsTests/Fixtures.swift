import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

/// 2026-11-22T10:15:00Z
let decided = WallTime(milliseconds: 1_795_342_500_000)

func moment(_ seconds: Double = 0) -> Moment {
  Moment(instant: Instant(sinceBoot: .seconds(3600)), wall: decided, clock: .trusted).advanced(
    by: .seconds(seconds))
}

let carrots = ProductPlan(
  key: "carrots", name: "Carrots, topped", sku: "CAR-T-KG", unit: .kilogram,
  increment: Amount(thousandths: 2500), buffer: Amount(units: 5), store: "cold-1", field: "bed-1",
  shelfLife: ShelfLifePlan(days: 120, at: 0, q10: 3, minimumDays: 5), lotPrefix: "CAR")

func harvested(_ quantity: Amount = Amount(thousandths: 182_500)) throws -> LotBook {
  var book = LotBook(
    products: [carrots], terms: ClaimTerms(withdrawalContact: "+44 117 496 0000", sellsToMarket: true))
  _ = book.apply(LotCommand(id: "1", action: .harvest, product: "carrots", quantity: quantity), at: moment())
  return book
}

func marketTopics() throws -> MarketTopics { try #require(MarketTopics(farm: "greenhollow", gateway: "gw1")) }
func siteTopics() throws -> SiteTopics { try #require(SiteTopics(farm: "greenhollow", gateway: "gw1")) }

/// SplitMix64, so that ids repeat.
struct Seeded: RandomNumberGenerator, Sendable {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
