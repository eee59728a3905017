import FarmUnits

@testable import DroneHealth

/// A MAVLink link. The first byte says how it is cut and whether checksums are put right first, so that what lies
/// behind them is reached; the second whether a signing key is configured; the rest is the stream.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStream(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = InputBytes(start, count)
  let (cut, keyed) = (input.next(), input.next() & 1 == 1)
  let stream = cut & 0x80 == 0 ? input.rest : withRightChecksums(input.rest)
  let whole = decode(stream, keyed) { _ in stream.count }
  var state = UInt32(cut)
  let pieces = decode(stream, keyed) { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return 1 + Int(state >> 24) % (1 + Int(cut & 0x7F))
  }
  claim(
    whole.frames == pieces.frames && whole.counters == pieces.counters,
    "however it is cut, the stream is the same")
  checkFrames(whole.frames, stream)
  hear(stream, keyed)
  #if PLANTED
    claim(!whole.frames.contains { $0[3] > 250 }, "planted")
  #endif
  return 0
}

private func authenticator(_ keyed: Bool) -> FrameAuthenticator? {
  keyed
    ? FrameAuthenticator(key: Array(0..<32), sha256: ReferenceSHA256.digest, localTimestamp: 1_000_000) : nil
}

private func decode(_ stream: [UInt8], _ keyed: Bool, portion: (Int) -> Int) -> (
  frames: [[UInt8]], counters: MAVLinkStreamDecoder.Counters
) {
  var decoder = MAVLinkStreamDecoder()
  var authenticator = authenticator(keyed)
  var frames: [[UInt8]] = []
  let take = { (frame: MAVLinkFrame) in
    frames.append(flat(frame))
    // Every field of every message is read and written.
    if let message = MAVLinkMessage(frame) {
      claim(message.jsonLine.utf8.count < 20_000, "a message is one line")
    }
  }
  var next = 0
  while next < stream.count {
    let end = min(next + max(1, portion(next)), stream.count)
    decoder.decode(
      Array(stream[next..<end]), at: Instant(sinceBoot: .zero), authenticator: &authenticator, take)
    claim(decoder.pendingBytes <= 281, "no more than one frame is held")
    next = end
  }
  decoder.finish(authenticator: &authenticator, take)
  claim(decoder.pendingBytes == 0, "nothing is held when the stream is over")
  claim(decoder.counters.accepted == frames.count, "every frame is counted")
  return (frames, decoder.counters)
}

/// Sender, number, id, length and payload.
private func flat(_ frame: MAVLinkFrame) -> [UInt8] {
  [
    frame.version.rawValue, UInt8(frame.payloadLength), frame.sequence, frame.system, frame.component,
    UInt8(frame.messageID & 0xFF), UInt8(frame.messageID >> 8 & 0xFF), UInt8(frame.messageID >> 16),
  ] + frame.bytes(0..<frame.payloadLength)
}

/// Every accepted frame stands in the stream with a right checksum, in order and none inside another.
private func checkFrames(_ frames: [[UInt8]], _ stream: [UInt8]) {
  var from = 0
  for frame in frames {
    guard let found = place(of: frame, in: stream, from: from) else {
      claim(false, "a frame was accepted that is not in the stream: \(frame)")
      return
    }
    from = found
  }
}

/// Where the frame ends; nil where it does not stand.
private func place(of frame: [UInt8], in stream: [UInt8], from: Int) -> Int? {
  let (isTwo, length, payload) = (frame[0] == 2, Int(frame[1]), frame[8...])
  for start in from..<stream.count where stream[start] == (isTwo ? 0xFD : 0xFE) {
    let header = isTwo ? 10 : 6
    let end = start + header + length + 2
    guard end <= stream.count else { return nil }
    let told: [UInt8] =
      isTwo
      ? [stream[start + 1]] + stream[(start + 4)..<(start + 10)]
      : [stream[start + 1], stream[start + 2], stream[start + 3], stream[start + 4], stream[start + 5], 0, 0]
    guard told.elementsEqual(frame[1..<8]), stream[(start + header)..<(end - 2)].elementsEqual(payload),
      crc(stream[(start + 1)..<(end - 2)], seed(told)) == [stream[end - 2], stream[end - 1]]
    else { continue }
    return end
  }
  return nil
}

private func seed(_ told: [UInt8]) -> UInt8 {
  let id = UInt32(told[4]) | UInt32(told[5]) << 8 | UInt32(told[6]) << 16
  return MAVLinkCatalogue.crcExtra(of: id) ?? MAVLinkCatalogue.carrierCRCExtra(of: id) ?? 0
}

/// CRC-16/MCRF4XX bit by bit, as its definition has it.
private func crc(_ bytes: some Sequence<UInt8>, _ seed: UInt8) -> [UInt8] {
  var value: UInt16 = 0xFFFF
  for byte in Array(bytes) + [seed] {
    value ^= UInt16(byte)
    for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x8408 : value >> 1 }
  }
  return [UInt8(value & 0xFF), UInt8(value >> 8)]
}

/// Puts the checksum of whatever could be a frame right.
private func withRightChecksums(_ stream: [UInt8]) -> [UInt8] {
  var stream = stream
  var start = 0
  while start + 12 <= stream.count {
    let isTwo = stream[start] == 0xFD
    let header = isTwo ? 10 : 6
    let end = start + header + Int(stream[start + 1])
    guard isTwo || stream[start] == 0xFE, end + 2 <= stream.count else {
      start += 1
      continue
    }
    let id: [UInt8] = isTwo ? Array(stream[(start + 7)..<(start + 10)]) : [stream[start + 5], 0, 0]
    let right = crc(stream[(start + 1)..<end], seed([0, 0, 0, 0] + id))
    (stream[end], stream[end + 1]) = (right[0], right[1])
    start = end + 2
  }
  return stream
}

/// The registry that the messages are for: it hears them and makes its records.
private func hear(_ stream: [UInt8], _ keyed: Bool) {
  var registry = DroneRegistry(authenticator: authenticator(keyed))
  var now = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)
  for part in [stream.prefix(stream.count / 2), stream.suffix(from: stream.count / 2)] {
    registry.receive(Array(part), link: "pad-1", at: now)
    now = now.advanced(by: .seconds(1))
    for update in registry.evaluate(at: now).updates {
      claim(update.record.json.bytes.count < 65_536, "a record is a message")
    }
  }
}
