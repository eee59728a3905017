import FarmUnits
import Harvest
import Testing

struct StoreHistoryTests {
  private func reading(_ celsius: Double, _ unit: Unit = .celsius, _ quality: Quality = .good) -> Reading {
    Reading(value: .number(celsius), unit: unit, quality: quality, acquired: moment(), sequence: 1)
  }

  @Test func `records end on the quarter of an hour and say what was measured`() throws {
    var history = StoreHistory(store: "cold-1", limits: [(.above, 5)])
    var records: [StoreRecord] = []
    // 10:15 … 10:45, a reading a minute: 4 °C, and 8 °C for the six minutes from 10:20.
    for minute in 0...30 {
      let celsius = (5..<11).contains(minute) ? 8.0 : 4.0
      records += history.record(reading(celsius), from: .air, at: moment(Double(minute) * 60))
    }
    #expect(records.map(\.start.wall.rfc3339) == ["2026-11-22T10:15:00.000Z", "2026-11-22T10:30:00.000Z"])
    let air = try #require(records.first?.air)
    #expect(air.min == 4 && air.max == 8 && air.mean == 5.6)
    #expect(air.validMinutes == 15 && air.missingMinutes == 0 && air.samples == 15)
    let tally = try #require(air.tally(.above, 5))
    #expect(tally.minutes == 6 && tally.degreeMinutes == 18 && tally.first == 5)
    #expect(records.last?.air?.max == 4)
    #expect(records.first?.product == nil)
  }

  @Test func `before a stop the record that is in the making ends, and what was measured is in it`() throws {
    var room = try ColdRoom(plan(.tcs, max: 5))
    try room.run([.air: 3], for: 17)
    room.book.takeRecords().forEach { #expect($0.minutes == 15) }
    try room.run([.air: 8], for: 3)
    room.book.closeRecords(at: room.now)
    let record = try #require(room.book.takeRecords().first)
    #expect(record.minutes == 5)
    #expect(record.air?.max == 8 && record.air?.samples == 5)
    #expect(room.book.lot("LOT")?.conditions.minutesAbove == 3, "and it counts for the lot")
    room.book.closeRecords(at: room.now)
    #expect(room.book.takeRecords().isEmpty, "nothing was measured since")
  }

  @Test func `a record that a lot has divided ends as one`() throws {
    var room = try ColdRoom(plan(.tcs, max: 5))
    try room.run([.air: 3], for: 4)
    _ = room.book.apply(
      LotCommand(id: "2", action: .harvest, lot: "LOT-2", product: room.plan.key, quantity: Amount(units: 5)),
      at: room.now)
    _ = room.book.apply(LotCommand(id: "3", action: .stored, lot: "LOT-2"), at: room.now)
    room.book.closeRecords(at: room.now)
    #expect(room.book.takeRecords().map(\.minutes) == [4])
  }

  @Test func `a good reading speaks for two minutes, and what is not good for none`() throws {
    var history = StoreHistory(store: "s", limits: [])
    var records = history.record(reading(4), from: .product, at: moment(0))
    records += history.record(reading(4, .celsius, .stale), from: .product, at: moment(600))
    records += history.record(reading(4, .celsius, .fault), from: .product, at: moment(780))
    records += history.advance(to: moment(900))
    let product = try #require(records.first?.product)
    #expect(product.validMinutes == 2 && product.missingMinutes == 13 && product.faultMinutes == 2)
    #expect(product.worstQuality == .fault)
  }

  @Test(arguments: [(39.2, Unit.fahrenheit), (277.15, .kelvin)])
  func `other units are understood`(_ number: Double, _ unit: Unit) throws {
    var history = StoreHistory(store: "s", limits: [])
    _ = history.record(reading(number, unit), from: .air, at: moment(0))
    #expect(history.advance(to: moment(900)).first?.air?.mean == 4)
  }

  @Test func `a reading that is no temperature is missing`() throws {
    var history = StoreHistory(store: "s", limits: [])
    _ = history.record(reading(50, .percent), from: .air, at: moment(0))
    #expect(history.lastGood.isEmpty)
    #expect(history.advance(to: moment(900)).first?.air?.validMinutes == 0)
  }

  @Test func `a run goes on from one record into the next`() throws {
    var history = StoreHistory(store: "s", limits: [(.above, 5)])
    var records: [StoreRecord] = []
    for minute in 10...40 {
      records += history.record(reading(6), from: .air, at: moment(Double(minute) * 60))
    }
    #expect(records.compactMap { $0.air?.tally(.above, 5)?.longestRun } == [5, 20])
  }

  @Test func `after a standstill there is one record and a gap, not a thousand`() throws {
    var history = StoreHistory(store: "s", limits: [])
    _ = history.record(reading(4), from: .air, at: moment(0))
    #expect(history.record(reading(4), from: .air, at: moment(40 * 86_400)).count == 1)
    #expect(history.record(reading(4), from: .air, at: moment(40 * 86_400 + 60)).isEmpty)
    let next = history.advance(to: moment(40 * 86_400 + 900))
    #expect(next.first?.air?.validMinutes == 3 && next.first?.air?.missingMinutes == 12)
  }

  @Test func `the mean kinetic temperature is told and lies between mean and maximum`() throws {
    var history = StoreHistory(store: "s", limits: [])
    for minute in 0..<15 {
      _ = history.record(reading(minute < 14 ? 4 : 15), from: .air, at: moment(Double(minute) * 60))
    }
    let air = try #require(history.advance(to: moment(900)).first?.air)
    let (mean, kinetic, max) = (try #require(air.mean), try #require(air.kinetic), try #require(air.max))
    #expect(mean < kinetic && kinetic < max)
  }
}
