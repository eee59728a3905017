import Claims
import FarmControl
import FarmUnits

/// What is shown of each sensor: on change, and at least every 30 s.
struct SensorBoard: Sendable {
  private struct Shown: Sendable {
    var value: Value?
    var quality: Quality
    var pulses: PulseDetails?
    var at: Instant
  }

  /// The longest silence about a sensor.
  private let period: Duration

  let names: [String]
  /// Readings that the loop has judged, by what it found.
  private(set) var judged: [Quality: UInt64] = [:]
  private var newest: [ChannelState?]
  private var pulses: [PulseDetails?]
  private var shown: [Shown?]
  private var sources: [SourceState?]

  init(names: [String], period: Duration) {
    (self.names, self.period) = (names, period)
    newest = Array(repeating: nil, count: names.count)
    pulses = Array(repeating: nil, count: names.count)
    shown = Array(repeating: nil, count: names.count)
    sources = Array(repeating: nil, count: names.count)
  }

  /// What is known and shown of the sensors that go on. One with another name is shown under it at once.
  mutating func takeOver(_ old: Self, from places: [Int?]) {
    judged = old.judged
    for (channel, place) in places.enumerated() {
      guard let place else { continue }
      (newest[channel], pulses[channel]) = (old.newest[place], old.pulses[place])
      sources[channel] = old.sources[place]
      if names[channel] == old.names[place] { shown[channel] = old.shown[place] }
    }
  }

  /// The loop has judged a reading.
  /// - Returns: What to show, when it says something new.
  mutating func note(_ channel: Int, _ state: ChannelState, at now: Instant, _ writer: SiteWriter)
    -> OutgoingMessage?
  {
    // The loop may tell late what a line has told at once: the older word does not come back.
    if let known = newest[channel], known.reading.sequence > state.reading.sequence { return nil }
    if newest[channel]?.reading.sequence != state.reading.sequence {
      judged[state.reading.quality, default: 0] += 1
    }
    newest[channel] = state
    if let shown = shown[channel], shown.quality == state.reading.quality, shown.value == state.reading.value,
      shown.pulses == pulses[channel], now - shown.at < period
    {
      return nil
    }
    return show(channel, at: now, writer)
  }

  /// A meter was read; its reading comes from the loop.
  mutating func note(_ channel: Int, _ details: PulseDetails) { pulses[channel] = details }

  /// A device came or went. Shown with what the loop makes of it, or with the next look at what is overdue, so that
  /// no reading is shown as good beside a device that is gone.
  mutating func note(_ channel: Int, source: SourceState) {
    sources[channel] = source
    shown[channel] = nil
  }

  /// The newest judged state; nil before the first.
  func state(_ channel: Int) -> ChannelState? { newest[channel] }
  func reading(_ channel: Int) -> Reading? { newest[channel]?.reading }
  /// Whether the device behind it is there; nil where there is none.
  func source(_ channel: Int) -> SourceState? { sources[channel] }
  /// Pulses known to have happened unheard; nil where none are counted.
  func lostEdges(_ channel: Int) -> UInt64? { pulses[channel]?.lost }

  /// What has not been shown for its period.
  mutating func overdue(at now: Instant, _ writer: SiteWriter) -> [OutgoingMessage] {
    names.indices.compactMap { channel in
      if let shown = shown[channel], now - shown.at < period { return nil }
      return show(channel, at: now, writer)
    }
  }

  /// Somebody new listens: everything is due again.
  mutating func forgetShown() { shown = Array(repeating: nil, count: names.count) }

  private mutating func show(_ channel: Int, at now: Instant, _ writer: SiteWriter) -> OutgoingMessage? {
    guard let state = newest[channel] else { return nil }
    shown[channel] = Shown(
      value: state.reading.value, quality: state.reading.quality, pulses: pulses[channel], at: now)
    let details = pulses[channel].map {
      SensorMessage.Pulses(rate: $0.rate, rateUnit: $0.unit, lost: $0.lost, suspect: $0.suspect)
    }
    return writer.sensor(
      names[channel], SensorMessage(state.reading, pulses: details, source: sources[channel]))
  }
}
