public import FarmUnits

/// What is said of one drone: may it be offered for delivery, how good is it, and every reason why not better,
/// with the facts behind it.
public struct DroneHealthRecord: Sendable {
  /// Whether the drone may be offered.
  public enum Deliverable: String, Sendable, CaseIterable { case yes, no, unknown }

  /// `red`: something grounds it. `grey`: something that must be known is not. `amber`: it may fly, with
  /// reservations that nobody has accepted. `green`: none.
  public enum Level: String, Sendable, CaseIterable { case green, amber, red, grey }

  /// A level of a topic.
  public var id: String
  /// By what the drone is known.
  public var identity: DroneIdentity
  /// When the verdict was given.
  public var at: Moment
  /// Worst reason wins.
  public var deliverable: Deliverable
  /// Worst reason wins.
  public var level: Level
  /// Worst first.
  public var reasons: [DroneReason]
  /// The reservations that a named person has accepted, while it holds.
  public var acceptance: DroneAcceptance?

  /// Where the drone is heard: names of links, or the serial number of a dock.
  var links: [String]
  /// MAVLink's number of the vehicle.
  var system: UInt8?
  var facts: DroneFacts
  var log: FlightLog
  var memory: DroneMemory
  var lifetime: Duration

  /// The drone is known by its hardware; others are shown on the site's own broker only.
  public var isHardwareIdentified: Bool { identity.isHardware }
  /// `docked`, `ground`, `air` or `unknown`.
  public var flightState: String { facts.flightState(at: at, lifetime: lifetime).rawValue }

  /// Worst wins; not knowing never counts as good.
  static func verdict(of reasons: [DroneReason]) -> (Deliverable, Level) {
    switch reasons.filter({ $0.acceptedBy == nil }).map(\.severity).max() {
    case .block: (.no, .red)
    case .unknown: (.unknown, .grey)
    case .warn: (.yes, .amber)
    case nil: (.yes, .green)
    }
  }

  /// What makes a record worth publishing when it changes; measured values alone do not.
  struct Essence: Equatable {
    var id: String
    var deliverable: Deliverable
    var level: Level
    var flightState: String
    var reasons: [String]
    var manifestCounter: Int64
  }
  var essence: Essence {
    Essence(
      id: id, deliverable: deliverable, level: level, flightState: flightState,
      reasons: reasons.map {
        "\($0.code.rawValue) \($0.field) \($0.severity.rawValue) \($0.acceptedBy ?? "")"
      }, manifestCounter: memory.manifest.counter)
  }
}
