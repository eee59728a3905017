/// The quantities of one lot and what may be promised out of them.
public struct StockFigures: Equatable, Sendable {
  /// What is there, whoever it is meant for.
  public var onHand: Amount
  /// Of `onHand`: spoken for by name.
  public var reserved: Amount
  /// Of `onHand`: leased to sales channels.
  public var allocated: Amount
  /// Of `onHand`: kept for neighbours and box schemes.
  public var localShare: Amount
  /// Of `onHand`: kept back for the scale's uncertainty.
  public var buffer: Amount
  public var increment: Amount
  public var method: QuantityMethod

  public init(
    onHand: Amount, reserved: Amount = .zero, allocated: Amount = .zero, localShare: Amount = .zero,
    buffer: Amount = .zero, increment: Amount = .zero, method: QuantityMethod = .manual
  ) {
    (self.onHand, self.reserved, self.allocated) = (onHand, reserved, allocated)
    (self.localShare, self.buffer) = (localShare, buffer)
    (self.increment, self.method) = (increment, method)
  }

  /// floor to the increment of max(0, onHand − reserved − allocated − localShare − buffer). Never negative, never rounded up.
  public var availableToPromise: Amount {
    max(.zero, onHand - reserved - allocated - localShare - buffer).floored(to: increment)
  }
}
