public import FarmUnits

/// Decides what one channel's readings are worth. The source's own verdict is never improved, only worsened.
///
/// A reading is judged once, when its sequence number or its source's verdict is new; only its age is looked at
/// in every tick.
public struct ChannelJudge: Sendable {
  /// Two readings closer together than this count as this far apart when a change is judged.
  public static let shortestStep = Duration.seconds(5)

  public let rules: PlausibilityRules
  /// `rules.staleAfter` in nanoseconds; `max` without one.
  private let youngFor: Int64
  private var sequence: UInt64 = 0
  private var heard = false
  private var heardQuality = Quality.missing
  /// The last moment at which the reading is young enough, in nanoseconds since boot.
  private var youngUntil = Int64.max
  /// What the last `step` said rests on this: whether the reading was too old by then.
  private var saidOld = false
  /// The last `step` said that nothing was ever heard.
  private var saidNothing = false
  private var seenAt = Instant(sinceBoot: .zero)
  private var verdict = Quality.missing
  private var unconfirmed = false
  /// The last reading that was plausible.
  private var accepted: (value: Double, at: Instant)?
  /// Where the value stood when it last moved by as much as the flatline rule asks.
  private var anchor: (value: Double, at: Instant)?
  /// One bit for each of the last readings, the newest lowest: was it plausible?
  private var plausible: UInt32 = 0
  private var lastBad = Quality.missing

  public init(rules: PlausibilityRules) {
    self.rules = rules
    youngFor = rules.staleAfter.map { Int64(clamping: $0.attoseconds / 1_000_000_000) } ?? .max
  }

  /// The newest reading with the quality it deserves at `now`. Does not allocate.
  ///
  /// - Parameter newest: What the slot holds; the same sequence number as before means nothing new was heard,
  ///   and 0 with the quality `missing` that nothing was ever heard.
  public mutating func step(_ newest: Reading, at now: Instant) -> ChannelState {
    var reading = newest
    if newest.sequence == 0, newest.quality == .missing { return judgeNothing(&reading) }
    if !heard || newest.sequence != sequence || newest.quality != heardQuality {
      judgeNew(newest, at: now)
      if !heard || newest.sequence != sequence { seenAt = now }
      (heard, sequence, heardQuality) = (true, newest.sequence, newest.quality)
      setAge(newest)
    }
    (saidOld, saidNothing) = (now.nanoseconds > youngUntil, false)
    reading.quality = saidOld ? .stale : verdict
    if verdict == .sentinel { reading.value = nil }
    if let number = reading.value?.number, !number.isFinite { reading.value = nil }
    return ChannelState(reading: reading, flags: unconfirmed ? .unconfirmed : [])
  }

  /// Goes on for the same source under another plan.
  ///
  /// - Returns: False where the rules are others: the newest reading has to be judged by them.
  mutating func takeOver(_ old: Self) -> Bool {
    if old.rules == rules {
      self = old
      return true
    }
    (accepted, anchor, seenAt) = (old.accepted, old.anchor, old.seenAt)
    (plausible, lastBad) = (old.plausible, old.lastBad)
    return false
  }

  /// Whether `step` would say the same about this reading as it last did; saves the loop the step.
  ///
  /// - Parameter nanoseconds: Now, since boot.
  @inline(__always)
  func isSettled(_ newest: Reading, at nanoseconds: Int64) -> Bool {
    if saidNothing { return newest.sequence == 0 && newest.quality == .missing }
    guard heard, newest.sequence == sequence else { return false }
    return newest.quality == heardQuality && (nanoseconds > youngUntil) == saidOld
  }

  /// Until when, in nanoseconds since boot, `step` says the same as it last did while nothing new is heard.
  var reviewAfter: Int64 { saidOld || saidNothing ? .max : youngUntil }

  /// A time of acquisition in the future must not keep a reading young, and one in antiquity is only old.
  private mutating func setAge(_ newest: Reading) {
    youngUntil = .max
    guard youngFor != .max, verdict != .missing else { return }
    let (end, isTooFar) = min(newest.acquired.instant, seenAt).nanoseconds.addingReportingOverflow(youngFor)
    youngUntil = isTooFar ? .max : end
  }

  private mutating func judgeNothing(_ reading: inout Reading) -> ChannelState {
    (heard, unconfirmed, plausible, saidNothing) = (false, false, 0, true)
    (accepted, anchor) = (nil, nil)
    (verdict, lastBad) = (.missing, .missing)
    return ChannelState(reading: reading)
  }

  private mutating func judgeNew(_ newest: Reading, at now: Instant) {
    let taken = min(newest.acquired.instant, now)
    let quality = plausibility(of: newest, taken: taken)
    let isPlausible = quality == .good
    plausible = plausible &<< 1 | (isPlausible ? 1 : 0)
    guard isPlausible else {
      (verdict, lastBad, unconfirmed) = (quality, quality, false)
      return
    }
    if let number = newest.value?.number { accepted = (number, taken) }
    let window: UInt32 =
      rules.confirmation.of >= 32 ? .max : (1 &<< UInt32(max(rules.confirmation.of, 1))) &- 1
    unconfirmed = (plausible & window).nonzeroBitCount < rules.confirmation.needed
    verdict = unconfirmed ? lastBad : .good
  }

  private mutating func plausibility(of reading: Reading, taken: Instant) -> Quality {
    if reading.quality != .good { return reading.quality }
    guard let value = reading.value else { return .missing }
    guard let number = value.number else { return .good }
    if !number.isFinite { return .fault }
    if rules.sentinels.contains(number) { return .sentinel }
    if let minimum = rules.minimum, number < minimum { return .outOfRange }
    if let maximum = rules.maximum, number > maximum { return .outOfRange }
    if isJump(number, at: taken) { return .jump }
    return isFlat(number, at: taken) ? .flatline : .good
  }

  /// Compared with the last plausible reading: the longer ago that was, the more change is believed, so a
  /// real step is accepted in the end.
  private func isJump(_ number: Double, at taken: Instant) -> Bool {
    guard let limit = rules.maxChangePerMinute, let accepted else { return false }
    let elapsed = max(accepted.at.duration(to: taken), Self.shortestStep)
    return (number - accepted.value).magnitude > limit * elapsed.inSeconds / 60
  }

  private mutating func isFlat(_ number: Double, at taken: Instant) -> Bool {
    guard let rule = rules.flatline else { return false }
    guard let held = anchor, (number - held.value).magnitude < rule.below, !hasBeenSilent(before: taken)
    else {
      anchor = (number, taken)
      return false
    }
    return held.at.duration(to: taken) >= rule.over
  }

  /// A channel that was silent says nothing about how its value moved meanwhile.
  private func hasBeenSilent(before taken: Instant) -> Bool {
    guard let staleAfter = rules.staleAfter, heard else { return false }
    return seenAt.duration(to: taken) > staleAfter
  }
}
