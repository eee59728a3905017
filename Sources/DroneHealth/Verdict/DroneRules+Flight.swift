import FarmUnits

extension DroneRules {
  mutating func judgeLink(_ identity: DroneIdentity) {
    let seconds = silence?.inSeconds ?? 0
    let limits = thresholds[.silenceSeconds]
    let observed = DroneReason.Observed.number(seconds)
    // A drone that nobody hears is neither fit nor unfit: it is unknown.
    if isLost {
      findings.append(
        Finding(
          code: .linkLost, field: "link", severity: .unknown, relaxed: .unknown, value: observed,
          limit: limits.block.map { .number($0) },
          unit: "SEC"))
    } else if let warn = limits.warn, seconds > warn * rhythm {
      findings.append(
        Finding(
          code: .linkSilent, field: "link", severity: .warn, relaxed: .warn, value: observed,
          limit: .number(warn * rhythm),
          unit: "SEC"))
    }
    if !identity.isHardware {
      findings.append(
        Finding(
          code: .identityUnconfirmed, field: "id", severity: .warn, relaxed: .warn, clearsAtOnce: true))
    }
    let wasForged = facts.lastForgery.map { $0.instant.duration(to: now.instant) <= lifetime } ?? false
    if wasForged { state(.senderForged, "auth", .block) }
    if facts.sender?.value == .unverified, let severity = thresholds.unverifiedSender {
      state(.senderUnverified, "auth", severity)
    }
  }

  /// DJI's telemetry comes every two seconds, MAVLink's heartbeat every second.
  private var rhythm: Double { facts.isDJI ? 2 : 1 }

  mutating func judgeFlight() {
    if let contradiction = facts.contradiction.fresh(at: now, lifetime: lifetime) {
      state(.contradictory, "flight.state", .unknown, .text(contradiction))
    }
    switch flightState {
    case .air: state(.inFlight, "flight.state", .block, .text("air"))
    case .unknown:
      // An armed drone that does not tell whether it has left the ground.
      if facts.isArmed.fresh(at: now, lifetime: lifetime) == true {
        state(.notReported, "flight.state", .unknown, .text("armed"))
      } else if facts.contradiction.fresh(at: now, lifetime: lifetime) == nil {
        unknown(facts.isArmed == nil && facts.landed == nil ? .notHeard : .stale, "flight.state")
      }
    case .docked, .ground: break
    }
    if let autopilot = need(facts.autopilot, "autopilot.state", lifetime: lifetime) {
      switch autopilot {
      case .standby: break
      case .updating: state(.updating, "autopilot.state", .block, .text(autopilot.rawValue))
      case .other: state(.notReported, "autopilot.state", .unknown, .text(autopilot.rawValue))
      default: state(.notStandby, "autopilot.state", .block, .text(autopilot.rawValue))
      }
    }
    if let volt = facts.boardVoltage.fresh(at: now, lifetime: lifetime) {
      limit(.boardVoltage, "board.voltage", volt, volt > 5 ? .boardVoltHigh : .boardVoltLow)
    }
  }

  mutating func judgeSensors() {
    guard !facts.isDJI else {
      judgePrearm(facts.makersCheck.fresh(at: now, lifetime: nil))
      return
    }
    guard let sensors = need(facts.sensors, "sensors", lifetime: lifetime) else { return }
    let isUnderRoof = flightState == .docked && !thresholds.judgesSatellitesInDock
    let vital = isUnderRoof ? SensorBits.vital & ~SensorBits.satellites : SensorBits.vital
    for bit in 0..<32 where sensors.unhealthy & (1 << UInt32(bit)) & ~SensorBits.notSensors != 0 {
      let isVital = vital & (1 << UInt32(bit)) != 0
      state(
        isVital ? .sensorBad : .sensorDegraded, "sensors_bad.\(SensorBits.names[bit])",
        isVital ? .block : .warn)
    }
    if sensors.unhealthyExtended & 1 != 0 { state(.sensorDegraded, "sensors_bad.recovery_system", .warn) }
    // "Always healthy when armed", says the standard: then it is no witness.
    let isArmed = facts.isArmed.fresh(at: now, lifetime: lifetime) ?? true
    judgePrearm(isArmed ? nil : sensors.prearm)
  }

  /// Several witnesses: the bit, which can be healthy too early, and the texts. One that fails is enough.
  private mutating func judgePrearm(_ passes: Bool?) {
    let texts = facts.messages.texts.filter(\.isPrearm)
    guard texts.isEmpty else {
      state(.prearmFailed, "prearm", .block, Self.joined(texts.map(\.text)))
      return
    }
    switch passes {
    case true?: break
    case false?: state(.prearmFailed, "prearm", .block)
    case nil: state(.prearmUnknown, "prearm", .warn)
    }
  }

