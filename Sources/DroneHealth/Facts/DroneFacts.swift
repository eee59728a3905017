import FarmUnits

/// Everything heard of one drone since it came on its link, from MAVLink or the DJI Cloud API alike.
/// What was not heard is nil; nothing has a default that looks like knowledge.
struct DroneFacts: Sendable {
  /// Whether a message proves who sent it.
  enum Sender: String, Sendable, CaseIterable { case verified, unverified }

  enum Dialect: String, Sendable, CaseIterable { case mavlink, dji }

  static let batteriesAtMost = 16
  static let motorsAtMost = 32
  static let payloadsAtMost = 8

  var dialect: Dialect?
  /// Any accepted message.
  var lastHeard: Moment?
  /// HEARTBEAT, or a message that serves as one.
  var lastAlive: Moment?
  var sender: Fact<Sender>?
  /// A wrongly signed message named this drone.
  var lastForgery: Moment?

  var isArmed: Fact<Bool>?
  var landed: Fact<LandedState>?
  /// A pad's contact or the dock says that the drone stands in it.
  var isDocked: Fact<Bool>?
  /// What the drone says of its flight cannot all be true.
  var contradiction: Fact<String>?
  var autopilot: Fact<AutopilotState>?
  /// MAV_AUTOPILOT: 3 ArduPilot, 12 PX4.
  var autopilotFamily: UInt8?
  var sensors: Fact<SensorBits>?
  /// The maker's own check where it is no sensor bit.
  var makersCheck: Fact<Bool>?

  var batteries: [Int: BatteryFacts] = [:]
  /// SYS_STATUS's summary, which is undefined where there are several batteries.
  var batterySummary: BatteryFacts?
  /// V
  var boardVoltage: Fact<Double>?

  var vibration: Fact<VibrationFacts>?
  var variance: Fact<EstimatorFacts>?
  var ratio: Fact<EstimatorFacts>?
  var satellites: Fact<SatelliteFacts>?
  var motors: [Int: Fact<MotorFacts>] = [:]
  /// ms since the drone's boot; falls when it restarts.
  var bootMilliseconds: Fact<UInt32>?

  /// Whether remote identification says that it may fly, and its text where it may not.
  var remoteIdentification: Fact<Bool>?
  var remoteIdentificationText = ""
  var messages = MessageBoard()
  var firmware: Fact<InstalledFirmware>?
  /// Reasons that exist in only one maker's world.
  var maker = MakerFacts()
  /// Values that were refused because a table was full.
  var overflow = 0

  /// Heard through DJI's Cloud API.
  var isDJI: Bool { dialect == .dji }

  /// Docked, on the ground, in the air, or not known. Disarmed counts as ground where nothing better is told:
  /// ArduPilot and PX4 disarm only there.
  func flightState(at now: Moment, lifetime: Duration) -> FlightState {
    if contradiction.fresh(at: now, lifetime: lifetime) != nil { return .unknown }
    let isInDock = isDocked.fresh(at: now, lifetime: lifetime) == true
    switch landed.fresh(at: now, lifetime: lifetime) {
    case .air, .takeoff, .landing: return .air
    case .ground: return isInDock ? .docked : .ground
    case nil:
      guard isArmed.fresh(at: now, lifetime: lifetime) == false else { return .unknown }
      return isInDock ? .docked : .ground
    }
  }

  /// Changes a battery, unless as many are known as a drone may have.
  mutating func battery(_ index: Int, _ change: (inout BatteryFacts) -> Void) {
    guard batteries[index] != nil || batteries.count < Self.batteriesAtMost else {
      overflow += 1
      return
    }
    change(&batteries[index, default: BatteryFacts()])
  }
}

/// What only DJI's messages tell.
struct MakerFacts: Sendable {
  /// DJI's flight hours and flights; more than the gateway could have counted.
  var flownSeconds: Fact<Double>?
  var flights: Fact<Int>?
  /// A maintenance the drone itself says is due.
  var isMaintenanceDue: Fact<Bool>?
  /// Module firmwares that do not match (compatible_status).
  var isInconsistent: Fact<Bool>?
  /// The complete set of alarms, as last told.
  var alarms: Fact<[HealthAlarm]>?
  /// Faults of the dock that keep the drone in: `cover_state`, `emergency_stop`.
  var dockFault: Fact<String>?
  var firmwareText: Fact<String>?
  /// Of the dock or remote control that serves it.
  var dockFirmware: Fact<String>?
  /// Of cameras and other payloads, by their place.
  var payloadFirmware: [String: Fact<String>] = [:]
  var model: String?
  /// The dock says that the aircraft is switched off or out of reach.
  var isOffline: Fact<Bool>?
  /// mode_code_reason: 1 low power, 2 low voltage, 3 severely low, 19 hardware abnormal.
  var modeReason: Fact<Int>?
  /// Per cent of an update that is being installed.
  var update: Fact<Double>?
}
