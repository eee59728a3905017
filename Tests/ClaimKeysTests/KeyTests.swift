import CanonicalJSON
import ClaimKeys
import Claims
import FarmUnits
import Foundation
import Signatures
import TestSupport
import Testing

struct KeyTests {
  private static let now = WallTime(milliseconds: 1_790_000_000_000)

  private static func status(at time: WallTime) throws -> CloudEvent {
    let topics = try #require(MarketTopics(farm: "greenhollow", gateway: "gw1"))
    return MarketWriter(topics: topics).gatewayStatus(
      .offline(session: "s"), revision: 1, id: "0193a0b0-0000-7000-8000-000000000001", at: time)
  }

  private static func verifier(_ ring: KeyRing) throws -> EventVerifier {
    let topics = try #require(MarketTopics(farm: "greenhollow", gateway: "gw1"))
    var verifier = EventVerifier(
      topics: topics, keys: [], sha256: SHA2.sha256,
      check: { Ed25519.isValid(publicKey: $0, message: $1, signature: $2) })
    for entry in ring.keySet.entries {
      verifier.keys[entry.keyID] = EventVerifier.TrustedKey(
        entry.key, validFrom: entry.validFrom, validUntil: entry.validUntil)
    }
    return verifier
  }

  @Test func `an event that the ring signs is believed, and one that was changed is not`() throws {
    let ring = KeyRing(at: Self.now)
    var event = try ring.signer.signed(try Self.status(at: Self.now))
    try Self.verifier(ring).checkSignature(of: event)
    event.subject = "gw2"
    #expect(throws: EventFault.signatureWrong) { try Self.verifier(ring).checkSignature(of: event) }
    #expect(throws: EventFault.keyUnknown(ring.signer.keyID)) {
      try Self.verifier(KeyRing(at: Self.now)).checkSignature(of: event)
    }
  }

  @Test func `a rotation is signed by the old key, and afterwards the new one signs`() throws {
    var ring = KeyRing(at: Self.now)
    let old = ring
    let later = Self.now.advanced(by: .seconds(86_400))
    ring.rotate(at: later)
    #expect(ring.isToBeAnnounced)
    #expect(ring.announcer.keyID == old.signer.keyID)
    #expect(ring.signer.keyID != old.signer.keyID)

    // Whoever knows the old key only can check the word about the new one.
    let word = try ring.announcer.signed(try Self.status(at: later))
    try Self.verifier(old).checkSignature(of: word)
    ring.announced()
    #expect(!ring.isToBeAnnounced)
    #expect(ring.announcer.keyID == ring.signer.keyID)
    #expect(ring.keySet.entries.map(\.validUntil) == [nil, later.advanced(by: .seconds(300))])

    // What the old key says after its time is not believed.
    let tooLate = try old.signer.signed(try Self.status(at: later.advanced(by: .seconds(301))))
    #expect(throws: EventFault.keyNotValid(old.signer.keyID)) {
      try Self.verifier(ring).checkSignature(of: tooLate)
    }
  }

  @Test func `the file comes back as it was written, for its owner alone`() throws {
    let folder = try TemporaryFolder()
    let file = KeyFile("\(folder.path)/signing.key")
    var ring = KeyRing(at: Self.now)
    try file.create(ring)
    #expect(try file.read().keySet == ring.keySet)
    ring.rotate(at: Self.now.advanced(by: .seconds(60)))
    try file.replace(with: ring)
    let again = try file.read()
    #expect(again.keySet == ring.keySet)
    #expect(again.announcer.keyID == ring.announcer.keyID)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: KeyFileError.exists(file.path)) { try file.create(ring) }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func `a key that root makes belongs to the folder's owner, for that one alone`() throws {
    let folder = try TemporaryFolder()
    #expect(chown(folder.path, 12_345, 23_456) == 0)
    let file = KeyFile("\(folder.path)/signing.key")
    func expectGiven() throws {
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.ownerAccountID] as? Int == 12_345)
      #expect(attributes[.groupOwnerAccountID] as? Int == 23_456)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    let ring = KeyRing(at: Self.now)
    try file.create(ring)
    try expectGiven()
    #expect(try file.read().keySet == ring.keySet)
    try file.replace(with: KeyRing(at: Self.now))
    try expectGiven()
    // A third one's is nobody's business.
    #expect(chown(file.path, 34_567, 23_456) == 0)
    #expect(throws: KeyFileError.foreign(file.path, owner: 34_567)) { try file.read() }
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o666, 0o700] as [Int])
  func `a key file is used when only its owner can read it`(mode: Int) throws {
    let folder = try TemporaryFolder()
    let file = KeyFile("\(folder.path)/signing.key")
    try file.create(KeyRing(at: Self.now))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    if mode == 0o700 {
      _ = try file.read()
    } else {
      #expect(throws: KeyFileError.tooOpen(file.path, mode: UInt32(mode))) { try file.read() }
    }
  }

  @Test(arguments: ["", "{}", #"{"keys":[]}"#, #"{"keys":[{"kty":"OKP"}]}"#, "\u{0}\u{1}"])
  func `a file that holds no key is refused`(text: String) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/signing.key"
    #expect(
      FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
    #expect(throws: KeyFileError.notAKeyFile(path)) { try KeyFile(path).read() }
    #expect(throws: KeyFileError.missing(path + "x")) { try KeyFile(path + "x").read() }
  }

  @Test func `a private key that does not fit its public one is refused`() throws {
    let folder = try TemporaryFolder()
    let (one, two) = (KeyFile("\(folder.path)/one"), KeyFile("\(folder.path)/two"))
    try one.create(KeyRing(at: Self.now))
    try two.create(KeyRing(at: Self.now))
    func seed(_ file: KeyFile) throws -> String {
      let text = try String(contentsOfFile: file.path, encoding: .utf8)
      let json = try JSONValue(parsing: Array(text.utf8))
      return try #require(json["keys"]?.array?.first?["d"]?.string)
    }
    let mixed = try String(contentsOfFile: one.path, encoding: .utf8).replacing(
      try seed(one), with: try seed(two))
    try Data(mixed.utf8).write(to: URL(filePath: one.path))
    #expect(throws: KeyFileError.notAKeyFile(one.path)) { try one.read() }
  }

  /// RFC 8037, appendix A.
  @Test func `the thumbprint and the signature are those of the standard`() throws {
    let key = try #require(
      Base64URL.bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").flatMap { JSONWebKey(publicKey: $0) })
    #expect(key.thumbprint(SHA2.sha256) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    let signature = try #require(
      Base64URL.bytes(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
    #expect(Ed25519.isValid(publicKey: key.publicKey, message: Array(input.utf8), signature: signature))
    #expect(
      !Ed25519.isValid(publicKey: key.publicKey, message: Array(input.utf8).dropLast(), signature: signature))
    #expect(!Ed25519.isValid(publicKey: [1, 2], message: Array(input.utf8), signature: signature))
  }
}
