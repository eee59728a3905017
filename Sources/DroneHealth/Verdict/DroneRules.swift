import FarmUnits

/// All rules of the verdict, applied to what is known at one moment. Values in, findings out; what changes
/// over time (hysteresis, hold time) is the keeper's business.
///
/// Source of rules and limits: `DroneThresholds.Key.source`.
struct DroneRules {
  let facts: DroneFacts
  let log: FlightLog
  let thresholds: DroneThresholds
  let now: Moment
  var findings: [Finding] = []

  init(_ facts: DroneFacts, _ log: FlightLog, _ thresholds: DroneThresholds, at now: Moment) {
    (self.facts, self.log, self.thresholds, self.now) = (facts, log, thresholds, now)
  }

  var lifetime: Duration { thresholds.factLifetime }
  var flightState: FlightState { facts.flightState(at: now, lifetime: lifetime) }

  /// How long the drone has been silent; nil when it was never heard.
  var silence: Duration? { facts.lastAlive.map { $0.instant.duration(to: now.instant) } }

  /// Silent for so long that nothing is known any more.
  var isLost: Bool {
    if facts.maker.isOffline?.value == true { return true }
    guard let silence, let limit = thresholds[.silenceSeconds].block else { return false }
    return silence.inSeconds > limit
  }

  /// - Parameters:
  ///   - identity: As known now.
  ///   - rival: Where another vehicle with the same identity is heard; nil when there is none.
  ///   - isDetached: The drone's link restarted and has not named it since.
  mutating func judge(
    _ identity: DroneIdentity, rival: String?, isDetached: Bool, memory: DroneMemory, policy: FirmwarePolicy?
  ) {
    judgePast(memory)
    if let rival { state(.duplicateIdentity, "id", .block, .text(rival)) }
    guard facts.lastAlive != nil else {
      if isDetached {
        unknown(.rebooted, "link", clearsAtOnce: true)
      } else {
        unknown(.notHeard, "link", clearsAtOnce: true)
      }
      return
    }
    judgeLink(identity)
    // Everything else is a consequence of the silence, and would only hide it.
    guard !isLost else { return }
    judgeFlight()
    judgeSensors()
    judgeBatteries()
    judgeEstimator()
    judgeSatellites()
    judgeMotors()
    judgeMessages()
    judgeRemoteIdentification()
    judgeMaker()
    judgeFirmware(policy)
  }

  // MARK: The words in which rules are written

  /// A number against its limits.
  mutating func limit(
    _ code: DroneReason.Code, _ field: String, _ value: Double, _ key: DroneThresholds.Key,
    atMost: DroneReason.Severity = .block
  ) {
    let limits = thresholds[key]
    func severity(_ value: Double) -> DroneReason.Severity? {
      if let block = limits.block, key.isFloor ? value < block : value > block { return min(.block, atMost) }
      if let warn = limits.warn, key.isFloor ? value < warn : value > warn { return .warn }
      return nil
    }
    let found = severity(value)
    let relaxed = severity(key.isFloor ? value - key.hysteresis : value + key.hysteresis)
    findings.append(
      Finding(
        code: code, field: field, severity: found, relaxed: relaxed, value: .number(value),
        limit: ((found ?? relaxed) == .warn ? limits.warn : limits.block ?? limits.warn).map { .number($0) },
        unit: key.unit))
  }

  /// Something that is so or is not.
  mutating func state(
    _ code: DroneReason.Code, _ field: String, _ severity: DroneReason.Severity,
    _ value: DroneReason.Observed? = nil,
    unit: String? = nil
  ) {
    findings.append(
      Finding(code: code, field: field, severity: severity, relaxed: severity, value: value, unit: unit))
  }

  mutating func unknown(_ code: DroneReason.Code, _ field: String, clearsAtOnce: Bool = false) {
    findings.append(
      Finding(code: code, field: field, severity: .unknown, relaxed: .unknown, clearsAtOnce: clearsAtOnce))
  }

  /// The value of something that must be known; where it is not, that is a finding of its own.
  /// - Parameter reported: What it means that the drone itself does not know.
  mutating func need<Value>(
    _ fact: Fact<Value>?, _ field: String, lifetime: Duration?, notReported: DroneReason.Severity = .unknown
  ) -> Value? {
    switch fact.standing(at: now, lifetime: lifetime) {
    case .good: return fact?.value
    case .missing: unknown(.notHeard, field, clearsAtOnce: true)
    case .stale: unknown(.stale, field)
    case .notReported: state(.notReported, field, notReported)
    }
    return nil
  }
}
