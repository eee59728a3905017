public import FarmUnits

/// Finds the MAVLink 1 and 2 frames in a stream of bytes that may be cut anywhere and damaged anyhow.
///
/// After a failed frame it moves on by one byte, so that a stray magic byte costs nothing; after an accepted
/// one, or a whole frame of a message it does not know, it moves on behind it, so that a frame carried inside
/// another is never taken for one of the link. A message it does not know is passed over, never handed up:
/// its checksum cannot be checked, and a damaged id must not make a drone.
///
/// One value per link; it holds at most one unfinished frame and allocates only when it is made.
public struct MAVLinkStreamDecoder: Sendable {
  /// What was found since the beginning.
  public struct Counters: Equatable, Sendable {
    /// Frames handed up.
    public var accepted = 0
    /// Bytes that belong to no frame.
    public var strayBytes = 0
    /// A known message with a wrong checksum.
    public var badChecksum = 0
    /// Incompatibility flags other than "signed".
    public var unknownFlags = 0
    /// Whole frames of messages that farmgate does not read.
    public var passedOver = 0
    /// An unknown message that is no plausible frame either.
    public var implausible = 0
    /// Frames begun and not finished.
    public var unfinished = 0
    /// Frames whose sender was not believed, by cause.
    public var refused: [FrameAuthenticator.Refusal: Int] = [:]

    public init() {}

    /// All frames that were known and not taken.
    public var refusedFrames: Int { badChecksum + unknownFlags + refused.values.reduce(0, +) }

    mutating func add(_ other: Self) {
      accepted += other.accepted
      strayBytes += other.strayBytes
      badChecksum += other.badChecksum
      unknownFlags += other.unknownFlags
      passedOver += other.passedOver
      implausible += other.implausible
      unfinished += other.unfinished
      refused.merge(other.refused, uniquingKeysWith: +)
    }
  }

  /// The longest frame and the byte behind it.
  static let carryAtMost = 281
  /// Bytes taken in at a time.
  private static let portion = 1024
  /// An unfinished frame is given up when nothing completed it for this long: a frame takes 60 ms at 57,600 baud.
  static let patience: Duration = .seconds(1)

  /// What was found since the beginning, by cause.
  public private(set) var counters = Counters()
  /// Refused frames by the system they claim to come from, since last taken; for telling an attack on one drone.
  private(set) var badlySigned: Set<UInt8> = []
  private var buffer: [UInt8] = []
  private var lastArrival: Instant?

  /// A decoder at the begin of a stream. Allocates its buffer, once.
  public init() { buffer.reserveCapacity(Self.portion + Self.carryAtMost) }

  /// Bytes held back: an unfinished frame.
  public var pendingBytes: Int { buffer.count }

  /// Takes in bytes and hands up each accepted frame, in order.
  ///
  /// - Parameters:
  ///   - bytes: Any number, cut anywhere.
  ///   - now: Never runs backwards.
  ///   - authenticator: Nil where no key is configured: signed frames are then `unverified`.
  ///   - link: Tells this link's streams apart in the authenticator.
  public mutating func decode(
    _ bytes: [UInt8], at now: Instant, authenticator: inout FrameAuthenticator?, link: Int = 0,
    _ take: (MAVLinkFrame) -> Void
  ) {
    giveUpOverdue(at: now, authenticator: &authenticator, link: link, take)
    lastArrival = now
    var next = 0
    while next < bytes.count {
      let end = min(next + Self.portion, bytes.count)
      buffer.append(contentsOf: bytes[next..<end])
      next = end
      scan(atEnd: false, &authenticator, link, take)
    }
  }

  /// Gives up an unfinished frame whose rest is overdue and looks for frames inside its bytes.
  /// Call it now and then on a quiet link.
  public mutating func giveUpOverdue(
    at now: Instant, authenticator: inout FrameAuthenticator?, link: Int = 0, _ take: (MAVLinkFrame) -> Void
  ) {
    guard !buffer.isEmpty, let lastArrival, lastArrival.duration(to: now) > Self.patience else { return }
    finish(authenticator: &authenticator, link: link, take)
  }

  /// The stream is over: nothing will be completed.
  public mutating func finish(
    authenticator: inout FrameAuthenticator?, link: Int = 0, _ take: (MAVLinkFrame) -> Void
  ) {
    scan(atEnd: true, &authenticator, link, take)
  }

  mutating func takeBadlySigned() -> Set<UInt8> {
    defer { badlySigned = [] }
    return badlySigned
  }

  /// What the bytes from one position on are.
  private enum Finding {
    /// Move on by this many bytes.
    case pass(Int)
    case frame(MAVLinkFrame, length: Int)
    /// Wait for more.
    case unfinished
  }

