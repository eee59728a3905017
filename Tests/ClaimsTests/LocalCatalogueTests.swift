import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

/// What neighbours are told, with a marketplace or without.
struct LocalCatalogueTests {
  /// 20 kg of each lot are the neighbours'.
  private static let shared: ProductPlan = {
    var plan = carrots
    plan.localShare = Amount(units: 20)
    return plan
  }()

  /// - Returns: The only lot's offer, as it is published after a harvest and what a person did then.
  private static func offer(
    _ quantity: Int, plan: ProductPlan = shared, _ commands: [LotCommand] = [], clock: ClockTrust = .trusted
  ) throws -> JSONValue {
    var book = LotBook(products: [plan], terms: ClaimTerms(withdrawalContact: "c", sellsToMarket: true))
    var now = moment()
    now.clock = clock
    _ = book.apply(
      LotCommand(id: "1", action: .harvest, product: "carrots", quantity: Amount(units: Int64(quantity))),
      at: now)
    let lot = try #require(book.lots.first?.id)
    for var command in commands {
      command.lot = lot
      #expect(book.apply(command, at: now).result == .accepted)
    }
    _ = book.step(at: now)
    let catalogue = LocalCatalogue(farm: "g", lots: [try #require(book.availability(of: lot))]).json
    #expect(catalogue["numberOfItems"] == 1)
    return try #require(catalogue["itemListElement"]?.array?.first)
  }

  private static func level(_ offer: JSONValue) -> JSONValue? { offer["inventoryLevel"]?["value"] }

  @Test func `a lot on sale is offered with its local share`() throws {
    let offer = try Self.offer(100)
    #expect(Self.level(offer) == 20)
    #expect(offer["availability"] == "https://schema.org/InStock")
    #expect(offer["description"] == nil)
  }

  @Test func `what is sold out at the marketplace is the neighbours' all the same`() throws {
    let offer = try Self.offer(20)
    #expect(Self.level(offer) == 20)
    #expect(offer["availability"] == "https://schema.org/InStock")
  }

  @Test func `a clock that nobody vouches for keeps nothing from the neighbours`() throws {
    let offer = try Self.offer(100, clock: .untrusted)
    #expect(Self.level(offer) == 20)
    #expect(offer["availability"] == "https://schema.org/InStock")
  }

  @Test func `a person's hold keeps it from everybody, and says why`() throws {
    let offer = try Self.offer(100, [LotCommand(id: "2", action: .hold, by: "Mira", note: "smells")])
    #expect(Self.level(offer) == 0)
    #expect(offer["availability"] == "https://schema.org/OutOfStock")
    #expect(offer["description"] == "Held by Mira: smells.")
  }

  @Test func `what was withdrawn is never to be had again`() throws {
    let offer = try Self.offer(100, [LotCommand(id: "2", action: .withdraw, by: "Mira", note: "glass")])
    #expect(Self.level(offer) == 0)
    #expect(offer["availability"] == "https://schema.org/Discontinued")
  }

  @Test func `of a lot without a local share neighbours get nothing, and are told so`() throws {
    let offer = try Self.offer(100, plan: carrots)
    #expect(Self.level(offer) == 0)
    #expect(offer["availability"] == "https://schema.org/OutOfStock")
    #expect(offer["description"]?.string?.contains("local sale") == true)
  }
}
