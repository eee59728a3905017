public import CanonicalJSON
public import Claims
import FarmUnits
import Signatures

/// The public keys that a journal's signatures are held against.
public struct TrustedKeySet: Equatable, Sendable {
  public var keys: [EventVerifier.TrustedKey]

  /// The gateway's own.
  public init(_ set: KeySet) {
    keys = set.entries.map {
      EventVerifier.TrustedKey($0.key, validFrom: $0.validFrom, validUntil: $0.validUntil)
    }
  }

  /// Reads a JWK set (RFC 7517), or an event that has one as its data. `validFrom` and `validUntil` count where they
  /// stand.
  ///
  /// - Throws: What is wrong with it, in words: nothing is passed over.
  public init(json: JSONValue) throws(KeySetFault) {
    guard let list = (json["data"] ?? json)["keys"]?.array else {
      throw KeySetFault("it has no list of keys")
    }
    var keys: [EventVerifier.TrustedKey] = []
    for (place, json) in list.enumerated() {
      guard let key = JSONWebKey(json: json) else {
        throw KeySetFault("key \(place + 1) is no public key of Ed25519")
      }
      func time(_ name: String) throws(KeySetFault) -> WallTime? {
        guard let value = json[name], value != .null else { return nil }
        guard let time = value.string.flatMap({ WallTime(rfc3339: $0) }) else {
          throw KeySetFault("key \(place + 1): \(name) is no time")
        }
        return time
      }
      keys.append(
        EventVerifier.TrustedKey(key, validFrom: try time("validFrom"), validUntil: try time("validUntil")))
    }
    guard !keys.isEmpty else { throw KeySetFault("it holds no key") }
    self.keys = keys
  }

  /// Trusts these keys and nothing else.
  /// - Parameter head: The entry that the next one has to follow.
  func verifier(_ topics: MarketTopics, head: LedgerHead?) -> EventVerifier {
    var verifier = EventVerifier(
      topics: topics, keys: [], head: head, sha256: SHA2.sha256,
      check: { Ed25519.isValid(publicKey: $0, message: $1, signature: $2) })
    for key in keys { verifier.keys[key.key.thumbprint(SHA2.sha256)] = key }
    return verifier
  }
}

/// Why a file gives no keys.
public struct KeySetFault: Error, Equatable, Sendable, CustomStringConvertible {
  public var description: String
  init(_ description: String) { self.description = description }
}
