import CanonicalJSON
public import Claims
import FarmUnits
import Harvest

/// What the marketplace was told before this start.
public struct MarketMemory: Sendable {
  public var head: LedgerHead
  /// The newest revision by topic.
  public var revisions: [String: Int64]
  /// Of topics whose revision is not known, after a loss: none was higher.
  public var revisionFloor: Int64

  public init(head: LedgerHead = .empty, revisions: [String: Int64] = [:], revisionFloor: Int64 = 0) {
    (self.head, self.revisions, self.revisionFloor) = (head, revisions, revisionFloor)
  }
}

/// Who signs, and with what.
public struct MarketSeal: Sendable {
  public var signer: ClaimSigner
  /// Signs the keys themselves.
  public var announcer: ClaimSigner
  public var keys: KeySet
  public var sha256: SHA256Digest

  public init(signer: ClaimSigner, announcer: ClaimSigner, keys: KeySet, sha256: @escaping SHA256Digest) {
    (self.signer, self.announcer, self.keys, self.sha256) = (signer, announcer, keys, sha256)
  }
}

/// Says to the marketplace what happened, what may be sold and what may fly: every claim signed, in its place in the
/// chain or with the chain's head, and with the decision that it rests on.
struct MarketDesk: Sendable {
  private let writer: MarketWriter
  private let evidence: LotEvidence
  private var rules: ColdChainRules
  private var rulesetHash: String
  private let software: String
  /// The sensors behind the probes of each store.
  private var sensors: [String: [StoreProbe: String]]
  private let seal: MarketSeal
  private var ledger: Ledger
  private var identifiers: EventIdentifiers
  private var revisions: [String: Int64]
  private let revisionFloor: Int64
  /// Ids of the latest evidence about each lot.
  private var evidenceIDs: [String: [String]] = [:]
  private var kept: [KeptClaim] = []
  /// Claims that could not be made, because they were too large or could not be signed.
  private(set) var unsayable: UInt64 = 0

  init(
    _ topics: MarketTopics, _ seal: MarketSeal, rules: ColdChainRules, software: String,
    sensors: [String: [StoreProbe: String]], remembering memory: MarketMemory,
    random: some RandomNumberGenerator & Sendable
  ) {
    (self.rules, self.software, self.sensors, self.seal) = (rules, software, sensors, seal)
    writer = MarketWriter(topics: topics)
    evidence = LotEvidence(topics: topics)
    rulesetHash = rules.hash(seal.sha256)
    ledger = Ledger(head: memory.head, signer: seal.signer, sha256: seal.sha256)
    identifiers = EventIdentifiers(random: random)
    (revisions, revisionFloor) = (memory.revisions, memory.revisionFloor)
  }

  var head: LedgerHead { ledger.head }

  /// What is to be kept and then told, in order; the caller has it then.
  mutating func takeKept() -> [KeptClaim] {
    defer { kept.removeAll(keepingCapacity: true) }
    return kept
  }

  /// Goes on by another configuration's rules; the chain is the same.
  mutating func adopt(rules: ColdChainRules, sensors: [String: [StoreProbe: String]]) {
    self.sensors = sensors
    guard rules != self.rules else { return }
    (self.rules, rulesetHash) = (rules, rules.hash(seal.sha256))
  }

  mutating func newID(at now: Moment) -> String { identifiers.next(at: now.wall) }

  // MARK: Lots

  /// What a claim names its decision by; nil where it has none.
  func reference(of availability: Availability) -> DecisionReference? {
    DecisionReference(of: availability, rules, hash: rulesetHash)
  }

  /// A lot as it stands, and the decision behind it where that is new.
  mutating func say(_ availability: Availability, at now: Moment) {
    if let inputs = availability.newDecision {
      chain(about: availability.lot, at: now) { evidence, id in
        evidence.event(availability, previous: inputs.previous, eventID: id, at: now.wall)
      }
      decide(inputs, lot: availability.lot, store: availability.store, at: now)
    }
    // A lot counts its own; what clears the topic must come after it.
    revisions[writer.topics.topic(.lotAvailability(availability.lot))] = availability.revision
    saySealed(
      writer.lotAvailability(availability, id: newID(at: now), decision: reference(of: availability)),
      revision: availability.revision)
  }

  private mutating func decide(_ inputs: DecisionInputs, lot: String, store: String?, at now: Moment) {
    do {
      let context = DecisionContext(
        software: software, rulesetHash: rulesetHash, sensors: store.flatMap { sensors[$0] } ?? [:],
        evidence: evidenceIDs[lot] ?? [])
      let decision = KeptDecision(inputs, rules, context, sha256: seal.sha256)
      // The decision's own id is the event's subject; its event has another.
      let event = try writer.decision(decision, id: newID(at: now))
      kept.append(.input(hash: decision.hash, at: now.wall, decision.bytes))
      chain(event, at: now)
    } catch {
      unsayable += 1
    }
  }

