/// One topic filter and what its messages are for.
public struct Subscription: Sendable, Hashable {
  /// Decides the queue: a flood of readings never evicts a command.
  public enum Purpose: Sendable, Hashable { case reading, command }
  /// Which stored messages the broker sends when we subscribe, which we do after every connect.
  public enum RetainedMessages: Int32, Sendable {
    case always = 0x00
    /// Only when the broker's session did not have the subscription yet.
    case whenNew = 0x10
    case never = 0x20
  }

  /// Such as `zigbee2mqtt/+`.
  public var filter: String
  public var purpose: Purpose
  public var qualityOfService: QualityOfService
  public var retainedMessages: RetainedMessages

  /// - Parameter retainedMessages: Nil: `always` for readings; `whenNew` for commands, which are refused when
  ///   retained, and that once and not at every connect.
  public init(
    _ filter: String, for purpose: Purpose, qualityOfService: QualityOfService = .atLeastOnce,
    retainedMessages: RetainedMessages? = nil
  ) {
    (self.filter, self.purpose, self.qualityOfService) = (filter, purpose, qualityOfService)
    self.retainedMessages = retainedMessages ?? (purpose == .reading ? .always : .whenNew)
  }
}
