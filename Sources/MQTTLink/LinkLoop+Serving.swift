import CMosquitto
import FarmUnits
import Glibc

/// Minding a connection: what goes in and out while it stands, or comes about.
extension LinkLoop {
  var isFlushed: Bool { !client.hasUnsentBytes && shared.outbound.withLock { $0.isFlushed } }

  func sleep(until: Instant, from now: Instant) {
    descriptors[0].fd = -1
    poll(&descriptors, 2, pollTimeout(from: now, to: until))
    if descriptors[1].revents != 0 { shared.wakeUp.clear() }
  }

  func serve(until: Instant, from now: Instant) {
    // In a steady stream what comes within a rest is read at once. Whoever publishes still wakes us.
    let restEnd = isSteady ? lastRead.advanced(by: restBetweenReads) : now
    let rests = isSteady && isConnected && now < restEnd && !client.hasUnsentBytes && !hasMoreToSend
    descriptors[0].fd = rests ? -1 : client.socket
    descriptors[0].events = Int16(interest)
    descriptors[0].revents = 0
    var deadline = min(until, watch.due, arrivals.readingsDue ?? .never, arrivals.answersDue ?? .never)
    if isConnected { deadline = min(deadline, proofDue) }
    // In a handshake nobody can tell what OpenSSL waits for, and a spin of writes is left to time.
    if !isConnected, options.security != nil {
      deadline = min(deadline, now.advanced(by: .milliseconds(100)))
    }
    if rests { deadline = min(deadline, restEnd) }
    if idleWrites >= 8 { deadline = min(deadline, now.advanced(by: .milliseconds(20))) }
    // Less than `poll` can count, and too short for anybody's ring to be heard sooner.
    let isShort = rests && now.duration(to: restEnd) < .milliseconds(1)
    if isShort {
      var time = timespec(tv_sec: 0, tv_nsec: Int(now.duration(to: restEnd).nanoseconds))
      nanosleep(&time, nil)
    }
    poll(&descriptors, 2, hasMoreToSend || isShort ? 0 : pollTimeout(from: now, to: deadline))
    if descriptors[1].revents != 0 { shared.wakeUp.clear() }
    // A rest that nobody cut short ends with reading; there is most likely something.
    let events = rests && (isShort || descriptors[1].revents == 0) ? POLLIN : Int32(descriptors[0].revents)

    if !isTransportReady {
      guard events != 0 else { return }
      let code = socketError(client.socket)
      guard code == 0 else { return failed(.unreachable(code: code)) }
      isTransportReady = true
    }
    guard isConnected || receive() else { return }
    if isConnected { attend(events) }
  }

  private var interest: Int32 {
    if !isTransportReady { return POLLOUT }
    if !isConnected && options.security != nil { return POLLIN }
    return client.hasUnsentBytes && idleWrites < 8 ? POLLIN | POLLOUT : POLLIN
  }

