import DroneHealth
import FarmControl
public import FarmUnits

/// What the daemon brings of drones beside the broker, and what it keeps of them.
extension FarmGateway {
  mutating func publishDrones(at now: Moment) {
    let board = board
    guard let report = drones?.due(at: now, contact: { board.reading($0) }) else { return }
    for id in report.retiredIDs {
      discovery?.retired(drone: id)
      say(site.cleared(site.topics.drone(id)))
      if dronesOnMarket.remove(id) != nil { market?.clear(.droneHealth(id)) }
    }
    for update in report.updates {
      let record = update.record.json
      discovery?.appeared(drone: update.id, at: now)
      say(site.drone(update.id, record: record))
      // Until its hardware has a number a drone is one of many, and nobody can be promised it.
      // What the journal has no room for is told with the next minute's record.
      guard update.isHardwareIdentified, canKeep else { continue }
      dronesOnMarket.insert(update.id)
      market?.sayDrone(update.id, record: record, at: now)
    }
  }

  /// Raw MAVLink of a UDP or serial link, cut anywhere.
  public mutating func receive(link: String, bytes: [UInt8], at arrival: Moment) {
    drones?.receive(link: link, bytes: bytes, at: arrival)
  }

  /// What the control loop is to be told, after each `advance`; the caller has it then.
  public mutating func takePadRequests() -> [ControlRequest] {
    defer { padRequests = [] }
    return padRequests
  }

  /// The firmware policy's file as it stands now. A drone is judged by what is in force at its next evaluation.
  public mutating func offer(firmwarePolicy bytes: [UInt8], at now: Moment) -> PolicyReception {
    guard var desk = drones.take() else {
      return .refused(code: "not_configured", text: "No drones are configured.")
    }
    let reception = desk.offer(policy: bytes)
    drones = desk
    return reception
  }

  /// The file of the firmware policy cannot be read; what is in force stays.
  public mutating func missFirmwarePolicy() { drones?.missPolicy("unreadable") }

  /// The file of the policy in force, with its signature: to be kept. Nil without one.
  public var firmwarePolicyDocument: [UInt8]? { drones?.policies?.document?.bytes }
  /// Whether the policy in force has expired; nil without one.
  public func isFirmwarePolicyExpired(at now: Moment) -> Bool? {
    drones?.policies?.policy?.isExpired(at: now)
  }

  /// What of the drones must outlive a restart.
  public var keptDrones: KeptDrones { drones?.kept ?? KeptDrones() }
}
