import FarmUnits

/// What a rule found in one pass, before hysteresis and hold time.
struct Finding {
  var code: DroneReason.Code
  var field: String
  /// Nil: nothing is wrong.
  var severity: DroneReason.Severity?
  /// With the limits moved to the good side: as bad as this until it is better than that.
  var relaxed: DroneReason.Severity?
  var value: DroneReason.Observed?
  var limit: DroneReason.Observed?
  var unit: String?
  /// First knowledge needs no proof of lasting.
  var clearsAtOnce = false
}

/// Makes a verdict worse at once and better only with a margin and after a time, so that the marketplace
/// never sees a drone flap.
struct VerdictKeeper: Sendable {
  private struct Key: Hashable {
    var code: DroneReason.Code
    var field: String
  }
  private struct Held {
    var reason: DroneReason
    var betterSince: Instant?
    var pass: UInt64
    var clearsAtOnce: Bool
  }

  private var held: [Key: Held] = [:]
  private var pass: UInt64 = 0

  /// One pass over all rules. What is no longer found gets better like everything else.
  mutating func judge(_ findings: [Finding], at now: Moment, hold: Duration) -> [DroneReason] {
    pass += 1
    for finding in findings { judge(finding, now, hold) }
    for (key, entry) in held where entry.pass != pass {
      improve(key, to: nil, now, hold)
    }
    return held.values.map(\.reason).sorted { a, b in
      (-a.severity.rawValue, a.field, a.code.rawValue) < (-b.severity.rawValue, b.field, b.code.rawValue)
    }
  }

  private mutating func judge(_ finding: Finding, _ now: Moment, _ hold: Duration) {
    let key = Key(code: finding.code, field: finding.field)
    guard var entry = held[key] else {
      guard let severity = finding.severity else { return }
      let reason = DroneReason(
        code: finding.code, severity: severity, field: finding.field, value: finding.value,
        limit: finding.limit,
        unit: finding.unit, since: now)
      held[key] = Held(reason: reason, pass: pass, clearsAtOnce: finding.clearsAtOnce)
      return
    }
    entry.pass = pass
    entry.clearsAtOnce = finding.clearsAtOnce
    entry.reason.value = finding.value
    if let severity = finding.severity, severity >= entry.reason.severity {
      if severity > entry.reason.severity { entry.reason.since = now }
      (entry.reason.severity, entry.reason.limit, entry.betterSince) = (severity, finding.limit, nil)
      held[key] = entry
    } else if let relaxed = finding.relaxed, relaxed >= entry.reason.severity {
      entry.betterSince = nil
      held[key] = entry
    } else {
      held[key] = entry
      improve(key, to: finding.relaxed, limit: finding.limit, now, hold)
    }
  }

  private mutating func improve(
    _ key: Key, to severity: DroneReason.Severity?, limit: DroneReason.Observed? = nil, _ now: Moment,
    _ hold: Duration
  ) {
    guard var entry = held[key] else { return }
    let since = entry.betterSince ?? now.instant
    guard entry.clearsAtOnce || since.duration(to: now.instant) >= hold else {
      entry.betterSince = since
      held[key] = entry
      return
    }
    guard let severity else {
      held[key] = nil
      return
    }
    (entry.reason.severity, entry.reason.since, entry.betterSince) = (severity, now, nil)
    if let limit { entry.reason.limit = limit }
    held[key] = entry
  }
}
