import CanonicalJSON
public import Claims
public import FarmUnits
import Signatures

/// The keys that the gateway signs its claims with: the one in force, and those before it.
///
/// A rotation is believed because the old key signs it: until that word is kept, the old private key is kept too.
public struct KeyRing: Sendable {
  /// One key of the ring.
  struct Member: Sendable {
    /// 32 bytes; nil when only what it signed is still to be checked.
    var seed: [UInt8]?
    var publicKey: JSONWebKey
    var validFrom: WallTime
    var validUntil: WallTime?
  }

  /// Newest first.
  private(set) var members: [Member]

  /// More rotations than this forget the oldest key.
  public static let membersMax = 32
  /// How long the old key still counts after a rotation: what it signs then is the rotation itself.
  static let overlap = Duration.seconds(300)

  init?(members: [Member]) {
    guard let first = members.first, first.seed != nil, members.count <= Self.membersMax else { return nil }
    self.members = members
  }

  /// A ring with one new key.
  public init(at now: WallTime) { members = [Self.newMember(at: now)] }

  /// A ring of a simulation: the same seed gives the same key. Nil unless there are 32 bytes.
  public init?(seed: [UInt8], at now: WallTime) {
    guard let key = Ed25519.PrivateKey(seed: seed), let publicKey = JSONWebKey(publicKey: key.publicKey)
    else { return nil }
    members = [Member(seed: seed, publicKey: publicKey, validFrom: now)]
  }

  /// A new key takes over. What it signs is believed once `announcer` has signed the ring.
  public mutating func rotate(at now: WallTime) {
    members[0].validUntil = now.advanced(by: Self.overlap)
    members.insert(Self.newMember(at: now), at: 0)
    if members.count > Self.membersMax { members.removeLast() }
  }

  /// The ring, signed by the old key, is kept: the old private key is not needed any more.
  public mutating func announced() {
    for index in members.indices.dropFirst() { members[index].seed = nil }
  }

  /// Whether a rotation waits to be signed by the old key.
  public var isToBeAnnounced: Bool { members.dropFirst().contains { $0.seed != nil } }

  /// Signs with the key in force.
  public var signer: ClaimSigner { Self.signer(members[0].seed, members[0].publicKey) }

  /// Signs the ring itself: after a rotation the oldest key that can, because that one is known to those who listen.
  public var announcer: ClaimSigner {
    let member = members.last { $0.seed != nil } ?? members[0]
    return Self.signer(member.seed, member.publicKey)
  }

  /// What is published.
  public var keySet: KeySet {
    KeySet(
      entries: members.map {
        KeySet.Entry(
          key: $0.publicKey, keyID: $0.publicKey.thumbprint(SHA2.sha256), validFrom: $0.validFrom,
          validUntil: $0.validUntil)
      })
  }

  private static func newMember(at now: WallTime) -> Member {
    let key = Ed25519.PrivateKey()
    guard let publicKey = JSONWebKey(publicKey: key.publicKey) else {
      preconditionFailure("a public key of Ed25519 has 32 bytes")
    }
    return Member(seed: key.seed, publicKey: publicKey, validFrom: now)
  }

  private static func signer(_ seed: [UInt8]?, _ publicKey: JSONWebKey) -> ClaimSigner {
    guard let seed, let key = Ed25519.PrivateKey(seed: seed) else {
      preconditionFailure("only members with a seed of 32 bytes sign")
    }
    return ClaimSigner(keyID: publicKey.thumbprint(SHA2.sha256)) { try key.signature(for: $0) }
  }
}

// MARK: The file's text

extension KeyRing {
  /// Private: a JWK set with `d` where a private key is kept.
  var json: JSONValue {
    [
      "keys": .array(
        members.map { member in
          var key = member.publicKey.json(keyID: member.publicKey.thumbprint(SHA2.sha256)).object ?? [:]
          key["validFrom"] = .string(member.validFrom.rfc3339)
          if let end = member.validUntil { key["validUntil"] = .string(end.rfc3339) }
          if let seed = member.seed { key["d"] = .string(Base64URL.text(seed)) }
          return JSONValue.object(key)
        })
    ]
  }

  /// Nil for anything that `json` does not write: a private key that does not fit its public one included.
  init?(json: JSONValue) {
    guard let keys = json["keys"]?.array else { return nil }
    var members: [Member] = []
    for key in keys {
      guard let publicKey = JSONWebKey(json: key),
        let from = key["validFrom"]?.string.flatMap({ WallTime(rfc3339: $0) })
      else { return nil }
      var member = Member(seed: nil, publicKey: publicKey, validFrom: from)
      if let until = key["validUntil"] {
        guard let time = until.string.flatMap({ WallTime(rfc3339: $0) }) else { return nil }
        member.validUntil = time
      }
      if let text = key["d"] {
        guard let seed = text.string.flatMap({ Base64URL.bytes($0) }),
          let pair = Ed25519.PrivateKey(seed: seed), pair.publicKey == publicKey.publicKey
        else { return nil }
        member.seed = seed
      }
      members.append(member)
    }
    self.init(members: members)
  }
}
