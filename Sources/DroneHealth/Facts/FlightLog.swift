import FarmUnits

/// Counts flights, hours and battery use by their edges, and remembers what a flight showed: a fault heard in
/// the air does not end with the landing, but with a person's inspection or the next clean flight.
///
/// MAVLink has no message for an airframe's hours, so they are counted here.
struct FlightLog: Sendable {
  private struct Flight {
    var tally = FlightTally()
    var began: Instant
    var lastHeard: Instant
    /// Its beginning was seen, and nothing of it was missed.
    var isWhole: Bool
    /// Counters since boot at the flight's begin, per accelerometer.
    var clippingsBefore: [UInt32]?
    var clippingsLast: [UInt32] = []
  }

  static let batteriesAtMost = 16

  var flights = 0
  var flownSeconds: Double = 0
  /// The worst since the last clean flight or sign-off.
  var standing = FlightTally()
  /// Charge taken from each battery, in per cent of its capacity, by serial number or place.
  var usedPercent: [String: Double] = [:]
  private var current: Flight?
  private var wasAirborne: Bool?
  private var lastPercent: [String: Double] = [:]

  var isInFlight: Bool { current != nil }

  /// What the verdict is made from: this flight included.
  var worst: FlightTally {
    var worst = standing
    if let current { worst.merge(current.tally) }
    return worst
  }

  /// Looks at the facts after each message that may matter.
  mutating func observe(_ facts: DroneFacts, _ thresholds: DroneThresholds, at now: Moment) {
    countCharge(facts, now)
    let lifetime = thresholds.factLifetime
    if var flight = current {
      if flight.lastHeard.duration(to: now.instant) > lifetime { flight.isWhole = false }
      flight.lastHeard = now.instant
      current = flight
    }
    guard let isAirborne = Self.isAirborne(facts, now, lifetime) else { return }
    if isAirborne {
      if current == nil {
        current = Flight(began: now.instant, lastHeard: now.instant, isWhole: wasAirborne == false)
      }
      record(facts, now)
    } else if current != nil {
      land(thresholds)
    }
    wasAirborne = isAirborne
  }

  /// A text said now; severe ones in flight are remembered.
  mutating func hear(_ text: MessageBoard.Text) {
    if text.severity <= 2, !text.isPrearm { current?.tally.add(text: text.text) }
  }

  /// The maker's complete list of alarms. Those of the air are remembered: heard in flight, or said by the list to
  /// have been raised there, which counts once; a list that only repeats it undoes no inspection.
  mutating func hear(_ alarms: [HealthAlarm], besides known: [HealthAlarm]) {
    for alarm in alarms where alarm.outlastsFlight {
      if current != nil {
        current?.tally.add(alarm: alarm.code)
      } else if alarm.inTheSky == 1, !known.contains(where: { $0.code == alarm.code && $0.inTheSky == 1 }) {
        standing.add(alarm: alarm.code)
      }
    }
  }

  /// The drone was inspected: what past flights showed no longer holds.
  mutating func signOff() { standing = FlightTally() }

  /// The drone restarted: the counters since boot begin anew, and whether it flew meanwhile is not known.
  mutating func restart() {
    current?.isWhole = false
    current?.clippingsBefore = nil
    wasAirborne = nil
  }

  /// Adds what was counted while the drone had no name yet, and goes on with its flight.
  mutating func absorb(_ nameless: Self) {
    flights += nameless.flights
    flownSeconds += nameless.flownSeconds
    standing.merge(nameless.standing)
    for (key, used) in nameless.usedPercent
    where usedPercent[key] != nil || usedPercent.count < Self.batteriesAtMost {
      usedPercent[key, default: 0] += used
    }
    (current, wasAirborne, lastPercent) = (nameless.current, nameless.wasAirborne, nameless.lastPercent)
  }

  private mutating func land(_ thresholds: DroneThresholds) {
    guard let flight = current else { return }
    current = nil
    let seconds = flight.began.duration(to: flight.lastHeard).inSeconds
    flights += 1
    flownSeconds += seconds
    let isProof =
      flight.isWhole && seconds >= thresholds.cleanFlight.inSeconds && flight.tally.vibration != nil
    if isProof && flight.tally.isClean(thresholds) {
      standing = flight.tally
    } else {
      standing.merge(flight.tally)
    }
  }

  private mutating func record(_ facts: DroneFacts, _ now: Moment) {
    guard var flight = current else { return }
    if let vibration = facts.vibration, vibration.at == now, let value = vibration.value {
      if let worst = value.worst { flight.tally.vibration = max(flight.tally.vibration ?? 0, worst) }
      // A counter that fell was restarted: count from zero.
      let fell = zip(value.clippings, flight.clippingsLast).contains { $0 < $1 }
      if flight.clippingsBefore == nil { flight.clippingsBefore = value.clippings }
      if fell { flight.clippingsBefore = [0, 0, 0] }
      flight.clippingsLast = value.clippings
      let deltas = zip(value.clippings, flight.clippingsBefore ?? []).map { Int($0) - Int($1) }
      flight.tally.clippings = max(flight.tally.clippings ?? 0, deltas.max() ?? 0)
    }
    for alarm in facts.maker.alarms?.value ?? [] where alarm.outlastsFlight {
      flight.tally.add(alarm: alarm.code)
    }
    for (index, motor) in facts.motors where motor.at == now {
      for name in MotorFacts.names(ofFailures: motor.value?.failures ?? 0) {
        flight.tally.add(motorFailure: "\(index + 1):\(name)")
      }
    }
    current = flight
  }

  /// Landed state where it is told, else armed. Nil while neither is known.
  private static func isAirborne(_ facts: DroneFacts, _ now: Moment, _ lifetime: Duration) -> Bool? {
    switch facts.landed.fresh(at: now, lifetime: lifetime) {
    case .ground: false
    case .air, .takeoff, .landing: true
    case nil: facts.isArmed.fresh(at: now, lifetime: lifetime)
    }
  }

  private mutating func countCharge(_ facts: DroneFacts, _ now: Moment) {
    for (index, battery) in facts.batteries {
      guard let percent = battery.percent, percent.at == now, let value = percent.value else { continue }
      let key = battery.serial?.value ?? "battery-\(index)"
      if let last = lastPercent[key], value < last {
        guard usedPercent[key] != nil || usedPercent.count < Self.batteriesAtMost else { continue }
        usedPercent[key, default: 0] += last - value
      }
      if lastPercent[key] != nil || lastPercent.count < Self.batteriesAtMost { lastPercent[key] = value }
    }
  }
}
