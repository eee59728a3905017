import FarmUnits
import Glibc

/// One connection to one broker, which it keeps up for as long as it lives.
///
/// No broker, no network and no name service are ordinary states, shown in `status`. Nothing here blocks, and
/// nothing is unbounded: what does not fit is dropped or refused by rule, and counted.
public final class BrokerLink: Sendable {
  private let shared: LinkShared

  /// Checks the options; touches neither network nor files.
  public init(_ options: LinkOptions) throws(LinkError) {
    try options.check()
    shared = try LinkShared(options)
  }

  /// Messages of subscriptions for readings.
  public var readings: MessageQueue { shared.readings }
  /// Messages of subscriptions for commands.
  public var commands: MessageQueue { shared.commands }
  /// Commands that came when `commands` was full, to be answered `refused`, `busy`.
  public var overflowedCommands: MessageQueue { shared.overflowedCommands }
  /// The answers to tokens.
  public var acknowledgements: AcknowledgementQueue { shared.acknowledgements }
  /// What happens, for one consumer; the newest 64 wait for it.
  public var events: AsyncStream<LinkEvent> { shared.events }

  public var status: LinkStatus {
    let (inFlight, waiting, retained) = shared.outbound.withLock {
      ($0.inFlightCount, $0.waitingCount, $0.retainedTopics)
    }
    var status = shared.status.withLock { $0 }
    (status.inFlight, status.waiting, status.retainedTopics) = (inFlight, waiting, retained)
    return status
  }

  public var counters: LinkCounters {
    LinkCounters(
      inbound: shared.inbound.withLock { $0 }, outbound: shared.outbound.withLock { $0.counters },
      eventsDropped: shared.eventsDropped.load(ordering: .relaxed))
  }

  /// Starts the thread; only the first call does. That no broker answers is not an error.
  public func start() throws(LinkError) {
    let isFirst = shared.status.withLock { status in
      guard status.state == .idle else { return false }
      status.state = .connecting
      return true
    }
    guard isFirst else { return }
    do throws(LinkError) {
      let loop = try LinkLoop(shared)
      try startThread(named: "mqtt-\(shared.options.name)") { loop.run() }
    } catch {
      shared.status.withLock { $0.state = .idle }
      throw error
    }
  }

  /// From any thread, in any state; what is published before `start` or without a connection waits.
  @discardableResult
  public func publish(_ message: OutboundMessage) -> PublishOutcome {
    let now = Instant.now()
    let outcome = shared.changeOutbound {
      $0.accept(message, at: now, unfetched: message.token == nil ? 0 : shared.acknowledgements.count)
    }
    if shared.isConnected.load(ordering: .sequentiallyConsistent) { shared.wakeUp.ring() }
    return outcome
  }

  /// Several messages in their order, which cost waking the link's thread once. Messages with a token want an answer
  /// each: `publish(_:)`.
  public func publish(_ messages: [OutboundMessage]) {
    guard !messages.isEmpty else { return }
    let now = Instant.now()
    shared.changeOutbound { store in
      for message in messages { _ = store.accept(message, at: now, unfetched: shared.acknowledgements.count) }
    }
    if shared.isConnected.load(ordering: .sequentiallyConsistent) { shared.wakeUp.ring() }
  }

  /// As `publish` for each, in this order, up to the first one that is refused: it and those behind it are not taken.
  ///
  /// - Returns: How many were taken, and why the next one was not; nil: all were.
  public func publish(inOrder messages: ArraySlice<OutboundMessage>) -> (taken: Int, refusal: PublishRefusal?)
  {
    let now = Instant.now()
    let outcome = shared.changeOutbound { store in
      let unfetched = shared.acknowledgements.count
      for (taken, message) in messages.enumerated() {
        if case .refused(let refusal) = store.accept(message, at: now, unfetched: unfetched) {
          return (taken: taken, refusal: Optional(refusal))
        }
      }
      return (taken: messages.count, refusal: nil)
    }
    if shared.isConnected.load(ordering: .sequentiallyConsistent) { shared.wakeUp.ring() }
    return outcome
  }

  /// What the broker is to say when a connection ends without a goodbye, from the next connection on. From any thread.
  ///
  /// - Throws: For what MQTT cannot carry as a will; the one before then stays.
  public func setWill(_ message: OutboundMessage) throws(LinkError) {
    try LinkOptions.check(will: message)
    shared.will.withLock { $0 = message }
  }

  /// Listens to something else from now on: what is new is subscribed to and what is gone unsubscribed from, on the
  /// connection that stands or the next one; everything else is not touched. From any thread.
  ///
  /// - Throws: For a filter that MQTT does not allow; what was subscribed to before then stays.
  public func setSubscriptions(_ subscriptions: [Subscription]) throws(LinkError) {
    try LinkOptions.check(filters: subscriptions.map(\.filter))
    shared.subscriptions.withLock { $0 = subscriptions }
    shared.wakeUp.ring()
  }

  /// Makes broker and table forget a retained topic, now or when there is a connection.
  @discardableResult
  public func clearRetained(_ topic: String) -> PublishOutcome {
    publish(OutboundMessage(topic: topic, payload: [], retained: true))
  }

  /// Publishes a last message, waits for what is on its way to be acknowledged, says goodbye (so that the broker
  /// does not publish the will) and ends the thread.
  ///
  /// - Parameter limit: For all of it. Only a look-up of a host's name may keep the thread longer: it cannot be
  ///   interrupted, and is then left behind.
  /// - Returns: Whether everything was sent and acknowledged.
  @discardableResult
  public func stop(last: OutboundMessage? = nil, within limit: Duration = .seconds(3)) async -> Bool {
    if let last { publish(last) }
    shared.changeOutbound { $0.stop() }
    let wasStarted = shared.status.withLock { $0.state != .idle }
    shared.requestStop(by: Instant.now().advanced(by: limit))
    if !wasStarted { shared.finish() }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [shared] in _ = await shared.ended.next() }
      // Cancelled: the thread ended in time.
      group.addTask { try? await Task.sleep(for: limit + .milliseconds(500)) }
      await group.next()
      group.cancelAll()
    }
    return shared.outbound.withLock { $0.isFlushed }
  }

  deinit { shared.requestStop(by: .now()) }
}
