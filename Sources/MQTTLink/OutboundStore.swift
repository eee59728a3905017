import FarmUnits

/// What is to be published, from `publish` to PUBACK, in three lanes, each bounded:
///
/// 1. retained messages: a table, newest of each topic (`RetainedTable`), but for those that their owner repeats;
/// 2. messages with a token: never dropped, refused when there are too many;
/// 3. all others: the oldest make room.
///
/// The lanes are emptied in this order. A lane whose first message needs a place in the window waits for it, and
/// lets the next lane go.
///
/// Decides only; the caller hands messages to libmosquitto and says what came back.
struct OutboundStore: Sendable {
  private struct Waiting: Sendable {
    var message: OutboundMessage
    var expiresAt: Instant?
  }
  /// Handed over and not acknowledged: libmosquitto keeps the bytes, and sends them again after a reconnect.
  private struct InFlight: Sendable {
    var identifier: Int32
    var topic: String
    var token: UInt64?
    var retainedVersion: UInt64?
    var since: Instant
  }
  /// A message on its way from its lane to libmosquitto.
  struct Outgoing: Sendable {
    var message: OutboundMessage
    fileprivate var expiresAt: Instant?
    /// What is left of its expiry, at least 1.
    var expirySeconds: UInt32?
    fileprivate var lane: Lane
    fileprivate var version: UInt64
  }
  fileprivate enum Lane { case retained, tokens, others }

  private var retained: RetainedTable
  private var tokens = Deque<Waiting>()
  private var others = Deque<Waiting>()
  private var inFlight: [InFlight] = []
  /// 1 while there is an `Outgoing`.
  private var outgoing = 0
  private var tokenBytes = 0
  private(set) var otherBytes = 0
  /// Taken and not answered.
  private(set) var openTokens = 0
  private var isStopped = false
  private let tokenCapacity, otherCapacity: QueueCapacity
  private let window: Int
  /// The largest packet the broker takes; nil: it has not said.
  private var packetLimit: Int?
  /// Answers to be given.
  private(set) var answers: [Acknowledgement] = []
  private(set) var counters = OutboundCounters()

  init(_ options: LinkOptions) {
    retained = RetainedTable(options.retainedCapacity)
    (tokenCapacity, otherCapacity) = (options.tokenCapacity, options.outboundCapacity)
    window = options.window
  }

  var inFlightCount: Int { inFlight.count }
  var waitingCount: Int { outgoing + retained.waitingCount + tokens.count + others.count }
  var retainedTopics: Int { retained.count }
  var retainedBytes: Int { retained.bytes }
  /// Something waits for a PUBACK to make room.
  var isHeldUp: Bool { inFlight.count >= window && waitingCount > 0 }
  /// Nothing waits, nothing is on its way.
  var isFlushed: Bool { inFlight.isEmpty && waitingCount == 0 }
  /// Since when the oldest message waits for its PUBACK.
  var oldestInFlight: Instant? { inFlight.first?.since }

  // MARK: in

  /// - Parameter unfetched: Answers that the consumer has not fetched. With the open tokens they may not exceed the
  ///   capacity, so every answer finds room.
  mutating func accept(_ message: OutboundMessage, at now: Instant, unfetched: Int) -> PublishOutcome {
    let outcome = place(message, at: now, unfetched: unfetched)
    if case .refused = outcome { counters.refused += 1 }
    return outcome
  }

  private mutating func place(_ message: OutboundMessage, at now: Instant, unfetched: Int) -> PublishOutcome {
    if isStopped { return .refused(.stopped) }
    guard message.isValid else { return .refused(.invalid) }
    if message.token != nil, openTokens + unfetched >= tokenCapacity.messages {
      return .refused(.tooManyTokens)
    }
    let expiresAt = message.expiry.map(now.advanced(by:))
    if message.retained, message.isRepeated || message.token == nil {
      switch retained.put(message, expiresAt: expiresAt) {
      case .refused(let refusal): return .refused(refusal)
      case .stored(let unsent, let token):
        if unsent { counters.superseded += 1 }
        if let token { answer(token, .superseded) }
        if message.token != nil { openTokens += 1 }
        return unsent ? .replacedOlder : .queued
      }
    }
    if message.token != nil {
      guard message.bytes <= tokenCapacity.bytes else { return .refused(.tooLarge) }
      guard tokenBytes + message.bytes <= tokenCapacity.bytes else { return .refused(.tooManyTokens) }
      openTokens += 1
      tokenBytes += message.bytes
      tokens.append(Waiting(message: message, expiresAt: expiresAt))
      return .queued
    }
    guard message.bytes <= otherCapacity.bytes, otherCapacity.messages > 0 else { return .refused(.tooLarge) }
    var dropped = 0
    while others.count >= otherCapacity.messages || otherBytes + message.bytes > otherCapacity.bytes {
      guard let oldest = others.popFirst() else { break }
      otherBytes -= oldest.message.bytes
      dropped += 1
    }
    counters.dropped += UInt64(dropped)
    others.append(Waiting(message: message, expiresAt: expiresAt))
    otherBytes += message.bytes
    return dropped > 0 ? .droppedOldest(dropped) : .queued
  }

  // MARK: out

