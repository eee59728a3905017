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

  var now: Moment { moment(seconds, clock: clock) }

  /// Harvests a lot and puts it into the store.
  init(_ plan: ProductPlan, at seconds: Double = 0) throws {
    book = LotBook(products: [plan], terms: market)
    self.seconds = seconds
    try run([:], for: 0)
    let harvest = LotCommand(
      id: "h", action: .harvest, lot: "LOT", product: plan.key, quantity: Amount(units: 100), unit: plan.unit)
    #expect(book.apply(harvest, at: now).result == .accepted)
    #expect(book.apply(LotCommand(id: "s", action: .stored, lot: "LOT"), at: now).result == .accepted)
    step()
  }

  /// A reading a minute from each probe named.
  mutating func run(
    _ probes: [StoreProbe: Double], quality: Quality = .good, disagrees: Bool = false, for minutes: Int
  ) throws {
    for _ in 0..<minutes {
      for (probe, celsius) in probes {
        sequence += 1
        let reading = Reading(
          value: quality == .good ? .number(celsius) : nil, unit: .celsius, quality: quality, acquired: now,
          sequence: sequence)
        book.record(reading, probe: probe, store: "cold-1", disagrees: disagrees, at: now)
      }
      step()
      seconds += 60
    }
  }

  mutating func send(_ action: LotCommand.Action) -> LotAnswer {
    let answer = book.apply(
      LotCommand(
        id: "x", action: action, lot: "LOT", quantity: Amount(units: 1), by: "Mira", note: "measured it"),
      at: now)
    step()
    return answer
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
