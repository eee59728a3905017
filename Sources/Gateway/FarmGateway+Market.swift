public import CanonicalJSON
public import Claims
public import FarmUnits
import Harvest

extension FarmGateway {
  /// Takes up lots and claims where they stood when they were last kept.
  ///
  /// - Throws: `LotBookError` when the lots cannot be read: nothing is sold then until a person has looked.
  public mutating func openMarket(_ start: MarketStart, at now: Moment) throws {
    defer { if start.seal != nil { sayStatus(at: now) } }
    market = start.seal.map { makeMarket($0, start.memory) }
    if !start.keysAreTold { market?.sayKeys(at: now) }
    try lots.open(start.lots)
    if start.lotsAreEarlier { holdAll(revisionFloor: start.memory.revisionFloor, at: now) }
  }

  /// Nothing is sold of lots as they were once: a person weighs them, and releases them.
  private mutating func holdAll(revisionFloor floor: Int64, at now: Moment) {
    lots.skipRevisions(to: floor)
    lots.republish()
    for lot in lots.book.lots {
      // One that is withdrawn or expired refuses, and stays so.
      let command = LotCommand(
        id: "restored-\(lot.id)", action: .hold, lot: lot.id, by: "gateway \(identity.session)",
        note: "The journal was put back from an earlier copy: weigh the lot, then release it.")
      noteEvidence(command, lots.carryOut(command, at: now), at: now)
    }
  }

  /// The broker of the marketplace is there again, and may have told the last will meanwhile.
  public mutating func marketConnected(at now: Moment) { sayStatus(at: now) }

  mutating func sayStatus(at now: Moment) {
    owesStatus = !canKeep
    guard canKeep else { return }
    let state = GatewayState.online(
      session: identity.session, version: identity.version, since: identity.started.wall)
    market?.say(state, at: now)
  }

  /// For the marketplace's broker to tell when the connection is gone; a new one for each connection. Nil without a key.
  public mutating func marketWill(at now: Moment) -> OutgoingMessage? {
    let session = identity.session
    return market?.will(session: session, at: now)
  }

  /// The journal had to begin anew: everything that is to outlive a restart is to be kept once more.
  public mutating func keepAnew(at now: Moment) {
    lots.keepAll()
    lots.republish()
    market?.sayKeys(at: now)
    sayStatus(at: now)
    publishLots(at: now)
  }

  /// What is to be kept, and then told to the marketplace; the caller has it then.
  public mutating func takeKept() -> KeptBatch {
    defer { kept = KeptBatch() }
    kept.claims = (market?.takeKept() ?? []) + kept.claims
    let changed = lots.takeChanged()
    for (lot, json) in changed { kept.facts[KeptLots.name(ofLot: lot)] = json.bytes }
    if !changed.isEmpty { kept.facts[KeptLots.stores] = lots.storesSnapshot.bytes }
    return kept
  }

  // MARK: Lots

  /// What a person did with a lot, as evidence.
  mutating func noteEvidence(_ command: LotCommand, _ answer: CommandAnswer, at now: Moment) {
    guard answer.result != .refused, let id = answer.lot, let lot = lots.book.lot(id) else { return }
    market?.say(command, about: lot, at: now)
    kept.isUrgent = true
  }

  mutating func publishLots(at now: Moment) {
    guard canKeep, lots.isOpen else { return }
    // The desk is taken out while it is used: nothing of it is copied.
    var market = market.take()
    defer { self.market = market }
    for availability in lots.due(at: now, newID: { market?.newID(at: now) }) {
      say(site.lot(availability, decision: market?.reference(of: availability)))
      discovery?.appeared(availability, at: now)
      market?.say(availability, at: now)
      if availability.status == .withdrawn { kept.isUrgent = true }
      catalogueHasChanged = true
    }
    for record in lots.takeRecords() { market?.say(record, lots: lots.book.lots, at: now) }
    for lot in lots.takeRetired() {
      discovery?.retired(lot: lot)
      say(site.cleared(site.topics.lot(lot)))
      kept.facts[KeptLots.name(ofLot: lot)] = .some(nil)
      market?.forget(lot: lot)
      catalogueHasChanged = true
    }
  }

  /// What the stores have measured of a quarter of an hour that nobody will see the end of.
  mutating func closeStores(at now: Moment) {
    guard canKeep, lots.isOpen else { return }
    lots.closeRecords(at: now)
    for record in lots.takeRecords() { market?.say(record, lots: lots.book.lots, at: now) }
  }

  /// At most every 10 s: one document tells of all lots.
  mutating func publishCatalogue(at now: Moment) {
    guard catalogueHasChanged, catalogueTold.map({ now.instant - $0 >= .seconds(10) }) ?? true else { return }
    (catalogueHasChanged, catalogueTold) = (false, now.instant)
    let offered = lots.book.lots.compactMap { lots.book.availability(of: $0.id) }
    say(site.catalogue(LocalCatalogue(farm: farm, lots: offered)))
  }

  /// Between two looks at the cold stores, for the rules that judge the lots in them.
  private static let recordPeriod = Duration.seconds(10)

  /// A probe that was never heard is told as well: missing data is never evidence of being cold.
  mutating func recordStores(at now: Moment) {
    if let recorded, now.instant - recorded < Self.recordPeriod { return }
    recorded = now.instant
    for probe in probes {
      let state = board.state(probe.channel)
      let reading =
        state?.reading
        ?? Reading(value: nil, unit: .celsius, quality: .missing, acquired: now, sequence: 0)
      lots.record(
        reading, disagrees: state?.flags.contains(.disagrees) ?? false, probe: probe.probe,
        store: probe.store, at: now)
    }
  }

  mutating func publishSoil(at now: Moment) {
    guard canKeep, market != nil else { return }
    for field in soil.due(at: now.instant, reading: { board.reading($0) }) { market?.say(field, at: now) }
  }
}

/// The names under which a journal keeps lots and stores.
public enum KeptLots {
  public static let prefix = "lot/"
  public static let stores = "stores"

  public static func name(ofLot id: String) -> String { prefix + id }

  /// `LotBook.snapshot` of what was kept; nil where nothing was.
  ///
  /// - Parameters:
  ///   - lots: In any order, as they were kept.
  ///   - stores: As they were kept.
  public static func snapshot(lots: [JSONValue], stores: JSONValue?) -> JSONValue? {
    if lots.isEmpty && stores == nil { return nil }
    return ["version": .integer(LotBook.snapshotVersion), "lots": .array(lots), "stores": stores ?? [:]]
  }
}
