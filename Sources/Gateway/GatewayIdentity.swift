public import FarmUnits

/// Which run of the gateway speaks.
public struct GatewayIdentity: Sendable {
  /// Of the software.
  public var version: String
  /// The machine's boot, so that monotonic times of two messages can be compared: `/proc/sys/kernel/random/boot_id`.
  public var boot: String
  /// This process; a last will counts only with the session of the newest online status.
  public var session: String
  public var started: Moment

  public init(version: String, boot: String, session: String, started: Moment) {
    (self.version, self.boot, self.session, self.started) = (version, boot, session, started)
  }
}
