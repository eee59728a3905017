import FarmUnits

extension DroneFacts {
  /// Takes in one accepted frame of the drone's system.
  ///
  /// - Parameter isAutopilot: The frame is from the component whose heartbeat is an autopilot's. Cameras,
  ///   batteries and radios speak under the same system number and must not answer for the autopilot.
  mutating func take(_ frame: MAVLinkFrame, isAutopilot: Bool, at now: Moment) {
    (lastHeard, dialect) = (now, .mavlink)
    if isAutopilot { takeOwn(frame, now) }
    switch frame.messageID {
    case 147: takeBatteryStatus(frame, now)
    case 290: takeMotorInformation(frame, now)
    case 370: takeSmartBattery(frame, now)
    case 372: takeBatteryInformation(frame, now)
    case 11030...11032, 11040...11044: takeMotorTelemetry(frame, now)
    case 12918: takeRemoteIdentification(frame, now)
    default: break
    }
  }

  private mutating func takeOwn(_ frame: MAVLinkFrame, _ now: Moment) {
    switch frame.messageID {
    case 0:
      lastAlive = now
      sender = Fact(frame.signature == .verified ? .verified : .unverified, now, "HEARTBEAT")
      isArmed = Fact(frame.uint8(6) & 128 != 0, now, "HEARTBEAT")
      autopilot = Fact(AutopilotState(mavState: frame.uint8(7)), now, "HEARTBEAT")
      autopilotFamily = frame.uint8(5)
    case 1: takeSystemStatus(frame, now)
    case 2: bootMilliseconds = Fact(frame.uint32(8), now, "SYSTEM_TIME")
    case 24:
      let fix = SatelliteFacts(
        fix: Int(frame.uint8(28)), satellites: frame.uint8(29) == .max ? nil : Int(frame.uint8(29)),
        dilution: frame.uint16(20) == .max ? nil : Double(frame.uint16(20)) / 100)
      satellites = Fact(fix, now, "GPS_RAW_INT")
    case 33: bootMilliseconds = Fact(frame.uint32(0), now, "GLOBAL_POSITION_INT")
    case 125:
      boardVoltage = Fact(frame.uint16(0) == 0 ? nil : Double(frame.uint16(0)) / 1000, now, "POWER_STATUS")
    case 148: takeVersion(frame, now)
    case 193:
      let doubt = EstimatorFacts(variances: [0, 4, 8, 12].map(frame.float), flags: frame.uint16(20))
      variance = Fact(doubt, now, "EKF_STATUS_REPORT")
    case 230:
      let doubt = EstimatorFacts(ratios: [8, 12, 16, 20].map(frame.float), flags: frame.uint16(40))
      ratio = Fact(doubt, now, "ESTIMATOR_STATUS")
    case 241:
      let axes = [8, 12, 16].map(frame.float)
      let worst = axes.allSatisfy(\.isFinite) ? axes.max().map(Double.init) : nil
      vibration = Fact(
        VibrationFacts(worst: worst, clippings: [20, 24, 28].map(frame.uint32)), now, "VIBRATION")
    case 245: landed = Fact(LandedState(rawValue: frame.uint8(1)), now, "EXTENDED_SYS_STATE")
    default: break
    }
  }

  private mutating func takeSystemStatus(_ frame: MAVLinkFrame, _ now: Moment) {
    let source = "SYS_STATUS"
    sensors = Fact(
      SensorBits(
        present: frame.uint32(0), enabled: frame.uint32(4), health: frame.uint32(8),
        presentExtended: frame.uint32(31), enabledExtended: frame.uint32(35), healthExtended: frame.uint32(39)
      ),
      now, source)
    var battery = BatteryFacts()
    battery.percent = Fact(Self.percentage(frame.int8(30)), now, source)
    let millivolts = frame.uint16(14)
    let isMeasured = millivolts != .max && millivolts != 0
    battery.voltage = Fact(isMeasured ? CellVoltages(pack: Int(millivolts)) : nil, now, source)
    battery.current = Fact(current(frame.int16(16)), now, source)
    batterySummary = battery
  }

  private mutating func takeBatteryStatus(_ frame: MAVLinkFrame, _ now: Moment) {
    let source = "BATTERY_STATUS"
    let cells = CellVoltages(
      voltages: (0..<10).map { frame.uint16(10 + 2 * $0) },
      extended: (0..<4).map { frame.uint16(41 + 2 * $0) })
    let current = current(frame.int16(30))
    battery(Int(frame.uint8(32))) { battery in
      battery.percent = Fact(Self.percentage(frame.int8(35)), now, source)
      battery.voltage = Fact(cells.pack == nil ? nil : cells, now, source)
      battery.current = Fact(current, now, source)
      battery.temperature = Fact(frame.int16(8) == .max ? nil : Double(frame.int16(8)) / 100, now, source)
      battery.condition = Fact(BatteryFacts.Condition(rawValue: frame.uint8(40)), now, source)
      // MAVLink 1 has no such field, and its absence is no knowledge.
      battery.faults = Fact(frame.version == .one ? nil : frame.uint32(50), now, source)
      battery.chemistry = .init(rawValue: frame.uint8(34)) ?? .unknown
      battery.purpose = .init(rawValue: frame.uint8(33)) ?? .unknown
    }
  }

