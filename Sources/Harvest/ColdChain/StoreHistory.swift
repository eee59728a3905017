public import FarmUnits

/// Turns the readings of one cold store into records of a quarter of an hour.
///
/// Durations come from the monotonic clock. A good reading counts until the next one, and for two minutes at most:
/// what lies beyond is missing, and so is all that was not good.
public struct StoreHistory: Sendable {
  /// How long one good reading speaks for the time after it. Readings are to come once a minute or more often.
  public static let hold = Duration.seconds(120)

  public let store: String
  /// The last moment at which a good reading counted, by probe.
  public private(set) var lastGood: [StoreProbe: Stamp] = [:]
  /// The same as far as records have ended; before the first one the first good reading.
  private(set) var counted: [StoreProbe: Stamp] = [:]
  /// The quality of the newest reading, by probe.
  public private(set) var quality: [StoreProbe: Quality] = [:]
  /// The last day's records, oldest first.
  public private(set) var recent: [StoreRecord] = []
  /// What is kept of the past for the window of a reason.
  static let recentRecords = 96

  private var limits: [(ExcursionTally.Side, Double)]
  private var start: Moment?
  private var tracks: [StoreProbe: Track] = [:]
  /// The parts of the quarter of an hour that is not over yet, as one.
  private var begun: StoreRecord?
  private var parts: [StoreRecord] = []
  /// More parts than this do not wait to be taken.
  private static let mostParts = 64

  /// - Parameter limits: Every limit that a product kept here is judged by, °C.
  public init(store: String, limits: [(ExcursionTally.Side, Double)]) {
    (self.store, self.limits) = (store, limits)
  }

  /// As kept: only what has to be known to see how long nothing was heard.
  init(store: String, limits: [(ExcursionTally.Side, Double)], lastGood: [StoreProbe: Stamp]) {
    self.init(store: store, limits: limits)
    (self.lastGood, counted) = (lastGood, lastGood)
  }

  /// Limits of a configuration read anew count from the next record on.
  public mutating func adopt(limits: [(ExcursionTally.Side, Double)]) { self.limits = limits }

  /// Takes the newest judged reading of a probe, and gives the records that ended by then.
  ///
  /// - Parameters:
  ///   - reading: A temperature; of another unit it counts as missing.
  ///   - disagrees: Whether a second probe for the same thing says otherwise.
  ///   - now: Never runs backwards on the monotonic clock; an earlier one changes nothing.
  public mutating func record(
    _ reading: Reading, from probe: StoreProbe, disagrees: Bool = false, at now: Moment
  ) -> [StoreRecord] {
    let closed = advance(to: now)
    if start == nil { start = now }
    var track = tracks[probe] ?? Track(limits: limits, at: now.instant)
    track.extend(to: now.instant, from: start?.instant ?? now.instant)
    let celsius = reading.quality == .good ? reading.celsius : nil
    track.take(
      celsius, quality: celsius == nil && reading.quality == .good ? .fault : reading.quality, disagrees)
    tracks[probe] = track
    quality[probe] = reading.quality
    if celsius != nil {
      lastGood[probe] = Stamp(now)
      if counted[probe] == nil { counted[probe] = Stamp(now) }
    }
    return closed
  }

  /// Ends the record that is due at `now`, whether or not a reading came.
  public mutating func advance(to now: Moment) -> [StoreRecord] {
    for probe in lastGood.keys {
      lastGood[probe]?.correct(at: now)
      counted[probe]?.correct(at: now)
    }
    for index in recent.indices { recent[index].start.correct(at: now) }
    correctStart(at: now)
    guard let start, now.instant - start.instant >= slot(of: start, now) else { return [] }
    let length = slot(of: start, now)
    let end = start.advanced(by: length)
    let part = endPart(at: end.instant, from: start, at: now)
    let record = begun.map { $0.joined(by: part) } ?? part
    begun = nil
    recent.append(record)
    if recent.count > Self.recentRecords { recent.removeFirst(recent.count - Self.recentRecords) }
    // After a standstill the records in between are not made up: the gap shows in `lastGood`.
    let behind = now.instant - end.instant
    let skipped = Int64(behind.inSeconds / StoreRecord.length.inSeconds)
    let next = end.advanced(by: .seconds(skipped * 900))
    for probe in tracks.keys where skipped > 0 { tracks[probe]?.skip(to: next.instant) }
    self.start = Moment(
      instant: next.instant, wall: now.wall.advanced(by: .zero - (now.instant - next.instant)),
      clock: now.clock)
    return [record]
  }

