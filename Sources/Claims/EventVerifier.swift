internal import CanonicalJSON
public import FarmUnits

/// What a consumer checks before it believes an event: key, signature, topic, expiry, and its place in the chain or
/// beside it. The journal's own check and the simulated marketplace use the same code as a stranger would write.
public struct EventVerifier: Sendable {
  /// A key and when it counts.
  public struct TrustedKey: Equatable, Sendable {
    public var key: JSONWebKey
    public var validFrom: WallTime?
    public var validUntil: WallTime?

    public init(_ key: JSONWebKey, validFrom: WallTime? = nil, validUntil: WallTime? = nil) {
      (self.key, self.validFrom, self.validUntil) = (key, validFrom, validUntil)
    }
  }
  /// Whether a signature of 64 bytes by this 32-byte key fits the message.
  public typealias Ed25519Check =
    @Sendable (_ publicKey: [UInt8], _ message: [UInt8], _ signature: [UInt8]) -> Bool

  public let topics: MarketTopics
  /// By thumbprint.
  public var keys: [String: TrustedKey]
  /// The last ledger event seen; nil: take the first as it comes.
  public private(set) var head: LedgerHead?
  private var newestLedger: UInt64 = 0
  private var revisions: [String: Int64] = [:]
  private let sha256: SHA256Digest
  private let check: Ed25519Check

  public init(
    topics: MarketTopics, keys: [JSONWebKey], head: LedgerHead? = .empty, sha256: @escaping SHA256Digest,
    check: @escaping Ed25519Check
  ) {
    (self.topics, self.head, self.sha256, self.check) = (topics, head, sha256, check)
    self.keys = Dictionary(keys.map { ($0.thumbprint(sha256), TrustedKey($0)) }) { first, _ in first }
  }

  /// Checks one event that came on `topic`, and remembers its place.
  ///
  /// - Parameter now: Nil: whether it has expired does not matter, as when a journal is read.
  /// - Throws: `EventFault`; what was remembered stays as it was.
  @discardableResult
  public mutating func accept(_ bytes: [UInt8], topic: String, at now: WallTime?) throws(EventFault)
    -> CloudEvent
  {
    let event = try CloudEvent(parsing: bytes)
    try checkSignature(of: event)
    guard event.source == topics.source, let address = topics.address(of: topic), address.type == event.type,
      topics.subject(address) == event.subject
    else { throw .topic }
    if let now, let expiry = event.expiryTime, expiry <= now { throw .expired }
    if event.type.isLedger {
      try acceptInLedger(event, bytes)
    } else {
      try acceptAsState(event, topic)
    }
    return event
  }

  private mutating func acceptInLedger(_ event: CloudEvent, _ bytes: [UInt8]) throws(EventFault) {
    guard case .ledger(let sequence, let previousHash) = event.position else { throw .attribute("sequence") }
    if let head {
      guard sequence > head.sequence else { throw .repeated }
      guard sequence == head.sequence + 1 else {
        throw .sequence(expected: head.sequence + 1, found: sequence)
      }
      guard previousHash == head.hash else { throw .chainBroken(at: sequence) }
    }
    head = LedgerHead(sequence: sequence, hash: hexadecimal(sha256(bytes)))
    newestLedger = max(newestLedger, sequence)
  }

  private mutating func acceptAsState(_ event: CloudEvent, _ topic: String) throws(EventFault) {
    if case .derived(let sequence, _) = event.position {
      guard sequence >= newestLedger else { throw .outdated }
      newestLedger = sequence
    } else if event.type != .gatewayStatus {
      // Only the last will cannot know the ledger.
      throw .attribute("ledgersequence")
    }
    guard let revision = event.data["revision"]?.integer else {
      guard event.type == .gatewayStatus, event.position == nil else { throw .attribute("revision") }
      return
    }
    guard revision > revisions[topic] ?? 0 else { throw .outdated }
    revisions[topic] = revision
  }

  /// Key known and valid at the event's time, algorithm one of the two names of Ed25519, signature right.
  public func checkSignature(of event: CloudEvent) throws(EventFault) {
    guard let jws = event.signature else { throw .unsigned }
    let parts = jws.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].isEmpty, let signature = Base64URL.bytes(parts[2]),
      signature.count == 64,
      let headerBytes = Base64URL.bytes(parts[0]), let header = try? JSONValue(parsing: headerBytes),
      let algorithm = header["alg"]?.string, let keyID = header["kid"]?.string, header["crit"] == nil
    else { throw .signatureMalformed }
    guard algorithm == "EdDSA" || algorithm == "Ed25519" else { throw .algorithm(algorithm) }
    guard let trusted = keys[keyID] else { throw .keyUnknown(keyID) }
    guard trusted.validFrom.map({ $0 <= event.time }) ?? true,
      trusted.validUntil.map({ event.time < $0 }) ?? true
    else { throw .keyNotValid(keyID) }
    var unsigned = event
    unsigned.signature = nil
    let input = ClaimSigner.signingInput(header: String(parts[0]), payload: unsigned.json.canonicalBytes)
    guard check(trusted.key.publicKey, input, signature) else { throw .signatureWrong }
  }
}
