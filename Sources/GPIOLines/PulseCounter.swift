public import FarmUnits

/// Counts the pulses of a meter, and tells how fast they come from the same edges.
///
/// A value. Nothing is guessed: `total` is what was heard, `lost` what the kernel proves to have happened
/// unheard, and a reading is suspect when edges may have been lost without proof
/// or came faster than the meter can turn.
public struct PulseCounter: Equatable, Sendable {
  /// Faster than the meter can pulse, in hertz.
  public let maximumHertz: Double
  /// Without a pulse for longer than this the rate is zero.
  public let idleAfter: Duration
  /// Pulses heard since the meter was installed.
  public private(set) var total: UInt64
  /// Pulses that happened and were not heard.
  public private(set) var lost: UInt64

  private var isSuspect = false
  private var lastSequence: UInt32 = 0
  private var lastPulse: Instant?
  /// The rate is measured from here: the last pulse that an earlier reading knew.
  private var anchor: Instant?
  private var pulsesSinceAnchor: UInt64 = 0
  private var hertz = 0.0

  /// - Parameters:
  ///   - total: From before the last restart, like `lost`.
  public init(
    maximumHertz: Double = .infinity, idleAfter: Duration = .seconds(60), total: UInt64 = 0, lost: UInt64 = 0
  ) {
    (self.maximumHertz, self.idleAfter) = (maximumHertz, idleAfter)
    (self.total, self.lost) = (total, lost)
  }

  /// The line has been requested (again): the kernel numbers its edges from 1.
  public mutating func begin() { lastSequence = 0 }

  /// One pulse.
  ///
  /// - Parameters:
  ///   - instant: The kernel's stamp.
  ///   - sequence: The kernel's number for the edge; nil where it gives none.
  public mutating func count(at instant: Instant, sequence: UInt32?) {
    let gap = sequence.map { missing(before: $0) } ?? 0
    total &+= 1
    lost &+= gap
    if let lastPulse, anchor != nil, lastPulse.duration(to: instant) <= idleAfter {
      pulsesSinceAnchor &+= 1 &+ gap
    } else {
      anchor = instant  // the first pulse after a rest ends no interval
      pulsesSinceAnchor = 0
    }
    lastPulse = max(instant, lastPulse ?? instant)
  }

  /// Pulses are known to have happened unheard.
  ///
  /// - Parameter isRecent: Between the last pulse and the next, so that they belong to the rate.
  public mutating func countMissing(_ pulses: UInt64, isRecent: Bool = true) {
    lost &+= pulses
    if isRecent, anchor != nil { pulsesSinceAnchor &+= pulses }
  }

  /// Edges may have been lost, and nothing can tell how many.
  public mutating func suspectLoss() { isSuspect = true }

  /// What is known now. The rate is the mean since the reading before: pulses over the exact time between the
  /// first and the last of them. While none comes it sinks as the time since the last one allows.
  public mutating func read(at now: Instant) -> PulseReading {
    if let from = anchor, let lastPulse, pulsesSinceAnchor > 0, lastPulse > from {
      hertz = Double(pulsesSinceAnchor) / from.duration(to: lastPulse).inSeconds
      (anchor, pulsesSinceAnchor) = (lastPulse, 0)
    } else if let lastPulse, lastPulse.duration(to: now) <= idleAfter {
      let quiet = lastPulse.duration(to: now).inSeconds
      if quiet > 0 { hertz = min(hertz, 1 / quiet) }
    } else {
      hertz = 0
    }
    let reading = PulseReading(
      total: total, lost: lost, hertz: hertz, isSuspect: isSuspect || hertz > maximumHertz)
    isSuspect = false
    return reading
  }

  /// Numbers wrap after 2³².
  private mutating func missing(before sequence: UInt32) -> UInt64 {
    let gap = sequence &- lastSequence &- 1
    lastSequence = sequence
    return gap < 1 << 31 ? UInt64(gap) : 0  // a step back is a new numbering, not four billion losses
  }
}

/// A pulse counter at one moment.
public struct PulseReading: Equatable, Sendable {
  /// Pulses heard.
  public var total: UInt64
  /// Pulses that the kernel proves to have happened beside those.
  public var lost: UInt64
  /// Pulses per second.
  public var hertz: Double
  /// Whether, since the reading before, edges may have been lost without proof or came impossibly fast.
  public var isSuspect: Bool

  public init(total: UInt64, lost: UInt64, hertz: Double, isSuspect: Bool) {
    (self.total, self.lost, self.hertz, self.isSuspect) = (total, lost, hertz, isSuspect)
  }
}