  /// The handshakes of TLS and MQTT: always both directions, whichever was ready.
  ///
  /// - Returns: Whether CONNACK was good.
  private func receive() -> Bool {
    guard read(), step({ client.write() }) else { return false }
    if let answer = arrivals.answer, answer.reasonCode == 0 {
      answered(answer)
      return true
    }
    // libmosquitto takes an end of the connection within TLS's handshake for a reason to wait.
    var byte: UInt8 = 0
    let count = recv(client.socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    if count == 0 {
      failed(.broken(code: 0))
    } else if count < 0, errno != EAGAIN {
      failed(.broken(code: errno))
    }
    return false
  }

  /// A connection that stands.
  private func attend(_ events: Int32) {
    if events & ~POLLOUT != 0 {
      guard read() else { return }
      takeAnswers()
    }
    if events & POLLOUT != 0 {
      guard step({ client.write() }) else { return }
      idleWrites = client.hasUnsentBytes ? idleWrites + 1 : 0
    }
    let now = Instant.now()
    arrivals.announce(at: now)
    if watch.looks(at: now) {
      guard step({ client.keepAlive() }) else { return }
      if watch.isOverdue(shared.outbound.withLock { $0.oldestInFlight }, at: now) {
        return failed(.unacknowledged)
      }
    }
    guard prove(at: now) else { return }
    send()
  }

  /// As many messages at once are worth two more system calls.
  private static let burst = 3

  /// Packets that come within this time of one another are a stream.
  private static let streamGap = Duration.milliseconds(2)
  /// About what a broker needs for half a window.
  private static let windowGap = Duration.microseconds(100)

  /// Half of what readings wait for anyhow: waking costs more than a packet. PUBACKs that somebody may wait for are not
  /// kept waiting as long, and those that make room for further messages only while the broker is at work on the others.
  private var restBetweenReads: Duration {
    let (isWaitedFor, isHeldUp) = shared.outbound.withLock { ($0.inFlightCount > 0, $0.isHeldUp) }
    if isHeldUp { return Self.windowGap }
    return isWaitedFor ? Self.streamGap : max(Self.streamGap, options.readingDelay / 2)
  }

  /// Reads one packet, or in a steady stream up to 64 until there is nothing: then that is cheaper than a `poll` for each.
  /// `errno` would not tell, for the library writes to a pipe of its own, too.
  private func read() -> Bool {
    let now = Instant.now()
    let isClose = lastRead.duration(to: now) < Self.streamGap
    let first = arrivals.packets
    var isDrained = false
    for _ in 0..<(isClose || isSteady ? 64 : 1) {
      let before = arrivals.packets
      guard step({ client.read() }) else { return false }
      if arrivals.packets == before {
        isDrained = true
        break
      }
    }
    // A rest that brought a single packet was not worth it.
    isSteady = isDrained && (isClose || (isSteady && arrivals.packets &- first > 1))
    lastRead = now
    arrivals.settle(at: now)
    return true
  }

  /// Runs one call of the library; false: the connection is gone, and everybody knows.
  private func step(_ function: () -> Int32) -> Bool {
    let (code, reason) = call(function)
    guard code != 0 || client.socket < 0 else { return true }
    failed(failure(code, reason))
    return false
  }

  /// - Returns: `MOSQ_ERR` and `errno`.
  func call(_ function: () -> Int32) -> (code: Int32, reason: Int32) {
    arrivals.isReading = true
    defer { arrivals.isReading = false }
    return (function(), errno)
  }

  /// Hands over what waits, as far as window and socket go, so libmosquitto never has more than that.
  private func send() {
    // The library writes each message by itself. Held back until the last of a burst, they cross to the broker in full
    // packets: the kernel's way there costs more than the messages.
    let isBurst = shared.outbound.withLock { $0.waitingCount } >= Self.burst
    if isBurst { client.holdBack(true) }
    defer { if isBurst { client.holdBack(false) } }
    let now = Instant.now()
    var sent: (message: OutboundStore.Outgoing, identifier: Int32)?
    for _ in 0..<256 {
      // Bytes that stay while the socket has room are a flag left over from TLS; the next write clears it.
      let hasRoom = !client.hasUnsentBytes || idleWrites >= 8
      let next = shared.changeOutbound { store in
        if let sent { store.handedOver(sent.message, identifier: sent.identifier, at: now) }
        return hasRoom ? store.next(at: now) : nil
      }
      sent = nil
      guard let next else { return hasMoreToSend = false }
      idleWrites = 0
      let (code, identifier) = client.publish(next.message, expirySeconds: next.expirySeconds)
      let reason = errno
      switch mosq_err_t(code) {
      case MOSQ_ERR_SUCCESS: sent = (next, identifier)
      case MOSQ_ERR_CONN_LOST, MOSQ_ERR_NO_CONN, MOSQ_ERR_ERRNO:
        // A message to be acknowledged is in the library's hands by now; any other one waits here.
        let isTaken = next.message.qualityOfService == .atLeastOnce
        shared.changeOutbound { store in
          if isTaken { store.handedOver(next, identifier: identifier, at: now) } else { store.putBack(next) }
        }
        hasMoreToSend = false
        return failed(failure(code, reason))
      default: shared.changeOutbound { $0.rejected(next, code: code) }
      }
    }
    if let sent {
      shared.changeOutbound { $0.handedOver(sent.message, identifier: sent.identifier, at: now) }
    }
    hasMoreToSend = true
  }

  // MARK: subscriptions

  /// After every CONNACK, whatever the broker says that it remembers.
  func subscribe() {
    ask(for: subscriptions)
    forget(abandonedFilters)
  }

  /// Something else than before.
  func listen(to renewed: [Subscription]) {
    let (before, after) = (Set(subscriptions.map(\.filter)), Set(renewed.map(\.filter)))
    let fresh = renewed.filter { !subscriptions.contains($0) }
    subscriptions = renewed
    arrivals.listen(to: renewed)
    abandonedFilters = (abandonedFilters + before.sorted()).filter { !after.contains($0) }
    // A broker that is away learns it at the next connect.
    guard isConnected else { return }
    forget(before.subtracting(after).sorted())
    ask(for: fresh)
    shared.status.withLock { status in
      status.refusedSubscriptions = status.refusedSubscriptions.filter { after.contains($0.key) }
    }
  }

  private func ask(for subscriptions: [Subscription]) {
    let groups = Dictionary(grouping: subscriptions) {
      [$0.qualityOfService.rawValue, $0.retainedMessages.rawValue, $0.purpose == .command ? 1 : 0]
    }
    for group in groups.values {
      for start in stride(from: 0, to: group.count, by: 32) {
        let filters = group[start...].prefix(32).map(\.filter)
        let (code, identifier) = client.subscribe(filters, like: group[start])
        if code == 0 { asked[identifier] = filters } else { for filter in filters { refused(filter, 0x80) } }
      }
    }
  }

  private func forget(_ filters: [String]) {
    for start in stride(from: 0, to: filters.count, by: 32) {
      // A failure means that the connection broke, which the next read says, too.
      _ = client.unsubscribe(Array(filters[start...].prefix(32)))
    }
  }

  private func takeAnswers() {
    for answer in arrivals.subscriptionAnswers {
      if answer.identifier == askedForProbe {
        arrivals.proof.subscribed(reasonCode: answer.reasonCodes.first ?? 0x80)
        continue
      }
      let filters = asked.removeValue(forKey: answer.identifier) ?? []
      for (filter, code) in zip(filters, answer.reasonCodes) where code >= 0x80 { refused(filter, code) }
    }
    for (topic, code) in arrivals.refusedTopics {
      shared.tell(.publicationRefused(topic: topic, reasonCode: code))
    }
    arrivals.subscriptionAnswers.removeAll(keepingCapacity: true)
    arrivals.refusedTopics.removeAll(keepingCapacity: true)
  }

  private func refused(_ filter: String, _ code: UInt8) {
    shared.status.withLock { $0.refusedSubscriptions[filter] = code }
    shared.tell(.subscriptionRefused(filter: filter, reasonCode: code))
  }
}

/// How a connection attempt went. The corresponding C function is `getsockopt(SO_ERROR)`.
private func socketError(_ descriptor: Int32) -> Int32 {
  var code: Int32 = 0
  var size = socklen_t(MemoryLayout<Int32>.size)
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
}
