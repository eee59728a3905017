/// Where the chain of ledger events stands.
public struct LedgerHead: Equatable, Sendable {
  /// The number of the last event; 0 before the first.
  public var sequence: UInt64
  /// SHA-256 of its published bytes, 64 hex digits; zeros before the first.
  public var hash: String

  public init(sequence: UInt64, hash: String) { (self.sequence, self.hash) = (sequence, hash) }

  public static let empty = LedgerHead(sequence: 0, hash: String(repeating: "0", count: 64))
}

/// An event as it is published, with what has to be kept of it.
public struct SealedEvent: Equatable, Sendable {
  public var event: CloudEvent
  public var bytes: [UInt8]
  /// Nil for a state event.
  public var head: LedgerHead?
}

/// Chains and signs. Whoever owns it keeps the sealed bytes safely before they are published, and starts it again
/// from the last head kept.
public struct Ledger: Sendable {
  public private(set) var head: LedgerHead
  private let signer: ClaimSigner
  private let sha256: SHA256Digest

  public init(head: LedgerHead = .empty, signer: ClaimSigner, sha256: @escaping SHA256Digest) {
    (self.head, self.signer, self.sha256) = (head, signer, sha256)
  }

  /// The event in its place in the chain or, for a state event, with the head that it was derived from; signed.
  ///
  /// - Throws: `ClaimError`, and whatever the signature closure throws; the chain then stands where it stood.
  public mutating func seal(_ event: CloudEvent) throws -> SealedEvent {
    var event = event
    event.position =
      event.type.isLedger
      ? .ledger(sequence: head.sequence + 1, previousHash: head.hash)
      : .derived(head: head.sequence, hash: head.hash)
    let signed = try signer.signed(event)
    let bytes = try signed.bytes()
    guard event.type.isLedger else { return SealedEvent(event: signed, bytes: bytes, head: nil) }
    head = LedgerHead(sequence: head.sequence + 1, hash: hexadecimal(sha256(bytes)))
    return SealedEvent(event: signed, bytes: bytes, head: head)
  }

  /// A last will: signed while the connection is made, and without ledger attributes, because it cannot know what will
  /// have been said when it is.
  public func sealWill(_ event: CloudEvent) throws -> SealedEvent {
    var event = event
    event.position = nil
    let signed = try signer.signed(event)
    return SealedEvent(event: signed, bytes: try signed.bytes(), head: nil)
  }
}
