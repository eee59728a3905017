import CanonicalJSON
import ClaimKeys
import Claims
import FarmUnits
import Harvest
import Signatures
import Testing

@testable import Gateway

/// What a stranger who checks everything makes of what the gateway says to the marketplace.
struct MarketDeskTests {
  private static let start = WallTime(milliseconds: 1_790_000_000_000)

  private static func moment(_ seconds: Int) -> Moment {
    Moment(
      instant: Instant(sinceBoot: .seconds(1000 + seconds)), wall: start.advanced(by: .seconds(seconds)),
      clock: .trusted)
  }

  /// A farm that sells carrots, and a listener.
  private struct Market {
    var book: LotBook
    var desk: MarketDesk
    var verifier: EventVerifier
    let ring: KeyRing
    var inputs: [String: [UInt8]] = [:]
    var decisions: [JSONValue] = []

    init(ring: KeyRing, memory: MarketMemory = MarketMemory(), head: LedgerHead? = .empty) throws {
      let topics = try #require(MarketTopics(farm: "greenhollow", gateway: "gw1"))
      let plan = ProductPlan(
        key: "carrots", name: "Carrots, topped", sku: "CAR-T-KG", unit: .kilogram,
        increment: try #require(Amount(roundingDown: 2.5)), buffer: try #require(Amount(roundingDown: 5)),
        store: "cold-1",
        productClass: .produce, limits: TemperatureLimits(max: 5, min: 0), lotPrefix: "CAR")
      self.ring = ring
      book = LotBook(
        products: [plan],
        terms: ClaimTerms(validFor: .seconds(7200), refreshEvery: .seconds(1800), sellsToMarket: true))
      desk = MarketDesk(
        topics,
        MarketSeal(signer: ring.signer, announcer: ring.announcer, keys: ring.keySet, sha256: SHA2.sha256),
        rules: .standard, software: "1.0.0", sensors: ["cold-1": [.air: "cold-1-air"]], remembering: memory,
        random: SystemRandomNumberGenerator())
      verifier = EventVerifier(
        topics: topics, keys: ring.keySet.entries.map(\.key), head: head, sha256: SHA2.sha256,
        check: { Ed25519.isValid(publicKey: $0, message: $1, signature: $2) })
    }

    mutating func command(_ action: LotCommand.Action, _ quantity: Double?, after seconds: Int) throws
      -> String?
    {
      let now = MarketDeskTests.moment(seconds)
      let command = LotCommand(
        id: "c\(seconds)", action: action, lot: action == .harvest ? nil : book.lots.first?.id,
        product: "carrots",
        quantity: quantity.flatMap { Amount(roundingDown: $0) }, unit: .kilogram, by: "ada", note: "note",
        method: .loadCell)
      let answer = book.apply(command, at: now)
      #expect(answer.result != .refused, "\(answer.text)")
      if let id = answer.lot, let lot = book.lot(id) { desk.say(command, about: lot, at: now) }
      return answer.lot
    }

    mutating func step(after seconds: Int) {
      let now = MarketDeskTests.moment(seconds)
      var desk = desk
      for availability in book.step(at: now, newID: { desk.newID(at: now) }) {
        desk.say(availability, at: now)
      }
      self.desk = desk
    }

    /// - Returns: What was heard on each topic, checked.
    mutating func listen(after seconds: Int) throws -> [(topic: String, event: CloudEvent)] {
      var heard: [(String, CloudEvent)] = []
      for claim in desk.takeKept() {
        if case .input(let hash, _, let bytes) = claim {
          #expect(hash == hexadecimal(SHA2.sha256(bytes)))
          inputs[hash] = bytes
        }
        guard let message = claim.message, !message.payload.isEmpty else { continue }
        let event = try verifier.accept(
          message.payload, topic: message.topic, at: MarketDeskTests.moment(seconds).wall)
        heard.append((message.topic, event))
      }
      return heard
    }
  }

