public import FarmUnits

/// Something said to the marketplace that has to be kept before it is told.
public enum KeptClaim: Equatable, Sendable {
  /// In the chain: told in order, each at least once.
  ///
  /// - Parameters:
  ///   - head: Where the chain stands with it.
  ///   - previousHash: Of the entry before.
  case ledger(head: LedgerHead, previousHash: String, at: WallTime, OutgoingMessage)
  /// The newest word of a topic; what it said before need not be told any more.
  case state(revision: Int64, OutgoingMessage)
  /// What a store measured in a quarter of an hour; never told in this form.
  case condition(store: String, at: Moment, [UInt8])
  /// What a decision rests on, under the SHA-256 of its bytes; never told.
  case input(hash: String, at: WallTime, [UInt8])

  /// What somebody asked, and the answer; never told to the marketplace.
  ///
  /// - Parameter about: Such as `output/bed-1-valve`.
  case command(about: String, at: Moment, [UInt8])

  /// What is told of it.
  public var message: OutgoingMessage? {
    switch self {
    case .ledger(_, _, _, let message), .state(_, let message): message
    case .condition, .input, .command: nil
    }
  }
}