  private mutating func takeSmartBattery(_ frame: MAVLinkFrame, _ now: Moment) {
    let source = "SMART_BATTERY_INFO"
    let (full, new) = (frame.int32(4), frame.int32(0))
    battery(Int(frame.uint8(18))) { battery in
      battery.isSmart = true
      battery.cycles = Fact(frame.uint16(8) == .max ? nil : Int(frame.uint16(8)), now, source)
      battery.health = Fact(full > 0 && new > 0 ? Double(full) / Double(new) * 100 : nil, now, source)
      battery.cellsInSeries = Fact(frame.uint8(89) == 0 ? nil : Int(frame.uint8(89)), now, source)
      battery.serial = Fact(Self.text(frame, 21..<37), now, source)
    }
  }

  private mutating func takeBatteryInformation(_ frame: MAVLinkFrame, _ now: Moment) {
    let source = "BATTERY_INFO"
    battery(Int(frame.uint8(44))) { battery in
      battery.isSmart = true
      battery.cycles = Fact(frame.uint16(40) == .max ? nil : Int(frame.uint16(40)), now, source)
      battery.health = Fact(frame.uint8(47) == .max ? nil : Double(frame.uint8(47)), now, source)
      battery.cellsInSeries = Fact(frame.uint8(48) == 0 ? nil : Int(frame.uint8(48)), now, source)
      battery.serial = Fact(Self.text(frame, 58..<90), now, source)
    }
  }

  private mutating func takeMotorInformation(_ frame: MAVLinkFrame, _ now: Moment) {
    let (first, count) = (Int(frame.uint8(42)), Int(frame.uint8(43)))
    for place in 0..<4 where first + place < min(count, Self.motorsAtMost) {
      let temperature = frame.int16(34 + 2 * place)
      motors[first + place] = Fact(
        MotorFacts(
          failures: frame.uint16(26 + 2 * place),
          temperature: temperature == .max ? nil : Double(temperature) / 100),
        now, "ESC_INFO")
    }
  }

  private mutating func takeMotorTelemetry(_ frame: MAVLinkFrame, _ now: Moment) {
    let first =
      frame.messageID < 11040 ? Int(frame.messageID - 11030) * 4 : Int(frame.messageID - 11040) * 4 + 12
    for place in 0..<4 {
      let (voltage, temperature) = (frame.uint16(2 * place), frame.uint8(40 + place))
      // A controller that does not exist is all zeros.
      guard voltage != 0 || temperature != 0 else { continue }
      // ESC_INFO's failure flags are worth more than this message's silence about them.
      var facts = motors[first + place]?.value ?? MotorFacts()
      facts.temperature = Double(temperature)
      motors[first + place] = Fact(facts, now, "ESC_TELEMETRY")
    }
  }

  private mutating func takeVersion(_ frame: MAVLinkFrame, _ now: Moment) {
    let board = Int(frame.uint32(28) >> 16)
    let installed = InstalledFirmware(
      version: FirmwareVersion(autopilot: frame.uint32(16)), sourceHash: hash(frame.bytes(36..<44)),
      boardID: board == 0 ? nil : board, vendorID: Int(frame.uint16(32)), productID: Int(frame.uint16(34)),
      middleware: FirmwareVersion(autopilot: frame.uint32(20)), middlewareHash: hash(frame.bytes(44..<52)),
      system: FirmwareVersion(autopilot: frame.uint32(24)), systemHash: hash(frame.bytes(52..<60)))
    firmware = Fact(installed, now, "AUTOPILOT_VERSION")
  }

  private mutating func takeRemoteIdentification(_ frame: MAVLinkFrame, _ now: Moment) {
    remoteIdentification = Fact(frame.uint8(0) == 0, now, "OPEN_DRONE_ID_ARM_STATUS")
    remoteIdentificationText = MessageBoard.readable(Array(frame.bytes(1..<51).prefix { $0 != 0 }))
  }

  /// ArduPilot writes the hash's first characters as text, PX4 its first bytes as a number whose lowest byte
  /// stands first, so that they read backwards. Nil when all are zero.
  private func hash(_ bytes: [UInt8]) -> String? {
    guard bytes.contains(where: { $0 != 0 }) else { return nil }
    let text = bytes.prefix { $0 != 0 }
    let isText = text.count >= 6 && text.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    if isText { return String(decoding: text, as: UTF8.self) }
    return DroneIdentity.hex(autopilotFamily == 12 ? bytes.reversed() : bytes)
  }

  /// -1 means unknown; more than 100 cannot be.
  private static func percentage(_ value: Int8) -> Double? { (0...100).contains(value) ? Double(value) : nil }

  /// -1 means unknown. What lies beyond 327.67 A wraps to a negative number, or stays at the greatest one with a
  /// sender that holds it there; a negative one is also how a charge is told. So the greatest is not known, nor a
  /// charge that no charger of drones gives, nor one of a drone that is armed.
  private func current(_ centiampere: Int16) -> Double? {
    guard centiampere != -1, centiampere != .max else { return nil }
    let ampere = Double(centiampere) / 100
    let mayBeCharge = ampere >= -Self.chargeAmpereAtMost && isArmed?.value != true
    return ampere >= 0 || mayBeCharge ? ampere : nil
  }
  private static let chargeAmpereAtMost: Double = 100

  private static func text(_ frame: MAVLinkFrame, _ range: Range<Int>) -> String? {
    let bytes = Array(frame.bytes(range).prefix { $0 != 0 })
    return bytes.isEmpty ? nil : MessageBoard.readable(bytes)
  }
}