  /// The message to be handed over now. It is out of its lane, where publishers go on replacing and dropping, so
  /// the caller must say what came of it: `handedOver`, `rejected` or `putBack`.
  mutating func next(at now: Instant) -> Outgoing? {
    for lane in [Lane.retained, .tokens, .others] {
      while let (message, expiresAt, version) = first(of: lane) {
        if let expiresAt, expiresAt <= now {
          counters.expired += 1
          forgetFirst(of: lane, .expired)
        } else if let packetLimit, message.packetBytes > packetLimit {
          counters.refusedByBroker += 1
          counters.refusedByBrokerTopics.add(message.topic)
          if let token = message.token { answer(token, .refused(reasonCode: 0x95)) }
          removeFirst(of: lane)  // a retained one stays in its table: the next broker may take more
        } else if message.qualityOfService == .atLeastOnce, inFlight.count >= window {
          break  // this lane waits
        } else {
          let left = expiresAt.map {
            UInt32(clamping: max(1, (now.duration(to: $0).milliseconds + 999) / 1000))
          }
          removeFirst(of: lane)
          outgoing = 1
          return Outgoing(
            message: message, expiresAt: expiresAt, expirySeconds: left, lane: lane, version: version)
        }
      }
    }
    return nil
  }

  /// libmosquitto has it, under this packet identifier.
  mutating func handedOver(_ sent: Outgoing, identifier: Int32, at now: Instant) {
    outgoing = 0
    let message = sent.message
    counters.published += 1
    counters.bytes += UInt64(message.payload.count)
    let version = sent.lane == .retained ? sent.version : nil
    if message.qualityOfService == .atLeastOnce {
      inFlight.append(
        InFlight(
          identifier: identifier, topic: message.topic, token: message.token, retainedVersion: version,
          since: now))
    } else {
      if let version { retained.settled(message.topic, version: version) }
      if let token = message.token { answer(token, .accepted(reasonCode: 0)) }
    }
  }

  /// libmosquitto will not have it, now or ever.
  mutating func rejected(_ refused: Outgoing, code: Int32) {
    outgoing = 0
    counters.failed += 1
    if refused.lane == .retained { retained.forget(refused.message.topic, version: refused.version) }
    if let token = refused.message.token { answer(token, .failed(code: code)) }
  }

  /// The connection broke before libmosquitto had it: it waits again, before all others of its lane.
  mutating func putBack(_ unsent: Outgoing) {
    outgoing = 0
    let message = unsent.message
    let waiting = Waiting(message: message, expiresAt: unsent.expiresAt)
    switch unsent.lane {
    case .retained:
      guard !retained.putBack(message, version: unsent.version) else { return }
      counters.superseded += 1
      if let token = message.token { answer(token, .superseded) }
    case .tokens:
      tokens.prepend(waiting)
      tokenBytes += message.bytes
    case .others:
      others.prepend(waiting)
      otherBytes += message.bytes
    }
  }

  /// PUBACK. Unknown identifiers are nobody's.
  ///
  /// - Returns: The topic that the broker refused.
  mutating func acknowledged(_ identifier: Int32, reasonCode: UInt8) -> String? {
    guard let index = inFlight.firstIndex(where: { $0.identifier == identifier }) else { return nil }
    let message = inFlight.remove(at: index)
    if let version = message.retainedVersion { retained.settled(message.topic, version: version) }
    if reasonCode < 0x80 {
      counters.acknowledged += 1
      if let token = message.token { answer(token, .accepted(reasonCode: reasonCode)) }
      return nil
    }
    counters.refusedByBroker += 1
    counters.refusedByBrokerTopics.add(message.topic)
    if let token = message.token { answer(token, .refused(reasonCode: reasonCode)) }
    return message.topic
  }

  /// CONNACK: retained topics go out again, and the wait for PUBACKs starts anew, for libmosquitto repeats what
  /// is in flight.
  ///
  /// - Parameter packetLimit: The broker's Maximum Packet Size, in bytes.
  mutating func connected(at now: Instant, packetLimit: Int?) {
    self.packetLimit = packetLimit
    for index in inFlight.indices { inFlight[index].since = now }
    let flying = inFlight
    counters.repeated += UInt64(
      retained.repeatAll { topic, version in
        flying.contains { $0.topic == topic && $0.retainedVersion == version }
      })
  }

  /// The connection was given up because of `oldestInFlight`.
  mutating func overdue() { counters.overdueConnections += 1 }

  /// Takes nothing more.
  mutating func stop() { isStopped = true }

  mutating func takeAnswers() -> [Acknowledgement] {
    defer { answers = [] }
    return answers
  }

  // MARK: lanes

  private func first(of lane: Lane) -> (OutboundMessage, Instant?, UInt64)? {
    switch lane {
    case .retained: retained.first.map { ($0.message, $0.expiresAt, $0.version) }
    case .tokens: tokens.first.map { ($0.message, $0.expiresAt, 0) }
    case .others: others.first.map { ($0.message, $0.expiresAt, 0) }
    }
  }

  private mutating func removeFirst(of lane: Lane) {
    switch lane {
    case .retained: retained.removeFirst()
    case .tokens: if let first = tokens.popFirst() { tokenBytes -= first.message.bytes }
    case .others: if let first = others.popFirst() { otherBytes -= first.message.bytes }
    }
  }

  private mutating func forgetFirst(of lane: Lane, _ outcome: Acknowledgement.Outcome) {
    if let token = first(of: lane)?.0.token { answer(token, outcome) }
    if lane == .retained { retained.forgetFirst() } else { removeFirst(of: lane) }
  }

  private mutating func answer(_ token: UInt64, _ outcome: Acknowledgement.Outcome) {
    openTokens -= 1
    answers.append(Acknowledgement(token: token, outcome: outcome))
  }
}
