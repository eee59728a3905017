public import DroneHealth

/// What the drones' desk is given at its start beside the configuration: keys that were read, and what was kept
/// from the last run.
public struct DroneProvisions: Sendable {
  /// Nil where no signing key is configured.
  public var authenticator: FrameAuthenticator?
  /// Nil where no policy is configured.
  public var policies: FirmwarePolicyKeeper?
  /// Drones known by their hardware, unknown in everything else until they are heard.
  public var remembered: [DroneMemory] = []

  public init() {}
}

/// What of the drones must outlive a restart.
public struct KeptDrones: Equatable, Sendable {
  public var drones: [DroneMemory]
  /// The signing clock, so that a board without a clock takes no recordings.
  public var signingTimestamp: UInt64?

  public init(drones: [DroneMemory] = [], signingTimestamp: UInt64? = nil) {
    (self.drones, self.signingTimestamp) = (drones, signingTimestamp)
  }

  /// Whether the other differs in more than what goes on by itself: the use of batteries and the signing clock.
  public func isUrgent(since other: Self) -> Bool {
    func steady(_ kept: Self) -> [DroneMemory] {
      kept.drones.map { drone in
        var drone = drone
        drone.usedPercent = [:]
        return drone
      }
    }
    return steady(self) != steady(other)
  }
}

/// What became of a firmware policy that was offered.
public enum PolicyReception: Equatable, Sendable {
  /// It is in force.
  case taken(sequence: Int64)
  /// It was in force already.
  case unchanged(sequence: Int64)
  /// A stable code and a sentence; the last good one stays.
  case refused(code: String, text: String)
}
