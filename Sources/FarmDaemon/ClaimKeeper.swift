import ClaimKeys
import Claims
import Dispatch
import FarmUnits
import Gateway
import Journal
import Logging
import MQTTLink
import RealTimeLoop
import Synchronization

/// The journal's own thread: keeps what the gateway says, and hands it from the disk to the marketplace's link, a small
/// window at a time.
///
/// A disk that does not take anything is told and tried again; control and the site's broker do not notice.
actor ClaimKeeper {
  private let executor = SerialExecutorQueue("journal")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let place: JournalPlace
  private let link: BrokerLink?
  private let queue: ClaimQueue
  private let clock: SystemClock
  private let log: Logger
  /// Nil until it could be opened.
  private var store: JournalStore?
  private var ring: KeyRing?
  private var window = OutboxWindow(limit: windowLimit, acknowledged: 0)
  /// Whether the disk may hold something that was not handed over yet.
  private var mayOweEntries = true
  private var mayOweStates = true
  private var cursorToKeep: UInt64?
  private var statesToKeep: [String: Int64] = [:]
  private var retry = RetryPause()
  private var head = JournalHead.empty
  /// The journal was replaced, and the gateway has to say everything anew.
  private(set) var isNew = false
  private var look = JournalReport()
  private let shared = Mutex(JournalReport(trouble: "the journal is not open yet"))

  /// On their way at a time: what a crash makes the broker hear twice.
  private static let windowLimit = 32

  init(_ place: JournalPlace, link: BrokerLink?, queue: ClaimQueue, clock: SystemClock, log: Logger) {
    (self.place, self.link, self.queue, self.clock, self.log) = (place, link, queue, clock, log)
  }

  /// The newest look, from any thread.
  nonisolated var report: JournalReport { shared.withLock { $0 } }

  // MARK: From time to time

  /// Opens the journal where it can be opened now.
  /// - Returns: What the gateway goes on from; nil when it has to be tried again.
  func open() -> MarketStart? {
    let now = clock.now()
    guard store == nil, retry.isOver(at: now.instant) else { return nil }
    do throws(JournalError) {
      let opened = try place.open(at: now)
      if !opened.salvagedFacts.isEmpty {
        try opened.store.append(opened.salvagedFacts.map { JournalEntry.fact(name: $0.key, $0.value) })
      }
      window = OutboxWindow(limit: Self.windowLimit, acknowledged: try opened.store.acknowledgedSequence())
      // The broker may have forgotten what it kept.
      try opened.store.repeatStates()
      (store, head, ring) = (opened.store, opened.head, opened.ring)
      look.trouble = nil
      look.lasting = opened.troubles
      for trouble in opened.troubles { log.error("\(trouble)") }
      retry.end()
      show()
      return opened.start
    } catch {
      tell(error)
      retry.begin(at: now.instant)
      show()
      return nil
    }
  }

  /// Once, in peace: looks whether the file is damaged inside.
  func check() {
    attempt { store throws(JournalError) in try store.check() }
    tidy()
  }

  /// Writes what waits, and hands over what the window takes.
  func work() {
    let now = clock.now()
    if retry.isOver(at: now.instant) { write(at: now) }
    feed(at: now.wall)
    show()
  }

  /// Lets go of what is too old or too much.
  func tidy() {
    let now = clock.now()
    let isOwed = link != nil
    attempt { [self] store throws(JournalError) in
      let eviction = try store.keepBudget(at: now.wall, isOwed: isOwed)
      look.bytes = eviction.bytes
      let gone = eviction.evicted.values.reduce(0, +) + eviction.ledger
      look.evicted += UInt64(gone)
      if gone > 0 { log.notice("the journal let go of \(gone) entries for room or by age") }
      if eviction.isOverBudget { log.error("the journal is over its budget and nothing may go") }
    }
    show()
  }

  /// The last words: everything that waits, on the disk and on its way.
  func end() {
    let now = clock.now()
    write(at: now)
    feed(at: now.wall)
    show()
  }

  /// The gateway has said everything anew.
  func isToldAnew() { isNew = false }

  private func write(at now: Moment) {
    let batch = queue.take()
    guard !batch.isEmpty || cursorToKeep != nil || !statesToKeep.isEmpty else { return }
    let entries =
      batch.claims.map { JournalEntry($0, boot: place.boot) }
      + batch.facts.map { JournalEntry.fact(name: $0, $1) }
    let (cursor, states) = (cursorToKeep, statesToKeep)
    let isKept = attempt { store throws(JournalError) in
      if !entries.isEmpty { try store.append(entries) }
      if let cursor { try store.acknowledge(through: cursor) }
      if !states.isEmpty { try store.acknowledge(states: states) }
    }
    guard isKept else {
      queue.putBack(batch)
      retry.begin(at: now.instant)
      return
    }
    retry.end()
    look.commits += 1
    (cursorToKeep, statesToKeep) = (nil, [:])
    for case .ledger(let row) in entries {
      head = row.head
      mayOweEntries = true
    }
    if entries.contains(where: \.isState) { mayOweStates = true }
  }

  /// - Returns: Whether it went well. What did not is told once.
  @discardableResult
  private func attempt(_ action: (JournalStore) throws(JournalError) -> Void) -> Bool {
    guard let store else { return false }
    do throws(JournalError) {
      try action(store)
      if look.trouble != nil { log.notice("the journal takes what it is given again") }
      look.trouble = nil
      return true
    } catch {
      tell(error)
      if error.cause == .damaged { replace() }
      return false
    }
  }

  private func tell(_ error: JournalError) {
    look.failures += 1
    if look.trouble != error.description {
      log.error("\(error); claims wait in memory, control runs on")
    }
    look.trouble = error.description
  }

  private func replace() {
    do throws(JournalError) {
      guard let damaged = store else { return }
      let (fresh, aside) = try damaged.replaced(after: head)
      store = fresh
      isNew = true
      look.replaced += 1
      look.lasting.append("the journal was damaged; what it held lies in \(aside)")
      window = OutboxWindow(limit: Self.windowLimit, acknowledged: head.sequence)
      log.error(
        "the journal was damaged; it lies in \(aside), and the chain goes on behind entry \(head.sequence)")
    } catch {
      log.error("\(error)")
    }
  }

  // MARK: To the broker

  private func feed(at now: WallTime) {
    guard let store, let link, window.room > 0, mayOweEntries || mayOweStates else { return }
    do throws(JournalError) {
      if mayOweEntries {
        let rows = try store.ledger(after: window.handedOver, limit: window.room)
        mayOweEntries = rows.count == window.room
        for row in rows where !window.isSettledOrOnItsWay(ledger: row.sequence) {
          guard hand(PendingMessage(origin: .ledger(sequence: row.sequence), message: row.message), link, now)
          else { return }
        }
      }
      guard mayOweStates, window.room > 0 else { return }
      let states = try store.pendingStates(at: now, limit: window.limit)
      mayOweStates = states.count == window.limit
      for state in states where window.room > 0 {
        if window.isOnItsWay(topic: state.message.topic) {
          mayOweStates = true
          continue
        }
        guard hand(state, link, now) else { return }
      }
    } catch {
      look.failures += 1
      if error.cause == .damaged { replace() }
    }
  }

  private func hand(_ pending: PendingMessage, _ link: BrokerLink, _ now: WallTime) -> Bool {
    let token = window.handOver(pending)
    let message = pending.message
    // Computed when it is handed over, not when it was made.
    let left = message.expiresAt.map { max(1, ($0.milliseconds - now.milliseconds) / 1000) }
    let outcome = link.publish(
      OutboundMessage(
        topic: message.topic, payload: message.payload, retained: message.retained,
        contentType: message.contentType, isText: !message.payload.isEmpty,
        expiry: left.map { .seconds($0) }, token: token))
    guard case .refused(let refusal) = outcome else { return true }
    if refusal == .invalid || refusal == .tooLarge {
      bury(token, reasonCode: 0x95)
      return true
    }
    giveBack(token)
    return false
  }

  /// What the broker has said.
  func answered(_ batch: [Acknowledgement]) {
    for answer in batch {
      switch answer.outcome {
      case .accepted, .expired: note(window.settle(answer.token))
      case .refused(let code): bury(answer.token, reasonCode: code)
      case .superseded, .failed: giveBack(answer.token)
      }
    }
    work()
  }

  private func note(_ progress: OutboxWindow.Progress) {
    switch progress {
    case .none: break
    case .ledger(let sequence): cursorToKeep = sequence
    case .state(let topic, let revision):
      statesToKeep[topic] = revision
      if topic == place.keysTopic, var ring {
        if let trouble = place.announced(&ring) { log.error("\(trouble)") }
        self.ring = ring
      }
    }
  }

  private func bury(_ token: UInt64, reasonCode: UInt8) {
    guard let message = window.message(of: token) else { return }
    log.error(
      "the marketplace's broker refuses a message for good",
      metadata: ["topic": "\(message.message.topic)", "code": "\(reasonCode)"])
    let now = clock.now().wall
    // What is not in the dead letters is handed over again: nothing is passed over.
    let isBuried = attempt { store throws(JournalError) in
      try store.bury(message, reasonCode: reasonCode, at: now)
    }
    if isBuried { note(window.settle(token)) } else { giveBack(token) }
  }

  private func giveBack(_ token: UInt64) {
    window.giveBack(token)
    (mayOweEntries, mayOweStates) = (true, true)
  }

  private func show() {
    look.waitingBytes = queue.bytes
    if let depth = try? store?.depth() {  // a journal in trouble has said so already
      (look.owedEntries, look.owedStates, look.deadLetters) = (depth.ledger, depth.states, depth.deadLetters)
    }
    let report = look
    shared.withLock { $0 = report }
  }
}
