import Claims
import FarmControl
import FarmUnits

/// What is shown of each sensor: on change, and at least every 30 s.
struct SensorBoard: Sendable {
  private struct Shown: Sendable {
    var value: Value?
    var quality: Quality
    var at: Instant
  }

  /// The longest silence about a sensor.
  static let period = Duration.seconds(30)

  private let names: [String]
  private var newest: [ChannelState?]
  private var shown: [Shown?]

  init(names: [String]) {
    self.names = names
    newest = Array(repeating: nil, count: names.count)
    shown = Array(repeating: nil, count: names.count)
  }

  /// The loop has judged a reading.
  /// - Returns: What to show, when it says something new.
  mutating func note(_ channel: Int, _ state: ChannelState, at now: Instant, _ writer: SiteWriter) -> OutgoingMessage? {
    newest[channel] = state
    if let shown = shown[channel], shown.quality == state.reading.quality, shown.value == state.reading.value,
      now - shown.at < Self.period
    {
      return nil
    }
    return show(channel, at: now, writer)
  }

  /// What has not been shown for its period.
  mutating func overdue(at now: Instant, _ writer: SiteWriter) -> [OutgoingMessage] {
    names.indices.compactMap { channel in
      if let shown = shown[channel], now - shown.at < Self.period { return nil }
      return show(channel, at: now, writer)
    }
  }

  /// Somebody new listens: everything is due again.
  mutating func forgetShown() { shown = Array(repeating: nil, count: names.count) }

  private mutating func show(_ channel: Int, at now: Instant, _ writer: SiteWriter) -> OutgoingMessage? {
    guard let state = newest[channel] else { return nil }
    shown[channel] = Shown(value: state.reading.value, quality: state.reading.quality, at: now)
    return writer.sensor(names[channel], SensorMessage(state.reading))
  }
}
