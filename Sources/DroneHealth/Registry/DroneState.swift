import FarmUnits

/// One drone as the registry holds it.
struct DroneState: Sendable {
  var identity: DroneIdentity
  var id: String
  var facts = DroneFacts()
  var log = FlightLog()
  var keeper = VerdictKeeper()
  var memory: DroneMemory
  /// Where it is heard.
  var stations: Set<StationKey> = []
  /// Its link restarted and has not named it since.
  var isDetached = false
  /// Two vehicles took turns in claiming one place.
  var conflict: (text: String, until: Instant)?
  var published: (essence: DroneHealthRecord.Essence, at: Instant)?

  init(_ identity: DroneIdentity, memory: DroneMemory? = nil) {
    self.identity = identity
    id = identity.topicLevel
    self.memory = memory ?? DroneMemory(id: id)
    self.memory.id = id
    log.flights = self.memory.flights
    log.flownSeconds = self.memory.flownSeconds
    log.standing = self.memory.standing
    log.usedPercent = self.memory.usedPercent
  }

  /// What to keep over a restart of the gateway.
  var kept: DroneMemory {
    var kept = memory
    kept.id = id
    (kept.flights, kept.flownSeconds) = (log.flights, log.flownSeconds)
    (kept.standing, kept.usedPercent) = (log.worst, log.usedPercent)
    return kept
  }

  /// Everything heard is void: another vehicle may speak here now.
  mutating func forget() {
    (facts, keeper) = (DroneFacts(), VerdictKeeper())
    log.restart()
    // Without a number of its hardware it may be any vehicle that speaks here next.
    if !identity.isHardware { memory.manifest = FirmwareManifest() }
  }

  /// Takes over what was heard while the drone had no name yet.
  mutating func absorb(_ nameless: DroneState) {
    facts = nameless.facts
    keeper = nameless.keeper
    log.absorb(nameless.log)
    stations.formUnion(nameless.stations)
    isDetached = false
  }

  mutating func record(
    _ thresholds: DroneThresholds, links: [String], system: UInt8?, rival: String?, policy: FirmwarePolicy?,
    at now: Moment
  ) -> DroneHealthRecord {
    for text in facts.messages.giveUpOverdue(at: now) { log.hear(text) }
    facts.messages.expire(at: now, after: thresholds.textLifetime)
    memory.manifest.observe(facts.firmwareParts)
    var rules = DroneRules(facts, log, thresholds, at: now)
    rules.judge(identity, rival: rival, isDetached: isDetached, memory: memory, policy: policy)
    var reasons = keeper.judge(rules.findings, at: now, hold: thresholds.holdTime)
    let acceptance = acceptanceInForce(at: now)
    if let acceptance {
      for index in reasons.indices where acceptance.covers(reasons[index]) {
        reasons[index].acceptedBy = acceptance.by
      }
    }
    let (deliverable, level) = DroneHealthRecord.verdict(of: reasons)
    return DroneHealthRecord(
      id: id, identity: identity, at: now, deliverable: deliverable, level: level, reasons: reasons,
      acceptance: acceptance, links: links, system: system, facts: facts, log: log, memory: memory,
      lifetime: thresholds.factLifetime)
  }

  /// A clock that is not trusted cannot tell that the acceptance still holds.
  private func acceptanceInForce(at now: Moment) -> DroneAcceptance? {
    guard let acceptance = memory.acceptance, now.clock == .trusted, now.wall < acceptance.expires else {
      return nil
    }
    return acceptance
  }
}

/// One vehicle's place on one link.
struct StationKey: Hashable, Sendable {
  var link: Int
  var system: UInt8
}

/// What is known of who speaks at a place.
struct Station: Sendable {
  /// The drone in the registry.
  var slot: Int
  /// The component whose heartbeat is an autopilot's.
  var component: UInt8
  var lastAlive: Instant
  var boot = BootClock()
  var lastSwitch: Instant?
}

/// Tells by the vehicle's own clock whether it is still the same one, running on.
struct BootClock: Sendable {
  private var last: UInt32?
  /// The earliest boot that the reports allow; a delayed report only makes it look later.
  private var earliest: Duration?

  var isKnown: Bool { last != nil }
  /// When the vehicle started, on the gateway's clock.
  var started: Duration? { earliest }

  /// - Returns: False when the clock fell (it restarted), or when the vehicle has been running for longer than
  ///   the one heard before (another took its place).
  mutating func observe(_ milliseconds: UInt32, at now: Instant) -> Bool {
    let start = now.sinceBoot - .milliseconds(Int64(milliseconds))
    defer { (last, earliest) = (milliseconds, earliest.map { min($0, start) } ?? start) }
    guard let last, let earliest else { return true }
    let fell = milliseconds < last && last - milliseconds > 1000
    let isOlder = start < earliest - .seconds(10)
    if fell || isOlder {
      self.earliest = nil
      return false
    }
    return true
  }
}
