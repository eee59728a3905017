import FarmUnits

/// The gateway's two clocks in a rehearsal: the monotonic one begins anew with every start, the wall clock may be
/// wrong.
struct VirtualClock: Sendable {
  /// The time on the farm when the rehearsal begins.
  let start: WallTime
  /// How much more than the time the wall clock shows.
  var off = Duration.zero
  var isVouchedFor = true
  /// Since the start of the rehearsal.
  private(set) var bootedAt = Duration.zero
  let trustedAfter: Duration
  /// The gateway's program starts this long after its kernel.
  private static let kernelStart = Duration.seconds(20)

  init(start: WallTime, trustedAfter: Duration) { (self.start, self.trustedAfter) = (start, trustedAfter) }

  mutating func boot(at elapsed: Duration) { bootedAt = elapsed }

  func instant(at elapsed: Duration) -> Instant { Instant(sinceBoot: elapsed - bootedAt + Self.kernelStart) }
  func elapsed(at instant: Instant) -> Duration { instant.sinceBoot - Self.kernelStart + bootedAt }

  func moment(at elapsed: Duration) -> Moment {
    Moment(
      instant: instant(at: elapsed), wall: start.advanced(by: elapsed + off),
      clock: isVouchedFor && elapsed - bootedAt >= trustedAfter ? .trusted : .untrusted)
  }
}
