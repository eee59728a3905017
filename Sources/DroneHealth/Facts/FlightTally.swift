/// The worst of one flight, or of all flights since the last clean one.
public struct FlightTally: Equatable, Sendable {
  static let textsAtMost = 8

  /// m/s², the worst axis; nil when no vibration was reported.
  public var vibration: Double?
  /// How often the worst accelerometer went over its range in one flight; nil when not reported.
  public var clippings: Int?
  /// Texts of severity 0...2 said in flight.
  public var severeTexts: [String] = []
  /// Failures of motors, as ESC_FAILURE_FLAGS names them: `1:stuck`.
  public var motorFailures: [String] = []

  public init() {}

  mutating func add(text: String) {
    guard !severeTexts.contains(text), severeTexts.count < Self.textsAtMost else { return }
    severeTexts.append(text)
  }

  mutating func add(motorFailure: String) {
    guard !motorFailures.contains(motorFailure), motorFailures.count < DroneFacts.motorsAtMost else { return }
    motorFailures.append(motorFailure)
  }

  mutating func merge(_ other: Self) {
    vibration = [vibration, other.vibration].compactMap(\.self).max()
    clippings = [clippings, other.clippings].compactMap(\.self).max()
    for text in other.severeTexts { add(text: text) }
    for failure in other.motorFailures { add(motorFailure: failure) }
  }

  func isClean(_ thresholds: DroneThresholds) -> Bool {
    severeTexts.isEmpty && motorFailures.isEmpty
      && (vibration ?? 0) <= thresholds[.vibration].warn ?? .infinity
      && Double(clippings ?? 0) <= thresholds[.clippings].warn ?? .infinity
  }
}
