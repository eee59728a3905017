import ClaimKeys
import Claims
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

  let place: JournalPlace
  let link: BrokerLink?
  private let queue: ClaimQueue
  let clock: SystemClock
  let log: Logger
  /// Nil until it could be opened.
  var store: JournalStore?
  var ring: KeyRing?
  var window = OutboxWindow(limit: windowLimit, bytesLimit: windowBytes, acknowledged: 0)
  /// Whether the disk may hold something that was not handed over yet.
  var mayOweEntries = true
  var mayOweStates = true
  /// No state that is owed was said before this entry.
  var statesAfter: UInt64 = 0
  /// Beyond this entry there may be states that were not looked at.
  var statesUntil = UInt64.max
  /// Connections that the link had when states were repeated last.
  var connects: UInt64 = 0
  /// What was handed over before this token went to an earlier connection.
  var repeatedFrom: UInt64 = 0
  var cursorToKeep: UInt64?
  var statesToKeep: [String: Int64] = [:]
  /// What the broker has is kept with what is kept anyway, and for its own sake only now and then: it costs nothing but
  /// repetition to forget it.
  var answersToKeep = 0
  var answersSince: Instant?
  /// The disk may hold samples of this boot that are dated by a clock that was not right.
  var mayHoldUndated = true
  /// Written since the outbox was counted.
  var isCounted = false
  var retry = RetryPause()
  var head = JournalHead.empty
  /// The journal was replaced, and the gateway has to say everything anew.
  private(set) var isNew = false
  var look = JournalReport()
  private let shared = Mutex(JournalReport(trouble: "the journal is not open yet"))
  private let roundsMade = Atomic<UInt64>(0)
  private let isSilent = Atomic<Bool>(false)

  /// In the link's hands at a time, which gives libmosquitto fewer still.
  static let windowLimit = 256
  static let windowBytes = 512 << 10
  /// Answers of the broker that are not kept yet: so many, or for so long.
  static let answersMax = 256
  static let answersDelay = Duration.seconds(60)

  init(_ place: JournalPlace, link: BrokerLink?, queue: ClaimQueue, clock: SystemClock, log: Logger) {
    (self.place, self.link, self.queue, self.clock, self.log) = (place, link, queue, clock, log)
  }

  /// The newest look, from any thread.
  nonisolated var report: JournalReport {
    var report = shared.withLock { $0 }
    if isSilent.load(ordering: .relaxed) { report.trouble = "the journal does not answer: its disk hangs" }
    return report
  }

  /// How often its thread has come round, from any thread.
  nonisolated var rounds: UInt64 { roundsMade.load(ordering: .relaxed) }

  /// What a bystander has noticed, from any thread.
  nonisolated func note(_ news: JournalWatch.News) {
    isSilent.store(news == .silent, ordering: .relaxed)
    switch news {
    case .silent:
      log.error(
        "the journal has not answered for \(JournalWatch.looksMax) s; claims wait in memory, control runs on")
    case .answersAgain: log.notice("the journal answers again")
    }
  }

  // MARK: From time to time

  /// Opens the journal where it can be opened now.
  /// - Returns: What the gateway goes on from; nil when it has to be tried again.
  func open() -> MarketStart? {
    let now = clock.now()
    guard store == nil, retry.isOver(at: now.instant) else { return nil }
    do throws(JournalError) {
      let opened = try place.open(at: now)
      window = OutboxWindow(
        limit: Self.windowLimit, bytesLimit: Self.windowBytes,
        acknowledged: try opened.store.acknowledgedSequence())
      // The broker may have forgotten what it kept.
      try opened.store.repeatStates()
      (store, head, ring) = (opened.store, opened.head, opened.ring)
      look.trouble = nil
      look.lasting = opened.troubles
      for trouble in opened.troubles {
        if opened.isBroken { log.note(.journalAside, .error, "\(trouble)") } else { log.error("\(trouble)") }
      }
      if ring?.isToBeAnnounced == true {
        log.note(.keyRotated, .notice, "the signing key was rotated; the one before signs the new one")
      }
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
    if retry.isOver(at: now.instant) {
      write(at: now)
      dateSamples(at: now)
    }
    feed(at: now.wall)
    show()
  }

  /// Once a second: since when the broker has been lacking something.
  func noteAge() {
    let isOwed = head.sequence > window.acknowledged
    // A disk in trouble has said so already.
    look.oldestOwed = isOwed ? try? store?.time(ofEntry: window.acknowledged + 1) : nil
    show()
  }

  func dateSamples(at now: Moment) {
    guard mayHoldUndated, now.clock == .trusted else { return }
    attempt { [self] store throws(JournalError) in
      let count = try store.dateSamples(ofBoot: place.boot, at: now)
      mayHoldUndated = false
      if count > 0 { log.notice("the clock is right, and \(count) samples of this boot have their time now") }
    }
  }

  /// Lets go of what is too old or too much.
  func tidy() {
    let now = clock.now()
    let isOwed = link != nil
    attempt { [self] store throws(JournalError) in
      isCounted = false  // states expire
      guard store.isInPlace else { throw .displaced(store.path) }
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
    write(at: clock.now(), evenAnswers: true)
    feed(at: clock.now().wall)
    show()
  }

  /// The gateway has said everything anew.
  func isToldAnew() { isNew = false }

  func areAnswersDue(at now: Instant) -> Bool {
    answersToKeep >= Self.answersMax || answersSince.map { now - $0 >= Self.answersDelay } ?? false
  }

  func write(at now: Moment, evenAnswers: Bool = false) {
    let batch = queue.take()
    guard !batch.isEmpty || areAnswersDue(at: now.instant) || (evenAnswers && answersToKeep > 0) else {
      return
    }
    let entries =
      batch.claims.map { JournalEntry($0, boot: place.boot) }
      + batch.facts.map { JournalEntry.fact(name: $0, $1) }
    let (cursor, states) = (cursorToKeep, statesToKeep)
    let isKept = attempt { store throws(JournalError) in
      try store.append(entries, acknowledging: cursor, states: states)
    }
    guard isKept else {
      queue.putBack(batch)
      retry.begin(at: now.instant)
      return
    }
    retry.end()
    queue.kept(batch)
    look.commits += 1
    if entries.contains(where: \.isUndated) { mayHoldUndated = true }
    let hasStates = entries.contains(where: \.isState)
    if hasStates || !states.isEmpty { isCounted = false }
    (cursorToKeep, statesToKeep, answersToKeep, answersSince) = (nil, [:], 0, nil)
    for case .ledger(let row) in entries {
      head = row.head
      mayOweEntries = true
    }
    if hasStates { (mayOweStates, statesAfter) = (true, 0) }
  }

  /// - Returns: Whether it went well. What did not is told once.
  @discardableResult
  func attempt(_ action: (JournalStore) throws(JournalError) -> Void) -> Bool {
    guard let store else { return false }
    do throws(JournalError) {
      try action(store)
      if look.trouble != nil { log.notice("the journal takes what it is given again") }
      look.trouble = nil
      return true
    } catch {
      note(error)
      return false
    }
  }

  func note(_ error: JournalError) {
    tell(error)
    if error.cause == .damaged { replace() }
  }

  func tell(_ error: JournalError) {
    look.failures += 1
    if look.trouble != error.description {
      log.note(.journalTrouble, .error, "\(error); claims wait in memory, control runs on")
    }
    look.trouble = error.description
  }

  func replace() {
    do throws(JournalError) {
      guard let damaged = store else { return }
      let replacement = try damaged.replaced(after: head)
      store = replacement.store
      isNew = true
      look.replaced += 1
      look.lostEntries += replacement.lost
      let aside = replacement.aside.map { "what it held lies in \($0)" } ?? "it was gone"
      look.lasting.append(
        "the journal was damaged, \(aside); \(replacement.lost) entries that the marketplace lacks are lost")
      window = window.renewed(acknowledged: try replacement.store.acknowledgedSequence())
      (mayOweEntries, mayOweStates, statesAfter, isCounted) = (true, true, 0, false)
      log.note(
        .journalAside, .error,
        "the journal was damaged; it lies in \(replacement.aside ?? "no place any more"), and the chain goes on behind entry \(head.sequence)",
        metadata: ["facts_saved": "\(replacement.facts)", "entries_lost": "\(replacement.lost)"])
    } catch {
      log.error("\(error)")
    }
  }

  func show() {
    roundsMade.add(1, ordering: .relaxed)
    look.waitingBytes = queue.bytes
    // One in trouble has said so already.
    if !isCounted, let depth = try? store?.depth(at: clock.now().wall) {
      (look.owedStates, look.deadLetters, isCounted) = (depth.states, depth.deadLetters, true)
    }
    look.owedEntries = head.sequence - min(head.sequence, window.acknowledged)
    var report = look
    report.owedStates = max(0, look.owedStates - statesToKeep.count)
    shared.withLock { $0 = report }
  }
}
