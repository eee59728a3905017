public import Claims

/// One message for the farm's own broker. What the marketplace is told goes through the journal: `KeptBatch`.
public struct Publication: Sendable {
  public var message: OutgoingMessage

  public init(_ message: OutgoingMessage) { self.message = message }
}
