public import Claims

/// One message that the gateway wants told, and to whom.
public struct Publication: Sendable {
  public enum Broker: Sendable, CaseIterable {
    /// Operators, sensors and drones of this farm.
    case site
    /// The marketplace.
    case market
  }

  public var broker: Broker
  public var message: OutgoingMessage

  public init(_ broker: Broker, _ message: OutgoingMessage) {
    (self.broker, self.message) = (broker, message)
  }
}
