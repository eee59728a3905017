public import FarmControl

/// Drives one output. Called by the control loop alone, so it must not block, allocate or throw.
public protocol OutputDriver: AnyObject, Sendable {
  /// - Returns: False when the line did not take the level.
  func drive(_ level: Level) -> Bool
  /// Drives the configured safe value.
  func driveSafe() -> Bool
  /// Whether the line still takes and holds the level: false when its chip is gone. One system call at most.
  func holds(_ level: Level) -> Bool
  /// Drives the configured safe value for the last time; the line may be taken by others then.
  func retire()
}

extension OutputDriver {
  /// For drivers that hold nothing.
  public func retire() { _ = driveSafe() }
}

/// An output that the configuration declares as `simulated: true`: it takes every level and moves nothing.
public final class SimulatedOutput: OutputDriver {
  public init() {}
  public func drive(_ level: Level) -> Bool { true }
  public func driveSafe() -> Bool { true }
  public func holds(_ level: Level) -> Bool { true }
}
