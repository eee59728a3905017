/// The worst of one flight, or of all flights since the last clean one.
public struct FlightTally: Equatable, Sendable {
  static let textsAtMost = 8
  static let alarmsAtMost = 32

  /// m/s², the worst axis; nil when no vibration was reported.
  public var vibration: Double?
  /// How often the worst accelerometer went over its range in one flight; nil when not reported.
  public var clippings: Int?
  /// Texts of severity 0...2 said in flight.
  public var severeTexts: [String] = []
  /// Failures of motors, as ESC_FAILURE_FLAGS names them: `1:stuck`.
  public var motorFailures: [String] = []
  /// Codes of the maker's alarms raised in flight, of those that hold after it.
  public var alarms: [String] = []

  public init() {}

  mutating func add(text: String) {
    guard !severeTexts.contains(text), severeTexts.count < Self.textsAtMost else { return }
    severeTexts.append(text)
  }

  mutating func add(motorFailure: String) {
    guard !motorFailures.contains(motorFailure), motorFailures.count < DroneFacts.motorsAtMost else { return }
    motorFailures.append(motorFailure)
  }

  mutating func add(alarm code: String) {
    guard !alarms.contains(code), alarms.count < Self.alarmsAtMost else { return }
    alarms.append(code)
  }

  mutating func merge(_ other: Self) {
    vibration = [vibration, other.vibration].compactMap(\.self).max()
    clippings = [clippings, other.clippings].compactMap(\.self).max()
    for text in other.severeTexts { add(text: text) }
    for failure in other.motorFailures { add(motorFailure: failure) }
    for code in other.alarms { add(alarm: code) }
  }

  func isClean(_ thresholds: DroneThresholds) -> Bool {
    severeTexts.isEmpty && motorFailures.isEmpty && alarms.isEmpty
      && (vibration ?? 0) <= thresholds[.vibration].warn ?? .infinity
      && Double(clippings ?? 0) <= thresholds[.clippings].warn ?? .infinity
  }
}
