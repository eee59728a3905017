import CanonicalJSON
import FarmUnits
import Harvest
import Testing

struct AvailabilityTests {
  @Test func `the contract's example gives 77.5 kg`() {
    let figures = StockFigures(
      onHand: Amount(thousandths: 182_500), reserved: Amount(units: 40), allocated: Amount(units: 60),
      buffer: Amount(units: 5), increment: Amount(thousandths: 2500))
    #expect(figures.availableToPromise == Amount(thousandths: 77_500))
  }

  @Test(arguments: [(0, 177.5), (20, 157.5), (1000, 0)] as [(Int64, Double)])
  func `182.5 kg harvested are published less buffer and local share`(
    _ localShare: Int64, _ published: Double
  ) throws {
    let (book, lot) = try LotBook.harvested(plan: carrots(localShare: localShare))
    let availability = try #require(book.availability(of: lot))
    #expect(availability.availableToPromise.units == published)
    #expect(availability.status == (published > 0 ? .available : .soldOut))
    #expect(availability.revision == 1)
    #expect(availability.decided.rfc3339 == "2026-11-22T10:15:00.000Z")
    #expect(availability.validUntil.rfc3339 == "2026-11-22T12:15:00.000Z")
    #expect(availability.harvestDay?.iso8601 == "2026-11-22")
  }

  @Test func `a made id counts the lots of its day`() throws {
    var (book, first) = try LotBook.harvested()
    #expect(first == "CAR-2026-326-01")
    let harvest: JSONValue = ["action": "harvest", "product": "carrots", "quantity": 10]
    #expect(try book.send(harvest, at: moment(60)).lot == "CAR-2026-326-02")
    var named = try #require(harvest.object)
    named["lot"] = "CAR-2026-326-99"
    #expect(try book.send(.object(named), at: moment(60)).lot == "CAR-2026-326-99")
    #expect(try book.send(harvest, at: moment(60)).lot == "CAR-2026-326-100")
    #expect(try book.send(harvest, at: moment(86_400)).lot == "CAR-2026-327-01")
    #expect(try book.send(.object(named), at: moment(60)).reason == "lot_exists")
  }

  @Test func `the day of an id is the farm's`() throws {
    var book = LotBook(products: [carrots()], terms: market) { $0.advanced(by: .seconds(14 * 3600)).date }
    let answer = try book.send(["action": "harvest", "product": "carrots", "quantity": 10], at: moment())
    #expect(answer.lot == "CAR-2026-327-01")
  }

  @Test func `a claim is refreshed before it runs out, and otherwise made only when it says something new`()
    throws
  {
    var (book, lot) = try LotBook.harvested()
    #expect(book.step(at: moment(1799)).isEmpty)
    let refreshed = try #require(book.step(at: moment(1800)).first)
    #expect(refreshed.revision == 2)
    #expect(refreshed.validUntil.rfc3339 == "2026-11-22T12:45:00.000Z")
    _ = try book.send(["action": "weigh", "lot": .string(lot), "quantity": 100], at: moment(1801))
    let weighed = try #require(book.step(at: moment(1801)).first)
    #expect(weighed.revision == 3)
    #expect(weighed.availableToPromise.units == 95)
    #expect(book.step(at: moment(1802)).isEmpty)
  }

