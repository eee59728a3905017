import CanonicalJSON
import FarmUnits
import Harvest
import Testing

struct OneStockOneSellerTests {
  @Test func `neighbours are served out of the local share without a word to the marketplace`() throws {
    var (book, lot) = try LotBook.harvested(plan: carrots(localShare: 20))
    let name: JSONValue = .string(lot)
    #expect(
      try book.send(["action": "pick", "lot": name, "quantity": 15], at: moment(1)).result == .accepted)
    #expect(
      try book.send(["action": "reserve", "lot": name, "quantity": 5], at: moment(2)).result == .accepted)
    let after = try #require(book.step(at: moment(2)).first)
    #expect(after.availableToPromise.units == 157.5)
    #expect(after.figures.localShare == .zero && after.figures.reserved.units == 5)
    let refused = try book.send(["action": "pick", "lot": name, "quantity": 6], at: moment(3))
    #expect(refused.reason == "promised")
    #expect(refused.text.contains("5 kg of CAR-2026-326-01 can be picked"))
    #expect(refused.text.contains("until 2026-11-22T12:17:02.000Z"))
    #expect(try book.send(["action": "pick", "lot": name, "quantity": 5], at: moment(3)).result == .accepted)
  }

  @Test
  func `what the marketplace may still sell is reserved at once, and picked when that claim has run out`()
    throws
  {
    var (book, lot) = try LotBook.harvested()
    let name: JSONValue = .string(lot)
    let answer = try book.send(["action": "reserve", "lot": name, "quantity": 40], at: moment(60))
    #expect(answer.result == .deferred)
    #expect(answer.text.contains("until 2026-11-22T12:17:00.000Z"))
    let lowered = try #require(book.step(at: moment(60)).first)
    #expect(lowered.availableToPromise.units == 137.5)
    #expect(lowered.figures.reserved.units == 40)

    let pick: JSONValue = ["action": "pick", "lot": name, "quantity": 40]
    // Refreshed claims go on in between; the higher one still binds for its own time, grace included.
    for second in stride(from: 120.0, to: 7320, by: 600) {
      _ = book.step(at: moment(second))
      #expect(try book.send(pick, at: moment(second)).reason == "promised")
    }
    #expect(try book.send(pick, at: moment(7319)).reason == "promised")
    #expect(try book.send(pick, at: moment(7320)).result == .accepted)
    #expect(book.lot(lot)?.onHand.units == 142.5)
    #expect(book.lot(lot)?.reserved == .zero)
  }

  @Test func `a sale by the marketplace comes out of its promise and is firm at once`() throws {
    var (book, lot) = try LotBook.harvested()
    let name: JSONValue = .string(lot)
    let sale: JSONValue = ["action": "reserve", "lot": name, "quantity": 100, "channel": "nexus"]
    #expect(try book.send(sale, at: moment(60)).result == .accepted)
    let after = try #require(book.step(at: moment(60)).first)
    #expect(after.availableToPromise.units == 77.5)
    #expect(try book.send(sale, at: moment(61)).reason == "not_promised")
    let pick: JSONValue = ["action": "pick", "lot": name, "quantity": 100, "channel": "nexus"]
    #expect(try book.send(pick, at: moment(62)).result == .accepted)
    #expect(book.lot(lot)?.onHand.units == 82.5)
  }

  @Test func `stock sold by the marketplace is not picked by a neighbour whose reservation came too late`()
    throws
  {
    var (book, lot) = try LotBook.harvested()
    let name: JSONValue = .string(lot)
    _ = try book.send(["action": "reserve", "lot": name, "quantity": 40], at: moment(60))
    _ = book.step(at: moment(60))
    let sale: JSONValue = ["action": "reserve", "lot": name, "quantity": 177.5, "channel": "nexus"]
    #expect(try book.send(sale, at: moment(120)).result == .accepted)
    let short = try #require(book.step(at: moment(120)).first)
    #expect(short.availableToPromise == .zero)
    #expect(short.reasons.first?.code == .overcommitted)
    #expect(
      try book.send(["action": "pick", "lot": name, "quantity": 40], at: moment(20_000)).reason == "promised")
    #expect(book.lot(lot)?.pickable.units == 5)
  }

  @Test func `without a marketplace everything may be picked at once`() throws {
    var (book, lot) = try LotBook.harvested(terms: ClaimTerms(sellsToMarket: false))
    #expect(
      try book.send(["action": "pick", "lot": .string(lot), "quantity": 182.5], at: moment(1)).result
        == .accepted)
  }

  @Test func `a promise outlives a restart, and an untrusted clock does not end it`() throws {
    let (book, lot) = try LotBook.harvested()
    var restored = try LotBook(restoring: book.snapshot, products: [carrots()], terms: market)
    let pick: JSONValue = ["action": "pick", "lot": .string(lot), "quantity": 10]
    #expect(try restored.send(pick, at: moment(7319)).reason == "promised")
    #expect(try restored.send(pick, at: moment(1_000_000, clock: .untrusted)).reason == "promised")
    #expect(try restored.send(pick, at: moment(7320)).result == .accepted)
  }

  @Test func `a stock-take below what is reserved is believed, and the shortage shown`() throws {
    var (book, lot) = try LotBook.harvested(terms: ClaimTerms(sellsToMarket: false))
    let name: JSONValue = .string(lot)
    _ = try book.send(["action": "reserve", "lot": name, "quantity": 100], at: moment(1))
    let answer = try book.send(["action": "weigh", "lot": name, "quantity": 80], at: moment(2))
    #expect(answer.result == .accepted)
    #expect(answer.text.contains("20 kg less"))
    let short = try #require(book.step(at: moment(2)).first)
    #expect(short.status == .soldOut)
    #expect(short.reasons.first?.code == .overcommitted)
  }

  @Test func `what is unreserved returns to where it came from`() throws {
    var (book, lot) = try LotBook.harvested(
      plan: carrots(localShare: 20), terms: ClaimTerms(sellsToMarket: false))
    let name: JSONValue = .string(lot)
    _ = try book.send(["action": "reserve", "lot": name, "quantity": 30], at: moment(1))
    #expect(book.lot(lot)?.localShare == .zero)
    _ = try book.send(["action": "unreserve", "lot": name, "quantity": 10], at: moment(2))
    #expect(book.lot(lot)?.localShare == .zero)
    _ = try book.send(["action": "unreserve", "lot": name, "quantity": 20], at: moment(3))
    #expect(book.lot(lot)?.localShare.units == 20)
    #expect(book.lot(lot)?.figures.availableToPromise.units == 157.5)
  }
}
