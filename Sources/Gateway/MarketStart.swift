public import CanonicalJSON

/// What the gateway says to the marketplace from, once the journal is open.
public struct MarketStart: Sendable {
  /// Nil: there is no key that can be used, and nothing is claimed.
  public var seal: MarketSeal?
  public var memory: MarketMemory
  /// `LotBook.snapshot`; nil where no lot was ever kept.
  public var lots: JSONValue?
  /// The lots are of an earlier copy of the journal: nobody knows what was picked or withdrawn since.
  public var lotsAreEarlier = false
  /// Whether the marketplace has heard the keys as they are.
  public var keysAreTold: Bool

  public init(
    seal: MarketSeal?, memory: MarketMemory = MarketMemory(), lots: JSONValue? = nil,
    keysAreTold: Bool = false
  ) {
    (self.seal, self.memory, self.lots, self.keysAreTold) = (seal, memory, lots, keysAreTold)
  }
}
