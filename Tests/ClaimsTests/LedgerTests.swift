import CanonicalJSON
import Claims
import FarmUnits
import TestSupport
import Testing

/// What stands in for Ed25519 where only the plumbing is looked at: no key, no security, 64 bytes that depend on all.
private let toyKey = [UInt8](repeating: 7, count: 32)
private func toySignature(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
  sha256(key + message) + sha256(message + key)
}

struct LedgerTests {
  private func ledger() throws -> (Ledger, EventVerifier) {
    let key = try #require(JSONWebKey(publicKey: toyKey))
    let signer = ClaimSigner(keyID: key.thumbprint(sha256)) { toySignature(toyKey, $0) }
    let verifier = EventVerifier(topics: try marketTopics(), keys: [key], sha256: sha256) {
      toySignature($0, $1) == $2
    }
    return (Ledger(signer: signer, sha256: sha256), verifier)
  }

  private func event(_ address: MarketAddress, _ data: JSONValue, expires: Double? = nil) throws -> CloudEvent
  {
    MarketWriter(topics: try marketTopics()).event(
      address, id: "e", time: decided, expiryTime: expires.map { decided.advanced(by: .seconds($0)) },
      data: data)
  }

  @Test func `ledger events are numbered without gaps and each names the bytes before it`() throws {
    var (ledger, verifier) = try ledger()
    let topics = try marketTopics()
    var previous = String(repeating: "0", count: 64)
    for index in 1...5 as ClosedRange<UInt64> {
      let address = MarketAddress.decision("d-\(index)")
      let sealed = try ledger.seal(try event(address, ["n": .integer(Int64(index))]))
      #expect(sealed.event.position == .ledger(sequence: index, previousHash: previous))
      #expect(sealed.head == LedgerHead(sequence: index, hash: hex(sha256(sealed.bytes))))
      previous = hex(sha256(sealed.bytes))
      #expect(try verifier.accept(sealed.bytes, topic: topics.topic(address), at: decided) == sealed.event)
      // A state event in between rests on the chain and does not lengthen it.
      let state = try ledger.seal(try event(.droneHealth("u"), ["revision": .integer(Int64(index))]))
      #expect(state.event.position == .derived(head: index, hash: previous))
      #expect(state.head == nil)
      try verifier.accept(state.bytes, topic: topics.topic(.droneHealth("u")), at: decided)
    }
    #expect(ledger.head.sequence == 5)
  }

