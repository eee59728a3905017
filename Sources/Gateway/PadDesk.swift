import DroneHealth
import FarmConfiguration
import FarmControl
import FarmUnits

/// Pads: tells the registry whether a drone stands there, and the control loop whether it may be charged.
///
/// What it says to the loop holds for a few seconds and is renewed every second; the charger's own guards and the
/// pad's contact have the last word there.
struct PadDesk: Sendable {
  struct Pad: Sendable {
    let name: String
    let link: String?
    let contact: Int?
    /// Index among the plan's chargers; nil where nothing charges.
    let charger: Int?
    let temperatures: ClosedRange<Double>?
    /// Whether the battery has been full and has not fallen since.
    var isFull = false
    /// Until when a person has a silent drone charged.
    var lease: Instant?
  }

  /// A permit outlives a second or two in which nobody could renew it, and no more.
  private static let permitLifetime = Duration.seconds(5)
  /// A full battery is charged again below this, so that a charger does not start every minute.
  private static let percentAgain: Double = 95
  private(set) var pads: [Pad] = []

  init(_ configuration: GatewayConfiguration) {
    let index = PlanIndex(configuration)
    var chargers = 0
    for settings in configuration.drones?.pads ?? [] {
      let hasCharger = settings.charger != nil
      pads.append(
        Pad(
          name: settings.id, link: settings.link, contact: settings.contact.map(index.channel),
          charger: hasCharger ? chargers : nil, temperatures: settings.chargeBetween))
      if hasCharger { chargers += 1 }
    }
  }

  /// What is known of the pads that go on.
  mutating func takeOver(_ old: Self) {
    for number in pads.indices {
      guard let before = old.pads.first(where: { $0.name == pads[number].name }) else { continue }
      (pads[number].isFull, pads[number].lease) = (before.isFull, before.lease)
    }
  }

  func pad(named name: String) -> Int? { pads.firstIndex { $0.name == name } }
  func pad(onLinks links: [String]) -> Int? {
    pads.firstIndex { $0.link.map(links.contains) ?? false }
  }

  /// - Parameter contact: The judged reading of a channel; nil before the first tick.
  func observe(into registry: inout DroneRegistry, contact: (Int) -> Reading?, at now: Moment) {
    for pad in pads {
      guard let link = pad.link, let channel = pad.contact else { continue }
      let state = contact(channel)?.goodContact
      registry.observePad(link: link, isOccupied: state.map { $0 == .closed }, at: now)
    }
  }

  mutating func permits(_ registry: DroneRegistry, at now: Moment) -> [ChargePermit] {
    pads.indices.compactMap { number in
      guard let charger = pads[number].charger else { return nil }
      return ChargePermit(
        pad: charger, reason: reason(number, registry, now),
        until: now.instant.advanced(by: Self.permitLifetime))
    }
  }

  mutating func lease(_ pad: Int, until: Instant?) { pads[pad].lease = until }

  private mutating func reason(_ number: Int, _ registry: DroneRegistry, _ now: Moment) -> ReasonCode {
    let pad = pads[number]
    if let lease = pad.lease, lease <= now.instant { pads[number].lease = nil }
    let opinion =
      pad.link.map { registry.charging(link: $0, between: pad.temperatures, at: now) } ?? .silent
    switch opinion {
    case .ready(let percent):
      let isFull = (percent ?? 0) >= (pad.isFull ? Self.percentAgain : 100)
      pads[number].isFull = isFull
      return isFull ? .batteryFull : .charging
    case .silent: return pads[number].lease == nil ? .droneSilent : .chargingByPerson
    case .notDocked: return .droneNotDocked
    case .armed: return .droneArmed
    case .temperatureUnknown: return .batteryTemperatureUnknown
    case .tooCold: return .batteryTooCold
    case .tooHot: return .batteryTooHot
    case .batteryFault: return .batteryFaulty
    }
  }
}
