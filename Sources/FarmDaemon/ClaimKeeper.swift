import Claims
import Dispatch
import FarmUnits
import Journal
import Logging
import MQTTLink
import RealTimeLoop
import Synchronization

/// What `counters` and `status` say of the journal.
struct JournalReport: Equatable, Sendable {
  /// What is wrong with it; nil when it takes what it is given.
  var trouble: String?
  /// In memory, not yet on the disk.
  var waitingBytes = 0
  /// Ledger entries and states that the broker does not have.
  var owedEntries: UInt64 = 0
  var owedStates = 0
  var deadLetters = 0
  /// In use on the disk.
  var bytes = 0
  var commits: UInt64 = 0
  var failures: UInt64 = 0
  /// Rows that went for room.
  var evicted: UInt64 = 0
  /// Damaged files that were set aside.
  var replaced: UInt64 = 0
}

/// The journal's own thread: keeps what the gateway says, and hands it from the disk to the marketplace's link, a small
/// window at a time.
///
/// A disk that does not take anything is told and tried again; control and the site's broker do not notice.
actor ClaimKeeper {
  private let executor = SerialExecutorQueue("journal")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private var store: JournalStore
  private let link: BrokerLink?
  private let queue: ClaimQueue
  private let clock: SystemClock
  private let log: Logger
  private var window: OutboxWindow
  /// Whether the disk may hold something that was not handed over yet.
  private var mayOweEntries = true
  private var mayOweStates = true
  private var cursorToKeep: UInt64?
  private var statesToKeep: [String: Int64] = [:]
  private var retry = RetryPause()
  private var head: JournalHead
  private var look = JournalReport()
  private let shared: Mutex<JournalReport>

  /// On their way at a time: what a crash makes the broker hear twice.
  private static let windowLimit = 32

  init(
    _ store: JournalStore, link: BrokerLink?, queue: ClaimQueue, clock: SystemClock, log: Logger
  ) throws(JournalError) {
    (self.store, self.link, self.queue, self.clock, self.log) = (store, link, queue, clock, log)
    window = OutboxWindow(limit: Self.windowLimit, acknowledged: try store.acknowledgedSequence())
    head = try store.head()
    shared = Mutex(JournalReport())
  }

  /// The newest look, from any thread.
  nonisolated var report: JournalReport { shared.withLock { $0 } }

  // MARK: From time to time

  /// Once, before anything else: the broker may have forgotten what it kept, and the file may be damaged inside.
  func begin() {
    attempt { store throws(JournalError) in
      try store.repeatStates()
      try store.check()
    }
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

  /// The last words: everything that waits, and the cursor.
  func end() {
    write(at: clock.now())
    show()
  }

  private func write(at now: Moment) {
    let batch = queue.take()
    guard !batch.isEmpty || cursorToKeep != nil || !statesToKeep.isEmpty else { return }
    let entries = batch.claims.map { JournalEntry($0) } + batch.facts.map { JournalEntry.fact(name: $0, $1) }
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
    do throws(JournalError) {
      try action(store)
      if look.trouble != nil { log.notice("the journal takes what it is given again") }
      look.trouble = nil
      return true
    } catch {
      look.failures += 1
      if look.trouble != error.description {
        log.error("\(error); claims wait in memory, control runs on")
      }
      look.trouble = error.description
      if error.cause == .damaged { replace() }
      return false
    }
  }

  private func replace() {
    do throws(JournalError) {
      let (fresh, aside) = try store.replaced(after: head)
      store = fresh
      look.replaced += 1
      window = OutboxWindow(limit: Self.windowLimit, acknowledged: head.sequence)
      log.error(
        "the journal was damaged; it lies in \(aside), and the chain goes on behind entry \(head.sequence)")
    } catch {
      log.error("\(error)")
    }
  }

  // MARK: To the broker

  private func feed(at now: WallTime) {
    guard let link, window.room > 0, mayOweEntries || mayOweStates else { return }
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
    if let depth = try? store.depth() {  // a journal in trouble has said so already
      (look.owedEntries, look.owedStates, look.deadLetters) = (depth.ledger, depth.states, depth.deadLetters)
    }
    let report = look
    shared.withLock { $0 = report }
  }
}

/// Longer pauses while a disk does not take anything: 1 s to 30 s.
struct RetryPause: Sendable {
  private var pause = Duration.seconds(1)
  private var until: Instant?

  func isOver(at now: Instant) -> Bool { until.map { $0 <= now } ?? true }
  mutating func begin(at now: Instant) {
    until = now.advanced(by: pause)
    pause = min(pause * 2, .seconds(30))
  }
  mutating func end() { (until, pause) = (nil, .seconds(1)) }
}

/// Runs an actor on one dispatch queue of its own, where it may block.
final class SerialExecutorQueue: SerialExecutor {
  private let queue: DispatchQueue

  init(_ name: String) { queue = DispatchQueue(label: name) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}

extension JournalEntry {
  init(_ claim: KeptClaim) {
    switch claim {
    case .ledger(let head, let previousHash, let at, let message):
      self = .ledger(
        LedgerRow(
          sequence: head.sequence, previousHash: previousHash, hash: head.hash, at: at,
          message: JournalMessage(message)))
    case .state(let revision, let message): self = .state(revision: revision, JournalMessage(message))
    case .input(let hash, let at, let bytes): self = .input(hash: hash, at: at, bytes)
    }
  }

  fileprivate var isState: Bool {
    switch self {
    case .state, .cleared: true
    default: false
    }
  }
}

extension JournalMessage {
  init(_ message: OutgoingMessage) {
    let expiry: WallTime? = if case .at(let end) = message.expiry { end } else { nil }
    self.init(
      topic: message.topic, payload: message.payload, retained: message.retained,
      contentType: message.contentType,
      expiresAt: expiry)
  }
}
