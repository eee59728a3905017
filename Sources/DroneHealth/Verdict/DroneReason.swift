public import CanonicalJSON
public import FarmUnits

/// Why a drone's verdict is not better than it is.
public struct DroneReason: Equatable, Sendable {
  /// Worst last. Not knowing is worse than a reservation and better than a known fault.
  public enum Severity: Int, Comparable, Sendable, CaseIterable {
    case warn = 1, unknown, block

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    var name: String {
      switch self {
      case .warn: "warn"
      case .unknown: "unknown"
      case .block: "block"
      }
    }
  }

  /// What was seen.
  public enum Observed: Equatable, Sendable {
    case number(Double)
    case text(String)

    var json: JSONValue {
      switch self {
      case .number(let number): .rounded(number) ?? .null
      case .text(let text): .string(text)
      }
    }
  }

  /// For machines.
  public var code: Code
  /// How bad it is.
  public var severity: Severity
  /// The field of the record: `battery[0].soc`.
  public var field: String
  /// What was seen; nil where there is nothing to see.
  public var value: Observed?
  /// What it was held against; nil for a state.
  public var limit: Observed?
  /// Of value and limit; UN/ECE Recommendation 20.
  public var unit: String?
  /// When it became as bad as it is.
  public var since: Moment
  /// A person who accepted the reservation.
  public internal(set) var acceptedBy: String?

  /// As it stands in the record.
  public var json: JSONValue {
    var members: JSONObject = [
      "code": .string(code.rawValue), "severity": .string(severity.name), "field": .string(field),
    ]
    members["value"] = value?.json
    members["limit"] = limit?.json
    members["unit"] = unit.map(JSONValue.string)
    members["since"] = .string(since.wall.rfc3339)
    members["accepted_by"] = acceptedBy.map(JSONValue.string)
    members["text"] = .string(code.sentence)
    return .object(members)
  }
}

extension DroneReason {
  /// Stable names, for machines. None is ever given another meaning.
  public enum Code: String, Sendable, CaseIterable {
    case notHeard = "NOT_HEARD"
    case stale = "STALE"
    case notReported = "NOT_REPORTED"
    case linkSilent = "LINK_SILENT"
    case linkLost = "LINK_LOST"
    case rebooted = "REBOOTED"
    case duplicateIdentity = "DUPLICATE_ID"
    case identityUnconfirmed = "IDENTITY_UNCONFIRMED"
    case senderUnverified = "SENDER_UNVERIFIED"
    case senderForged = "SENDER_FORGED"
    case inFlight = "IN_FLIGHT"
    case contradictory = "CONTRADICTORY"
    case notStandby = "NOT_STANDBY"
    case updating = "UPDATING"
    case prearmFailed = "PREARM_FAILED"
    case prearmUnknown = "PREARM_UNKNOWN"
    case sensorBad = "SENSOR_BAD"
    case sensorDegraded = "SENSOR_DEGRADED"
    case batteryLow = "BATTERY_LOW"
    case batteryUnconfirmed = "BATTERY_UNCONFIRMED"
    case batterySummaryOnly = "BATTERY_SUMMARY_ONLY"
    case cellLow = "CELL_LOW"
    case cellSpread = "CELL_SPREAD"
    case cellsMissing = "CELLS_MISSING"
    case cellsNotJudged = "CELLS_NOT_JUDGED"
    case batteryCold = "BATTERY_COLD"
    case batteryHot = "BATTERY_HOT"
    case batteryState = "BATTERY_STATE"
    case batteryFault = "BATTERY_FAULT"
    case batteryCycles = "BATTERY_CYCLES"
    case batteryWorn = "BATTERY_WORN"
    case batteryKeptFull = "BATTERY_KEPT_FULL"
    case vibration = "VIBRATION"
    case clipping = "CLIPPING"
    case estimatorUncertain = "ESTIMATOR_UNCERTAIN"
    case estimatorGlitch = "ESTIMATOR_GPS_GLITCH"
    case estimatorAccelerometer = "ESTIMATOR_ACCELEROMETER"
    case estimatorUninitialised = "ESTIMATOR_UNINITIALISED"
    case noFix = "NO_FIX"
    case fewSatellites = "FEW_SATELLITES"
    case motorFault = "MOTOR_FAULT"
    case motorHot = "MOTOR_HOT"
    case boardVoltage = "BOARD_VOLTAGE"
    case serviceDue = "SERVICE_DUE"
    case remoteIdentificationFailed = "REMOTE_ID_FAILED"
    case remoteIdentificationUnknown = "REMOTE_ID_UNKNOWN"
    case severeMessage = "SEVERE_MESSAGE"
    case warningMessage = "WARNING_MESSAGE"
    case manufacturerAlarm = "MANUFACTURER_ALARM"
    case dockFault = "DOCK_FAULT"
    case firmwareUnknown = "FIRMWARE_UNKNOWN"
    case firmwareDenied = "FIRMWARE_DENIED"
    case firmwareTooOld = "FIRMWARE_TOO_OLD"
    case firmwareBehindTarget = "FIRMWARE_BEHIND_TARGET"
    case firmwareUnofficial = "FIRMWARE_UNOFFICIAL"
    case firmwareWrongBoard = "FIRMWARE_WRONG_BOARD"
    case firmwareInconsistent = "FIRMWARE_INCONSISTENT"
    case firmwareUpdateDue = "FIRMWARE_UPDATE_DUE"
    case firmwareMismatch = "FIRMWARE_MISMATCH"
    case firmwareNoRule = "FIRMWARE_NO_RULE"
    case firmwarePolicyExpired = "FIRMWARE_POLICY_EXPIRED"
    case firmwarePolicyMissing = "FIRMWARE_POLICY_MISSING"

