import CLinux
import CMosquitto
import FarmUnits
import Glibc

/// The body of a link's thread: does what `LinkState` decides, and minds the socket.
final class LinkLoop {
  let shared: LinkShared
  let arrivals: Arrivals
  let client: MosquittoClient
  let options: LinkOptions
  /// What is listened to, and what the broker may still remember.
  var subscriptions: [Subscription]
  var abandonedFilters: [String]
  var state: LinkState
  /// TCP stands; before that the socket says nothing but whether it does.
  var isTransportReady = false
  var isConnected = false
  var wasConnected = false
  var watch: AnswerWatch
  var proofDue = Instant.never
  /// SUBSCRIBE for the probe.
  var askedForProbe: Int32?
  var toldFallback: LinkFallback?
  var shownProof = LinkStatus.Proof.off
  /// SUBSCRIBEs without their SUBACK.
  var asked: [Int32: [String]] = [:]
  var descriptors: [pollfd]
  /// Times in a row that the socket had room and the library still had bytes to send.
  var idleWrites = 0
  var hasMoreToSend = false
  var lastRead = Instant(nanoseconds: 0)
  /// Packets come so fast that waking for each costs more than they do: see `serve`.
  var isSteady = false
  var lastTold: LinkFailure?

  init(_ shared: LinkShared) throws(LinkError) {
    self.shared = shared
    options = shared.options
    (subscriptions, abandonedFilters) = (options.subscriptions, options.abandonedFilters)
    arrivals = Arrivals(shared)
    watch = AnswerWatch(options)
    client = try MosquittoClient(options, context: Unmanaged.passUnretained(arrivals).toOpaque())
    state = LinkState(
      hostIsAddress: isAddress(options.host), connectTimeout: options.connectTimeout,
      settledAfter: options.settledAfter, seed: options.backoffSeed, now: .now())
    descriptors = [
      pollfd(fd: -1, events: 0, revents: 0),
      pollfd(fd: shared.wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
    ]
  }

  /// Returns after `requestStop`.
  func run() {
    // A rest shorter than the kernel's usual 50 µs of grace would take twice as long.
    _ = farmgate_set_timer_slack(1)
    while true {
      if let deadline = shared.stopBy { state.stop(by: deadline) }
      if let renewed = shared.subscriptions.withLock({ $0.take() }) { listen(to: renewed) }
      let now = Instant.now()
      switch state.next(at: now, isFlushed: isFlushed) {
      case .connect(let family): connect(family, at: now)
      case .wait(let until): sleep(until: until, from: now)
      case .serve(let until): serve(until: until, from: now)
      case .giveUp: failed(.timedOut)
      case .disconnect: disconnect()
      case .end: return shared.finish()
      }
    }
  }

  // MARK: connection

  private func connect(_ family: LinkState.Family?, at now: Instant) {
    shared.show(.connecting, "connecting to \(place)", at: now)
    arrivals.reset()
    (isTransportReady, idleWrites, isSteady) = (false, 0, false)
    watch.rest()
    client.listenToLog(options.security != nil)
    if let will = shared.will.withLock({ $0.take() }) { client.setWill(will) }
    do throws(LinkFailure) { try client.connect(family) } catch { failed(refined(error)) }
  }

  /// CONNACK came.
  func answered(_ answer: Arrivals.Answer) {
    let now = Instant.now()
    state.connected(at: now)
    (isConnected, wasConnected, lastTold) = (true, true, nil)
    watch.connected(at: now)
    proofDue = now
    client.listenToLog(false)
    shared.status.withLock { status in
      status.connects += 1
      status.refusedSubscriptions = [:]
    }
    shared.show(.connected, "connected to \(place)", at: now)
    subscribe()
    if arrivals.proof.connected(at: now) { subscribeToProbe() }
    // From here on publishers ring; what they left before, `send` finds.
    shared.isConnected.store(true, ordering: .sequentiallyConsistent)
    shared.changeOutbound { $0.connected(at: now, packetLimit: answer.packetLimit) }
    shared.tell(.connected(sessionPresent: answer.sessionPresent))
  }

  func failed(_ failure: LinkFailure) {
    shared.isConnected.store(false, ordering: .sequentiallyConsistent)
    abandon()
    let now = Instant.now()
    if failure == .unacknowledged { shared.changeOutbound { $0.overdue() } }
    if isConnected {
      arrivals.proof.ended(failure)
      shared.status.withLock { $0.givenUp.count(failure) }
    }
    (isConnected, asked, askedForProbe) = (false, [:], nil)
    showProof()
    guard let (told, wait) = state.failed(failure, at: now) else { return }
    shared.status.withLock { status in
      status.failures += 1
      status.lastFailure = told
      if told == .takenOver || told == .closedEarly { status.takeovers += 1 }
    }
    let seconds = wait.milliseconds / 100
    shared.show(
      .backingOff, "no connection to \(place): \(told); next try in \(seconds / 10).\(seconds % 10) s",
      at: now)
    if wasConnected {
      shared.tell(.disconnected(told))
    } else if told != lastTold {
      shared.tell(.unreachable(told))
    }
    (wasConnected, lastTold) = (false, told)
  }

  /// What a `MOSQ_ERR` means here.
  func failure(_ code: Int32, _ reason: Int32) -> LinkFailure {
    if let answer = arrivals.answer, answer.reasonCode != 0 { return .refused(reasonCode: answer.reasonCode) }
    if let dismissal = arrivals.dismissal {
      return dismissal == 0x8E ? .takenOver : .dismissed(reasonCode: dismissal)
    }
    return switch mosq_err_t(code) {
    case MOSQ_ERR_TLS: refined(.library(code: code))
    case MOSQ_ERR_ERRNO where reason == EPROTO: refined(.library(code: MOSQ_ERR_TLS.rawValue))
    case MOSQ_ERR_ERRNO: .broken(code: reason)
    case MOSQ_ERR_SUCCESS, MOSQ_ERR_CONN_LOST, MOSQ_ERR_NO_CONN: .broken(code: 0)
    case MOSQ_ERR_KEEPALIVE: .silent
    default: .library(code: code)
    }
  }

  /// TLS says why in the log only.
  private func refined(_ failure: LinkFailure) -> LinkFailure {
    guard failure == .library(code: MOSQ_ERR_TLS.rawValue) else { return failure }
    return .security(arrivals.logLines.isEmpty ? "\(failure)" : arrivals.logLines.joined(separator: "; "))
  }

  private func disconnect() {
    // Closing with something unread would reset the connection, goodbye included.
    for _ in 0..<64 where client.socket >= 0 { _ = call { client.read() } }
    client.disconnect()
    let now = Instant.now()
    let end = now.advanced(by: .milliseconds(200))
    while client.socket >= 0, Instant.now() < end {
      var descriptor = pollfd(fd: client.socket, events: Int16(POLLOUT), revents: 0)
      poll(&descriptor, 1, pollTimeout(from: .now(), to: end))
      _ = client.write()
    }
    abandon()
    state.disconnected()
  }

  /// Ends the connection, with the PUBACKs that have come: the library counts those whether we hear of them or not.
  private func abandon() {
    if client.socket >= 0 { client.cut() }
    for _ in 0..<1000 where isConnected && client.socket >= 0 { _ = call { client.read() } }
    arrivals.announceAll(at: .now())
  }

  private var place: String { "\(options.host):\(options.port)" }
}

// SAFETY: made by one thread, handed whole to the link's own, and used by that only.
extension LinkLoop: @unchecked Sendable {}

/// Whether it is an address already, and so of one family. The corresponding C function is `inet_pton`.
private func isAddress(_ host: String) -> Bool {
  var address = in6_addr()
  return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
}
