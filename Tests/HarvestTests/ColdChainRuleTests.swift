import CanonicalJSON
import FarmUnits
import Harvest
import Testing

struct ColdChainRuleTests {
  @Test
  func `produce is held when its own probe is too warm in two records, and returns after two good ones`()
    throws
  {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 4, .air: 4], for: 30)
    #expect(room.status == .available)
    try room.run([.product: 6, .air: 4], for: 15)
    #expect(room.status == .available)
    try room.run([.product: 6, .air: 4], for: 16)
    #expect(room.status == .onHold && room.codes.first == .tempAboveLimit)
    try room.run([.product: 4, .air: 4], for: 16)
    #expect(room.status == .onHold)
    try room.run([.product: 4, .air: 4], for: 30)
    #expect(room.status == .available)
  }

  @Test func `the product probe outranks the air, and the air alone is given half an hour`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3, .air: 12], for: 120)
    #expect(room.status == .available)

    var door = try ColdRoom(plan(.produce, max: 5))
    for _ in 0..<8 {
      try door.run([.air: 9], for: 20)
      try door.run([.air: 3], for: 10)
    }
    #expect(door.status == .available)
    try door.run([.air: 9], for: 46)
    #expect(door.status == .onHold && door.codes.first == .tempAboveLimit)
  }

  @Test func `meat that was too warm waits for a person`() throws {
    var room = try ColdRoom(plan(.meat))
    try room.run([.product: 8], for: 31)
    #expect(room.status == .onHold && room.lot?.conditions.held[.maxTemp] != nil)
    try room.run([.product: 2], for: 120)
    #expect(room.status == .onHold)
    #expect(room.send(.pick).reason == "on_hold")
    #expect(room.send(.release).result == .accepted)
    #expect(room.status == .available && room.codes.contains(.operatorRelease))
    try room.run([.product: 8], for: 31)
    #expect(room.status == .onHold)
  }

  @Test func `minutes above 5 °C add up over a lot's life, whatever cold samples lie between`() throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 4], for: 15)
    for _ in 0..<16 {
      #expect(room.status != .withdrawn)
      try room.run([.product: 6], for: 15)
      try room.run([.product: 3], for: 45)
    }
    #expect(room.lot?.conditions.minutesAbove == 240)
    #expect(room.status == .withdrawn && room.codes == [.cumulativeTimeAboveLimit])
    // Back-dated to the first sample above the limit: 15 minutes after 10:15.
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:30:00.000Z")
    #expect(room.lot?.withdrawal?.scope == .unsoldAndSold)
    #expect(room.send(.release).reason == "withdrawn")
    try room.run([.product: 2], for: 600)
    #expect(room.status == .withdrawn)
  }

  @Test func `one record above 21 °C holds, two in a row withdraw`() throws {
    var once = try ColdRoom(plan(.tcs))
    try once.run([.product: 3], for: 15)
    try once.run([.product: 22], for: 15)
    try once.run([.product: 3], for: 60)
    #expect(once.status == .onHold && once.codes.contains(.tempAboveAbsolute))
    #expect(once.send(.release).result == .accepted)
    #expect(once.status == .available)

    var twice = try ColdRoom(plan(.tcs))
    try twice.run([.product: 22], for: 31)
    #expect(twice.status == .withdrawn && twice.codes == [.tempAboveAbsolute])

    var confirmed = try ColdRoom(plan(.tcs))
    try confirmed.run([.product: 22], for: 16)
    #expect(confirmed.send(.withdraw).result == .accepted)
    #expect(confirmed.status == .withdrawn && confirmed.codes == [.operatorWithdrawal])
  }

  @Test func `a spike across the end of a record does not withdraw`() throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 14)
    room.seconds += 50
    try room.run([.product: 25], for: 1)
    room.seconds -= 30
    try room.run([.product: 3], for: 60)
    #expect(room.status == .onHold && room.codes.contains(.tempAboveAbsolute))
  }

  @Test func `frozen food is held above -18 °C, and withdrawn when the rise is not brief`() throws {
    var brief = try ColdRoom(plan(.quickFrozen))
    try brief.run([.product: -20], for: 30)
    try brief.run([.product: -16], for: 30)
    try brief.run([.product: -20], for: 60)
    #expect(brief.status == .onHold && brief.codes.first == .frozenLimit)

    var long = try ColdRoom(plan(.quickFrozen))
    try long.run([.product: -14], for: 31)
    #expect(long.status == .withdrawn && long.codes == [.frozenLimit])
  }

  @Test func `twelve hours below its chilling limit hold produce`() throws {
    let shelf = ShelfLifePlan(days: 30, at: 10, q10: 2, chillingBelow: 7)
    var room = try ColdRoom(plan(.produce, max: 13, shelfLife: shelf))
    try room.run([.product: 6], for: 720)
    #expect(room.status == .available)
    try room.run([.product: 6], for: 16)
    #expect(room.status == .onHold && room.codes.first == .chillingRisk)
  }

  @Test func `silence for more than half an hour holds, and data that comes after it proves nothing`() throws
  {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 60)
    try room.run([.product: 3], quality: .stale, for: 30)
    #expect(room.status == .available)
    try room.run([.product: 3], quality: .stale, for: 3)
    #expect(room.status == .onHold && room.codes.first == .sensorGap)
    try room.run([.product: 3], for: 600)
    #expect(room.status == .onHold)
    #expect(room.send(.release).result == .accepted)
    try room.run([.product: 3], for: 60)
    #expect(room.status == .available)
  }

  @Test
  func `silence for more than four hours withdraws what time makes dangerous, unless a person has looked`()
    throws
  {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 60)
    try room.run([:], for: 245)
    #expect(room.status == .withdrawn && room.codes == [.sensorGap])
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T11:14:00.000Z")

    var looked = try ColdRoom(plan(.tcs))
    try looked.run([.product: 3], for: 60)
    try looked.run([:], for: 200)
    #expect(looked.send(.release).result == .accepted)
    #expect(looked.status == .available)
    try looked.run([:], for: 29)
    #expect(looked.status == .available)
    try looked.run([:], for: 5)
    #expect(looked.status == .onHold)
  }

  @Test func `a store that was never heard of holds its lots`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([:], for: 33)
    #expect(room.status == .onHold && room.codes.first == .sensorGap)
  }

  @Test(arguments: [Quality.fault, .flatline, .sentinel])
  func `a sensor that is not to be believed holds while it lasts`(_ quality: Quality) throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 30)
    try room.run([.product: 3], quality: quality, for: 5)
    #expect(room.status == .onHold && room.codes.first == .sensorFault)
    try room.run([.product: 3], for: 33)
    #expect(room.status == .available)
  }

  @Test func `two probes that disagree hold until a whole record of agreement`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 20)
    try room.run([.product: 3], disagrees: true, for: 15)
    #expect(room.status == .onHold && room.codes.first == .sensorDisagree)
    try room.run([.product: 3], for: 30)
    #expect(room.status == .available)
  }

  @Test func `a lot harvested warm is judged after its cool-down`() throws {
    var room = try ColdRoom(plan(.produce, max: 5, coolDownHours: 24))
    try room.run([.product: 15], for: 23 * 60)
    #expect(room.status == .available && room.codes.contains(.coolingDown))
    try room.run([.product: 15], for: 2 * 60)
    #expect(room.status == .onHold && room.codes.first == .tempAboveLimit)
  }

  @Test func `what cold keeps safe is not available before it is stored`() throws {
    var book = LotBook(products: [plan(.tcs)], terms: market)
    _ = book.apply(
      LotCommand(id: "h", action: .harvest, product: "p", quantity: Amount(units: 10)), at: moment())
    #expect(book.step(at: moment()).first?.reasons.map(\.code) == [.notStored])
    #expect(book.lots.first?.published?.status == .onHold)
  }

  @Test func `shelf life follows the temperatures recorded`() throws {
    let shelf = ShelfLifePlan(days: 10, at: 0, q10: 3)
    var room = try ColdRoom(plan(.produce, max: 20, shelfLife: shelf))
    try room.run([.product: 5], for: 24 * 60)
    try room.run([.product: 15], for: 6 * 60)
    room.book.republish()
    #expect(room.book.step(at: room.now).first?.remainingShelfLifeDays == 7)
    let used = try #require(room.lot?.conditions.agedDays)
    #expect(abs(used - 2.917905) < 1e-3)
  }

  @Test func `the reason for being available names the highest temperature and its window`() throws {
    var room = try ColdRoom(carrots())
    try room.run([.product: 3.4, .air: 3.9], for: 49 * 60)
    let reason = try #require(room.lot?.published?.reasons.first)
    #expect(reason.code == .withinLimits && reason.rule == "cc.max_temp")
    #expect(reason.observed == 3.4 && reason.limit == 5 && reason.unit == .celsius)
    #expect(reason.window == .seconds(24 * 3600))
  }

  @Test func `an empty lot is not judged by a room in which it does not lie`() throws {
    var room = try ColdRoom(plan(.tcs))
    _ = room.book.apply(LotCommand(id: "w", action: .weigh, lot: "LOT", quantity: .zero), at: room.now)
    try room.run([.product: 30], for: 400)
    #expect(room.status == .soldOut)
  }

  @Test func `a restart does not hide a gap`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 60)
    room.book = try LotBook(restoring: room.book.snapshot, products: [plan(.produce, max: 5)], terms: market)
    room.seconds += 600
    try room.run([.product: 3], for: 5)
    #expect(room.status == .available)
    room.book = try LotBook(restoring: room.book.snapshot, products: [plan(.produce, max: 5)], terms: market)
    room.seconds += 2400
    room.step()
    #expect(room.status == .onHold && room.codes.first == .sensorGap)
  }
}
