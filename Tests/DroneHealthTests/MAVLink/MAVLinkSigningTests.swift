import DroneHealth
import FarmUnits
import Testing

struct MAVLinkSigningTests {
  private let key = [UInt8](repeating: 7, count: 32)
  /// 2026-09-21, in 10 µs since 2015.
  private let now: UInt64 = 36_992_960_000_000
  private let heartbeat: [UInt8] = [0, 0, 0, 0, 2, 12, 81, 3, 3]

  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func `the reference digest gives the standard's examples`(message: String, digest: String) {
    #expect(ReferenceSHA256.digest(Array(message.utf8)) == [UInt8](hex: digest))
  }

  @Test func `a signed frame is verified with the key and unverified without one`() {
    let frame = signed(at: now)
    #expect(decode([frame], authenticator()) == [.verified])
    #expect(decode([frame], nil) == [.unverified])
    #expect(decode([Frames.two(0, payload: heartbeat)], nil) == [FrameSignature.none])
  }

  @Test func `an unsigned frame is refused where a key is configured`() {
    #expect(
      decode([Frames.two(0, payload: heartbeat), Frames.one(0, payload: heartbeat)], authenticator()) == [])
  }

  @Test func `a radio's own status needs no signature and a wrong one shows`() {
    let status: [UInt8] = [1, 0, 0, 0, 200, 200, 50, 30, 30]
    let plain = Frames.two(109, payload: status)
    let forged = Frames.signed(109, payload: status, key: [UInt8](repeating: 9, count: 32), timestamp: now)
    #expect(decode([plain, forged], authenticator()) == [FrameSignature.none, .bad])
  }

  @Test func `a replayed frame is refused and so is one of equal time`() {
    let first = signed(at: now)
    #expect(
      decode([first, first, signed(at: now - 1), signed(at: now + 1)], authenticator()) == [
        .verified, .verified,
      ])
  }

  @Test func `a forged frame never moves its stream's time`() {
    var forged = signed(at: now + 3_000_000)
    forged[forged.count - 1] ^= 1
    #expect(
      decode([signed(at: now), forged, signed(at: now + 1)], authenticator()) == [.verified, .verified])
  }

  @Test func `a frame from the far future is refused and locks nobody out`() {
    let poison = signed(at: 0xFFFF_FFFF_FFFF)
    let frames = [poison, signed(at: now + 1), signed(at: now + 2, linkID: 2)]
    #expect(decode(frames, authenticator()) == [.verified, .verified])
  }

  @Test func `what a board without a clock accepted locks nobody out once it knows the time`() {
    var authenticator = authenticator()
    let lost = moment(milliseconds: 1000, .untrusted)
    let poison = signed(at: 0xFFFF_FFFF_FFFF)
    authenticator?.observe(lost)
    #expect(decode([poison], &authenticator) == [.verified])
    #expect(decode([signed(at: now + 1)], &authenticator) == [])
    authenticator?.observe(moment(milliseconds: 1_420_070_400_000 + Int64(now / 100), .trusted))
    #expect(
      decode([signed(at: now + 2), signed(at: now + 3, linkID: 2)], &authenticator) == [.verified, .verified])
  }

  @Test func `a recording over a minute old is refused on a new stream`() {
    #expect(decode([signed(at: now - 6_000_001)], authenticator()) == [])
    #expect(decode([signed(at: now - 6_000_000)], authenticator()) == [.verified])
  }

  @Test func `streams beyond the limit are refused until old ones may be forgotten`() {
    var authenticator = authenticator()
    for sender in 0..<1024 {
      let frame = signed(at: now, system: UInt8(1 + sender / 250), component: UInt8(1 + sender % 250))
      #expect(decode([frame], &authenticator) == [.verified])
    }
    #expect(decode([signed(at: now, system: 200)], &authenticator) == [])
    let later = now + 6_000_001
    #expect(decode([signed(at: later)], &authenticator) == [.verified])
    #expect(decode([signed(at: later, system: 200)], &authenticator) == [.verified])
  }

  @Test func `a key of another length than 32 bytes is no key`() {
    #expect(FrameAuthenticator(key: [1, 2, 3], sha256: ReferenceSHA256.digest) == nil)
  }

  private func signed(at timestamp: UInt64, linkID: UInt8 = 1, system: UInt8 = 1, component: UInt8 = 1)
    -> [UInt8]
  {
    Frames.signed(
      0, payload: heartbeat, key: key, timestamp: timestamp, linkID: linkID, system: system,
      component: component)
  }

  private func moment(milliseconds: Int64, _ clock: ClockTrust) -> Moment {
    Moment(instant: .init(sinceBoot: .zero), wall: .init(milliseconds: milliseconds), clock: clock)
  }

  private func authenticator() -> FrameAuthenticator? {
    var authenticator = FrameAuthenticator(key: key, sha256: ReferenceSHA256.digest, localTimestamp: now)
    authenticator?.observe(moment(milliseconds: 1_420_070_400_000 + Int64(now / 100), .trusted))
    return authenticator
  }

  private func decode(_ frames: [[UInt8]], _ authenticator: FrameAuthenticator?) -> [FrameSignature] {
    var authenticator = authenticator
    return decode(frames, &authenticator)
  }

  private func decode(_ frames: [[UInt8]], _ authenticator: inout FrameAuthenticator?) -> [FrameSignature] {
    MAVLinkMessage.explain(frames.flatMap { $0 }, authenticator: &authenticator).messages.map(
      \.frame.signature)
  }
}
