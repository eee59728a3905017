public import CanonicalJSON
public import FarmUnits

/// What a dock says, merged from its several messages.
struct DJIGateway: Sendable {
  /// Its aircraft.
  var drones: Set<String> = []
  var hasDroneInside: Fact<Bool>?
  var isCharging: Fact<Bool>?
  /// 0 closed, 1 open, 2 half open, 3 abnormal.
  var cover: Fact<Int64>?
  var isEmergencyStopped: Fact<Bool>?
  /// 0 idle, 1 on-site debugging, 2 remote debugging, 3 upgrading, 4 working.
  var mode: Fact<Int64>?
  var alarms: Fact<[HealthAlarm]>?
  var firmware: Fact<String>?

  /// What keeps a drone in; nil when nothing is known to.
  func fault(at now: Moment, lifetime: Duration) -> String? {
    if isEmergencyStopped.fresh(at: now, lifetime: lifetime) == true { return "emergency_stop" }
    if cover.fresh(at: now, lifetime: lifetime) == 3 { return "cover_abnormal" }
    switch mode.fresh(at: now, lifetime: lifetime) {
    case 1?: return "on_site_debugging"
    case 2?: return "remote_debugging"
    case 3?: return "upgrading"
    default: break
    }
    return alarms?.value?.first { $0.isDock && $0.level >= 2 }?.code
  }
}

/// What became of a DJI message.
public enum DJIReception: String, Sendable {
  case taken
  /// No message of health, or none at all.
  case unreadable
  /// Older than what its device has already said.
  case outOfOrder = "out_of_order"
  /// The gateway is none of those configured.
  case unknownGateway = "unknown_gateway"
  /// As many drones or gateways as may be are known.
  case overLimit = "over_limit"
}

extension DroneRegistry {
  static let gatewaysAtMost = 256
  /// A device's clock that falls by more than this was set; by less, the message is late.
  static let lateness: Int64 = 600_000

  /// One DJI Cloud API message.
  ///
  /// - Parameters:
  ///   - topic: As received.
  ///   - isAuthenticated: The broker knows who published it.
  ///   - now: Never runs backwards.
  @discardableResult
  public mutating func receive(
    dji payload: JSONValue, topic: String, isAuthenticated: Bool = false, at now: Moment
  ) -> DJIReception {
    guard let message = DJIMessage(payload, topic: topic) else {
      counters.unreadable += 1
      return .unreadable
    }
    guard isExpected(message) else { return .unknownGateway }
    guard isInOrder(message) else { return .outOfOrder }
    return take(message, isAuthenticated, now)
  }

  private mutating func take(_ message: DJIMessage, _ isAuthenticated: Bool, _ now: Moment) -> DJIReception {
    let serial = message.topic.serial
    switch message.content {
    case .aircraft(let data):
      guard let slot = aircraft(serial, of: message.gateway) else { return overLimit() }
      drones[slot]?.facts.takeTelemetry(data, isAuthenticated: isAuthenticated, at: now)
      // First, so that a landing ends the flight before the dock's list is given to it.
      observeLog(slot, now)
      if let gateway = message.gateway { spread(gateway, now) }
    case .properties(let data):
      // Only of an aircraft that is known: a dock has a state of its own.
      if let slot = slots[.serial(serial)] {
        drones[slot]?.facts.takeProperties(data, at: now, source: "state")
      } else if gateways[serial] != nil {
        takeDockFirmware(data, serial, now, source: "state")
        spread(serial, now)
      }
    case .dock(let data):
      // Telemetry of an aircraft's camera alone; no dock.
      guard slots[.serial(serial)] == nil else { return .taken }
      guard gateway(serial) else { return overLimit() }
      takeDock(data, serial, now)
      spread(serial, now)
    case .alarms(let alarms):
      guard gateway(serial) else { return overLimit() }
      gateways[serial]?.alarms = Fact(alarms, now, "hms")
      spread(serial, now)
    case .online(let serials):
      guard gateway(serial) else { return overLimit() }
      return takeOnline(serials, serial, now)
    case .update(let status, let percent, _):
      for drone in gateways[serial]?.drones ?? [] {
        guard let slot = slots[.serial(drone)] else { continue }
        let isRunning = ["sent", "in_progress", "paused"].contains(status)
        drones[slot]?.facts.maker.update = isRunning ? Fact(percent ?? 0, now, "ota_progress") : nil
      }
    case .other: return .unreadable
    }
    return .taken
  }

