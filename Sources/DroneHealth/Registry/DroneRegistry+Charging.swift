public import FarmUnits

/// Whether the drone on a link may be charged, as far as it says so itself.
public enum ChargeOpinion: Equatable, Sendable {
  /// The charge of its emptiest battery in per cent; nil where it does not tell.
  case ready(lowestPercent: Double?)
  /// No drone is heard on the link.
  case silent
  /// Not known to stand on its pad, or more than one drone is heard there.
  case notDocked
  /// Armed, or it does not say that it is not.
  case armed
  case temperatureUnknown, tooCold, tooHot
  case batteryFault
}

extension DroneRegistry {
  /// Docked, disarmed, every battery within the temperatures: anything that is not known speaks against it.
  ///
  /// - Parameters:
  ///   - link: The pad's.
  ///   - temperatures: °C; nil: not asked.
  public func charging(
    link name: String, between temperatures: ClosedRange<Double>?, at now: Moment
  ) -> ChargeOpinion {
    let heard = dronesHeard(onLink: name, at: now)
    guard let drone = heard.first else { return .silent }
    guard heard.count == 1 else { return .notDocked }
    return drone.facts.charging(between: temperatures, at: now, lifetime: thresholds.factLifetime)
  }

  /// Whether a drone is not heard anywhere; nil for one that is not known.
  public func isSilent(drone id: String, at now: Moment) -> Bool? {
    guard let drone = drones.values.first(where: { $0.id == id }) else { return nil }
    guard let last = drone.facts.lastHeard else { return true }
    return last.instant.duration(to: now.instant) > thresholds.factLifetime
  }

  /// Where a drone was heard last.
  public func links(ofDrone id: String) -> [String] {
    guard let drone = drones.values.first(where: { $0.id == id }) else { return [] }
    return drone.stations.map { links[$0.link].name }.sorted()
  }

  private func dronesHeard(onLink name: String, at now: Moment) -> [DroneState] {
    guard let index = linkIndices[name] else { return [] }
    let slots = Set(
      links[index].stations.values.filter {
        $0.lastAlive.duration(to: now.instant) <= thresholds.factLifetime
      }.map(\.slot))
    return slots.sorted().compactMap { drones[$0] }
  }
}

extension DroneFacts {
  fileprivate func charging(
    between temperatures: ClosedRange<Double>?, at now: Moment, lifetime: Duration
  ) -> ChargeOpinion {
    guard flightState(at: now, lifetime: lifetime) == .docked else { return .notDocked }
    guard isArmed.fresh(at: now, lifetime: lifetime) == false else { return .armed }
    let packs = batteries.values.filter { $0.purpose != .payload }
    for pack in packs {
      if let faults = pack.faults.fresh(at: now, lifetime: lifetime), faults != 0 { return .batteryFault }
      switch pack.condition.fresh(at: now, lifetime: lifetime) {
      case .failed, .unhealthy: return .batteryFault
      default: break
      }
    }
    if let temperatures {
      let measured = packs.map { $0.temperature.fresh(at: now, lifetime: lifetime) }
      guard !measured.isEmpty, measured.allSatisfy({ $0 != nil }) else { return .temperatureUnknown }
      for case let celsius? in measured where celsius < temperatures.lowerBound { return .tooCold }
      for case let celsius? in measured where celsius > temperatures.upperBound { return .tooHot }
    }
    let percents = packs.map { $0.percent.fresh(at: now, lifetime: lifetime) }
    return .ready(lowestPercent: percents.contains(nil) ? nil : percents.compactMap(\.self).min())
  }
}
