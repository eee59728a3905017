import DroneHealth
import FarmUnits
import TestSupport
import Testing

struct HostileStreamTests {
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)), arguments: HostileStream.all,
    [1, 7, 4096])
  func `a hostile stream gives the frames it should, however it is cut`(row: HostileStream, portion: Int)
    throws
  {
    // The samples know no limit ahead of the clock, as the reference libraries know none.
    var authenticator = row.key_hex.flatMap {
      FrameAuthenticator(
        key: .init(hex: $0), sha256: ReferenceSHA256.digest, unsignedAllowed: Set(row.allow_unsigned_ids),
        furthestAhead: nil, localTimestamp: row.local_timestamp)
    }
    let accepted = decode(.init(hex: row.stream_hex), portion: portion, &authenticator)
    #expect(accepted == row.rescan_accepted)
  }

  @Test(arguments: [0xFE as UInt8, 0xFD])
  func `one stray magic byte loses none of twenty heartbeats`(magic: UInt8) {
    let frames = (0..<20).map { Frames.two(0, payload: heartbeat, sequence: $0) }
    #expect(decode(frames[0] + [magic] + frames.dropFirst().flatMap { $0 }).count == 20)
    #expect(decode([magic] + frames.flatMap { $0 }, portion: 3).count == 20)
  }

  @Test func `a frame inside a tunnel is not a frame of the link`() {
    let inner = Frames.two(0, payload: heartbeat, system: 66)
    // TUNNEL (385): target, type, length, then the bytes of others.
    let tunnel = Frames.two(385, payload: [0, 0, 0, 0, UInt8(inner.count)] + inner, crcExtra: 147)
    let after = Frames.two(0, payload: heartbeat, system: 42)
    #expect(decode(tunnel + after) == [[0, 42, 1, 0]])
    #expect(decode(tunnel + [0x55, 0x55] + after) == [[0, 42, 1, 0]])
  }

  @Test func `a frame inside a message nobody knows is not a frame of the link`() {
    let inner = Frames.two(0, payload: heartbeat, system: 66)
    let unknown = Frames.two(54_321, payload: inner, crcExtra: 99)
    let after = Frames.two(0, payload: heartbeat, system: 42)
    #expect(decode(unknown + after, portion: 1) == [[0, 42, 1, 0]])
    #expect(decode(unknown) == [])
  }

  @Test func `an unfinished frame is given up after a second and what it hid is found`() {
    var decoder = MAVLinkStreamDecoder()
    var none: FrameAuthenticator?
    var heard = 0
    let start = Instant(sinceBoot: .seconds(10))
    let stray: [UInt8] = [0xFE, 0xFF]
    decoder.decode(stray + Frames.two(0, payload: heartbeat), at: start, authenticator: &none) { _ in
      heard += 1
    }
    #expect(heard == 0 && decoder.pendingBytes > 0)
    decoder.giveUpOverdue(at: start.advanced(by: .milliseconds(900)), authenticator: &none) { _ in heard += 1
    }
    #expect(heard == 0)
    decoder.giveUpOverdue(at: start.advanced(by: .milliseconds(1100)), authenticator: &none) { _ in heard += 1
    }
    #expect(heard == 1 && decoder.pendingBytes == 0 && decoder.counters.unfinished == 1)
  }

  @Test func `no stream makes the decoder hold more than one frame`() {
    var decoder = MAVLinkStreamDecoder()
    var none: FrameAuthenticator?
    var generator = SeededGenerator(seed: 0x0D20)
    for _ in 0..<200 {
      let noise = (0..<500).map { _ in
        [0xFD, 0xFE, 0, 1, UInt8.random(in: 0...255, using: &generator)].randomElement()!
      }
      decoder.decode(noise, at: .init(sinceBoot: .zero), authenticator: &none) { _ in }
      #expect(decoder.pendingBytes <= 281)
    }
  }

  @Test func `what is not taken is counted by cause`() {
    var decoder = MAVLinkStreamDecoder()
    var none: FrameAuthenticator?
    var damaged = Frames.two(0, payload: heartbeat)
    damaged[12] ^= 1
    let flags = Frames.two(0, payload: heartbeat, flags: 0x04)
    decoder.decode(damaged + flags, at: .init(sinceBoot: .zero), authenticator: &none) { _ in }
    #expect(decoder.counters.accepted == 0)
    #expect(decoder.counters.badChecksum == 1 && decoder.counters.unknownFlags == 1)
    #expect(decoder.counters.strayBytes == damaged.count - 1 + flags.count - 1)
  }

  private var heartbeat: [UInt8] { [0, 0, 0, 0, 2, 12, 81, 3, 3] }

  private func decode(_ bytes: [UInt8], portion: Int = 4096) -> [[Int]] {
    var none: FrameAuthenticator?
    return decode(bytes, portion: portion, &none)
  }

  private func decode(_ bytes: [UInt8], portion: Int, _ authenticator: inout FrameAuthenticator?) -> [[Int]] {
    var decoder = MAVLinkStreamDecoder()
    var accepted: [[Int]] = []
    let take = { (frame: MAVLinkFrame) in
      accepted.append([Int(frame.messageID), Int(frame.system), Int(frame.component), Int(frame.sequence)])
    }
    for start in stride(from: 0, to: bytes.count, by: portion) {
      decoder.decode(
        Array(bytes[start..<min(start + portion, bytes.count)]), at: .init(sinceBoot: .zero),
        authenticator: &authenticator, take)
    }
    decoder.finish(authenticator: &authenticator, take)
    return accepted
  }
}
