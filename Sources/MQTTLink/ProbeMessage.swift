/// The message that a link sends to itself: `{"number":17,"session":"9f86d081884c7d65"}`.
///
/// The session is this process's own: another gateway with the same name, or this one before a restart, has another.
struct ProbeMessage: Sendable {
  let topic: String
  /// Seconds after which nobody waits for it any more.
  let expirySeconds: UInt32
  private let tail: [UInt8]
  private static let head = Array("{\"number\":".utf8)

  init(_ probe: LinkOptions.Probe, session: UInt64) {
    topic = probe.topic
    expirySeconds = UInt32(clamping: max(1, (probe.patience.milliseconds + 999) / 1000))
    let digits = String(session, radix: 16)
    let padded = String(repeating: "0", count: 16 - digits.count) + digits
    tail = Array(",\"session\":\"\(padded)\"}".utf8)
  }

  func message(_ number: UInt64) -> OutboundMessage {
    OutboundMessage(
      topic: topic, payload: Self.head + Array("\(number)".utf8) + tail, contentType: "application/json",
      isText: true)
  }

  /// The number; nil for a message that is not ours.
  func number(in payload: [UInt8]) -> UInt64? {
    guard payload.count <= Self.head.count + 20 + tail.count, payload.starts(with: Self.head),
      payload.suffix(tail.count).elementsEqual(tail)
    else { return nil }
    let digits = payload.dropFirst(Self.head.count).dropLast(tail.count)
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}
