import CMosquitto
import FarmUnits
import Glibc

/// Proving a connection that stands.
extension LinkLoop {
  /// Probes handed over and not acknowledged. libmosquitto repeats them with every connection and has no limit of
  /// its own.
  static let flyingProbesMax = 4

  /// Not among the others: what is refused here is no loss of readings or commands.
  func subscribeToProbe() {
    guard let topic = arrivals.probe?.topic else { return }
    let (code, identifier) = client.subscribe(
      [topic], like: Subscription(topic, for: .reading, retainedMessages: .never))
    // Without a connection the next read fails, too; nothing else can be wrong with a checked topic.
    askedForProbe = code == 0 ? identifier : nil
  }

  /// Does what is due for the proof.
  ///
  /// - Returns: Whether the connection is still there.
  func prove(at now: Instant) -> Bool {
    switch arrivals.proof.next(at: now, mayPublish: arrivals.flyingProbes.count < Self.flyingProbesMax) {
    case .wait(let until): proofDue = until
    case .giveUp(let failure):
      failed(failure)
      return false
    case .send(let number):
      guard publishProbe(number) else { return false }
      proofDue = now
    }
    showProof()
    return true
  }

  /// Past the queues: the time that messages wait there says nothing about the connection.
  private func publishProbe(_ number: UInt64) -> Bool {
    guard let probe = arrivals.probe else { return true }
    let (code, identifier) = client.publish(probe.message(number), expirySeconds: probe.expirySeconds)
    let reason = errno
    switch mosq_err_t(code) {
    case MOSQ_ERR_SUCCESS:
      arrivals.flyingProbes.append(identifier)
      idleWrites = 0
      shared.status.withLock { $0.probesSent += 1 }
      return true
    case MOSQ_ERR_CONN_LOST, MOSQ_ERR_NO_CONN, MOSQ_ERR_ERRNO:
      // Taken all the same: a message to be acknowledged goes out again.
      arrivals.flyingProbes.append(identifier)
      failed(failure(code, reason))
      return false
    default:
      // Such as a packet larger than the broker takes.
      arrivals.proof.refused()
      return true
    }
  }

  /// For `status`, and once for people.
  func showProof() {
    let proof = arrivals.proof
    let shown: LinkStatus.Proof =
      if options.probe == nil {
        .off
      } else if let fallback = proof.fallback {
        .fallback(fallback)
      } else {
        isConnected && proof.isProven ? .bothWays : .pending
      }
    guard shown != shownProof else { return }
    shownProof = shown
    shared.status.withLock { $0.proof = shown }
    if let fallback = proof.fallback {
      if fallback != toldFallback { shared.tell(.unproven(fallback)) }
      toldFallback = fallback
    } else if toldFallback != nil, shown == .bothWays {
      toldFallback = nil
      shared.tell(.proven)
    }
  }
}
