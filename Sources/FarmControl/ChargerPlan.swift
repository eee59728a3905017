public import FarmUnits

/// A pad on which a drone is charged.
public struct ChargerPlan: Equatable, Sendable {
  /// As in the configuration.
  public var name: String
  /// Index of the charger's output.
  public var charger: Int
  /// A contact channel that is `closed` under a drone; nil: only the drone itself could say that it stands there.
  public var contact: Int?

  public init(name: String, charger: Int, contact: Int? = nil) {
    (self.name, self.charger, self.contact) = (name, charger, contact)
  }
}

/// What is known of the drone on a pad, off the control loop: may it be charged now, or why not. It is renewed
/// every second and holds no longer than its end, so that a charger never outlives what allowed it.
public struct ChargePermit: Equatable, Sendable, BitwiseCopyable {
  /// Index into the plan's chargers.
  public var pad: Int
  /// `charging` and `chargingByPerson` allow it; every other reason says why not.
  public var reason: ReasonCode
  public var until: Instant

  public init(pad: Int, reason: ReasonCode, until: Instant) {
    (self.pad, self.reason, self.until) = (pad, reason, until)
  }

  public var isGranted: Bool { reason == .charging || reason == .chargingByPerson }
}
