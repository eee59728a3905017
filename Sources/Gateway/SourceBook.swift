import Claims
import FarmConfiguration
import FarmUnits
import SensorPresets

/// Whether the devices behind MQTT sensors are there, by what they, their bridges and their last wills say, and by
/// what is heard of them.
///
/// Silence is normal up to the sensor's `stale_after_s`: most field devices sleep. After it nobody knows.
struct SourceBook: Sendable {
  /// One device: sensors that share topic and availability.
  private struct Source: Sendable {
    let preset: Preset
    /// What makes it one device.
    let key: [String]
    var channels: [Int]
    /// The longest of its sensors'; nil: silence means nothing.
    var silenceMax: Duration?
    /// By what they speak about, such as the device and its bridge; with a wildcard each has several speakers.
    var words: [String: [String: LastWord]] = [:]
    /// When something was last heard that was not stored: a reading, or that it is there.
    var heard: Instant?
    /// It was heard after it was said to be gone.
    var isContradicted = false
    var state = SourceState.unknown

    /// Nil: nobody says.
    var isOnline: Bool? {
      let opinions = words.values.compactMap { speakers -> Bool? in
        speakers.isEmpty ? nil : speakers.values.contains { $0.isOnline }
      }
      return opinions.isEmpty ? nil : opinions.allSatisfy { $0 }
    }

    func state(at now: Instant) -> SourceState {
      if isOnline == false, !isContradicted { return .offline }
      guard let heard else { return .unknown }
      guard let silenceMax else { return .online }
      return heard.duration(to: now) <= silenceMax ? .online : .unknown
    }
  }

  /// Speakers told apart behind one wildcard.
  static let speakersMax = 64

  private var sources: [Source] = []
  private let router: TopicRouter
  /// By the router's positions.
  private let routes: [(source: Int, subject: String)]
  /// By channel; nil for one that has none.
  private let sourceOfChannel: [Int?]
  private var changed: [Int] = []

  /// The topics to subscribe to.
  let filters: [String]

  init(_ configuration: GatewayConfiguration) {
    var routes: [(source: Int, subject: String)] = []
    var filters: [String] = []
    var known: [[String]: Int] = [:]
    var sourceOfChannel = [Int?](repeating: nil, count: configuration.sensors.count)
    for (channel, settings) in configuration.sensors.enumerated() {
      guard case .mqtt(let device) = settings.source else { continue }
      let topics = device.availability.map { [$0] } ?? device.preset.availabilityTopics(of: device.topic)
      let key = [device.preset.rawValue, device.topic] + topics
      let silenceMax = settings.plausibility.staleAfter
      if let index = known[key] {
        sources[index].channels.append(channel)
        sources[index].silenceMax = sources[index].silenceMax.flatMap { max in
          silenceMax.map { Swift.max(max, $0) }
        }
        sourceOfChannel[channel] = index
        continue
      }
      let index = sources.count
      (known[key], sourceOfChannel[channel]) = (index, index)
      sources.append(Source(preset: device.preset, key: key, channels: [channel], silenceMax: silenceMax))
      for topic in topics {
        routes.append((index, device.preset.livenessSubject(of: topic)))
        filters.append(topic)
      }
    }
    (self.routes, self.sourceOfChannel) = (routes, sourceOfChannel)
    router = TopicRouter(filters)
    var seen = Set<String>()
    self.filters = filters.filter { seen.insert($0).inserted }
  }

  /// What was heard of the devices that there still are.
  mutating func takeOver(_ old: Self) {
    let before = Dictionary(old.sources.map { ($0.key, $0) }) { first, _ in first }
    for index in sources.indices {
      guard let known = before[sources[index].key] else { continue }
      (sources[index].words, sources[index].heard) = (known.words, known.heard)
      (sources[index].isContradicted, sources[index].state) = (known.isContradicted, known.state)
      // A sensor that is new has to learn of its device.
      changed += sources[index].channels
    }
  }

  /// Nil for a channel that is none of MQTT's.
  func state(of channel: Int) -> SourceState? { sourceOfChannel[channel].map { sources[$0].state } }

  /// A message on a topic that may be one of availability.
  ///
  /// - Returns: Whether it is, and the channels whose device has just gone.
  mutating func receive(topic: String, payload: [UInt8], retained: Bool, at now: Instant) -> (
    isAvailability: Bool, gone: [Int]
  ) {
    let matches = router.matches(topic)
    guard !matches.isEmpty else { return (false, []) }
    var gone: [Int] = []
    for match in matches {
      let (index, subject) = routes[match]
      guard let word = sources[index].preset.liveness(topic: topic, payload: payload) else { continue }
      let speaker = sources[index].preset.livenessSubject(of: topic)
      guard take(word, of: speaker, about: subject, source: index, retained: retained) else { continue }
      // A stored "online" is no older than the device: that it is there now is what its will would deny.
      if word.isOnline { sources[index].heard = now }
      sources[index].isContradicted = false
      let wasOffline = sources[index].state == .offline
      settle(index, at: now)
      if !wasOffline, sources[index].state == .offline { gone += sources[index].channels }
    }
    return (true, gone)
  }

  /// - Returns: Whether it says something new.
  private mutating func take(
    _ word: Liveness, of speaker: String, about subject: String, source: Int, retained: Bool
  ) -> Bool {
    let known = sources[source].words[subject]?[speaker]
    guard known != nil || (sources[source].words[subject]?.count ?? 0) < Self.speakersMax else {
      return false
    }
    var last = known ?? LastWord()
    guard last.take(word, isStored: retained && known != nil) else { return false }
    sources[source].words[subject, default: [:]][speaker] = last
    return true
  }

  /// A message with readings of this channel came just now, and was not stored.
  mutating func heard(_ channel: Int, at now: Instant) {
    guard let index = sourceOfChannel[channel] else { return }
    sources[index].heard = now
    if sources[index].isOnline == false { sources[index].isContradicted = true }
    if sources[index].state != .online { settle(index, at: now) }
  }

  /// Time has passed.
  mutating func advance(to now: Instant) {
    for index in sources.indices where sources[index].state == .online { settle(index, at: now) }
  }

  private mutating func settle(_ index: Int, at now: Instant) {
    let state = sources[index].state(at: now)
    guard state != sources[index].state else { return }
    sources[index].state = state
    changed += sources[index].channels
  }

  /// Channels whose source's state is another one than before.
  mutating func takeChanges() -> [(channel: Int, state: SourceState)] {
    defer { changed.removeAll(keepingCapacity: true) }
    return changed.compactMap { channel in state(of: channel).map { (channel, $0) } }
  }
}

/// What one speaker said last about being there.
private struct LastWord: Sendable {
  private(set) var isOnline = false
  /// The newest "online": a will that is older, or of another session, is that of a connection that is over.
  private var birth: Liveness?

  /// - Parameter isStored: The broker had it, as after every connect: told again it says nothing new.
  /// - Returns: Whether it says something.
  mutating func take(_ word: Liveness, isStored: Bool) -> Bool {
    if isStored, word.isOnline == isOnline { return false }
    if word.isOnline {
      if let at = word.at, let known = birth?.at, at < known { return false }
      birth = word
    } else if let birth {
      if let session = word.session, let born = birth.session, session != born { return false }
      if let at = word.at, let born = birth.at, at < born { return false }
    }
    isOnline = word.isOnline
    return true
  }
}
