import CanonicalJSON
import FarmUnits
import Harvest
import Testing

struct LotClockTests {
  /// The board has just started and believes that it is 1970.
  private func early(_ seconds: Double) -> Moment {
    Moment(
      instant: moment(seconds).instant, wall: WallTime(milliseconds: Int64(seconds * 1000)), clock: .untrusted
    )
  }

  @Test func `a harvest before the clock is right is dated once it is, and only then published as available`()
    throws
  {
    var (book, lot) = try LotBook.harvested(at: early(0))
    #expect(lot == "CAR-0000-000-01")
    let silent = try #require(book.availability(of: lot))
    #expect(silent.status == .onHold && silent.availableToPromise == .zero && silent.clock == .untrusted)
    #expect(silent.reasons.map(\.code) == [.clockUntrusted])
    #expect(silent.harvestDay == nil && silent.bestBefore == nil)

    let available = try #require(book.step(at: moment(600)).first)
    #expect(available.status == .available && available.availableToPromise.units == 177.5)
    #expect(available.harvestDay?.iso8601 == "2026-11-22")
    #expect(book.lot(lot)?.harvested.wall.rfc3339 == "2026-11-22T10:15:00.000Z")
  }

  @Test func `neighbours are served while the clock is not right`() throws {
    var (book, lot) = try LotBook.harvested(at: early(0))
    #expect(
      try book.send(["action": "pick", "lot": .string(lot), "quantity": 50], at: early(60)).result
        == .accepted)
  }

  @Test func `a person cannot release what the clock holds`() throws {
    var (book, lot) = try LotBook.harvested(at: early(0))
    let release: JSONValue = ["action": "release", "lot": .string(lot), "by": "H", "note": "n"]
    #expect(try book.send(release, at: early(1)).reason == "not_on_hold")
  }

  @Test func `when the clock is lost nothing stays available, and returns with it`() throws {
    var (book, lot) = try LotBook.harvested()
    #expect(book.step(at: moment(60, clock: .untrusted)).map(\.status) == [.onHold])
    #expect(book.step(at: moment(120)).map(\.status) == [.available])
    #expect(book.availability(of: lot)?.revision == 3)
  }

  @Test func `a harvest time that no clock can vouch for after a restart holds the lot`() throws {
    let (book, lot) = try LotBook.harvested(at: early(0))
    var restored = try LotBook(restoring: book.snapshot, products: [carrots()], terms: market)
    let held = try #require(restored.step(at: moment(600)).first)
    #expect(held.lot == lot && held.status == .onHold)
    #expect(held.reasons.map(\.code) == [.harvestTimeUnknown])
  }

  @Test func `revisions go on after a restart`() throws {
    let (book, _) = try LotBook.harvested()
    var restored = try LotBook(restoring: book.snapshot, products: [carrots()], terms: market)
    #expect(restored.step(at: moment(60)).map(\.revision) == [2])
  }

  @Test func `a product that has left the configuration holds its lots, and they return with it`() throws {
    var (book, _) = try LotBook.harvested()
    book.adopt(products: [], terms: market)
    #expect(book.step(at: moment(1)).first?.reasons.map(\.code) == [.productNotConfigured])
    book.adopt(products: [carrots(localShare: 20)], terms: market)
    #expect(book.step(at: moment(2)).first?.availableToPromise.units == 157.5)
  }

  @Test(arguments: [
    "{}", #"{"version":2,"lots":[]}"#, #"{"version":1}"#, #"{"version":1,"lots":[{}]}"#,
    #"{"version":1,"lots":[{"lot":"a/b"}]}"#, #"{"version":1,"lots":[{"lot":"A","product":5}]}"#,
  ])
  func `a snapshot with a hole is refused`(_ text: String) throws {
    let json = try JSONValue(parsing: text)
    #expect(throws: LotBookError.self) { try LotBook(restoring: json, products: [], terms: market) }
  }

  @Test(arguments: [
    "onHand", "harvested", "promises", "revision", "localShareLeft", "wasOffered", "product", "method",
    "stays",
  ])
  func `every member that counts has to be there and be right`(_ member: String) throws {
    let (book, _) = try LotBook.harvested()
    var object = try #require(book.snapshot.object)
    var lot = try #require(object["lots"]?.array?.first?.object)
    for bad in [nil, "x", -1] as [JSONValue?] {
      lot[member] = bad
      object["lots"] = [.object(lot)]
      let error = #expect(throws: LotBookError.self) {
        try LotBook(restoring: .object(object), products: [carrots()], terms: market)
      }
      #expect(error?.description.contains("CAR-2026-326-01") == true)
    }
  }

  @Test(
    arguments: [
      ("revision", 9_223_372_036_854_775_807), ("day", 9_000_000_000_000), ("onHand", 1e300), ("picked", -1),
      ("decidedStatus", "sold"), ("conditions", [:]), ("stays", [["store": "a/b"]]),
    ] as [(String, JSONValue)])
  func `no kept value can break the book`(_ member: String, _ value: JSONValue) throws {
    let (book, _) = try LotBook.harvested()
    var object = try #require(book.snapshot.object)
    var lot = try #require(object["lots"]?.array?.first?.object)
    lot[member] = value
    object["lots"] = [.object(lot)]
    #expect(throws: LotBookError.self) {
      try LotBook(restoring: .object(object), products: [carrots()], terms: market)
    }
  }

  @Test func `absurd plans do not break the book`() throws {
    var plan = carrots()
    plan.shelfLife = ShelfLifePlan(
      days: .infinity, at: 1e300, q10: .nan, chillingBelow: -1e300, minimumDays: -1)
    var (book, lot) = try LotBook.harvested(plan: plan)
    _ = book.step(at: moment(86_400))
    #expect(book.availability(of: lot) != nil)
    plan.shelfLife = ShelfLifePlan(days: .nan, at: .nan, q10: 1e300)
    book.adopt(products: [plan], terms: market)
    _ = book.step(at: moment(2 * 86_400))
    #expect(book.availability(of: lot) != nil)
  }
}
