internal import FarmUnits

/// A drone that stands on its pad, is switched on for the day's delivery, flies it, and is switched off again.
public struct DronePad: Sendable {
  /// Where its frames come in.
  public let topic: String
  /// The name of the pad in the configuration; nil for a drone that only a link knows.
  public let name: String?
  public private(set) var drone: SimulatedDrone
  public private(set) var isHere = true
  /// It is heard.
  public private(set) var isOn = false

  /// From 11:00 to 11:45, in the air from 11:15 to 11:40.
  private static let on = (11 * 60)..<(11 * 60 + 45)
  private static let flight = (11 * 60 + 15)..<(11 * 60 + 40)

  init(topic: String, name: String?, link: String, system: UInt8, cellSpread: Double) {
    (self.topic, self.name) = (topic, name)
    drone = SimulatedDrone(link: link, system: system, charge: 90, chargeRate: 0, cellSpread: cellSpread)
  }

  /// From now on the drone's autopilot says which it is, as one does that is asked.
  mutating func identify(as hardware: UInt64) { drone.hardware = hardware }

  mutating func advance(to now: WallTime, by step: Duration) {
    let minute = now.millisecondOfDay / 60_000
    isOn = Self.on.contains(minute)
    isHere = !Self.flight.contains(minute)
    drone.armed = !isHere
    drone.chargeRate = isHere ? 20 : -100
    drone.advance(by: step)
  }

  /// A second of its frames, as a telemetry bridge forwards them.
  public mutating func telemetry(_ random: inout SeededRandom) -> DeviceMessage {
    DeviceMessage(topic: topic, payload: drone.telemetry(&random))
  }
}