  mutating func judgeEstimator() {
    if facts.isDJI { return }
    let kinds = [(facts.variance, DroneThresholds.Key.estimatorVariance), (facts.ratio, .estimatorRatio)]
    let heard = kinds.filter { $0.0 != nil }
    guard !heard.isEmpty else {
      unknown(.notHeard, "estimator", clearsAtOnce: true)
      return
    }
    // Whichever is still told; both where both are.
    let fresh = heard.filter { $0.0.fresh(at: now, lifetime: lifetime) != nil }
    if fresh.isEmpty { unknown(.stale, "estimator") }
    for (fact, key) in fresh {
      guard let doubt = fact?.value else { continue }
      if let worst = doubt.worst {
        limit(.estimatorUncertain, "estimator.\(doubt.kind == .variance ? "variance" : "ratio")", worst, key)
      } else {
        unknown(.notReported, "estimator")
      }
      if doubt.hasGlitch { state(.estimatorGlitch, "estimator.flags", .block) }
      if doubt.hasAccelerometerError { state(.estimatorAccelerometer, "estimator.flags", .block) }
      if doubt.isUninitialised { state(.estimatorUninitialised, "estimator.flags", .block) }
    }
  }

  mutating func judgeSatellites() {
    // No sky, no satellites: a roofed dock says nothing about the receiver.
    if flightState == .docked && !thresholds.judgesSatellitesInDock { return }
    guard let reception = need(facts.satellites, "gps", lifetime: lifetime) else { return }
    guard reception.fix >= 3 else {
      findings.append(
        Finding(
          code: .noFix, field: "gps.fix", severity: .block, relaxed: .block,
          value: .number(Double(reception.fix)),
          limit: .number(3)))
      return
    }
    if let satellites = reception.satellites {
      limit(.fewSatellites, "gps.satellites", Double(satellites), .satellites)
    } else {
      state(.notReported, "gps.satellites", .warn)
    }
  }

  mutating func judgeMotors() {
    for (index, fact) in facts.motors.sorted(by: { $0.key < $1.key }) {
      guard let motor = Optional(fact).fresh(at: now, lifetime: lifetime) else { continue }
      for name in MotorFacts.names(ofFailures: motor.failures ?? 0) {
        state(.motorFault, "motors[\(index)].\(name)", .block)
      }
      if let temperature = motor.temperature {
        limit(.motorHot, "motors[\(index)].temperature", temperature, .motorCelsius)
      }
    }
  }

  /// Texts said on the ground hold as long as they are repeated; those said in flight are in the log.
  mutating func judgeMessages() {
    let texts = facts.messages.texts.filter { !$0.isPrearm }
    let severe = texts.filter { $0.severity <= 2 }
    let warnings = texts.filter { (3...4).contains($0.severity) }
    if !severe.isEmpty { state(.severeMessage, "messages", .block, Self.joined(severe.map(\.text))) }
    if !warnings.isEmpty { state(.warningMessage, "messages", .warn, Self.joined(warnings.map(\.text))) }
  }

  /// At most four, for a reason is a line to read.
  static func joined(_ texts: [String]) -> DroneReason.Observed {
    .text(texts.prefix(4).joined(separator: "; ") + (texts.count > 4 ? "; and \(texts.count - 4) more" : ""))
  }

  mutating func judgeRemoteIdentification() {
    switch facts.remoteIdentification.fresh(at: now, lifetime: facts.isDJI ? nil : lifetime) {
    case true?: break
    case false?:
      state(
        .remoteIdentificationFailed, "remote_id", thresholds.isRemoteIdentificationDemanded ? .block : .warn,
        facts.remoteIdentificationText.isEmpty ? nil : .text(facts.remoteIdentificationText))
    case nil: state(.remoteIdentificationUnknown, "remote_id", .warn)
    }
  }

  /// What earlier flights and the calendar say, whether the drone is heard or not.
  mutating func judgePast(_ memory: DroneMemory) {
    let worst = log.worst
    if let vibration = worst.vibration { limit(.vibration, "vibration", vibration, .vibration) }
    if let clippings = worst.clippings { limit(.clipping, "clipping", Double(clippings), .clippings) }
    if !worst.severeTexts.isEmpty {
      state(.severeMessage, "messages.in_flight", .block, Self.joined(worst.severeTexts))
    }
    if !worst.motorFailures.isEmpty {
      state(.motorFault, "motors.in_flight", .block, Self.joined(worst.motorFailures))
    }
    judge(alarmsInFlight: worst.alarms)
    let since = memory.service?.flownSeconds ?? 0
    let flown = max(log.flownSeconds, facts.maker.flownSeconds?.value ?? 0)
    limit(.serviceDue, "usage.hours", (flown - since) / 3600, .serviceHours)
    if let service = memory.service, now.clock == .trusted {
      let days = service.at.duration(to: now.wall).inSeconds / 86_400
      limit(.serviceDue, "usage.days", days, .serviceDays)
    }
  }
}

extension SensorBits {
  /// Judged elsewhere, or no sensor at all.
  static let notSensors: UInt32 = prearmCheck | extensionUsed
}
