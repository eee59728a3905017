import FarmUnits
import Harvest
import Testing

/// What a lot has gone through stays with it: through moves, restarts, clocks that are wrong, and stock-takes.
struct LotHistoryTests {
  @Test func `minutes above the limit go with a lot from store to store`() throws {
    var room = try ColdRoom(plan(.tcs))
    let stores = ["cold-1", "cold-2"]
    for move in 1...13 {
      try room.run([.product: 8], in: stores, for: 20)
      room.send(.stored, store: stores[move % 2])
      if room.status == .withdrawn { break }
    }
    #expect(room.status == .withdrawn && room.codes == [.cumulativeTimeAboveLimit])
    #expect(room.lot?.conditions.minutesAbove == 240)
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:15:00.000Z")
  }

  @Test func `a lot is not charged for what a room did before it came in, to the minute`() throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], in: ["cold-1"], for: 20)
    for _ in 0..<30 {
      try room.run([.product: 3], in: ["cold-1"], for: 1)
      room.seconds -= 60
      try room.run([.product: 25], in: ["cold-2"], for: 1)
    }
    room.send(.stored, store: "cold-2")
    try room.run([.product: 3], in: ["cold-1", "cold-2"], for: 40)
    #expect(room.lot?.store == "cold-2" && room.lot?.conditions.minutesAbove == 0)
    #expect(room.status == .available)
  }

  @Test func `warm air before a lot came in does not hold it`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.air: 3], in: ["cold-1"], for: 15)
    for _ in 0..<60 {
      try room.run([.air: 3], in: ["cold-1"], for: 1)
      room.seconds -= 60
      try room.run([.air: 9], in: ["cold-2"], for: 1)
    }
    room.send(.stored, store: "cold-2")
    try room.run([.air: 9], in: ["cold-2"], for: 16)
    try room.run([.air: 3], in: ["cold-2"], for: 31)
    #expect(!room.published.contains { $0.status == .onHold })
  }

  @Test func `other lots that come and go do not keep two warm records from being seen`() throws {
    var room = try ColdRoom(plan(.tcs))
    for number in 0..<31 {
      try room.run([.product: 22], for: 1)
      room.send(.harvest, lot: "OTHER-\(number)")
      room.send(.stored, lot: "OTHER-\(number)")
    }
    #expect(room.status == .withdrawn && room.codes == [.tempAboveAbsolute])
    // What was told of the store are whole quarters of an hour.
    let records = room.book.takeRecords()
    #expect(records.map(\.minutes) == [15, 15])
    #expect(records.first?.product?.mean == 22 && records.first?.product?.samples == 15)
    #expect(records.first?.product?.tally(.above, 5)?.minutes == 15)
    #expect(records.first?.product?.kinetic == 22)
  }

  @Test func `a lot is judged from the end of its cool-down, to the minute`() throws {
    var room = try ColdRoom(plan(.tcs, coolDownHours: 1))
    try room.run([.product: 15], for: 5)
    room.send(.harvest, lot: "LATER")
    room.send(.stored, lot: "LATER")
    // 10:20 and an hour: judged from 11:20, in the middle of a record.
    try room.run([.product: 15], for: 65)
    try room.run([.product: 3], for: 60)
    #expect(room.lot?.conditions.minutesAbove == 10)
    #expect(room.book.lot("LATER")?.conditions.minutesAbove == 5)
  }

  @Test func `a restart does not hide a gap, even when a good sample comes before anybody looks`() throws {
    var held = try ColdRoom(plan(.produce, max: 5))
    try held.run([.product: 3], for: 16)
    try held.restart(after: 60)
    try held.run([.product: 3], for: 30)
    #expect(held.status == .onHold && held.codes.first == .sensorGap)

    var withdrawn = try ColdRoom(plan(.tcs))
    try withdrawn.run([.product: 3], for: 16)
    try withdrawn.restart(after: 250)
    try withdrawn.run([.product: 3], for: 1)
    #expect(withdrawn.status == .withdrawn && withdrawn.codes == [.sensorGap])
    // The sample of 10:30 is in the record that the restart lost.
    #expect(withdrawn.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:29:00.000Z")
  }

  @Test(arguments: [(20.0, LotStatus.available), (60, .onHold), (250, .withdrawn)])
  func `a gap that ended before the clock was right is as long as the clock says then`(
    _ minutes: Double, _ status: LotStatus
  ) throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 16)
    try room.restart(after: minutes)
    room.clock = .untrusted
    try room.run([.product: 3], for: 5)
    #expect(room.status == .onHold && room.codes == [.clockUntrusted])
    room.clock = .trusted
    try room.run([.product: 3], for: 20)
    #expect(room.status == status)
  }

  @Test func `minutes above the limit count while the clock is wrong after a restart`() throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 16)
    try room.restart(after: 1)
    room.clock = .untrusted
    room.wallOffset = -1_000_000_000
    try room.run([.product: 8], for: 260)
    #expect(room.lot?.conditions.minutesAbove ?? 0 >= 240)
    #expect(room.status == .withdrawn && room.codes == [.cumulativeTimeAboveLimit])
    // Once the time is known, so is since when the lot is bad.
    room.clock = .trusted
    room.wallOffset = 0
    room.book.republish()
    room.step()
    #expect(room.lot?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:32:00.000Z")
    #expect(room.published.last?.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:32:00.000Z")
    let decision = try #require(room.decisions.last).decision(.standard)
    #expect(decision.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:32:00.000Z")
  }

  @Test func `a gateway that starts again and again before a record ends has a gap`() throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 8], for: 1)
    for _ in 0..<5 {
      try room.restart(after: 1)
      room.seconds = (room.seconds / 900).rounded(.up) * 900 + 60
      try room.run([.product: 8], for: 10)
    }
    #expect(room.status == .onHold && room.codes.contains(.sensorGap))
  }

  @Test func `weighed as nothing and found again, a lot has its history`() throws {
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 3], for: 15)
    room.send(.weigh, 0)
    try room.run([.product: 8], for: 256)
    #expect(room.status == .soldOut)
    room.send(.weigh, 50)
    #expect(room.status == .withdrawn && room.codes == [.cumulativeTimeAboveLimit])
  }

  @Test func `after a restart nobody knows where it was, and that is a gap`() throws {
    var room = try ColdRoom(plan(.produce, max: 5))
    try room.run([.product: 3], for: 15)
    room.send(.weigh, 0)
    try room.run([.product: 8], for: 46)
    try room.restart(after: 5)
    try room.run([.product: 3], for: 60)
    #expect(room.status == .soldOut)
    room.send(.weigh, 50)
    #expect(room.status == .onHold && room.codes.first == .sensorGap)
  }

  @Test func `rules read anew count from then on`() throws {
    let strict = try ColdChainRules.standard.changed(
      [RuleChange(.cumulative, figures: [("minutes", 30)], source: "s")], version: "2")
    var room = try ColdRoom(plan(.tcs))
    try room.run([.product: 8], for: 46)
    #expect(room.status == .onHold)
    room.book.adopt(products: [room.plan], terms: market, rules: strict)
    room.step()
    #expect(room.status == .withdrawn)
  }
}