  @Test func `a harvest, its store and its sale are a chain that a stranger can check`() throws {
    var market = try Market(ring: KeyRing(at: Self.start))
    market.desk.sayKeys(at: Self.moment(0))
    let harvested = try market.command(.harvest, 182.5, after: 1)
    let lot = try #require(harvested)
    market.step(after: 1)
    _ = try market.command(.stored, nil, after: 2)
    market.step(after: 2)
    _ = try market.command(.hold, nil, after: 3)
    market.step(after: 3)
    let heard = try market.listen(after: 4)
    #expect(heard.filter { $0.event.type == .lotEvidence }.count == 3)
    #expect(heard.filter { $0.event.type == .decision }.count >= 1)
    #expect(heard.last?.event.data["status"] == "on_hold")
    #expect(heard.last?.topic == "nexus/v1/greenhollow/lots/\(lot)/availability")
    #expect(market.verifier.head == market.desk.head)
    #expect(market.desk.unsayable == 0)
  }

  @Test func `every decision can be made again from its kept inputs, byte for byte`() throws {
    var market = try Market(ring: KeyRing(at: Self.start))
    _ = try market.command(.harvest, 50, after: 1)
    market.step(after: 1)
    _ = try market.command(.hold, nil, after: 20)
    market.step(after: 20)
    let decisions = try market.listen(after: 21).filter { $0.event.type == .decision }
    #expect(decisions.count == 2)
    #expect(market.inputs.count == 2)
    for bytes in market.inputs.values {
      let explanation = try DecisionExplanation(inputs: bytes, sha256: SHA2.sha256)
      let published = try #require(decisions.first { $0.event.subject == explanation.id })
      #expect(explanation.gives(published.event.data))
      let hash = hexadecimal(SHA2.sha256(bytes))
      #expect(published.event.data["inputs"]?.string == "sha256:\(hash)")
    }
  }

  @Test func `a lot that is forgotten is cleared after everything that was said of it`() throws {
    var market = try Market(ring: KeyRing(at: Self.start))
    let harvested = try market.command(.harvest, 50, after: 1)
    let lot = try #require(harvested)
    for seconds in [1, 20, 40] {
      market.step(after: seconds)
      _ = try market.command(.weigh, Double(50 - seconds), after: seconds + 1)
    }
    market.desk.forget(lot: lot)
    let topic = "nexus/v1/greenhollow/lots/\(lot)/availability"
    let revisions = market.desk.takeKept().compactMap { claim -> (Int64, Bool)? in
      guard case .state(let revision, let message) = claim, message.topic == topic else { return nil }
      return (revision, message.payload.isEmpty)
    }
    #expect(revisions.count > 2)
    let last = try #require(revisions.last)
    #expect(last.1 && revisions.dropLast().allSatisfy { $0.0 < last.0 && !$0.1 })
  }

  @Test func `after a restart the chain and the revisions go on`() throws {
    let ring = KeyRing(at: Self.start)
    var market = try Market(ring: ring)
    market.desk.say(.online(session: "a", version: "1", since: Self.start), at: Self.moment(0))
    _ = try market.command(.harvest, 50, after: 1)
    let first = try market.listen(after: 2)
    let head = market.desk.head
    var again = try Market(
      ring: ring,
      memory: MarketMemory(head: head, revisions: ["nexus/v1/greenhollow/gateways/gw1/status": 1]), head: head
    )
    again.desk.say(.online(session: "b", version: "1", since: Self.start), at: Self.moment(10))
    _ = try again.command(.harvest, 20, after: 11)
    let second = try again.listen(after: 12)
    #expect(first.count == 2 && second.count == 2)
    #expect(again.desk.head.sequence == head.sequence + 1)
    #expect(second.first?.event.data["revision"] == 2)
  }

  @Test func `the keys of a rotation are signed by the key that listeners know`() throws {
    let old = KeyRing(at: Self.start)
    var ring = old
    ring.rotate(at: Self.moment(100).wall)
    var market = try Market(ring: ring)
    market.verifier.keys = Dictionary(
      uniqueKeysWithValues: old.keySet.entries.map { ($0.keyID, EventVerifier.TrustedKey($0.key)) })
    market.desk.sayKeys(at: Self.moment(101))
    #expect(try market.listen(after: 101).count == 1)
    market.desk.say(.offline(session: "s"), at: Self.moment(102))
    #expect(throws: EventFault.self) { try market.listen(after: 102) }
  }

  @Test func `a last will is signed and knows no revision`() throws {
    var market = try Market(ring: KeyRing(at: Self.start))
    let said = market.desk.will(session: "s", at: Self.moment(0))
    let will = try #require(said)
    #expect(will.retained)
    let event = try market.verifier.accept(will.payload, topic: will.topic, at: Self.moment(1).wall)
    #expect(event.data["state"] == "offline")
    #expect(event.position == nil)
  }
}
