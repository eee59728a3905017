public import FarmSimulation
public import FarmUnits

/// How a rehearsal is run.
public struct RehearsalSettings: Sendable {
  public var seed: UInt64
  /// What goes wrong.
  public var script: FaultScript
  /// Between two ticks of the control loop, 1 ms ... 10 s.
  public var interval: Duration
  /// When the farm's clock begins, UTC.
  public var start: WallTime
  /// Sensors that say nothing new, and the reports on the loop and its counters, are told as well.
  public var tellsEverything: Bool
  /// How long after a start of the gateway its wall clock is vouched for; zero where a battery keeps it.
  public var clockTrustedAfter: Duration

  public init(
    seed: UInt64 = 1, script: FaultScript = FaultScript(), interval: Duration = .milliseconds(100),
    start: WallTime = RehearsalSettings.spring, tellsEverything: Bool = false,
    clockTrustedAfter: Duration = .zero
  ) {
    (self.seed, self.script, self.interval, self.start) = (seed, script, interval, start)
    (self.tellsEverything, self.clockTrustedAfter) = (tellsEverything, clockTrustedAfter)
  }

  /// 2026-04-01T00:00:00Z, when the timer of the comparison begins.
  public static let spring = WallTime(milliseconds: 1_775_001_600_000)
}
