import FarmUnits

/// MAV_STATE, and what other makers' modes mean in its words.
enum AutopilotState: String, Sendable, CaseIterable {
  case uninitialised, boot, calibrating, standby, active, critical, emergency, poweroff, terminated
  /// Firmware is being installed.
  case updating
  /// The dock has no connection to the aircraft.
  case notConnected = "not_connected"
  /// A value that no standard known here gives.
  case other

  init(mavState: UInt8) {
    let names: [Self] = [
      .uninitialised, .boot, .calibrating, .standby, .active, .critical, .emergency, .poweroff, .terminated,
    ]
    self = Int(mavState) < names.count ? names[Int(mavState)] : .other
  }
}

/// MAV_LANDED_STATE without "undefined", which is no knowledge.
enum LandedState: UInt8, Sendable {
  case ground = 1, air, takeoff, landing
}

/// Where the drone is, as far as the marketplace cares.
enum FlightState: String, Sendable, CaseIterable { case docked, ground, air, unknown }

/// The three bit fields of SYS_STATUS, and their extension where its use is announced.
struct SensorBits: Equatable, Sendable {
  var present, enabled, health: UInt32
  var presentExtended, enabledExtended, healthExtended: UInt32

  /// Present, enabled, and not healthy.
  var unhealthy: UInt32 { present & enabled & ~health }
  var unhealthyExtended: UInt32 {
    present & Self.extensionUsed == 0 ? 0 : presentExtended & enabledExtended & ~healthExtended
  }
  /// Nil where the autopilot does not report its check: an absent bit is no pass.
  var prearm: Bool? {
    present & enabled & Self.prearmCheck == 0 ? nil : health & Self.prearmCheck != 0
  }

  static let prearmCheck: UInt32 = 0x1000_0000
  static let extensionUsed: UInt32 = 0x8000_0000
  static let satellites: UInt32 = 0x20
  /// Those that flight depends on: gyroscope, accelerometer, compass, barometer, satellites, motor outputs,
  /// attitude, battery, propulsion.
  static let vital: UInt32 = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x8000 | 0x20_0000 | 0x200_0000 | 0x4000_0000

  /// MAV_SYS_STATUS_SENSOR, bit by bit.
  static let names = [
    "gyro", "accelerometer", "compass", "barometer", "differential_pressure", "gps", "optical_flow",
    "vision_position",
    "laser_position", "external_ground_truth", "rate_control", "attitude_stabilization", "yaw_position",
    "altitude_control", "position_control", "motor_outputs", "radio_control", "gyro_2", "accelerometer_2",
    "compass_2", "geofence", "attitude_estimate", "terrain", "reverse_motor", "logging", "battery",
    "proximity",
    "satellite_link", "prearm_check", "obstacle_avoidance", "propulsion", "extension_used",
  ]
}

/// The estimator's own doubt. EKF_STATUS_REPORT and ESTIMATOR_STATUS share their first ten flags and then part:
/// 1024 is "uninitialised" in one and "GPS glitch" in the other. So each message is read by its own table.
struct EstimatorFacts: Equatable, Sendable {
  enum Kind: Sendable { case variance, ratio }
  var kind: Kind
  /// The worst of velocity, horizontal position, vertical position and compass; nil when one is not a number.
  var worst: Double?
  var hasGlitch, hasAccelerometerError, isUninitialised: Bool

  /// ArduPilot's EKF_STATUS_REPORT.
  init(variances: [Float], flags: UInt16) {
    (kind, worst) = (.variance, Self.worst(variances))
    hasGlitch = flags & 0x8000 != 0
    isUninitialised = flags & 0x400 != 0
    hasAccelerometerError = false
  }

  /// PX4's ESTIMATOR_STATUS.
  init(ratios: [Float], flags: UInt16) {
    (kind, worst) = (.ratio, Self.worst(ratios))
    hasGlitch = flags & 0x400 != 0
    hasAccelerometerError = flags & 0x800 != 0
    isUninitialised = false
  }

  private static func worst(_ values: [Float]) -> Double? {
    values.allSatisfy(\.isFinite) ? values.max().map(Double.init) : nil
  }
}

/// Satellite reception.
struct SatelliteFacts: Equatable, Sendable {
  /// GPS_FIX_TYPE: 0 none, 1 no fix, 2 2D, 3 3D, 4 DGPS, 5 RTK float, 6 RTK fixed, 7 static, 8 PPP.
  var fix: Int
  /// Nil where the receiver does not tell.
  var satellites: Int?
  /// Horizontal dilution of precision.
  var dilution: Double?
  var hasPosition: Bool { fix >= 2 }
}

/// One motor with its controller.
struct MotorFacts: Equatable, Sendable {
  /// Bits of ESC_FAILURE_FLAGS; nil where the message does not carry them.
  var failures: UInt16?
  /// °C
  var temperature: Double?

  /// ESC_FAILURE_FLAGS
  static let failureNames: [(bit: UInt16, name: String)] = [
    (1, "over_current"), (2, "over_voltage"), (4, "over_temperature"), (8, "over_rpm"),
    (16, "inconsistent_command"), (32, "stuck"), (64, "generic"),
  ]

  static func names(ofFailures bits: UInt16) -> [String] {
    failureNames.filter { bits & $0.bit != 0 }.map(\.name) + (bits & ~127 != 0 ? ["other"] : [])
  }
}

/// The strongest vibration of three axes, and how often each accelerometer went over its range since boot.
struct VibrationFacts: Equatable, Sendable {
  /// m/s²; nil when an axis is not a number.
  var worst: Double?
  var clippings: [UInt32]
}

/// What firmware runs.
struct InstalledFirmware: Equatable, Sendable {
  /// `1.14.3`, or the maker's own text. Nil when the drone does not know.
  var version: FirmwareVersion?
  /// Hex digits of the source's hash, as far as told.
  var sourceHash: String?
  /// The board's number, as in `.px4` and `.apj` files.
  var boardID: Int?
  var vendorID: Int?
  var productID: Int?
  /// What lies between the operating system and the flight code.
  var middleware: FirmwareVersion?
  var middlewareHash: String?
  /// The operating system.
  var system: FirmwareVersion?
  var systemHash: String?
}
