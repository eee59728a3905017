import CanonicalJSON
import FarmUnits
import Harvest
import Testing

/// SplitMix64 (Steele, Lea & Flood 2014): the same seed gives the same farm.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A marketplace at its worst: it keeps every claim that it was ever sent, sees each one as late as it likes, and sells under
/// the most generous one that has not run out.
struct GreedyMarket {
  var claims: [(amount: Amount, until: WallTime, soldBefore: Amount)] = []
  var sold = Amount.zero

  mutating func hear(_ availability: Availability) {
    claims.append((availability.availableToPromise, availability.validUntil, sold))
  }

  /// The most that it may still sell: under a claim it may sell that claim's amount, counted from when it was made.
  func mostToSell(at now: WallTime) -> Amount {
    claims.filter { now < $0.until }.map { $0.amount - (sold - $0.soldBefore) }.max().map { max(.zero, $0) }
      ?? .zero
  }
}

struct LotBookPropertyTests {
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `whatever a marketplace sells under claims that stand, the farm can hand over`(_ seed: UInt64) throws {
    var random = Seeded(state: seed)
    let localShare = Int64.random(in: 0...40, using: &random)
    var (book, lot) = try LotBook.harvested(200, plan: carrots(localShare: localShare))
    let name: JSONValue = .string(lot)
    var market = GreedyMarket()
    market.hear(try #require(book.availability(of: lot)))
    var second = 0.0
    var handedOverLocally = Amount.zero

    for _ in 0..<200 {
      second += Double(Int.random(in: 1...1200, using: &random))
      let now = moment(second)
      for availability in book.step(at: now) { market.hear(availability) }
      let quantity = Amount(thousandths: Int64.random(in: 1...30_000, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        let pick = try book.send(["action": "pick", "lot": name, "quantity": quantity.json], at: now)
        if pick.result == .accepted { handedOverLocally += quantity }
      case 1: _ = try book.send(["action": "reserve", "lot": name, "quantity": quantity.json], at: now)
      case 2: _ = try book.send(["action": "unreserve", "lot": name, "quantity": quantity.json], at: now)
      case 3, 4:
        let sale = min(quantity, market.mostToSell(at: now.wall))
        guard sale > .zero else { continue }
        let told = try book.send(
          ["action": "reserve", "lot": name, "quantity": sale.json, "channel": "nexus"], at: now)
        #expect(
          told.result == .accepted, "seed \(seed) at \(second) s: a legitimate sale of \(sale): \(told.text)")
        market.sold += sale
      default:
        // A restart: the book comes back from what was kept.
        book = try LotBook(
          restoring: JSONValue(parsing: book.snapshot.canonicalBytes),
          products: [carrots(localShare: localShare)],
          terms: Harvest.ClaimTerms(sellsToMarket: true))
      }
      let state = try #require(book.lot(lot))
      #expect(state.reservedForMarket == market.sold, "seed \(seed)")
      #expect(handedOverLocally + state.onHand == Amount(units: 200), "seed \(seed)")
      #expect(
        state.reservedForMarket + market.mostToSell(at: now.wall) <= state.onHand,
        "seed \(seed) at \(second) s: promised more than there is")
      if let published = state.published, published.status == .available {
        let figures = published.figures
        let spokenFor =
          figures.reserved + figures.allocated + figures.localShare + figures.buffer
          + published.availableToPromise
        #expect(spokenFor <= figures.onHand, "seed \(seed)")
        #expect(published.availableToPromise.thousandths % 2500 == 0)
      }
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `a book survives any command, and a snapshot gives the same book`(_ seed: UInt64) throws {
    var random = Seeded(state: seed)
    var book = LotBook(products: [carrots(localShare: 20)], terms: market, capacity: 5)
    for step in 0..<200 {
      let now = moment(Double(step) * 300, clock: Bool.random(using: &random) ? .trusted : .untrusted)
      let action = LotCommand.Action.allCases.randomElement(using: &random) ?? .pick
      let command = LotCommand(
        id: "\(step)", action: action,
        lot: action == .harvest ? nil : book.lots.randomElement(using: &random)?.id ?? "none",
        product: "carrots",
        quantity: Amount(thousandths: Int64.random(in: 0...100_000, using: &random)), by: "H", note: "n",
        store: Bool.random(using: &random) ? "cold-2" : nil)
      _ = book.apply(command, at: now)
      for availability in book.step(at: now) {
        #expect(availability.availableToPromise >= .zero)
        #expect(availability.status == .available || availability.availableToPromise == .zero, "seed \(seed)")
        #expect(now.clock == .trusted || availability.status != .available, "seed \(seed)")
      }
      guard step % 20 == 0 else { continue }
      let snapshot = book.snapshot
      let kept = try JSONValue(parsing: snapshot.canonicalBytes, limits: JSONLimits(bytes: 1 << 20))
      let restored = try LotBook(restoring: kept, products: [carrots(localShare: 20)], terms: market)
      #expect(restored.snapshot == snapshot, "seed \(seed)")
    }
  }
}
