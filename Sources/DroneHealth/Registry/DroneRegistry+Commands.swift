public import FarmUnits

/// What a person may say about a drone.
extension DroneRegistry {
  /// Accepts the reservations that stand now, until a time. What grounds, or is unknown, cannot be accepted.
  ///
  /// - Parameters:
  ///   - by: A person's name.
  ///   - note: Why.
  ///   - expires: At most a week away.
  public mutating func accept(
    drone id: String, by: String, note: String, expires: WallTime, at now: Moment
  ) throws(DroneCommandRefusal) {
    let slot = try slot(id, by)
    guard Self.isText(note) else { throw .noteMissing }
    guard now.clock == .trusted else { throw .clockUntrusted }
    guard now.wall < expires, now.wall.duration(to: expires) <= DroneAcceptance.longest else {
      throw .badExpiry
    }
    guard let record = record(of: id, at: now) else { throw .unknownDrone }
    guard record.reasons.allSatisfy({ $0.severity == .warn }) else { throw .grounded }
    let covers = Set(record.reasons.map(DroneAcceptance.name))
    guard !covers.isEmpty else { throw .nothingToAccept }
    drones[slot]?.memory.acceptance = DroneAcceptance(by: by, note: note, expires: expires, covers: covers)
  }

  /// Takes an acceptance back at once.
  public mutating func withdrawAcceptance(drone id: String, by: String) throws(DroneCommandRefusal) {
    drones[try slot(id, by)]?.memory.acceptance = nil
  }

  /// The drone was inspected: what past flights showed (vibration, clipping, severe texts, motor failures,
  /// alarms) no longer holds. What it says now still does.
  public mutating func signOff(drone id: String, by: String, note: String) throws(DroneCommandRefusal) {
    let slot = try slot(id, by)
    guard Self.isText(note) else { throw .noteMissing }
    guard drones[slot]?.log.isInFlight == false else { throw .grounded }
    drones[slot]?.log.signOff()
  }

  /// The drone was serviced: hours and days count from now.
  public mutating func recordService(drone id: String, by: String, at now: Moment) throws(DroneCommandRefusal)
  {
    let slot = try slot(id, by)
    guard now.clock == .trusted else { throw .clockUntrusted }
    guard let drone = drones[slot] else { throw .unknownDrone }
    let flown = max(drone.log.flownSeconds, drone.facts.maker.flownSeconds?.value ?? 0)
    drones[slot]?.memory.service = DroneMemory.Service(at: now.wall, flownSeconds: flown, by: by)
  }

  private func slot(_ id: String, _ by: String) throws(DroneCommandRefusal) -> Int {
    guard Self.isText(by) else { throw .nameMissing }
    guard let slot = drones.first(where: { $0.value.id == id })?.key else { throw .unknownDrone }
    return slot
  }

  /// Not empty, not only spaces, and of a length that a record can carry.
  private static func isText(_ text: String) -> Bool {
    (1...500).contains(text.utf8.count) && text.contains { !$0.isWhitespace }
  }
}
