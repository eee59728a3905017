import FarmUnits
import Synchronization

/// What the link's thread shares with everybody else. Every part has its own lock, held for a few assignments.
final class LinkShared: Sendable {
  let options: LinkOptions
  let readings, commands, overflowedCommands: MessageQueue
  let acknowledgements: AcknowledgementQueue
  let events: AsyncStream<LinkEvent>
  private let eventSink: AsyncStream<LinkEvent>.Continuation
  let outbound: Mutex<OutboundStore>
  let inbound = Mutex(InboundCounters())
  let eventsDropped = Atomic<UInt64>(0)
  let status: Mutex<LinkStatus>
  let wakeUp: WakeUp
  /// Ends with the thread.
  let ended = BatchQueue<Never>(QueueCapacity(messages: 0, bytes: 0), whenFull: .refuse)
  /// Messages are welcome at once.
  let isConnected = Atomic<Bool>(false)
  /// Takes the place of what is subscribed to.
  let subscriptions = Mutex<[Subscription]?>(nil)
  /// Takes the place of the options' will from the next connection on.
  let will = Mutex<OutboundMessage?>(nil)
  private let stopDeadline = Mutex<Instant?>(nil)

  init(_ options: LinkOptions) throws(LinkError) {
    self.options = options
    readings = MessageQueue(options.readingCapacity, whenFull: .dropOldest)
    commands = MessageQueue(options.commandCapacity, whenFull: .refuse)
    overflowedCommands = MessageQueue(options.overflowCapacity, whenFull: .refuse)
    let answers = QueueCapacity(messages: options.tokenCapacity.messages, bytes: .max)
    acknowledgements = AcknowledgementQueue(answers, whenFull: .refuse)
    (events, eventSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    outbound = Mutex(OutboundStore(options))
    status = Mutex(LinkStatus(since: .now()))
    wakeUp = try WakeUp()
  }

  var stopBy: Instant? { stopDeadline.withLock { $0 } }

  /// The first deadline counts.
  func requestStop(by deadline: Instant) {
    stopDeadline.withLock { $0 = $0 ?? deadline }
    wakeUp.ring()
  }

  /// Changes what is to be published, and passes on the answers that this brings.
  func changeOutbound<Result: Sendable>(_ change: (inout sending OutboundStore) -> Result) -> Result {
    let (result, hasAnswers) = outbound.withLock { store in
      let result = change(&store)
      return (result, passAnswers(of: &store))
    }
    if hasAnswers { acknowledgements.announce() }
    return result
  }

  /// As `changeOutbound`, but whoever waits for answers is not woken.
  ///
  /// - Returns: And how many tokens wait for their answer afterwards.
  func settleOutbound<Result: Sendable>(_ change: (inout sending OutboundStore) -> Result) -> (Result, Int) {
    outbound.withLock { store in
      let result = change(&store)
      _ = passAnswers(of: &store)
      return (result, store.openTokens)
    }
  }

  /// Under the store's lock, so that open tokens and answers never exceed the capacity together.
  private func passAnswers(of store: inout OutboundStore) -> Bool {
    if store.answers.isEmpty { return false }
    for answer in store.takeAnswers() { _ = acknowledgements.append(answer, bytes: 0) }
    return true
  }

  func tell(_ event: LinkEvent) {
    if case .dropped = eventSink.yield(event) { eventsDropped.add(1, ordering: .relaxed) }
  }

  func show(_ state: LinkStatus.State, _ text: String, at now: Instant) {
    status.withLock { status in
      if status.state != state { (status.state, status.since) = (state, now) }
      status.text = text
    }
  }

  /// The thread has ended, or was never started.
  func finish() {
    isConnected.store(false, ordering: .sequentiallyConsistent)
    changeOutbound { $0.stop() }
    show(.stopped, "stopped", at: .now())
    tell(.stopped)
    eventSink.finish()
    for queue in [readings, commands, overflowedCommands] { queue.finish() }
    acknowledgements.finish()
    ended.finish()
  }
}
