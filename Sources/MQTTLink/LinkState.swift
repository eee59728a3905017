import FarmUnits

/// Decides what to do next about one connection: when to try, which addresses first, when to give up.
///
/// Its caller does it and says how it went.
struct LinkState: Sendable {
  /// libmosquitto connects to the first address it can begin with, so each family gets its own try.
  enum Family: Sendable { case version4, version6 }

  enum Action: Equatable {
    /// Begin to connect; nil: the host is an address, which has its family.
    case connect(Family?)
    case wait(until: Instant)
    /// Mind the connection, at the latest until then.
    case serve(until: Instant)
    /// This try took too long.
    case giveUp
    /// Say goodbye and close.
    case disconnect
    case end
  }

  enum Phase: Equatable {
    case waiting(until: Instant)
    case connecting(giveUpAt: Instant)
    case connected(since: Instant)
    case ended
  }

  private(set) var phase: Phase
  private(set) var backoff: Backoff
  private let connectTimeout, settledAfter: Duration
  /// The families of this try that are still to come; the first is the one under way.
  private var families: [Family?]
  /// Whichever worked last comes first.
  private var preferred: [Family?]
  private var failureOfTry: LinkFailure?
  private var stopBy: Instant?
  /// Connections in a row that the broker closed before they were steady, with no other trouble between them.
  private var earlyCloses = 0
  /// The longest wait after another client put us out: two clients with one id take turns, and the slower they do
  /// the more of the farm's work gets done. So long it takes at most until the link is back when the other has gone.
  static let takeoverWaitMax = Duration.seconds(120)
  /// A connection that was taken over, or carried nothing, is a good one only after this much of `settledAfter`: the
  /// other client's waits are as long as ours.
  static let steadyFactor = 24

  init(hostIsAddress: Bool, connectTimeout: Duration, settledAfter: Duration, seed: UInt64, now: Instant) {
    phase = .waiting(until: now)
    backoff = Backoff(seed: seed)
    (self.connectTimeout, self.settledAfter) = (connectTimeout, settledAfter)
    preferred = hostIsAddress ? [nil] : [.version4, .version6]
    families = preferred
  }

  /// - Parameter isFlushed: Nothing waits to be sent or acknowledged.
  mutating func next(at now: Instant, isFlushed: Bool) -> Action {
    switch phase {
    case .ended: return .end
    case .connected where stopBy.map { isFlushed || now >= $0 } ?? false: return .disconnect
    case .connected: return .serve(until: stopBy ?? .never)
    case _ where stopBy != nil:
      phase = .ended
      return .end
    case .waiting(let until) where now < until: return .wait(until: until)
    case .waiting:
      phase = .connecting(giveUpAt: now.advanced(by: connectTimeout))
      return .connect(families[0])
    case .connecting(let giveUpAt): return now >= giveUpAt ? .giveUp : .serve(until: giveUpAt)
    }
  }

  /// The broker said yes.
  mutating func connected(at now: Instant) {
    phase = .connected(since: now)
    preferred = [families[0]] + preferred.filter { $0 != families[0] }
    families = preferred
    failureOfTry = nil
  }

  /// The try failed, or the connection ended.
  ///
  /// - Returns: What to tell people and how long the wait is; nil when the other family comes first.
  mutating func failed(_ failure: LinkFailure, at now: Instant) -> (failure: LinkFailure, wait: Duration)? {
    var failure = failure
    if case .connected(let since) = phase {
      let lasted = since.duration(to: now)
      let isSteady = lasted >= settledAfter * Self.steadyFactor
      earlyCloses = !isSteady && failure.isClose ? earlyCloses + 1 : 0
      if earlyCloses >= 3 { failure = .closedEarly }
      let isSuspect = failure == .takenOver || failure == .closedEarly || failure == .deaf
      if isSuspect ? isSteady : lasted >= settledAfter { backoff.reset() }
    } else {
      // A broker that goes away is not there for a while; one that takes another client for us is.
      earlyCloses = 0
    }
    if case .connecting = phase {
      // A family that the host does not have says nothing about the host.
      if failureOfTry == nil || failureOfTry == .noAddress { failureOfTry = failure }
      if failure.isOfAddress, families.count > 1 {
        families.removeFirst()
        phase = .waiting(until: now)
        return nil
      }
    }
    let told = failureOfTry ?? failure
    failureOfTry = nil
    families = preferred
    let isContested = told == .takenOver || told == .closedEarly
    let wait = backoff.next(longest: isContested ? Self.takeoverWaitMax : Backoff.longest)
    phase = .waiting(until: now.advanced(by: wait))
    return (told, wait)
  }

  /// Finish what is under way, but no later than `deadline`.
  mutating func stop(by deadline: Instant) { stopBy = deadline }

  /// The goodbye is said.
  mutating func disconnected() { phase = .ended }
}

extension Instant {
  /// Later than any deadline.
  static let never = Instant(nanoseconds: .max)
}
