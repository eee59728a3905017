import FarmUnits
import Journal
import Logging
import MQTTLink

/// To the broker.
extension ClaimKeeper {
  func feed(at now: WallTime) {
    // What is handed over without a connection is out of date when there is one.
    guard let store, let link, link.status.state == .connected, repeatAfterConnect(link.status.connects),
      window.isHalfEmpty, mayOweEntries || mayOweStates
    else { return }
    do throws(JournalError) {
      let rows =
        mayOweEntries
        ? try store.ledger(after: window.handedOver, limit: window.room, bytes: window.roomBytes) : []
      mayOweEntries = rows.last.map { $0.sequence < head.sequence } ?? false
      var states = try statesToHand(upTo: rows.last?.sequence ?? .max, at: now)
      var batch = Handover(at: now, capacity: rows.count + states.count)
      // As they were said: a state stands between the entry that it was derived from and the next.
      for row in rows where !window.isSettledOrOnItsWay(ledger: row.sequence) {
        guard hand(&states, before: row.sequence, in: &batch), row.sequence <= statesUntil, window.room > 0
        else {
          mayOweEntries = true
          break
        }
        hand(PendingMessage(origin: .ledger(sequence: row.sequence), message: row.message), in: &batch)
      }
      if !mayOweEntries { _ = hand(&states, before: .max, in: &batch) }
      if let left = states.first { (mayOweStates, statesAfter) = (true, min(statesAfter, left.after)) }
      hand(over: batch, to: link)
    } catch {
      note(error)
    }
  }

  /// States that may have to go before an entry. None as long as the disk does not know which of them the broker has.
  func statesToHand(upTo sequence: UInt64, at now: WallTime) throws(JournalError) -> ArraySlice<
    PendingMessage
  > {
    statesUntil = .max
    guard mayOweStates, sequence > statesAfter else { return [] }
    if !statesToKeep.isEmpty, retry.isOver(at: clock.now().instant) {
      write(at: clock.now(), evenAnswers: true)
    }
    guard statesToKeep.isEmpty, let store else { return [] }
    let states = try store.pendingStates(at: now, limit: window.limit)
    (mayOweStates, statesAfter) = (states.count == window.limit, states.last?.after ?? 0)
    if mayOweStates { statesUntil = statesAfter }
    return states[...]
  }

  /// - Returns: False when there is no room for all of them.
  func hand(
    _ states: inout ArraySlice<PendingMessage>, before sequence: UInt64, in batch: inout Handover
  ) -> Bool {
    while let state = states.first, state.after < sequence {
      if window.isOnItsWay(topic: state.message.topic) {
        // Behind the older one, which is on its way.
        (mayOweStates, statesAfter) = (true, 0)
      } else if window.room == 0 {
        return false
      } else {
        hand(state, in: &batch)
      }
      states.removeFirst()
    }
    return true
  }

  /// On a new connection the broker may have forgotten what it kept: the newest of each topic goes out again.
  func repeatAfterConnect(_ count: UInt64) -> Bool {
    guard count != connects else { return true }
    // Before the first one everything was repeated already.
    let isDone = connects == 0 || attempt { store throws(JournalError) in try store.repeatStates() }
    guard isDone else { return false }
    // What the last connection acknowledged and the disk does not know yet, the broker may have forgotten as well.
    if connects != 0 { (statesToKeep, repeatedFrom) = ([:], window.nextToken) }
    (connects, mayOweStates, statesAfter, isCounted) = (count, true, 0, false)
    return true
  }

  func hand(_ pending: PendingMessage, in batch: inout Handover) {
    batch.append(pending.message, token: window.handOver(pending))
  }

  /// What the link does not take now comes back; what it can never take is buried.
  func hand(over batch: Handover, to link: BrokerLink) {
    var next = 0
    while next < batch.messages.count {
      let (taken, refusal) = link.publish(inOrder: batch.messages[next...])
      next += taken
      guard let refusal else { return }
      guard refusal == .invalid || refusal == .tooLarge else {
        for token in batch.tokens[next...] { giveBack(token) }
        return
      }
      bury(batch.tokens[next], reasonCode: 0x95)
      next += 1
    }
  }

  /// What the broker has said.
  func answered(_ batch: [Acknowledgement]) {
    for answer in batch {
      switch answer.outcome {
      case .accepted, .expired: note(window.settle(answer.token), of: answer.token)
      case .refused(let code): bury(answer.token, reasonCode: code)
      case .superseded, .failed: giveBack(answer.token)
      }
    }
    // Before the disk is asked to keep what the broker said: meanwhile the link has something to do.
    feed(at: clock.now().wall)
    work()
  }

  func note(_ progress: OutboxWindow.Progress, of token: UInt64) {
    switch progress {
    case .none: return
    case .ledger(let sequence): cursorToKeep = sequence
    // Said on a connection that is gone, and heard after it: the broker may have forgotten it since.
    case .state where token < repeatedFrom: (mayOweStates, statesAfter) = (true, 0)
    case .state(let topic, let revision):
      statesToKeep[topic] = revision
      if topic == place.keysTopic, var ring {
        if let trouble = place.announced(&ring) { log.error("\(trouble)") }
        self.ring = ring
      }
    }
    answersToKeep += 1
    answersSince = answersSince ?? clock.now().instant
  }

  func bury(_ token: UInt64, reasonCode: UInt8) {
    guard let message = window.message(of: token) else { return }
    log.error(
      "the marketplace's broker refuses a message for good",
      metadata: ["topic": "\(message.message.topic)", "code": "\(reasonCode)"])
    let now = clock.now().wall
    // What is not in the dead letters is handed over again: nothing is passed over.
    isCounted = false
    let isBuried = attempt { store throws(JournalError) in
      try store.bury(message, reasonCode: reasonCode, at: now)
    }
    if isBuried { note(window.settle(token), of: token) } else { giveBack(token) }
  }

  func giveBack(_ token: UInt64) {
    window.giveBack(token)
    (mayOweEntries, mayOweStates, statesAfter) = (true, true, 0)
  }
}
