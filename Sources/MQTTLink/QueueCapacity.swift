/// How much a queue holds: whatever is reached first.
public struct QueueCapacity: Sendable, Equatable {
  public var messages: Int
  /// Payloads, topics and 128 bytes for each message.
  public var bytes: Int

  public init(messages: Int, bytes: Int) { (self.messages, self.bytes) = (messages, bytes) }
}
