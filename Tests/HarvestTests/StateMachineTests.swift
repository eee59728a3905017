import CanonicalJSON
import FarmUnits
import Harvest
import Testing

/// Every transition between the states of a lot, and every one that there is not.
struct StateMachineTests {
  private func room(_ productClass: ProductClass = .produce) throws -> ColdRoom {
    var room = try ColdRoom(plan(productClass, max: 5))
    try room.run([.product: 3], for: 16)
    #expect(room.status == .available)
    return room
  }

  @Test func `available to on hold and back by a person`() throws {
    var room = try room()
    #expect(room.send(.hold).result == .accepted)
    #expect(room.status == .onHold && room.published.last?.availableToPromise == .zero)
    #expect(room.published.last?.by == "Mira" && room.published.last?.mode == .manual)
    #expect(room.send(.release).result == .accepted)
    #expect(room.status == .available && room.published.last?.by == "Mira")
  }

  @Test func `available to on hold by a rule, and back when its cause has passed`() throws {
    var room = try room()
    try room.run([.product: 3], quality: .fault, for: 5)
    #expect(room.status == .onHold && room.published.last?.mode == .automatic)
    try room.run([.product: 3], for: 31)
    #expect(room.status == .available)
  }

  @Test func `available to sold out when the last of it is picked or reserved, and back by a stock-take`()
    throws
  {
    var room = try room()
    #expect(room.send(.reserve, 100).result == .deferred)
    #expect(room.status == .soldOut && room.codes.first == .nothingLeft)
    #expect(room.send(.unreserve, 100).result == .accepted)
    #expect(room.status == .available)
    #expect(room.send(.weigh, 0).result == .accepted)
    #expect(room.status == .soldOut)
    #expect(room.send(.weigh, 30).result == .accepted)
    #expect(room.status == .available && room.published.last?.availableToPromise == Amount(units: 30))
  }

  @Test func `on hold to sold out when it is weighed as nothing, and to on hold when it is there again`()
    throws
  {
    var room = try room()
    room.send(.hold)
    room.send(.weigh, 0)
    // A person's hold stands whatever is there.
    #expect(room.status == .onHold)
    var warm = try self.room()
    try warm.run([.product: 8], for: 46)
    #expect(warm.status == .onHold)
    warm.send(.weigh, 0)
    #expect(warm.status == .soldOut)
    warm.send(.weigh, 10)
    #expect(warm.status == .onHold)
  }

  @Test(arguments: [LotCommand.Action.hold, .weigh, .reserve])
  func `any state to withdrawn by a person, and back-dated to the harvest`(_ before: LotCommand.Action) throws
  {
    var room = try room()
    room.send(before, before == .weigh ? 0 : 100)
    #expect(room.send(.withdraw).result == .accepted)
    #expect(room.status == .withdrawn && room.published.last?.availableToPromise == .zero)
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:15:00.000Z")
  }

  @Test func `available to withdrawn at once, and on hold to withdrawn, by a rule`() throws {
    var atOnce = try room(.tcs)
    try atOnce.run([.product: 3], for: 14)
    try atOnce.run([:], for: 1)
    atOnce.seconds += 300 * 60
    try atOnce.run([.product: 3], for: 1)
    #expect(atOnce.published.suffix(2).map(\.status) == [.available, .withdrawn])

    var held = try room(.tcs)
    try held.run([.product: 8], for: 260)
    #expect(held.published.map(\.status).filter { $0 != .available }.first == .onHold)
    #expect(held.status == .withdrawn)
  }

  @Test func `available to expired, and nothing brings it back`() throws {
    let shelf = ShelfLifePlan(days: 10, at: 0, q10: 3, minimumDays: 5)
    var room = try ColdRoom(plan(.produce, max: 20, shelfLife: shelf))
    try room.run([.product: 12], for: 36 * 60)
    #expect(room.status == .expired && room.codes == [.shelfLifeExhausted])
    for action in [LotCommand.Action.release, .hold, .pick, .reserve, .stored] {
      #expect(room.send(action, store: "cold-2").reason == "expired", "\(action)")
    }
    try room.run([.product: 0], for: 600)
    #expect(room.status == .expired)
    try room.restart(after: 1)
    room.step()
    #expect(room.status == .expired)
    // Buyers may have to be told all the same.
    #expect(room.send(.withdraw).result == .accepted)
    #expect(room.status == .withdrawn)
  }

  @Test func `on hold to expired when its time runs out while it waits`() throws {
    let shelf = ShelfLifePlan(days: 10, at: 0, q10: 3, minimumDays: 5)
    var room = try ColdRoom(plan(.produce, max: 5, shelfLife: shelf))
    try room.run([.product: 12], for: 36 * 60)
    let told = room.published.map(\.status)
    #expect(told.contains(.onHold) && told.last == .expired)
  }

  @Test func `sold out to expired when its time runs out with something left`() throws {
    let shelf = ShelfLifePlan(days: 10, at: 0, q10: 3, minimumDays: 5)
    var room = try ColdRoom(plan(.produce, max: 20, shelfLife: shelf))
    try room.run([.product: 12], for: 16)
    #expect(room.send(.reserve, 100).result == .deferred)
    #expect(room.status == .soldOut)
    try room.run([.product: 12], for: 36 * 60)
    #expect(room.status == .expired && room.codes == [.shelfLifeExhausted])
  }

  @Test func `nothing leads out of withdrawn, and it is repeated whenever the marketplace listens again`()
    throws
  {
    var room = try room(.tcs)
    try room.run([.product: 23], for: 46)
    #expect(room.status == .withdrawn)
    let revision = try #require(room.published.last?.revision)
    for action in LotCommand.Action.allCases where action != .harvest {
      let answer = room.send(action, store: "cold-2")
      let moves: Set<LotCommand.Action> = [.weigh, .unreserve]
      #expect(moves.contains(action) || answer.reason == "withdrawn", "\(action)")
      #expect(room.status == .withdrawn)
    }
    try room.run([.product: 2], for: 600)
    for repetition in 1...3 {
      room.book.republish()
      room.step()
      #expect(room.published.last?.status == .withdrawn)
      #expect(try #require(room.published.last?.revision) >= revision + Int64(repetition))
      #expect(room.published.last?.availableToPromise == .zero)
    }
    try room.restart(after: 60)
    room.step()
    #expect(room.published.last?.status == .withdrawn && room.published.last?.withdrawal != nil)
  }

  @Test func `on hold while the clock is not trusted, and nothing becomes available meanwhile`() throws {
    var room = try room()
    room.send(.hold)
    room.clock = .untrusted
    #expect(room.send(.release).result == .accepted)
    #expect(room.status == .onHold && room.codes == [.clockUntrusted])
    try room.run([.product: 3], for: 10)
    #expect(room.status == .onHold)
    room.clock = .trusted
    try room.run([.product: 3], for: 1)
    #expect(room.status == .available)
  }

  @Test func `a pick is a decrement and a stock-take a reset`() throws {
    var room = try room()
    room.book = LotBook(products: [room.plan], terms: ClaimTerms(sellsToMarket: false))
    room.send(.harvest, 100)
    room.send(.stored)
    for picked in 1...30 {
      #expect(room.send(.pick, 2).result == .accepted)
      #expect(room.lot?.onHand == Amount(units: Int64(100 - 2 * picked)))
    }
    room.send(.weigh, 55)
    #expect(room.lot?.onHand == Amount(units: 55) && room.lot?.picked == Amount(units: 60))
    #expect(room.send(.pick, 56).reason == "not_enough")
  }
}
