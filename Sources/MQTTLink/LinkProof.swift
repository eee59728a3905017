import FarmUnits

/// Decides whether a connection still carries messages both ways, by a message to ourselves that has to come back.
///
/// Pings prove a socket and a process behind it, and nothing about subscriptions or the delivery of messages. A
/// connection whose echo stays away is given up. A broker that never gives one, as by its access rules, must not
/// make the link flap: that is told once, and the link then lives by PUBACKs and by what else arrives.
///
/// Its caller does what `next` says, and says what came of it.
struct LinkProof: Sendable {
  enum Action: Equatable {
    /// Nothing to be done before then.
    case wait(until: Instant)
    /// Publish the probe with this number.
    case send(UInt64)
    case giveUp(LinkFailure)
  }

  private enum Phase: Equatable {
    /// No connection, or one without probes.
    case resting
    /// SUBSCRIBE is on its way.
    case asked
    case probing
    /// Not on this connection.
    case refused
  }

  /// Connections in a row without any echo after which the broker itself is thought to keep it back.
  static let connectionsMax = 3
  /// How many times as long an echo may stay away while other messages go both ways: a flooded broker drops it.
  static let trafficFactor: Int64 = 6
  /// A broker that delivers nothing is left ever later, up to this, so that commands have time to come through in
  /// case the silence is its access rules' and nothing else arrives.
  static let patienceMax = Duration.seconds(600)

  private let probe: LinkOptions.Probe?
  private let quietLimit: Duration
  /// Why there is no proof to be had; nil: there is, or nothing speaks against it yet.
  private(set) var fallback: LinkFallback?
  private var deafInRow = 0
  private var closedInRow = 0
  /// Whether messages went both ways on one of the connections that `deafInRow` counts.
  private var hadTraffic = false
  /// The last number given.
  private var number: UInt64 = 0

  // This connection.
  private var phase = Phase.resting
  private var since = Instant(nanoseconds: 0)
  private var firstNumber: UInt64 = 1
  private var lastSent: Instant?
  private(set) var lastEcho: Instant?
  private var lastLive: Instant?
  private var lastAcknowledged: Instant?

  init(_ options: LinkOptions) { (probe, quietLimit) = (options.probe, options.quietLimit) }

  /// Whether an echo has come on this connection.
  var isProven: Bool { lastEcho != nil }

  // MARK: what happened

  /// CONNACK was good.
  ///
  /// - Returns: Whether to subscribe to the probe's topic.
  mutating func connected(at now: Instant) -> Bool {
    since = now
    (lastSent, lastEcho, lastLive, lastAcknowledged) = (nil, nil, nil, nil)
    firstNumber = number + 1
    phase = probe == nil || fallback == .unwelcome ? .resting : .asked
    return phase == .asked
  }

  /// SUBACK for the probe's topic.
  mutating func subscribed(reasonCode: UInt8) {
    guard phase == .asked else { return }
    if reasonCode < 0x80 { phase = .probing } else { refused() }
  }

  /// The broker will not have the probe: its subscription, or its publication.
  mutating func refused() {
    phase = .refused
    fallback = .refused
  }

  /// A probe came back. Numbers of an earlier connection may have waited in the broker, and prove nothing.
  mutating func echoed(_ echo: UInt64, at now: Instant) {
    guard phase == .probing, echo >= firstNumber, echo <= number else { return }
    lastEcho = now
    (deafInRow, closedInRow, hadTraffic, fallback) = (0, 0, false, nil)
  }

  /// A message that somebody published just now, and not one that the broker had stored.
  mutating func heardLive(at now: Instant) { lastLive = now }
  /// PUBACK, whatever it says.
  mutating func acknowledged(at now: Instant) { lastAcknowledged = now }

  /// The connection ended.
  mutating func ended(_ failure: LinkFailure) {
    defer { phase = .resting }
    guard phase == .asked || phase == .probing, lastEcho == nil else {
      // Without probes it is closed as well: it was not for them.
      if fallback == .unwelcome, failure.isClose || failure.isDismissal { unwelcomeConnectionEnded() }
      return
    }
    if failure == .deaf {
      deafInRow += 1
      hadTraffic = hadTraffic || hasTraffic
      if deafInRow >= Self.connectionsMax, hadTraffic { fallback = .unanswered }
    } else if failure.isClose || failure.isDismissal {
      closedInRow += 1
      if closedInRow >= Self.connectionsMax { (fallback, closedInRow) = (.unwelcome, 0) }
    }
  }

  private mutating func unwelcomeConnectionEnded() {
    closedInRow += 1
    if closedInRow >= Self.connectionsMax { (fallback, closedInRow) = (nil, 0) }
  }

  // MARK: what to do

  /// - Parameter mayPublish: Earlier probes have been acknowledged; else libmosquitto would heap them up.
  mutating func next(at now: Instant, mayPublish: Bool) -> Action {
    if let due = silenceDue, due <= now { return .giveUp(.quiet) }
    guard let probe, phase == .asked || phase == .probing else { return .wait(until: silenceDue ?? .never) }
    let due = deafDue(probe)
    if let due, due <= now { return .giveUp(.deaf) }
    let wake = min(due ?? .never, silenceDue ?? .never)
    guard phase == .probing else { return .wait(until: wake) }
    let sendDue = lastSent?.advanced(by: probe.period) ?? now
    guard sendDue <= now else { return .wait(until: min(wake, sendDue)) }
    lastSent = now
    guard mayPublish else { return .wait(until: min(wake, now.advanced(by: probe.period))) }
    number += 1
    return .send(number)
  }

  /// Messages have gone both ways since the first probe.
  private var hasTraffic: Bool { lastLive != nil && lastAcknowledged != nil }

  /// When the echo is missed; nil: its absence is known, and the link lives without.
  private func deafDue(_ probe: LinkOptions.Probe) -> Instant? {
    if fallback == .unanswered { return nil }
    let grown = min(max(Self.patienceMax, probe.patience), probe.patience * (1 << min(deafInRow, 16)))
    let proven = max(since, lastEcho ?? since)
    // Either half may be proven otherwise: what was published and acknowledged, what others sent.
    let moved = max(proven, min(lastLive ?? since, lastAcknowledged ?? since))
    let untrusted = proven.advanced(by: max(grown, probe.patience * Int(Self.trafficFactor)))
    return min(moved.advanced(by: grown), untrusted)
  }

  /// Without a proof a link on which something arrived, and then nothing for long, is made anew: once, for the
  /// next connection has to hear something first.
  private var silenceDue: Instant? {
    guard fallback != nil, let lastLive else { return nil }
    return lastLive.advanced(by: quietLimit)
  }
}

/// Why a link lives without the proof that its messages go both ways.
public enum LinkFallback: String, Sendable {
  /// The broker refused the subscription or the message.
  case refused
  /// It took both, delivers other messages, and never this one.
  case unanswered
  /// It closed several connections upon it.
  case unwelcome
}

extension LinkFallback: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused: "the broker refuses the probe"
    case .unanswered: "the broker delivers other messages, but never the probe"
    case .unwelcome: "the broker closes connections upon the probe"
    }
  }
}
