import CanonicalJSON
import ClaimKeys
import Claims
import FarmUnits
import Gateway
import Journal
import Signatures

/// Where the journal and the signing key lie, and what they hold at a start.
struct JournalPlace: Sendable {
  let directory: String
  let budget: JournalStore.Budget
  /// Nil: a credential outside a service.
  let keyPath: String?
  /// Distinguishes the machine's boots.
  let boot: String
  /// Of the gateway's keys on the marketplace.
  let keysTopic: String

  /// An open journal, and what the gateway goes on from.
  struct Opened: Sendable {
    var store: JournalStore
    var head: JournalHead
    var start: MarketStart
    /// Nil when nothing can be signed.
    var ring: KeyRing?
    /// In words, for the log and `status`.
    var troubles: [String]
    /// What there was is set aside or lost.
    var isBroken: Bool
  }

  /// Blocks on the disk. A key is made where there is none.
  ///
  /// - Throws: `JournalError` when there is no journal to be had now.
  func open(at now: Moment) throws(JournalError) -> Opened {
    let opening = try JournalStore.open(in: directory, budget: budget)
    let store = opening.store
    let head = try store.head()
    var troubles = opening.troubles
    var memory = MarketMemory(
      head: LedgerHead(sequence: head.sequence, hash: head.hash), revisions: try store.revisions())
    // No topic can have had more revisions than there have been seconds.
    memory.revisionFloor = try store.revisionFloor()
    if opening.isBroken { memory.revisionFloor = max(memory.revisionFloor, now.wall.milliseconds / 1000) }
    let facts = try store.facts()
    let ring: KeyRing?
    do {
      ring = try keyRing(at: now)
    } catch {
      troubles.append("nothing can be signed, so nothing is claimed: \(error)")
      ring = nil
    }
    let told = try store.state(of: keysTopic)
    var start = MarketStart(
      seal: ring.map {
        MarketSeal(signer: $0.signer, announcer: $0.announcer, keys: $0.keySet, sha256: SHA2.sha256)
      }, memory: memory)
    start.keysAreTold = ring.map { told?.tells($0.keySet) ?? false } ?? true
    start.lotsAreEarlier = opening.isEarlier
    let lots = facts.filter { $0.key.hasPrefix(KeptLots.prefix) }.sorted { $0.key < $1.key }
    start.lots = KeptLots.snapshot(
      lots: lots.compactMap { json($0.key, $0.value, &troubles) },
      stores: facts[KeptLots.stores].flatMap { json(KeptLots.stores, $0, &troubles) })
    return Opened(
      store: store, head: head, start: start, ring: ring, troubles: troubles, isBroken: opening.isBroken)
  }

  private func json(_ name: String, _ bytes: [UInt8], _ troubles: inout [String]) -> JSONValue? {
    do { return try JSONValue(parsing: bytes) } catch {
      troubles.append("\(name) cannot be read: \(error)")
      return nil
    }
  }

  private func keyRing(at now: Moment) throws(KeyFileError) -> KeyRing {
    guard let keyPath else { throw .missing("the service's credentials") }
    let file = KeyFile(keyPath)
    do throws(KeyFileError) {
      return try file.read()
    } catch .missing {
      // Of a clock that is not right nobody knows what it will call earlier.
      let ring = KeyRing(at: now.clock == .trusted ? now.wall : WallTime(milliseconds: 0))
      try file.create(ring)
      return ring
    }
  }

  /// The rotation is known: what the old private key was still kept for.
  /// - Returns: What was wrong.
  func announced(_ ring: inout KeyRing) -> String? {
    guard ring.isToBeAnnounced, let keyPath else { return nil }
    ring.announced()
    do {
      try KeyFile(keyPath).replace(with: ring)
      return nil
    } catch {
      return "the old private key is not needed any more and stays: \(error)"
    }
  }
}

extension JournalMessage {
  /// Whether it tells just these keys.
  fileprivate func tells(_ keys: KeySet) -> Bool {
    // What cannot be read tells nothing.
    guard let event = try? JSONValue(parsing: payload) else { return false }
    return event["data"]?["keys"] == keys.data(revision: 0)["keys"]
  }
}