  private mutating func takeDock(_ data: JSONValue, _ serial: String, _ now: Moment) {
    let source = "osd"
    if let child = data["sub_device"], let drone = child["device_sn"]?.string,
      aircraft(drone, of: serial) != nil,
      let slot = slots[.serial(drone)]
    {
      drones[slot]?.facts.maker.model = child["device_model_key"]?.string.map {
        MessageBoard.readable(Array($0.utf8.prefix(32)))
      }
      // What the aircraft says itself outweighs what the dock says of it.
      let last = drones[slot]?.facts.lastAlive?.instant
      let isSilent = last.map { $0.duration(to: now.instant) > .seconds(10) } ?? true
      let status = DJIMessage.integer(child["device_online_status"])
      if status == 0, isSilent { drones[slot]?.facts.maker.isOffline = Fact(true, now, source) }
      if status == 1 { drones[slot]?.facts.maker.isOffline = nil }
    }
    takeDockFirmware(data, serial, now, source: source)
    if let value = DJIMessage.bool(data["drone_in_dock"]) {
      gateways[serial]?.hasDroneInside = Fact(value, now, source)
    }
    if let value = DJIMessage.bool(data["drone_charge_state"]?["state"]) {
      gateways[serial]?.isCharging = Fact(value, now, source)
    }
    if let value = DJIMessage.integer(data["cover_state"]) {
      gateways[serial]?.cover = Fact(value, now, source)
    }
    if let value = DJIMessage.bool(data["emergency_stop_state"]) {
      gateways[serial]?.isEmergencyStopped = Fact(value, now, source)
    }
    // Only beside the dock's own members: "mode_code" is an aircraft's word too.
    if let value = DJIMessage.integer(data["mode_code"]) { gateways[serial]?.mode = Fact(value, now, source) }
  }

  private mutating func takeDockFirmware(
    _ data: JSONValue, _ serial: String, _ now: Moment, source: String
  ) {
    guard let text = data["firmware_version"]?.string else { return }
    gateways[serial]?.firmware = Fact(DroneFacts.version(text), now, source)
  }

  private mutating func takeOnline(_ serials: [String], _ gateway: String, _ now: Moment) -> DJIReception {
    var result = DJIReception.taken
    for drone in serials where aircraft(drone, of: gateway) == nil { result = overLimit() }
    for drone in gateways[gateway]?.drones ?? [] {
      guard let slot = slots[.serial(drone)] else { continue }
      let isOnline = serials.contains(drone)
      drones[slot]?.facts.maker.isOffline = isOnline ? nil : Fact(true, now, "update_topo")
    }
    return result
  }

  /// Gives what the dock says to its aircraft.
  private mutating func spread(_ serial: String, _ now: Moment) {
    guard let gateway = gateways[serial] else { return }
    let fault = gateway.fault(at: now, lifetime: thresholds.factLifetime)
    for drone in gateway.drones {
      guard let slot = slots[.serial(drone)] else { continue }
      drones[slot]?.facts.isDocked = gateway.hasDroneInside
      drones[slot]?.facts.maker.dockFirmware = gateway.firmware
      drones[slot]?.facts.maker.dockFault = fault.map { Fact($0, now, "osd") }
      if let alarms = gateway.alarms {
        let own = alarms.value?.filter { !$0.isDock } ?? []
        let known = drones[slot]?.facts.maker.alarms?.value ?? []
        drones[slot]?.log.hear(own, besides: known)
        drones[slot]?.facts.takeAlarms(own, at: alarms.at)
      }
      guard let charging = gateway.isCharging, let isCharging = charging.value else { continue }
      for index in drones[slot]?.facts.batteries.keys.sorted() ?? [] {
        drones[slot]?.facts.battery(index) {
          $0.condition = isCharging ? Fact(.charging, charging.at, "drone_charge_state") : nil
        }
      }
    }
  }

  /// The aircraft's place in the registry, made at its first mention; it belongs to the gateway that spoke last.
  private mutating func aircraft(_ serial: String, of gateway: String?) -> Int? {
    guard (1...64).contains(serial.utf8.count) else { return nil }
    if let gateway, self.gateway(gateway), gateways[gateway]?.drones.contains(serial) == false {
      for other in gateways.keys where other != gateway { gateways[other]?.drones.remove(serial) }
      if (gateways[gateway]?.drones.count ?? 0) < DJIMessage.devicesAtMost {
        gateways[gateway]?.drones.insert(serial)
      }
    }
    if let slot = slots[.serial(serial)] { return slot }
    guard drones.count < Self.dronesAtMost else { return nil }
    return add(DroneState(.serial(serial)))
  }

  private mutating func gateway(_ serial: String) -> Bool {
    if gateways[serial] != nil { return true }
    guard gateways.count < Self.gatewaysAtMost else { return false }
    gateways[serial] = DJIGateway()
    return true
  }

  private mutating func overLimit() -> DJIReception {
    counters.overLimit += 1
    return .overLimit
  }

  /// Where gateways are configured, others are not heard; a message that names none belongs to the one that
  /// its aircraft was last heard with.
  private func isExpected(_ message: DJIMessage) -> Bool {
    guard !expectedGateways.isEmpty else { return true }
    if let named = message.gateway, expectedGateways.contains(named) { return true }
    let serial = message.topic.serial
    return expectedGateways.contains(serial) || gateways.contains { $0.value.drones.contains(serial) }
  }

  /// A message that is late must not make an old value new.
  private mutating func isInOrder(_ message: DJIMessage) -> Bool {
    guard let timestamp = message.timestamp, case .telemetry(let serial) = message.topic else { return true }
    let last = telemetryTimes[serial]
    if let last, timestamp < last, last - timestamp < Self.lateness {
      counters.outOfOrder += 1
      return false
    }
    if last != nil || telemetryTimes.count < Self.dronesAtMost + Self.gatewaysAtMost {
      telemetryTimes[serial] = timestamp
    }
    return true
  }
}
