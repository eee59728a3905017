/// The words that a drone's record may hold, for whoever describes it.
public enum DroneRecordWords {
  public static let qualities = Standing.allCases.map(\.rawValue)
  public static let severities = DroneReason.Severity.allCases.map(\.name)
  public static let flightStates = FlightState.allCases.map(\.rawValue)
  public static let autopilotStates = AutopilotState.allCases.map(\.rawValue)
  public static let senders = DroneFacts.Sender.allCases.map(\.rawValue)
  public static let dialects = DroneFacts.Dialect.allCases.map(\.rawValue)
  public static let chargeBases = BatteryFacts.Basis.allCases.map(\.rawValue)
  public static let batteryConditions = BatteryFacts.Condition.allCases.map(\.name)
  public static let batteryFaults = BatteryFacts.faultNames.map(\.name) + ["other"]
  public static let motorFailures = MotorFacts.failureNames.map(\.name) + ["other"]
  /// Without the bits that are no sensors of their own.
  public static let sensors =
    SensorBits.names.indices.filter { SensorBits.notSensors & (1 << UInt32($0)) == 0 }.map {
      SensorBits.names[$0]
    } + ["recovery_system"]
  public static let firmwareKinds = FirmwareVersion.Kind.allCases.map(\.name)
  /// The batteries of one drone.
  public static let batteriesAtMost = DroneFacts.batteriesAtMost
  public static let motorsAtMost = DroneFacts.motorsAtMost
  /// The parts of one drone's firmware.
  public static let firmwarePartsAtMost = FirmwareManifest.partsAtMost
}
