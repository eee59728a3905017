public import Claims
public import DroneHealth
public import FarmUnits
public import Harvest

/// What the gateway knows of the farm's things at one moment. Lists are in the order of the configuration, or by id.
public struct FarmStanding: Equatable, Sendable {
  public var sensors: [SensorStanding]
  /// Readings that the loop has judged since the start.
  public var readings: [Quality: UInt64]
  public var outputs: [OutputStanding]
  /// All that there can be, normal ones included.
  public var alarms: [AlarmStanding]
  public var lots: [LotStanding]
  public var drones: [DroneStanding]

  public init(
    sensors: [SensorStanding], readings: [Quality: UInt64], outputs: [OutputStanding],
    alarms: [AlarmStanding], lots: [LotStanding], drones: [DroneStanding]
  ) {
    (self.sensors, self.readings, self.outputs) = (sensors, readings, outputs)
    (self.alarms, self.lots, self.drones) = (alarms, lots, drones)
  }

  /// How many sensors' newest readings are of a quality.
  public func sensors(of quality: Quality) -> Int { sensors.count { $0.quality == quality } }
}

public struct SensorStanding: Equatable, Sendable {
  public var id: String
  /// The newest, as judged; nil: not even that.
  public var reading: Reading?
  /// Since it was measured; nil: never.
  public var age: Duration?
  /// Nil where the reading comes from no device on MQTT.
  public var source: SourceState?
  /// Pulses known to have happened unheard; nil where none are counted.
  public var lostEdges: UInt64?

  public init(id: String, reading: Reading?, age: Duration?, source: SourceState?, lostEdges: UInt64?) {
    (self.id, self.reading, self.age) = (id, reading, age)
    (self.source, self.lostEdges) = (source, lostEdges)
  }

  public var quality: Quality { reading?.quality ?? .missing }
}

public struct OutputStanding: Equatable, Sendable {
  public var id: String
  public var message: OutputMessage

  public init(id: String, message: OutputMessage) { (self.id, self.message) = (id, message) }
}

public struct AlarmStanding: Equatable, Sendable {
  public var id: String
  public var message: AlarmMessage

  public init(id: String, message: AlarmMessage) { (self.id, self.message) = (id, message) }
}

/// What was last said about a lot.
public struct LotStanding: Equatable, Sendable {
  public var id: String
  public var product: String
  public var status: LotStatus
  /// The principal one.
  public var reason: AvailabilityReason?
  public var availableToPromise, onHand: Amount
  public var unit: Unit
  public var store: String?
  public var validUntil: WallTime

  public init(_ availability: Availability) {
    (id, product, status) = (availability.lot, availability.plan.name, availability.status)
    (reason, availableToPromise) = (availability.reasons.first, availability.availableToPromise)
    (onHand, unit) = (availability.figures.onHand, availability.plan.unit)
    (store, validUntil) = (availability.store, availability.validUntil)
  }
}

/// What was last said about a drone.
public struct DroneStanding: Equatable, Sendable {
  public var id: String
  public var deliverable: DroneHealthRecord.Deliverable
  public var level: DroneHealthRecord.Level
  public var flight: String
  /// Codes, worst first.
  public var reasons: [String]
  /// Since it was heard; nil: never by this run.
  public var silence: Duration?
  /// Of the emptiest battery; nil: not known.
  public var batteryPercent: Double?

  public init(_ drone: DroneSummary, at now: Instant) {
    (id, deliverable, level, flight) = (drone.id, drone.deliverable, drone.level, drone.flightState)
    reasons = drone.reasons
    silence = drone.lastHeard.map { $0.duration(to: now) }
    batteryPercent = drone.batteryPercent
  }
}
