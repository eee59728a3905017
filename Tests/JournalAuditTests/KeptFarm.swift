import CanonicalJSON
import ClaimKeys
import Claims
import FarmUnits
import Harvest
import Journal
import JournalAudit
import Signatures
import TestSupport
import Testing

/// A farm that has harvested, stored and held a lot of carrots, with everything it said in a journal on the disk.
struct KeptFarm {
  static let start = WallTime(milliseconds: 1_790_000_000_000)
  static let lot = "CAR-1"

  let folder: TemporaryFolder
  let topics: MarketTopics
  let ring: KeyRing
  let store: JournalStore
  private let writer: MarketWriter
  private var ledger: Ledger
  private var book: LotBook
  private var identifiers = EventIdentifiers(random: SystemRandomNumberGenerator())
  private(set) var decisions: [String] = []

  static func moment(_ seconds: Int) -> Moment {
    Moment(
      instant: Instant(sinceBoot: .seconds(1000 + seconds)), wall: start.advanced(by: .seconds(seconds)),
      clock: .trusted)
  }

  /// - Parameter says: False: an empty journal.
  init(says: Bool = true, days: Int = 400) throws {
    folder = try TemporaryFolder()
    topics = try #require(MarketTopics(farm: "greenhollow", gateway: "gw1"))
    (ring, writer) = (KeyRing(at: Self.start), MarketWriter(topics: topics))
    store = try JournalStore.open(
      in: folder.path, budget: JournalStore.Budget(bytes: 1 << 26, days: days)
    ).store
    ledger = Ledger(signer: ring.signer, sha256: SHA2.sha256)
    let plan = ProductPlan(
      key: "carrots", name: "Carrots, topped", sku: "CAR-T-KG", unit: .kilogram,
      increment: try #require(Amount(roundingDown: 2.5)), buffer: try #require(Amount(roundingDown: 5)),
      store: "cold-1", productClass: .produce, limits: TemperatureLimits(max: 5, min: 0), lotPrefix: "CAR")
    book = LotBook(
      products: [plan],
      terms: ClaimTerms(validFor: .seconds(7200), refreshEvery: .seconds(1800), sellsToMarket: true))
    guard says else { return }
    try command(.harvest, 182.5, after: 1)
    try command(.stored, nil, after: 20)
    try command(.hold, nil, after: 60)
  }

  var reader: JournalReader { get throws { try JournalReader(in: folder.path) } }
  var keys: TrustedKeySet { TrustedKeySet(ring.keySet) }

  /// What `farmgate journal verify` finds.
  func report(keys: TrustedKeySet? = nil) throws -> ChainReport {
    try reader.look { try ChainAudit(topics: topics, keys: keys ?? self.keys).report(on: $0) }
  }

  func explanation(of id: String) throws -> ExplainedDecision? {
    try reader.look { try ExplainedDecision(of: id, in: $0, topics) }
  }

  /// A person's command, what follows from it, and everything kept.
  mutating func command(_ action: LotCommand.Action, _ quantity: Double?, after seconds: Int) throws {
    let now = Self.moment(seconds)
    let command = LotCommand(
      id: "c\(seconds)", action: action, lot: Self.lot, product: "carrots",
      quantity: quantity.flatMap { Amount(roundingDown: $0) }, unit: .kilogram, by: "ada", note: "looked at",
      method: .loadCell)
    let answer = book.apply(command, at: now)
    #expect(answer.result != .refused, "\(answer.text)")
    let lot = try #require(answer.lot.flatMap { book.lot($0) })
    let id = identifiers.next(at: now.wall)
    let evidence = LotEvidence(topics: topics).event(command, lot: lot, eventID: id, at: now.wall)
    var entries = [try chain(writer.lotEvidence(lot.id, evidence, id: id, at: now.wall), now)]
    var names = identifiers
    let due = book.step(at: now, newID: { names.next(at: now.wall) })
    identifiers = names
    for availability in due { entries += try say(availability, now) }
    try store.append(entries)
  }

  private mutating func say(_ availability: Availability, _ now: Moment) throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    let hash = ColdChainRules.standard.hash(SHA2.sha256)
    if let inputs = availability.newDecision {
      let context = DecisionContext(software: "1.0.0", rulesetHash: hash)
      let decision = KeptDecision(inputs, .standard, context, sha256: SHA2.sha256)
      decisions.append(inputs.id)
      entries.append(.input(hash: decision.hash, at: now.wall, decision.bytes))
      entries.append(try chain(writer.decision(decision, id: identifiers.next(at: now.wall)), now))
    }
    let event = writer.lotAvailability(
      availability, id: identifiers.next(at: now.wall),
      decision: DecisionReference(of: availability, .standard, hash: hash))
    entries.append(try state(event, revision: availability.revision))
    return entries
  }

  /// A signed record, in its place in the chain, with another status than what it rests on gives.
  mutating func sayOtherwise(about decision: String) throws {
    let now = Self.moment(500)
    let topic = topics.topic(.decision(decision))
    let row = try #require(try store.ledger(after: 0, limit: 1000).last { $0.message.topic == topic })
    var event = try CloudEvent(parsing: row.message.payload)
    var data = try #require(event.data.object)
    data["status"] = "available"
    (event.data, event.id) = (.object(data), identifiers.next(at: now.wall))
    try store.append([try chain(event, now)])
  }

  mutating func state(_ event: CloudEvent, revision: Int64) throws -> JournalEntry {
    let sealed = try ledger.seal(event)
    return .state(revision: revision, try message(sealed))
  }

  private mutating func chain(_ event: CloudEvent, _ now: Moment) throws -> JournalEntry {
    let before = ledger.head
    let sealed = try ledger.seal(event)
    return .ledger(
      LedgerRow(
        sequence: ledger.head.sequence, previousHash: before.hash, hash: ledger.head.hash, at: now.wall,
        message: try message(sealed)))
  }

  private func message(_ sealed: SealedEvent) throws -> JournalMessage {
    let message = try writer.message(sealed.bytes, of: sealed.event)
    return JournalMessage(
      topic: message.topic, payload: message.payload, retained: message.retained,
      contentType: message.contentType)
  }
}
