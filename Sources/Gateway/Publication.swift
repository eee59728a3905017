public import Claims

/// One message for the farm's own broker. What the marketplace is told goes through the journal: `KeptBatch`.
public struct Publication: Sendable {
  public var message: OutgoingMessage
  /// Not to be told before the disk has everything that was to be kept when it was said: the answer to somebody who
  /// then relies on it.
  public var awaitsKeeping: Bool

  public init(_ message: OutgoingMessage, awaitsKeeping: Bool = false) {
    (self.message, self.awaitsKeeping) = (message, awaitsKeeping)
  }
}