  @Test func `a lot held by a person is not available, and its release names who answers for it`() throws {
    var (book, lot) = try LotBook.harvested()
    let name: JSONValue = .string(lot)
    _ = try book.send(["action": "hold", "lot": name, "by": "Mira", "note": "smells odd"], at: moment(5))
    let held = try #require(book.step(at: moment(5)).first)
    #expect(
      held.status == .onHold && held.availableToPromise == .zero && held.by == "Mira" && held.mode == .manual)
    #expect(held.reasons.map(\.code) == [.operatorHold])
    #expect(try book.send(["action": "pick", "lot": name, "quantity": 1], at: moment(6)).reason == "on_hold")
    #expect(
      try book.send(["action": "reserve", "lot": name, "quantity": 1], at: moment(6)).reason == "on_hold")
    let release: JSONValue = ["action": "release", "lot": name, "by": "Hamid", "note": "tasted it"]
    #expect(try book.send(release, at: moment(7)).result == .accepted)
    let released = try #require(book.step(at: moment(7)).first)
    #expect(
      released.status == .available && released.availableToPromise.units == 177.5 && released.by == "Hamid")
    #expect(released.reasons.contains { $0.code == .operatorRelease && $0.sentence.contains("tasted it") })
    #expect(try book.send(release, at: moment(8)).reason == "not_on_hold")
  }

  @Test func `nobody can release a withdrawn lot, and it is published until long after its best-before day`()
    throws
  {
    var (book, lot) = try LotBook.harvested()
    let name: JSONValue = .string(lot)
    #expect(
      try book.send(
        ["action": "withdraw", "lot": name, "by": "Mira", "note": "compost it"], at: moment(3600)
      ).result
        == .accepted)
    let withdrawn = try #require(book.step(at: moment(3600)).first)
    #expect(withdrawn.status == .withdrawn && withdrawn.availableToPromise == .zero)
    // 177.5 kg were offered, so some may have been sold; and nobody knows since when the lot is bad.
    #expect(withdrawn.withdrawal?.scope == .unsoldAndSold)
    #expect(withdrawn.withdrawal?.effectiveFrom.rfc3339 == "2026-11-22T10:15:00.000Z")
    #expect(withdrawn.validUntil.rfc3339 == "2027-04-21T10:15:00.000Z")
    for action in ["release", "hold", "pick", "reserve", "stored"] {
      let command: JSONValue = [
        "action": .string(action), "lot": name, "by": "H", "note": "n", "quantity": 1,
      ]
      #expect(try book.send(command, at: moment(3601)).reason == "withdrawn")
    }
    #expect(book.step(at: moment(90 * 86_400)).isEmpty)
    book.republish()
    #expect(book.step(at: moment(90 * 86_400)).map(\.status) == [.withdrawn])
    #expect(book.step(at: moment(151 * 86_400)).isEmpty)
    #expect(book.takeRetired() == [lot])
  }

  @Test func `a lot that was never offered is withdrawn unsold, until a person says otherwise`() throws {
    var (book, lot) = try LotBook.harvested(terms: ClaimTerms(sellsToMarket: false))
    let withdraw: JSONValue = ["action": "withdraw", "lot": .string(lot), "by": "Mira"]
    _ = try book.send(withdraw, at: moment(1))
    #expect(book.lot(lot)?.withdrawal?.scope == .unsold)
    #expect(try book.send(withdraw, at: moment(2)).reason == "withdrawn")
    var wider = try #require(withdraw.object)
    wider["scope"] = "unsold_and_sold"
    #expect(try book.send(.object(wider), at: moment(3)).result == .accepted)
    #expect(book.lot(lot)?.withdrawal?.scope == .unsoldAndSold)
  }

  @Test func `a lot expires when less than the minimum of its shelf life is left, for good`() throws {
    var plan = carrots()
    plan.store = nil
    var (book, lot) = try LotBook.harvested(plan: plan)
    _ = book.step(at: moment(115 * 86_400))
    #expect(book.availability(of: lot)?.status == .available)
    #expect(book.availability(of: lot)?.remainingShelfLifeDays == 5)
    #expect(book.availability(of: lot)?.bestBefore?.iso8601 == "2027-03-22")
    let expired = try #require(book.step(at: moment(115 * 86_400 + 10_000)).first)
    #expect(expired.status == .expired && expired.availableToPromise == .zero)
    #expect(expired.reasons.map(\.code) == [.shelfLifeExhausted])
    #expect(
      try book.send(
        ["action": "pick", "lot": .string(lot), "quantity": 1], at: moment(115 * 86_400 + 10_001)
      ).reason == "expired")
    // A clock set back does not make it young again.
    _ = book.step(at: moment(0))
    #expect(book.availability(of: lot)?.status == .expired)
  }

  @Test func `what does not fill one increment is sold out`() throws {
    let (book, lot) = try LotBook.harvested(7.4)
    #expect(book.availability(of: lot)?.status == .soldOut)
    #expect(book.availability(of: lot)?.reasons.first?.code == .nothingLeft)
  }

  @Test(
    arguments: [
      (["action": "pick", "lot": "nope", "quantity": 1], "lot_unknown"),
      (["action": "harvest", "product": "gold", "quantity": 1], "product_unknown"),
      (["action": "harvest", "product": "carrots", "quantity": 1, "unit": "GRM"], "unit_wrong"),
      (["action": "pick", "lot": "CAR-2026-326-01", "quantity": 1, "unit": "LTR"], "unit_wrong"),
      (["action": "pick", "lot": "CAR-2026-326-01", "product": "leeks", "quantity": 1], "product_mismatch"),
      (["action": "pick", "lot": "CAR-2026-326-01", "quantity": 183], "not_enough"),
      (["action": "reserve", "lot": "CAR-2026-326-01", "quantity": 178], "not_enough"),
      (["action": "unreserve", "lot": "CAR-2026-326-01", "quantity": 1], "not_reserved"),
      (["action": "release", "lot": "CAR-2026-326-01", "by": "H", "note": "n"], "not_on_hold"),
    ] as [(JSONValue, String)])
  func `what the book refuses changes nothing`(_ command: JSONValue, _ reason: String) throws {
    var (book, _) = try LotBook.harvested()
    let before = book.snapshot
    let answer = try book.send(command, at: moment(1))
    #expect(answer.result == .refused)
    #expect(answer.reason == reason)
    #expect(book.snapshot == before)
  }

  @Test func `the number of lots is bounded`() throws {
    var book = LotBook(products: [carrots()], terms: market, capacity: 2)
    let harvest: JSONValue = ["action": "harvest", "product": "carrots", "quantity": 10]
    _ = try book.send(harvest, at: moment())
    _ = try book.send(harvest, at: moment())
    #expect(try book.send(harvest, at: moment()).reason == "lots_full")
    #expect(book.count == 2)
  }

  @Test func `eggs are counted whole`() throws {
    var book = LotBook(products: [carrots(increment: 1, unit: .piece)], terms: market)
    let half: JSONValue = ["action": "harvest", "product": "carrots", "quantity": 10.5]
    #expect(try book.send(half, at: moment()).reason == "quantity_too_fine")
  }
}