  /// A person did something with a lot.
  mutating func say(_ command: LotCommand, about lot: Lot, at now: Moment) {
    chain(about: lot.id, at: now) { evidence, id in
      evidence.event(command, lot: lot, eventID: id, at: now.wall)
    }
  }

  /// Evidence in its place, named by the decisions that follow.
  private mutating func chain(
    about lot: String, at now: Moment, _ event: (LotEvidence, _ id: String) -> JSONValue?
  ) {
    let id = newID(at: now)
    guard let event = event(evidence, id) else { return }
    chain(writer.lotEvidence(lot, event, id: id, at: now.wall), at: now)
    note(id, about: lot)
  }

  /// A quarter of an hour of a store, and what it did to the lots in it.
  mutating func say(_ record: StoreRecord, lots: [Lot], at now: Moment) {
    let topic = writer.topics.topic(.storeCondition(record.store))
    let revision = nextRevision(topic)
    kept.append(
      .condition(store: record.store, at: now, record.data(revision: revision).canonicalBytes))
    saySealed(writer.storeCondition(record, revision: revision, id: newID(at: now)), revision: revision)
    guard record.hasExcursion else { return }
    for lot in lots where lot.store == record.store && lot.onHand > .zero {
      chain(about: lot.id, at: now) { [rules] evidence, id in
        evidence.event(record, lot: lot, rules: rules, eventID: id)
      }
    }
  }

  private mutating func note(_ evidence: String, about lot: String) {
    var ids = evidenceIDs[lot] ?? []
    ids.append(evidence)
    evidenceIDs[lot] = ids.suffix(DecisionContext.mostEvidence)
  }

  /// A lot that nobody needs to know any more.
  mutating func forget(lot: String) {
    evidenceIDs[lot] = nil
    clear(.lotAvailability(lot))
  }

  // MARK: Everything else

  mutating func sayDrone(_ drone: String, record: JSONValue, at now: Moment) {
    let revision = nextRevision(writer.topics.topic(.droneHealth(drone)))
    saySealed(
      writer.droneHealth(drone, record: record, revision: revision, id: newID(at: now), at: now.wall),
      revision: revision)
  }

  mutating func say(_ soil: FieldSoil, at now: Moment) {
    let revision = nextRevision(writer.topics.topic(.fieldSoil(soil.field)))
    saySealed(
      writer.fieldSoil(soil, revision: revision, id: newID(at: now), at: now.wall), revision: revision)
  }

  mutating func say(_ state: GatewayState, at now: Moment) {
    let revision = nextRevision(writer.topics.topic(.gatewayStatus))
    saySealed(
      writer.gatewayStatus(state, revision: revision, id: newID(at: now), at: now.wall), revision: revision)
  }

  /// The keys, signed by the one that listeners know.
  mutating func sayKeys(at now: Moment) {
    let revision = nextRevision(writer.topics.topic(.gatewayKeys))
    let event = writer.gatewayKeys(seal.keys, revision: revision, id: newID(at: now), at: now.wall)
    let announcing = Ledger(head: ledger.head, signer: seal.announcer, sha256: seal.sha256)
    saySealed(event, revision: revision, by: announcing)
  }

  /// For the broker to tell when the connection is gone: made anew for each connection.
  mutating func will(session: String, at now: Moment) -> OutgoingMessage? {
    let event = writer.gatewayWill(session: session, id: newID(at: now), at: now.wall)
    do {
      let sealed = try ledger.sealWill(event)
      return try writer.message(sealed.bytes, of: sealed.event)
    } catch {
      unsayable += 1
      return nil
    }
  }

  /// The marketplace forgets a retained topic.
  mutating func clear(_ address: MarketAddress) {
    let topic = writer.topics.topic(address)
    kept.append(
      .state(
        revision: nextRevision(topic),
        OutgoingMessage(topic: topic, payload: [], retained: true, qualityOfService: 1, payloadFormat: nil)))
  }

  // MARK: Sealing

  private mutating func nextRevision(_ topic: String) -> Int64 {
    let revision = (revisions[topic] ?? revisionFloor) + 1
    revisions[topic] = revision
    return revision
  }

  private mutating func chain(_ event: CloudEvent, at now: Moment) {
    let previous = ledger.head.hash
    do {
      let sealed = try ledger.seal(event)
      kept.append(
        .ledger(
          head: ledger.head, previousHash: previous, at: now.wall,
          try writer.message(sealed.bytes, of: sealed.event)))
    } catch {
      unsayable += 1
    }
  }

  private mutating func saySealed(_ event: CloudEvent, revision: Int64, by other: Ledger? = nil) {
    do {
      // State leaves the chain where it is.
      var sealing = other ?? ledger
      let sealed = try sealing.seal(event)
      kept.append(.state(revision: revision, try writer.message(sealed.bytes, of: sealed.event)))
    } catch {
      unsayable += 1
    }
  }
}

extension StoreRecord {
  /// Whether a probe was beyond a limit, or told nothing.
  fileprivate var hasExcursion: Bool {
    [air, product].contains { summary in
      summary.map { $0.excursions.contains { $0.minutes > 0 } } ?? false
    }
  }
}
