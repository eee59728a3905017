/// Where a measured value begins to be a reservation and where it grounds the drone.
public struct DroneLimits: Equatable, Sendable {
  /// Nil: never a reservation.
  public var warn: Double?
  /// Nil: never grounds.
  public var block: Double?

  /// See the properties.
  public init(warn: Double?, block: Double?) { (self.warn, self.block) = (warn, block) }
}

/// All limits of the drone verdict. Each is configuration; the defaults carry their sources.
public struct DroneThresholds: Equatable, Sendable {
  /// A limit by its name in the configuration file, `drones.thresholds`.
  public enum Key: String, CaseIterable, Sendable {
    case batteryPercent = "battery_percent"
    case cellMillivolts = "cell_mv"
    case cellSpreadMillivolts = "cell_spread_mv"
    case batteryColdCelsius = "battery_cold_c"
    case batteryHotCelsius = "battery_hot_c"
    case batteryCycles = "battery_cycles"
    case batteryHealthPercent = "battery_health_percent"
    case batteryFullDays = "battery_full_days"
    case vibration = "vibration_m_per_s2"
    case clippings = "clippings"
    case estimatorVariance = "estimator_variance"
    case estimatorRatio = "estimator_ratio"
    case satellites = "satellites"
    case motorCelsius = "motor_c"
    case boardVoltLow = "board_low_v"
    case boardVoltHigh = "board_high_v"
    case serviceHours = "service_hours"
    case serviceDays = "service_days"
    case silenceSeconds = "silence_s"
  }

  private var limits: [Key: DroneLimits] = [:]

  /// Facts that come again and again are unknown when not heard for this long. Default 30 s.
  public var factLifetime: Duration = .seconds(30)
  /// A verdict gets worse at once and better only after the cause was gone for this long.
  /// Default 10 s, as ArduPilot's BATT_LOW_TIMER.
  public var holdTime: Duration = .seconds(10)
  /// ArduPilot repeats a pre-arm failure about every 30 s; a text unseen for longer no longer holds. Default 35 s.
  public var textLifetime: Duration = .seconds(35)
  /// What an unsigned drone is. Default `.warn`; `.block` where only signed drones may be offered.
  public var unverifiedSender: DroneReason.Severity? = .warn
  /// Whether the law demands remote identification here: a failed one then grounds. Default true.
  public var isRemoteIdentificationDemanded = true
  /// A firmware policy is configured: while none is in force nobody knows what may fly. Default false.
  public var isFirmwarePolicyDemanded = false
  /// A drone in a roofed dock sees no satellites; its fix is judged only outside. Default false.
  public var judgesSatellitesInDock = false
  /// A flight shorter than this proves nothing and clears no fault of an earlier one. Default 60 s.
  public var cleanFlight: Duration = .seconds(60)

  public init() {}

  /// The limits in force.
  public subscript(key: Key) -> DroneLimits {
    get { limits[key] ?? key.standard }
    set { limits[key] = newValue }
  }
}

extension DroneThresholds.Key {
  /// Below the limit is bad, as for a charge; otherwise above it.
  public var isFloor: Bool {
    switch self {
    case .batteryPercent, .cellMillivolts, .batteryColdCelsius, .batteryHealthPercent, .satellites,
      .boardVoltLow:
      true
    default: false
    }
  }

  /// Whether the block limit is at least as far from good as the warn limit.
  public func isOrdered(_ limits: DroneLimits) -> Bool {
    guard let warn = limits.warn, let block = limits.block else { return true }
    return isFloor ? block <= warn : block >= warn
  }

  /// The default.
  public var standard: DroneLimits { row.limits }
  /// How far back on the good side a value must come before the verdict gets better.
  public var hysteresis: Double { row.hysteresis }
  /// UN/ECE Recommendation 20; nil for a count or a ratio.
  public var unit: String? { row.unit }
  /// Where the default comes from.
  public var source: String { row.source }

  private var row: (limits: DroneLimits, hysteresis: Double, unit: String?, source: String) {
    switch self {
    case .batteryPercent:
      (
        .init(warn: 50, block: 25), 2, "P1",
        "adrone.company pre-flight panel (25); own judgement (50); DJI updates need 20"
      )
    case .cellMillivolts:
      (
        .init(warn: 3700, block: 3600), 30, "2Z",
        "PX4 V_EMPTY 3.6 V; 3.7 V nominal of a lithium cell, at rest"
      )
    case .cellSpreadMillivolts: (.init(warn: 80, block: 150), 10, "2Z", "adrone.company pre-flight panel")
    case .batteryColdCelsius: (.init(warn: 10, block: 0), 1, "CEL", "own judgement for lithium cells")
    case .batteryHotCelsius: (.init(warn: 45, block: 60), 2, "CEL", "own judgement for lithium cells")
    case .batteryCycles:
      (.init(warn: 200, block: nil), 0, "C62", "dronebundle.com on DJI's service programme")
    case .batteryHealthPercent:
      (.init(warn: 80, block: nil), 1, "P1", "dronebundle.com on DJI's service programme")
    case .batteryFullDays:
      (.init(warn: 10, block: nil), 0, "DAY", "own judgement for lithium cells kept full")
    case .vibration: (.init(warn: 30, block: 60), 3, "MSK", "ArduPilot wiki, Measuring Vibration")
    case .clippings: (.init(warn: 0, block: 100), 0, "C62", "ArduPilot wiki, Measuring Vibration")
    case .estimatorVariance:
      (.init(warn: 0.5, block: 0.8), 0.05, nil, "ardupilotmega.xml at EKF_STATUS_REPORT")
    case .estimatorRatio: (.init(warn: 0.5, block: 1.0), 0.05, nil, "common.xml at ESTIMATOR_STATUS")
    case .satellites: (.init(warn: 10, block: nil), 1, "C62", "adrone.company pre-flight panel")
    case .motorCelsius: (.init(warn: 80, block: nil), 5, "CEL", "own judgement")
    case .boardVoltLow:
      (.init(warn: nil, block: 4.3), 0.05, "VLT", "ArduPilot pre-arm check of the board voltage")
    case .boardVoltHigh:
      (.init(warn: nil, block: 5.8), 0.05, "VLT", "ArduPilot pre-arm check of the board voltage")
    case .serviceHours:
      (.init(warn: 180, block: 200), 0, "HUR", "dronebundle.com on DJI's service programme; warned at 90 %")
    case .serviceDays: (.init(warn: 164, block: 182), 0, "DAY", "six months, as above; warned at 90 %")
    case .silenceSeconds:
      (.init(warn: 5, block: 30), 0, "SEC", "MAVLink guide: lost after 4 to 5 heartbeats at 1 Hz")
    }
  }
}
