import CanonicalJSON
import FarmUnits
import Harvest
import Testing

/// A cold room as the tests want it: a book, a clock, and what the probes say minute by minute.
struct ColdRoom {
  var book: LotBook
  var seconds: Double
  var clock = ClockTrust.trusted
  private var sequence: UInt64 = 0
  private var ids = 0
  var decisions: [DecisionInputs] = []
  var published: [Availability] = []

  /// By how much the wall clock is wrong, seconds.
  var wallOffset = 0.0

  var now: Moment {
    var now = moment(seconds, clock: clock)
    now.wall = now.wall.advanced(by: .seconds(wallOffset))
    return now
  }

  let plan: ProductPlan

  /// Harvests a lot and puts it into the store.
  init(_ plan: ProductPlan, at seconds: Double = 0, rules: ColdChainRules = .standard) throws {
    book = LotBook(products: [plan], terms: market, rules: rules)
    (self.plan, self.seconds) = (plan, seconds)
    try run([:], for: 0)
    let harvest = LotCommand(
      id: "h", action: .harvest, lot: "LOT", product: plan.key, quantity: Amount(units: 100), unit: plan.unit)
    #expect(book.apply(harvest, at: now).result == .accepted)
    #expect(book.apply(LotCommand(id: "s", action: .stored, lot: "LOT"), at: now).result == .accepted)
    step()
  }

  /// A reading a minute from each probe named.
  mutating func run(
    _ probes: [StoreProbe: Double], quality: Quality = .good, disagrees: Bool = false,
    in stores: [String] = ["cold-1"], for minutes: Int
  ) throws {
    for _ in 0..<minutes {
      for (probe, celsius) in probes {
        sequence += 1
        let reading = Reading(
          value: quality == .good ? .number(celsius) : nil, unit: .celsius, quality: quality, acquired: now,
          sequence: sequence)
        for store in stores {
          book.record(reading, probe: probe, store: store, disagrees: disagrees, at: now)
        }
      }
      step()
      seconds += 60
    }
  }

  @discardableResult
  mutating func send(
    _ action: LotCommand.Action, _ quantity: Int64 = 1, lot: String = "LOT", store: String? = nil
  ) -> LotAnswer {
    let answer = book.apply(
      LotCommand(
        id: "x", action: action, lot: lot, product: plan.key, quantity: Amount(units: quantity), by: "Mira",
        note: "measured it", store: store),
      at: now)
    step()
    return answer
  }

  /// The gateway is gone for a while and comes back with what was kept; nothing has looked at the lots since.
  mutating func restart(after minutes: Double) throws {
    seconds += minutes * 60
    let kept = try JSONValue(parsing: book.snapshot.canonicalBytes)
    book = try LotBook(restoring: kept, products: [plan], terms: market)
  }

  mutating func step() {
    for availability in book.step(
      at: now,
      newID: {
        ids += 1; return "d-\(ids)"
      })
    {
      published.append(availability)
      if let decision = availability.newDecision { decisions.append(decision) }
    }
  }

  var lot: Lot? { book.lot("LOT") }
  var status: LotStatus? { book.availability(of: "LOT")?.status }
  var codes: [AvailabilityReason.Code] { book.availability(of: "LOT")?.reasons.map(\.code) ?? [] }
}

/// A lot of a class, with no cool-down unless given.
func plan(
  _ productClass: ProductClass, max: Double? = nil, coolDownHours: Double = 0, shelfLife: ShelfLifePlan? = nil
) -> ProductPlan {
  ProductPlan(
    key: "p", name: "P", sku: "P", unit: .kilogram, store: "cold-1", productClass: productClass,
    limits: TemperatureLimits(max: max), shelfLife: shelfLife, coolDown: .seconds(coolDownHours * 3600),
    lotPrefix: "P")
}
