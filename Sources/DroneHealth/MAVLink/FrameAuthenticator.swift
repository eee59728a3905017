public import FarmUnits

/// Checks MAVLink 2 signatures for all links of a depot.
///
/// A signature's time must rise on its stream (link, system, component, link id of the sender), and a new
/// stream must not be older than 60 s. Two rules go beyond the standard, each against a lock-out: nothing is
/// remembered of a frame before its signature has proved right, and a right frame whose time lies further
/// ahead of a trusted wall clock than `furthestAhead` is refused instead of making every later frame "old".
///
/// Time counts in units of 10 µs since 2015-01-01.
/// Source: MAVLink guide, message_signing; the lock-outs are pymavlink's and the C library's.
public struct FrameAuthenticator: Sendable {
  /// SHA-256: any message in, 32 bytes out.
  public typealias SHA256 = @Sendable ([UInt8]) -> [UInt8]

  /// What became of a frame.
  enum Verdict: Equatable {
    case accepted(FrameSignature)
    case refused(Refusal)
  }

  /// Why a frame was not believed.
  public enum Refusal: String, Sendable, CaseIterable {
    /// A key is configured, and the frame is not signed.
    case unsigned
    /// The signature is not that of our key over these bytes.
    case wrong
    /// Not newer than the stream's last frame: a replay.
    case replayed
    /// The first frame of a stream, over 60 s behind: a recording, or a clock that is wrong.
    case tooOld = "too_old"
    /// Further ahead of the wall clock than `furthestAhead`.
    case tooFarAhead = "too_far_ahead"
    /// As many streams as are remembered are all younger than 60 s.
    case tooManyStreams = "too_many_streams"
  }

  private struct Stream: Hashable {
    var link: Int
    var system, component, linkID: UInt8
  }

  /// Remembered streams; a stream 60 s behind may be forgotten, for as a new one it would be too old.
  static let streamsAtMost = 1024
  /// 60 s.
  static let oldestNewStream: UInt64 = 6_000_000

  private let key: [UInt8]
  private let sha256: SHA256
  private let unsignedAllowed: Set<UInt32>
  private let ticksAhead: UInt64?
  private var streams: [Stream: UInt64] = [:]
  private var scratch: [UInt8] = []
  /// Nil while no trusted clock sets a limit.
  private var newestAllowed: UInt64?

  /// The newest time seen in a right signature, or the wall clock's where that is later. Keep it over restarts,
  /// so that a board that boots without knowing the time does not accept recordings.
  public private(set) var localTimestamp: UInt64

  /// - Parameters:
  ///   - key: The secret, 32 bytes; nil is returned for any other length.
  ///   - sha256: SHA-256 of a whole message.
  ///   - unsignedAllowed: Messages accepted without a right signature; radios cannot sign theirs (109).
  ///   - furthestAhead: Of the wall clock where that is trusted; nil accepts any time, as the reference libraries do.
  ///   - localTimestamp: As kept from the last run.
  public init?(
    key: [UInt8], sha256: @escaping SHA256, unsignedAllowed: Set<UInt32> = [109],
    furthestAhead: Duration? = .seconds(600), localTimestamp: UInt64 = 0
  ) {
    guard key.count == 32 else { return nil }
    (self.key, self.sha256, self.unsignedAllowed) = (key, sha256, unsignedAllowed)
    (self.localTimestamp, ticksAhead) = (localTimestamp, furthestAhead.map(Self.ticks))
  }

  /// Tells the time before frames are judged. An untrusted clock says nothing.
  public mutating func observe(_ now: Moment) {
    newestAllowed = nil
    guard now.clock == .trusted, let clock = Self.timestamp(of: now.wall) else { return }
    if let ticksAhead {
      // What was accepted while the clock could not be trusted must not lock anybody out now.
      let latest = clock &+ ticksAhead
      if localTimestamp > latest {
        localTimestamp = clock
        streams = streams.filter { $0.value <= latest }
      }
    }
    localTimestamp = max(localTimestamp, clock)
    newestAllowed = ticksAhead.map { clock &+ $0 }
  }
  /// - Parameters:
  ///   - frame: The whole frame from its magic byte; 13 bytes of signature at its end when `isSigned`.
  ///   - link: Tells the gateway's links apart, each with streams of its own.
  mutating func judge(_ frame: ArraySlice<UInt8>, of header: MAVLinkFrame, isSigned: Bool, link: Int)
    -> Verdict
  {
    let verdict = isSigned ? judgeSigned(frame, header, link) : .refused(.unsigned)
    guard case .refused = verdict, unsignedAllowed.contains(header.messageID) else { return verdict }
    return .accepted(isSigned ? .bad : .none)
  }

  private mutating func judgeSigned(_ frame: ArraySlice<UInt8>, _ header: MAVLinkFrame, _ link: Int)
    -> Verdict
  {
    let signature = frame.suffix(6)
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: key)
    scratch.append(contentsOf: frame.dropLast(6))
    let digest = sha256(scratch)
    guard digest.count == 32, isEqual(digest[..<6], signature) else { return .refused(.wrong) }

    let block = frame.suffix(13)
    var timestamp: UInt64 = 0
    for (index, byte) in block.dropFirst().prefix(6).enumerated() {
      timestamp |= UInt64(byte) << (8 * UInt64(index))
    }
    let stream = Stream(
      link: link, system: header.system, component: header.component, linkID: block[block.startIndex])
    if let newestAllowed, timestamp > newestAllowed { return .refused(.tooFarAhead) }
    if let last = streams[stream] {
      guard timestamp > last else { return .refused(.replayed) }
    } else {
      guard timestamp &+ Self.oldestNewStream >= localTimestamp else { return .refused(.tooOld) }
      guard hasRoom() else { return .refused(.tooManyStreams) }
    }
    streams[stream] = timestamp
    localTimestamp = max(localTimestamp, timestamp)
    return .accepted(.verified)
  }

  /// Forgets streams that could not come back as new ones anyway.
  private mutating func hasRoom() -> Bool {
    guard streams.count >= Self.streamsAtMost else { return true }
    let oldest = localTimestamp > Self.oldestNewStream ? localTimestamp - Self.oldestNewStream : 0
    streams = streams.filter { $0.value >= oldest }
    return streams.count < Self.streamsAtMost
  }

  /// Compares all bytes whatever they are, so that the time taken tells nothing.
  private func isEqual(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
    var difference: UInt8 = 0
    for (x, y) in zip(a, b) { difference |= x ^ y }
    return difference == 0 && a.count == b.count
  }

  /// Nil before 2015.
  static func timestamp(of wall: WallTime) -> UInt64? {
    let (milliseconds, overflow) = wall.milliseconds.subtractingReportingOverflow(1_420_070_400_000)
    guard !overflow, milliseconds >= 0 else { return nil }
    return UInt64(milliseconds) &* 100
  }

  private static func ticks(_ duration: Duration) -> UInt64 {
    UInt64(max(0, duration.components.seconds)) &* 100_000
  }
}