  /// Ends a part of the record that goes on: what was measured until now is not to be charged to a lot that comes in now,
  /// nor lost for one that leaves.
  mutating func divide(at now: Moment) -> [StoreRecord] {
    let closed = advance(to: now)
    guard let start, now.instant > start.instant else { return closed }
    var part = endPart(at: now.instant, from: start, at: now)
    part.goesOn = true
    parts[parts.count - 1] = part
    begun = begun.map { $0.joined(by: part) } ?? part
    self.start = now
    return closed
  }

  /// Ends the record in the making, for nothing more will be measured: what was is not to be lost with the rest of the
  /// quarter of an hour.
  mutating func close(at now: Moment) -> [StoreRecord] {
    let closed = advance(to: now)
    guard let start, now.instant > start.instant || begun != nil else { return closed }
    var record = begun
    if now.instant > start.instant {
      let part = endPart(at: now.instant, from: start, at: now)
      record = record.map { $0.joined(by: part) } ?? part
    }
    record?.goesOn = false
    (begun, self.start) = (nil, now)
    recent += [record].compactMap(\.self)
    if recent.count > Self.recentRecords { recent.removeFirst(recent.count - Self.recentRecords) }
    return closed + [record].compactMap(\.self)
  }

  /// The parts of records that have ended since the last call; a record that nobody has divided is one part.
  mutating func takeParts() -> [StoreRecord] {
    defer { parts = [] }
    return parts
  }

  private mutating func correctStart(at now: Moment) {
    begun?.start.correct(at: now)
    guard let begin = start, begin.clock == .untrusted, now.clock == .trusted else { return }
    start = Moment(
      instant: begin.instant, wall: now.wall.advanced(by: .zero - (now.instant - begin.instant)),
      clock: .trusted)
  }

  private mutating func endPart(at end: Instant, from start: Moment, at now: Moment) -> StoreRecord {
    let minutes = ((end - start.instant).inSeconds / 60).thousandths
    var part = StoreRecord(store: store, start: Stamp(start), minutes: minutes)
    for probe in tracks.keys {
      tracks[probe]?.extend(to: end, from: start.instant)
      let summary = tracks[probe]?.finish(limits: limits, at: end)
      if probe == .air { part.air = summary } else { part.product = summary }
      counted[probe] = lastGood[probe] ?? counted[probe]
    }
    part.start.correct(at: now)
    if parts.count >= Self.mostParts { parts.removeFirst() }
    parts.append(part)
    return part
  }

  /// When a good reading was last heard of any probe, and how long ago; nil where there was none or no clock can tell.
  func silence(at now: Moment) -> Duration? { lastGood.values.compactMap { $0.age(at: now) }.min() }

  /// From a record's start to the next quarter of an hour on the wall clock where that is known, so that records of
  /// different stores line up; a quarter of an hour otherwise.
  private func slot(of start: Moment, _ now: Moment) -> Duration {
    guard start.clock == .trusted, now.clock == .trusted else {
      return max(.seconds(1), StoreRecord.length - .seconds(((begun?.minutes ?? 0) * 60).rounded()))
    }
    let into = start.wall.millisecondOfDay % 900_000
    return .milliseconds(900_000 - into)
  }

  /// The highest judged temperature of the last day's records from `since` on, and over which time; nil where
  /// there is none.
  public func highest(since: WallTime) -> (celsius: Double, window: Duration)? {
    // By index: a record is large, and every lot asks.
    var (highest, minutes) = (-Double.infinity, 0.0)
    for index in recent.indices where recent[index].start.wall >= since {
      minutes += recent[index].minutes
      if let warmest = recent[index].judged?.summary.max { highest = max(highest, warmest) }
    }
    return highest == -.infinity ? nil : (highest, .seconds((minutes * 60).rounded()))
  }
}