  private mutating func scan(
    atEnd: Bool, _ authenticator: inout FrameAuthenticator?, _ link: Int, _ take: (MAVLinkFrame) -> Void
  ) {
    var start = 0
    search: while start < buffer.count {
      switch examine(from: start, atEnd: atEnd, &authenticator, link) {
      case .pass(let length): start += length
      case .frame(let frame, let length):
        counters.accepted += 1
        start += length
        take(frame)
      case .unfinished:
        guard atEnd else { break search }
        counters.unfinished += 1
        start += 1
      }
    }
    buffer.removeFirst(min(start, buffer.count))
  }

  private mutating func examine(
    from start: Int, atEnd: Bool, _ authenticator: inout FrameAuthenticator?, _ link: Int
  ) -> Finding {
    guard let version = Self.version(buffer[start]) else {
      counters.strayBytes += 1
      return .pass(1)
    }
    let available = buffer.count - start
    if version == .two, available > 2, buffer[start + 2] & ~1 != 0 {
      counters.unknownFlags += 1
      return .pass(1)
    }
    let header = version == .two ? 10 : 6
    guard available >= header else { return .unfinished }
    let payloadLength = Int(buffer[start + 1])
    let isSigned = version == .two && buffer[start + 2] == 1
    let checked = header + payloadLength  // the checksum follows
    let length = checked + 2 + (isSigned ? 13 : 0)
    guard available >= length else { return .unfinished }

    let id = messageID(at: start, version)
    guard let crcExtra = MAVLinkCatalogue.crcExtra(of: id) else {
      return unknown(id, from: start, checked: checked, length: length, version, atEnd: atEnd)
    }
    guard checksum(from: start, count: checked, crcExtra) else {
      counters.badChecksum += 1
      return .pass(1)
    }
    var frame = frame(from: start, version, id, header: header, payloadLength: payloadLength)
    let verdict =
      authenticator?.judge(buffer[start..<start + length], of: frame, isSigned: isSigned, link: link)
      ?? .accepted(isSigned ? .unverified : .none)
    switch verdict {
    case .accepted(let signature):
      frame.signature = signature
      return .frame(frame, length: length)
    case .refused(let cause):
      counters.refused[cause, default: 0] += 1
      if cause == .wrong { badlySigned.insert(frame.system) }
      return .pass(length)
    }
  }

  /// A message that farmgate does not read: passed over whole when its checksum is known and right, or when
  /// another frame begins, or the stream ends, exactly behind it.
  private mutating func unknown(
    _ id: UInt32, from start: Int, checked: Int, length: Int, _ version: MAVLinkFrame.Version, atEnd: Bool
  ) -> Finding {
    if let crcExtra = MAVLinkCatalogue.carrierCRCExtra(of: id),
      checksum(from: start, count: checked, crcExtra)
    {
      counters.passedOver += 1
      return .pass(length)
    }
    let sender = start + (version == .two ? 5 : 3)
    let hasSender = buffer[sender] != 0 && buffer[sender + 1] != 0
    let behind = start + length
    if hasSender, behind == buffer.count, !atEnd { return .unfinished }
    if hasSender, behind == buffer.count || Self.version(buffer[behind]) != nil {
      counters.passedOver += 1
      return .pass(length)
    }
    counters.implausible += 1
    return .pass(1)
  }

  private static func version(_ magic: UInt8) -> MAVLinkFrame.Version? {
    switch magic {
    case 0xFD: .two
    case 0xFE: .one
    default: nil
    }
  }

  private func messageID(at start: Int, _ version: MAVLinkFrame.Version) -> UInt32 {
    switch version {
    case .one: UInt32(buffer[start + 5])
    case .two:
      UInt32(buffer[start + 7]) | UInt32(buffer[start + 8]) << 8 | UInt32(buffer[start + 9]) << 16
    }
  }

  /// Over everything behind the magic byte, then the message's seed.
  private func checksum(from start: Int, count: Int, _ crcExtra: UInt8) -> Bool {
    var checksum = MAVLinkChecksum()
    for index in start + 1..<start + count { checksum.add(buffer[index]) }
    checksum.add(crcExtra)
    let sent = UInt16(buffer[start + count]) | UInt16(buffer[start + count + 1]) << 8
    return checksum.value == sent
  }

  private func frame(
    from start: Int, _ version: MAVLinkFrame.Version, _ id: UInt32, header: Int, payloadLength: Int
  ) -> MAVLinkFrame {
    let sender = start + (version == .two ? 5 : 3)
    var frame = MAVLinkFrame(
      version: version, system: buffer[sender], component: buffer[sender + 1], sequence: buffer[sender - 1],
      messageID: id, payloadLength: payloadLength)
    for index in 0..<payloadLength { frame.payload[index] = buffer[start + header + index] }
    return frame
  }
}
