public import FarmUnits

/// A drone in a few words, as it was last published.
public struct DroneSummary: Equatable, Sendable {
  public var id: String
  public var deliverable: DroneHealthRecord.Deliverable
  public var level: DroneHealthRecord.Level
  /// `docked`, `ground`, `air` or `unknown`.
  public var flightState: String
  /// Codes, worst first.
  public var reasons: [String]
  /// Nil: not since the start.
  public var lastHeard: Instant?
  /// Of the emptiest battery, whatever its age; nil where none was told.
  public var batteryPercent: Double?
}

extension DroneRegistry {
  /// All drones that were published, by id. Judges nothing anew.
  public var summaries: [DroneSummary] {
    drones.values.compactMap { drone in
      guard let essence = drone.published?.essence else { return nil }
      let batteries =
        drone.facts.batteries.isEmpty
        ? [drone.facts.batterySummary].compactMap(\.self) : Array(drone.facts.batteries.values)
      var codes: [String] = []
      for reason in essence.reasons {
        let code = String(reason.prefix { $0 != " " })
        if !codes.contains(code) { codes.append(code) }
      }
      return DroneSummary(
        id: essence.id, deliverable: essence.deliverable, level: essence.level,
        flightState: essence.flightState, reasons: codes, lastHeard: drone.facts.lastAlive?.instant,
        batteryPercent: batteries.compactMap { $0.percent?.value }.min())
    }.sorted { $0.id < $1.id }
  }
}