extension Reading {
  /// The temperature in °C; nil for what is none.
  var celsius: Double? {
    guard let number = value?.number, number.isFinite else { return nil }
    return switch unit {
    case .celsius: number
    case .fahrenheit: (number - 32) / 1.8
    case .kelvin: number - MeanKineticTemperature.zeroCelsius
    default: nil
    }
  }
}

/// One probe's record in the making.
private struct Track: Sendable {
  private var summary = ProbeSummary()
  private var kinetic = MeanKineticTemperature()
  private var weighted = 0.0
  private var until: Instant
  private var held: (celsius: Double, left: Duration)?
  private var quality = Quality.missing
  private var disagrees = false

  init(limits: [(ExcursionTally.Side, Double)], at instant: Instant) {
    until = instant
    summary.excursions = limits.map { ExcursionTally($0, limit: $1) }
  }

  /// Accounts for the time up to `instant` with what was known.
  mutating func extend(to instant: Instant, from start: Instant) {
    let whole = instant - until
    guard whole > .zero else { return }
    let offset = Swift.max(.zero, until - start).inSeconds / 60
    until = instant
    let covered = held.map { Swift.min($0.left, whole) } ?? .zero
    if let held, covered > .zero {
      let minutes = covered.inSeconds / 60
      summary.validMinutes += minutes
      weighted += held.celsius * minutes
      kinetic.add(held.celsius, for: minutes)
      summary.min = Swift.min(summary.min ?? held.celsius, held.celsius)
      summary.max = Swift.max(summary.max ?? held.celsius, held.celsius)
      for index in summary.excursions.indices {
        summary.excursions[index].add(held.celsius, for: minutes, from: offset)
      }
      if disagrees { summary.disagreedMinutes += minutes }
      self.held?.left -= covered
    }
    let missing = (whole - covered).inSeconds / 60
    summary.missingMinutes += missing
    if missing > 0, quality.isSensorFault { summary.faultMinutes += missing }
  }

  /// Leaves out a standstill.
  mutating func skip(to instant: Instant) {
    until = instant
    held = nil
  }

  mutating func take(_ celsius: Double?, quality: Quality, _ disagrees: Bool) {
    held = celsius.map { ($0, StoreHistory.hold) }
    (self.quality, self.disagrees) = (quality, disagrees)
    if celsius != nil { summary.samples += 1 } else { summary.worstQuality = quality }
  }

  /// The finished record; the next one begins with the runs that go on.
  mutating func finish(limits: [(ExcursionTally.Side, Double)], at end: Instant) -> ProbeSummary {
    var finished = summary
    if finished.validMinutes > 0 { finished.mean = (weighted / finished.validMinutes).thousandths }
    finished.kinetic = kinetic.celsius?.thousandths
    finished.min = finished.min?.thousandths
    finished.max = finished.max?.thousandths
    finished.validMinutes = finished.validMinutes.thousandths
    finished.missingMinutes = finished.missingMinutes.thousandths
    finished.faultMinutes = finished.faultMinutes.thousandths
    finished.disagreedMinutes = finished.disagreedMinutes.thousandths
    let going = finished.excursions
    finished.excursions = going.map { $0.rounded() }
    summary = ProbeSummary()
    summary.excursions = limits.map { side, limit in
      going.first { $0.side == side && $0.limit == limit }?.continued ?? ExcursionTally(side, limit: limit)
    }
    (kinetic, weighted, until) = (MeanKineticTemperature(), 0, end)
    return finished
  }
}

extension Quality {
  /// The sensor itself is wrong, and not merely silent.
  var isSensorFault: Bool {
    switch self {
    case .fault, .flatline, .sentinel, .outOfRange, .jump: true
    case .good, .stale, .missing: false
    }
  }
}