  @Test func `a gap, a repetition and a rewritten past are found`() throws {
    var (ledger, verifier) = try ledger()
    let topics = try marketTopics()
    let sealed = try (1...3).map { try ledger.seal(try event(.decision("d-\($0)"), [:])) }
    try verifier.accept(sealed[0].bytes, topic: topics.topic(.decision("d-1")), at: nil)
    #expect(throws: EventFault.sequence(expected: 2, found: 3)) {
      try verifier.accept(sealed[2].bytes, topic: topics.topic(.decision("d-3")), at: nil)
    }
    #expect(throws: EventFault.repeated) {
      try verifier.accept(sealed[0].bytes, topic: topics.topic(.decision("d-1")), at: nil)
    }
    var (rewritten, _) = try self.ledger()
    _ = try rewritten.seal(try event(.decision("d-1"), ["other": true]))
    let second = try rewritten.seal(try event(.decision("d-2"), [:]))
    #expect(throws: EventFault.chainBroken(at: 2)) {
      try verifier.accept(second.bytes, topic: topics.topic(.decision("d-2")), at: nil)
    }
    try verifier.accept(sealed[1].bytes, topic: topics.topic(.decision("d-2")), at: nil)
  }

  @Test func `a changed byte of an event is found wherever it is`() throws {
    var (ledger, verifier) = try ledger()
    let topic = try marketTopics().topic(.decision("d-1"))
    let sealed = try ledger.seal(try event(.decision("d-1"), ["status": "on_hold", "n": 12.5]))
    for index in stride(from: 0, to: sealed.bytes.count, by: 3) {
      var bytes = sealed.bytes
      bytes[index] ^= 1
      #expect(throws: EventFault.self, "byte \(index)") { try verifier.accept(bytes, topic: topic, at: nil) }
    }
    try verifier.accept(sealed.bytes, topic: topic, at: nil)
  }

  @Test func `a state event that is old, expired or on another's topic is not believed`() throws {
    var (ledger, verifier) = try ledger()
    let topics = try marketTopics()
    let topic = topics.topic(.droneHealth("u"))
    let newer = try ledger.seal(try event(.droneHealth("u"), ["revision": 2], expires: 180))
    let older = try ledger.seal(try event(.droneHealth("u"), ["revision": 1], expires: 180))
    let late = decided.advanced(by: .seconds(180))
    #expect(throws: EventFault.expired) { try verifier.accept(newer.bytes, topic: topic, at: late) }
    #expect(throws: EventFault.topic) {
      try verifier.accept(newer.bytes, topic: topics.topic(.droneHealth("v")), at: decided)
    }
    #expect(throws: EventFault.topic) {
      try verifier.accept(newer.bytes, topic: topics.topic(.storeCondition("u")), at: decided)
    }
    try verifier.accept(newer.bytes, topic: topic, at: decided)
    #expect(throws: EventFault.outdated) { try verifier.accept(older.bytes, topic: topic, at: decided) }
  }

  @Test func `only a last will may do without the ledger`() throws {
    let (ledger, start) = try ledger()
    var verifier = start
    let topics = try marketTopics()
    let will = try ledger.sealWill(try event(.gatewayStatus, ["state": "offline", "session": "s1"]))
    try verifier.accept(will.bytes, topic: topics.topic(.gatewayStatus), at: decided)
    let bare = try ledger.sealWill(try event(.droneHealth("u"), ["revision": 1]))
    #expect(throws: EventFault.attribute("ledgersequence")) {
      try verifier.accept(bare.bytes, topic: topics.topic(.droneHealth("u")), at: decided)
    }
  }

  @Test func `a key counts only while it is valid, and an unknown one never`() throws {
    var (ledger, verifier) = try ledger()
    let topic = try marketTopics().topic(.decision("d-1"))
    let sealed = try ledger.seal(try event(.decision("d-1"), [:]))
    let key = try #require(verifier.keys.first)
    verifier.keys[key.key]?.validUntil = decided
    #expect(throws: EventFault.keyNotValid(key.key)) {
      try verifier.accept(sealed.bytes, topic: topic, at: nil)
    }
    verifier.keys = [:]
    #expect(throws: EventFault.keyUnknown(key.key)) {
      try verifier.accept(sealed.bytes, topic: topic, at: nil)
    }
  }

  @Test(arguments: [
    ("x", EventFault.signatureMalformed), ("a.b.c", .signatureMalformed), ("..", .signatureMalformed),
  ])
  func `a signature that is no detached JWS is refused`(_ jws: String, _ fault: EventFault) throws {
    let (_, verifier) = try ledger()
    var event = try event(.decision("d-1"), [:])
    #expect(throws: EventFault.unsigned) { try verifier.checkSignature(of: event) }
    event.signature = jws
    #expect(throws: fault) { try verifier.checkSignature(of: event) }
  }

  @Test func `a signature of another length stops the event and not the chain`() throws {
    let signer = ClaimSigner(keyID: "k") { _ in [1, 2, 3] }
    var ledger = Ledger(signer: signer, sha256: sha256)
    #expect(throws: ClaimError.signatureLength(3)) { try ledger.seal(try event(.decision("d"), [:])) }
    #expect(ledger.head == .empty)
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `the published example is rebuilt byte for byte`() throws {
    let vector = try JSONValue(parsing: SharedData.bytes("vectors/jws_event.json"))
    let key = try #require(vector["jwk_private"].flatMap(JSONWebKey.init(json:)))
    #expect(key.thumbprint(sha256) == vector["kid"]?.string)

    let jws = try #require(vector["jws"]?.string)
    let published = Array(try #require(vector["event_bytes"]?.string).utf8)
    let unsignedText = try #require(vector["event_without_jws_jcs"]?.string)
    let event = try CloudEvent(parsing: published)
    #expect(try event.bytes() == published)
    var unsigned = event
    unsigned.signature = nil
    #expect(String(decoding: try unsigned.bytes(), as: UTF8.self) == unsignedText)
    #expect(hex(sha256(published)) == vector["sha256_of_event_bytes"]?.string)

    // Signing again asks for exactly the bytes that were signed there, and puts the signature where it stands there.
    let header = try #require(jws.split(separator: ".").first)
    let signer = ClaimSigner(keyID: key.thumbprint(sha256)) { message in
      #expect(String(decoding: message.prefix(header.utf8.count + 1), as: UTF8.self) == header + ".")
      return try #require(bytes(ofBase64URL: jws.split(separator: ".").last ?? ""))
    }
    #expect(try signer.signed(unsigned).signature == jws)
    let verifier = EventVerifier(topics: try marketTopics(), keys: [key], sha256: sha256) {
      public_, message, _ in
      public_ == key.publicKey && message.starts(with: Array(header.utf8))
    }
    try verifier.checkSignature(of: event)
  }
}

/// For reading the example, independent of the code under test.
private func bytes(ofBase64URL text: Substring) -> [UInt8]? {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
  let bits = text.flatMap { letter in
    (0..<6).reversed().map { (alphabet.firstIndex(of: letter) ?? 0) >> $0 & 1 }
  }
  return stride(from: 0, through: bits.count - 8, by: 8).map {
    bits[$0..<$0 + 8].reduce(0) { $0 << 1 | UInt8($1) }
  }
}
