import CanonicalJSON
import FarmUnits
import Harvest
import Testing

/// Each rule at its figures: what just passes, and what just does not.
struct RuleFigureTests {
  @Test(arguments: [[255], [60, 65, 65, 65], [239, 16]])
  func `255 minutes above 5 °C of a tcs lot withdraw it, in one piece or in four`(_ pieces: [Int]) throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 4], for: 30)
    for piece in pieces {
      try room.run([.product: 6], for: piece)
      try room.run([.product: 4], for: 60)
    }
    #expect(room.status == .withdrawn && room.codes == [.cumulativeTimeAboveLimit])
    // The first sample above 5 °C: half an hour after 10:15.
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:45:00.000Z")
    #expect(room.lot?.withdrawal?.decidedAt.rfc3339 ?? "" >= "2026-11-22T14:45:00.000Z")
  }

  @Test func `239 minutes above 5 °C hold a tcs lot and do not withdraw it; the next one does`() throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 6], for: 239)
    try room.run([.product: 4], for: 61)
    #expect(room.lot?.conditions.minutesAbove == 239 && room.status == .available)
    try room.run([.product: 5.001], for: 1)
    try room.run([.product: 5], for: 15)
    #expect(room.lot?.conditions.minutesAbove == 240 && room.status == .withdrawn)
  }

  @Test
  func `23 h at 4 °C and 1 h at 15 °C have a mean kinetic temperature of 4.90 °C, which releases nothing`()
    throws
  {
    var room = try ColdRoom(plan(.meat, max: 5))
    try room.run([.product: 4], for: 23 * 60)
    try room.run([.product: 15], for: 60)
    try room.run([.product: 4], for: 1)
    let kinetic = try #require(room.lot?.conditions.kinetic.celsius)
    #expect(abs(kinetic - 4.897527) < 1e-3)
    #expect(room.status == .onHold && room.codes.first == .tempAboveLimit)
    try room.run([.product: 4], for: 24 * 60)
    #expect(try #require(room.lot?.conditions.kinetic.celsius) < 5)
    #expect(room.status == .onHold)
  }

  @Test func `one warm record of the product probe does not hold, two in a row do`() throws {
    var room = try ColdRoom(plan(.eggs))
    for _ in 0..<4 {
      try room.run([.product: 7.1], for: 15)
      try room.run([.product: 7], for: 15)
    }
    #expect(room.status == .available)
    try room.run([.product: 7.1], for: 31)
    #expect(room.status == .onHold)
  }

  @Test(arguments: [(29, LotStatus.available), (30, .onHold)])
  func `air alone holds after 30 minutes on end above the limit`(_ minutes: Int, _ status: LotStatus) throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.air: 4], for: 15)
    try room.run([.air: 6], for: minutes)
    try room.run([.air: 4], for: 16)
    let held = room.published.contains { $0.status == .onHold }
    #expect(held == (status == .onHold))
  }

  @Test(
    arguments: [(21, .onHold, .tempAboveLimit), (21.1, .withdrawn, .tempAboveAbsolute)]
      as [(Double, LotStatus, AvailabilityReason.Code)])
  func `21 °C is within the absolute limit, and above it two records withdraw`(
    _ celsius: Double, _ status: LotStatus, _ code: AvailabilityReason.Code
  ) throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: celsius], for: 31)
    #expect(room.status == status && room.codes.first == code)
  }

  @Test(
    arguments: [(-18, .available), (-17.9, .onHold), (-15, .onHold), (-14.9, .withdrawn)]
      as [(Double, LotStatus)])
  func `frozen food may be at -18 °C, waits for a person above, and is withdrawn above -15 °C`(
    _ celsius: Double, _ status: LotStatus
  ) throws {
    var room = try ColdRoom(plan(.quickFrozen))
    try room.run([.product: -20], for: 15)
    try room.run([.product: celsius], for: 30)
    try room.run([.product: -20], for: 31)
    #expect(room.status == status)
    guard status == .withdrawn else { return }
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:30:00.000Z")
  }

  @Test(arguments: [(30, LotStatus.available), (31, .onHold)])
  func `30 minutes without a sample pass, and one more holds`(_ minutes: Int, _ status: LotStatus) throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 16)
    room.seconds += Double(minutes - 1) * 60
    try room.run([.product: 3], for: 1)
    #expect(room.status == status)
  }

  @Test(arguments: [(240, LotStatus.onHold), (241, .withdrawn)])
  func `240 minutes without a sample hold a tcs lot, and one more withdraws it`(
    _ minutes: Int, _ status: LotStatus
  ) throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 16)
    room.seconds += Double(minutes - 1) * 60
    try room.run([.product: 3], for: 1)
    #expect(room.status == status && room.codes.first == .sensorGap)
  }

  @Test func `what has no cold store in the configuration is not available where only cold keeps it safe`()
    throws
  {
    var cut = plan(.tcs, max: 5)
    cut.store = nil
    var book = LotBook(products: [cut], terms: market)
    let harvest = LotCommand(id: "h", action: .harvest, lot: "A", product: "p", quantity: Amount(units: 1))
    #expect(book.apply(harvest, at: moment()).result == .accepted)
    #expect(book.step(at: moment()).map(\.status) == [.onHold])
    #expect(book.availability(of: "A")?.reasons.map(\.code) == [.notStored])
  }

  @Test func `cold below the chilling limit makes nothing keep longer`() throws {
    func left(at celsius: Double) throws -> Double? {
      let shelf = ShelfLifePlan(days: 10, at: 7, q10: 2, chillingBelow: 7)
      var room = try ColdRoom(plan(.produce, max: 13, shelfLife: shelf))
      try room.run([.product: celsius], for: 10 * 60 + 1)
      return room.lot?.conditions.agedDays
    }
    let (cold, colder) = (try #require(try left(at: 7)), try #require(try left(at: 1)))
    #expect(cold == colder)
    #expect(try #require(try left(at: 12)) > cold)
  }

  @Test func `of two rules that withdraw, the earlier bad sample counts`() throws {
    let rules = try ColdChainRules.standard.changed(
      [
        RuleChange(.absolute, figures: [("above", 10)], source: "s"),
        RuleChange(.cumulative, figures: [("above", 22), ("minutes", 15)], source: "s"),
      ], version: nil)
    var room = try ColdRoom(plan(.tcs, max: 30), rules: rules)
    try room.run([.product: 15], for: 15)
    try room.run([.product: 23], for: 16)
    #expect(room.status == .withdrawn && room.codes == [.cumulativeTimeAboveLimit])
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:15:00.000Z")
  }

  @Test func `a product probe that hardly says anything does not outrank the air`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    for _ in 0..<8 {
      try room.run([.product: 3, .air: 9], for: 1)
      try room.run([.air: 9], for: 14)
    }
    #expect(room.status == .onHold && room.codes.first == .tempAboveLimit)
  }

  @Test func `whoever releases a lot vouches for it as it is, and half an hour of warm air holds it anew`()
    throws
  {
    var room = try ColdRoom(plan(.meat))
    try room.run([.air: 9], for: 61)
    #expect(room.status == .onHold)
    #expect(room.send(.release).result == .accepted)
    try room.run([.air: 9], for: 28)
    #expect(room.status == .available)
    try room.run([.air: 9], for: 18)
    #expect(room.status == .onHold)
  }

  @Test func `the words of a rule have its figures, whoever set them`() throws {
    let own = try ColdChainRules.standard.changed(
      [
        RuleChange(
          .cumulative, figures: [("minutes", 120), ("classes", ["tcs", "meat"]), ("above", 4.5)],
          source: "Own law")
      ], version: "1.0.0-own")
    #expect(own.title == "cold-chain@1.0.0-own" && own.source(of: .cumulative) == "Own law")
    #expect(
      own.text(of: .cumulative).contains(
        "of the class tcs, meat has been above 4.5 °C for 120 minutes in all"))
    #expect(
      ColdChainRules.standard.text(of: .cumulative).contains(
        "of the class tcs has been above 5 °C for 240 minutes"))
    for rule in ColdChainRule.allCases { #expect(!own.text(of: rule).contains("{"), "\(rule)") }
    var room = try ColdRoom(plan(.meat), rules: own)
    try room.run([.product: 4.6], for: 121)
    #expect(room.status == .withdrawn)
  }

  @Test(
    arguments: [
      (.gap, "withdraw_minutes", 29), (.frozen, "withdraw_above", -19), (.gap, "hold_minutes", "x"),
      (.cumulative, "hours", 4), (.cumulative, "text", "x"), (.absolute, "withdraw_records", 1.5),
      (.stored, "classes", ["fish"]), (.cumulative, "above", 99),
    ] as [(ColdChainRule, String, JSONValue)])
  func `a figure that is not sound is refused by name`(
    _ rule: ColdChainRule, _ figure: String, _ value: JSONValue
  )
    throws
  {
    let change = RuleChange(rule, figures: [(figure, value)], source: "s")
    let error = #expect(throws: ColdChainRulesError.self) {
      try ColdChainRules.standard.changed([change], version: nil)
    }
    #expect(error?.description.contains(figure) == true && error?.description.contains(rule.rawValue) == true)
  }
}