    /// For people.
    public var sentence: String {
      switch self {
      case .notHeard: "has not been heard since the gateway started or the drone came on this link"
      case .stale: "was heard, but not lately"
      case .notReported: "the drone says that it does not know"
      case .linkSilent: "heartbeats are missing"
      case .linkLost: "the drone is no longer heard"
      case .rebooted: "the drone restarted or another took its place; waiting for its serial number"
      case .duplicateIdentity: "two vehicles claim this identity"
      case .identityUnconfirmed: "the hardware serial number is not known yet"
      case .senderUnverified: "messages are not signed with a key known here"
      case .senderForged: "wrongly signed messages claim to come from this drone"
      case .inFlight: "neither on the ground nor docked"
      case .contradictory: "what the drone says contradicts itself"
      case .notStandby: "the autopilot is not in standby"
      case .updating: "firmware is being installed"
      case .prearmFailed: "the autopilot's own pre-arm check fails"
      case .prearmUnknown: "the autopilot's own pre-arm check is not reported"
      case .sensorBad: "a sensor that flight depends on is unhealthy"
      case .sensorDegraded: "a sensor is unhealthy"
      case .batteryLow: "charge is low"
      case .batteryUnconfirmed:
        "the percentage is counted from an assumed full battery and no voltage confirms it"
      case .batterySummaryOnly: "only the summary of all batteries is known"
      case .cellLow: "the weakest cell is low at rest"
      case .cellSpread: "cell voltages lie too far apart"
      case .cellsMissing: "not all cells are reported"
      case .cellsNotJudged: "no cell limits are known for this chemistry"
      case .batteryCold: "the battery is too cold"
      case .batteryHot: "the battery is too hot"
      case .batteryState: "the battery reports that it is not ready"
      case .batteryFault: "the battery reports a fault"
      case .batteryCycles: "the battery has had many cycles"
      case .batteryWorn: "the battery has lost capacity"
      case .batteryKeptFull: "the battery has been kept full for many days"
      case .vibration: "vibration of the last flight was high"
      case .clipping: "accelerometers went over their range in the last flight"
      case .estimatorUncertain: "the position estimate is uncertain"
      case .estimatorGlitch: "the estimator rejects the satellite position"
      case .estimatorAccelerometer: "the estimator rejects an accelerometer"
      case .estimatorUninitialised: "the estimator has not started"
      case .noFix: "no satellite fix"
      case .fewSatellites: "few satellites"
      case .motorFault: "a motor or its controller reports a failure"
      case .motorHot: "a motor controller is hot"
      case .boardVoltage: "the autopilot's supply is out of range"
      case .serviceDue: "service is due"
      case .remoteIdentificationFailed: "remote identification reports a failure"
      case .remoteIdentificationUnknown: "remote identification has not been heard"
      case .severeMessage: "the drone reported a severe condition"
      case .warningMessage: "the drone reported a warning"
      case .manufacturerAlarm: "the manufacturer's health system raised an alarm"
      case .dockFault: "the dock reports a fault"
      case .firmwareUnknown: "the installed firmware is not known"
      case .firmwareDenied: "the installed firmware is on the deny list"
      case .firmwareTooOld: "the installed firmware is older than the policy allows"
      case .firmwareBehindTarget: "a newer firmware is the target"
      case .firmwareUnofficial: "the installed firmware is no official release"
      case .firmwareWrongBoard: "the board is not the one that the policy names"
      case .firmwareInconsistent: "the firmware of the modules does not match"
      case .firmwareUpdateDue: "a mandatory update is staged"
      case .firmwareMismatch: "what runs was not built from the source that the policy names"
      case .firmwareNoRule: "the firmware policy has no rule for this drone"
      case .firmwarePolicyExpired: "the firmware policy has expired"
      case .firmwarePolicyMissing: "a firmware policy is configured and none is in force"
      }
    }
  }
}
