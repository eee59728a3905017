import CanonicalJSON
import FarmUnits

extension DroneFacts {
  /// An aircraft's telemetry. What a message lacks stays as it was: the next one may bring it.
  mutating func takeTelemetry(_ data: JSONValue, isAuthenticated: Bool, at now: Moment) {
    let source = "osd"
    (lastHeard, lastAlive, dialect) = (now, now, .dji)
    sender = Fact(isAuthenticated ? .verified : .unverified, now, source)
    maker.isOffline = nil
    if let mode = DJIMessage.integer(data["mode_code"]) { takeMode(mode, data, now, source) }
    takeBatteries(data["battery"], now, source)
    if let position = data["position_state"] {
      satellites = Fact(Self.reception(position), now, source)
    }
    takeProperties(data, at: now, source: source)
    // Zero hours and zero flights mean "not reported".
    if let seconds = DJIMessage.number(data["total_flight_time"]), (0...1e9).contains(seconds) {
      maker.flownSeconds = Fact(seconds == 0 ? nil : seconds, now, source)
    }
    if let flights = DJIMessage.integer(data["total_flight_sorties"]), flights >= 0 {
      maker.flights = Fact(flights == 0 ? nil : Int(clamping: flights), now, source)
    }
    if let list = data["maintain_status"]?["maintain_status_array"]?.array {
      maker.isMaintenanceDue = Fact(list.contains { DJIMessage.integer($0["state"]) == 1 }, now, source)
    }
    if let isGood = DJIMessage.bool(data["rid_state"]) { remoteIdentification = Fact(isGood, now, source) }
  }

  /// Properties, which come on `/state` when they change, and with some models in the telemetry.
  mutating func takeProperties(_ data: JSONValue, at now: Moment, source: String) {
    if let text = data["firmware_version"]?.string {
      maker.firmwareText = Fact(Self.version(text), now, source)
    }
    for item in data["payloads"]?.array?.prefix(Self.payloadsAtMost) ?? [] {
      guard let place = item["payload_index"]?.string, let text = item["firmware_version"]?.string,
        (1...32).contains(place.utf8.count)
      else { continue }
      guard maker.payloadFirmware[place] != nil || maker.payloadFirmware.count < Self.payloadsAtMost else {
        overflow += 1
        continue
      }
      maker.payloadFirmware[place] = Fact(Self.version(text), now, source)
    }
    if let status = DJIMessage.integer(data["compatible_status"]) {
      maker.isInconsistent = Fact(status == 0 ? false : status == 1 ? true : nil, now, source)
    }
    if let reason = DJIMessage.integer(data["mode_code_reason"]) {
      maker.modeReason = Fact(Int(clamping: reason), now, source)
    }
  }

  /// Nil for `0.0.0.0`, which is a placeholder.
  static func version(_ text: String) -> String? {
    let isVersion = text.contains { $0.isNumber && $0 != "0" }
    return isVersion ? MessageBoard.readable(Array(text.utf8.prefix(40))) : nil
  }

  /// The complete set of alarms of this aircraft. Its own check passes when none of them keeps it down.
  mutating func takeAlarms(_ alarms: [HealthAlarm], at now: Moment) {
    maker.alarms = Fact(alarms, now, "hms")
    makersCheck = Fact(!alarms.contains(where: \.isGrounding), now, "hms")
  }

  private mutating func takeMode(_ mode: Int64, _ data: JSONValue, _ now: Moment, _ source: String) {
    let (state, place) = Self.meaning(ofMode: mode)
    autopilot = Fact(state, now, source)
    landed = Fact(place, now, source)
    let speed = max(
      abs(DJIMessage.number(data["horizontal_speed"]) ?? 0),
      abs(DJIMessage.number(data["vertical_speed"]) ?? 0))
    contradiction = place == .ground && speed > 1 ? Fact("on the ground at \(speed) m/s", now, source) : nil
  }

  /// mode_code of the aircraft; a place of nil is not known.
  private static func meaning(ofMode mode: Int64) -> (AutopilotState, LandedState?) {
    switch mode {
    case 0: (.standby, .ground)
    case 1, 2: (.active, .ground)
    case 4: (.active, .takeoff)
    case 3, 5...9, 15...17, 19, 20: (.active, .air)
    case 10...12: (.active, .landing)
    case 13: (.updating, .ground)
    case 14: (.notConnected, nil)
    case 18: (.active, nil)
    default: (.other, nil)
    }
  }

  private mutating func takeBatteries(_ data: JSONValue?, _ now: Moment, _ source: String) {
    guard let data else { return }
    guard let list = data["batteries"]?.array, !list.isEmpty else {
      if let percent = Self.readable(data["capacity_percent"]) {
        battery(0) { $0.percent = Fact((0...100).contains(percent) ? percent : nil, now, source) }
      }
      return
    }
    for (place, item) in list.prefix(Self.batteriesAtMost).enumerated() {
      let index = DJIMessage.integer(item["index"]).map { Int(clamping: $0) } ?? place
      battery(index) { $0.take(item, now, source) }
    }
  }

  /// 32767 means "cannot be read".
  fileprivate static func readable(_ value: JSONValue?) -> Double? {
    DJIMessage.number(value).flatMap { $0 == 32_767 ? nil : $0 }
  }

  /// is_fixed: 0 not started, 1 fixing, 2 fixed, 3 failed; quality 10 is an RTK fix. Nil where neither is told.
  private static func reception(_ position: JSONValue) -> SatelliteFacts? {
    guard let state = DJIMessage.integer(position["is_fixed"]) else { return nil }
    let satellites = DJIMessage.integer(position["gps_number"]).flatMap {
      (0...200).contains($0) ? Int($0) : nil
    }
    let isPrecise = DJIMessage.integer(position["quality"]) == 10
    return SatelliteFacts(fix: state == 2 ? (isPrecise ? 6 : 3) : 1, satellites: satellites)
  }
}

extension BatteryFacts {
  /// One of DJI's batteries, which have electronics of their own.
  fileprivate mutating func take(_ item: JSONValue, _ now: Moment, _ source: String) {
    isSmart = true
    if let percent = item["capacity_percent"] {
      let value = DroneFacts.readable(percent)
      self.percent = Fact(value.flatMap { (0...100).contains($0) ? $0 : nil }, now, source)
    }
    if let voltage = item["voltage"] {
      let millivolts = DroneFacts.readable(voltage).flatMap { (1...200_000).contains($0) ? Int($0) : nil }
      self.voltage = Fact(millivolts.map { CellVoltages(pack: $0) }, now, source)
    }
    if let temperature = item["temperature"] {
      self.temperature = Fact(
        DroneFacts.readable(temperature).flatMap { (-100...200).contains($0) ? $0 : nil }, now, source)
    }
    if let cycles = item["loop_times"] {
      self.cycles = Fact(
        DroneFacts.readable(cycles).flatMap { (0...100_000).contains($0) ? Int($0) : nil }, now, source)
    }
    if let days = item["high_voltage_storage_days"] {
      fullDays = Fact(
        DroneFacts.readable(days).flatMap { (0...100_000).contains($0) ? Int($0) : nil }, now, source)
    }
    if let serial = item["sn"]?.string {
      self.serial = Fact(
        serial.isEmpty ? nil : MessageBoard.readable(Array(serial.utf8.prefix(64))), now, source)
    }
    if let firmware = item["firmware_version"]?.string {
      self.firmware = Fact(MessageBoard.readable(Array(firmware.utf8.prefix(40))), now, source)
    }
  }
}
