import CanonicalJSON
import Claims
import FarmConfiguration
import FarmUnits
import SensorPresets

/// Turns what devices say over MQTT into readings, each for the slot of its channel.
struct SensorDesk: Sendable {
  private struct Binding: Sendable {
    let channel: Int
    let sensor: SensorBinding
    let preset: Preset
  }

  private let bindings: [Binding]
  private let router: TopicRouter
  private var payloads = PayloadReader()
  /// Sparkplug's nodes, and by the router's positions which channel hangs on them.
  private var nodes: SparkplugNodes
  private let nodeRouter: TopicRouter
  private let nodeChannels: [Int]
  /// The last sequence number given, by channel.
  private var sequences: [UInt64]
  private var last: [PresetReading?]
  /// As the loop has it, by channel.
  private var given: [Reading?]
  /// Whether the devices are there.
  private(set) var sources: SourceBook

  /// Payloads that gave nothing, by topic; bounded, the rest is counted together.
  private(set) var refusals = RefusalTally()

  /// The topics to subscribe to.
  let filters: [String]

  init(_ configuration: GatewayConfiguration) {
    var bindings: [Binding] = []
    var routes: [String] = []
    var nodes: (filters: [String], channels: [Int], topics: [String]) = ([], [], [])
    for (channel, settings) in configuration.sensors.enumerated() {
      guard case .mqtt(let source) = settings.source else { continue }
      let sensor: SensorBinding
      do {
        sensor = try SensorBinding(
          preset: source.preset, field: source.field, quantity: settings.quantity, unit: settings.unit,
          payloadUnit: source.payloadUnit, closed: source.closed, zoneMinutes: source.zoneMinutes)
      } catch {
        preconditionFailure("sensor \(settings.id) in a checked configuration: \(error)")
      }
      for topic in source.preset.readingTopics(of: source.topic) {
        bindings.append(Binding(channel: channel, sensor: sensor, preset: source.preset))
        routes.append(topic)
      }
      let filters = source.preset.nodeFilters(of: source.topic)
      if !filters.isEmpty { nodes.topics.append(source.topic) }
      nodes.filters += filters
      nodes.channels += filters.map { _ in channel }
    }
    self.bindings = bindings
    router = TopicRouter(routes)
    var seen = Set<String>()
    sources = SourceBook(configuration)
    (nodeRouter, nodeChannels) = (TopicRouter(nodes.filters), nodes.channels)
    self.nodes = SparkplugNodes(nodes.topics)
    // What a node's filters bring must not come twice.
    let covered = TopicRouter(nodes.filters + nodes.topics)
    let others = (routes + sources.filters).filter { covered.matches($0).isEmpty }
    filters = (others + nodes.filters).filter { seen.insert($0).inserted }
    given = Array(repeating: nil, count: configuration.sensors.count)
    sequences = Array(repeating: 0, count: configuration.sensors.count)
    last = Array(repeating: nil, count: configuration.sensors.count)
  }

  /// - Parameters:
  ///   - arrival: When the message arrived.
  ///   - give: Called for each reading with its channel.
  /// - Returns: Whether the topic is that of a sensor or of its device's availability.
  mutating func receive(
    topic: String, payload: [UInt8], retained: Bool, at arrival: Moment, give: (Int, Reading) -> Void
  ) -> Bool {
    let isOfNode = followNode(topic, payload, retained, give)
    let (isAvailability, gone) = sources.receive(
      topic: topic, payload: payload, retained: retained, at: arrival.instant)
    for channel in gone { outdate(channel, give) }
    let matches = router.matches(topic)
    guard !matches.isEmpty else { return isAvailability || isOfNode }
    // Sensors of one topic mostly share a preset.
    var parsed: [(preset: Preset, payload: ParsedPayload?)] = []
    for match in matches {
      let binding = bindings[match]
      if !parsed.contains(where: { $0.preset == binding.preset }) {
        parsed.append((binding.preset, parse(payload, topic, binding.preset)))
      }
      guard let message = parsed.first(where: { $0.preset == binding.preset })?.payload else { continue }
      switch message.outcome(for: binding.sensor, retained: retained) {
      case .unchanged(let reason):
        if reason == .unknownAlias, !retained { nodes.missesNames(topic) }
        if !retained, reason != .historical { sources.heard(binding.channel, at: arrival.instant) }
      case .refused(let refusal): refusals.note(topic, refusal.code)
      case .reading(var reading):
        // What the broker had stored of a device that is gone may be of any age.
        if retained, sources.state(of: binding.channel) == .offline, reading.quality == .good {
          reading.quality = .stale
        }
        // A family that tells everything each time repeats what it measured long ago: that is no new reading.
        if let earlier = last[binding.channel], reading.repeats(earlier), !message.isBirth { continue }
        last[binding.channel] = reading
        if !retained { sources.heard(binding.channel, at: arrival.instant) }
        sequences[binding.channel] += 1
        let told = Reading(
          value: reading.value, unit: binding.sensor.unit, quality: reading.quality,
          acquired: reading.acquired(arrivedAt: arrival), sequence: sequences[binding.channel])
        given[binding.channel] = told
        give(binding.channel, told)
      }
    }
    return true
  }

  /// A message of one of Sparkplug's nodes. Where one before it is lost, what the node told is no longer known to be
  /// true of now: values are told when they change, and not again.
  ///
  /// - Returns: Whether it is of a node that a sensor hangs on.
  private mutating func followNode(
    _ topic: String, _ payload: [UInt8], _ retained: Bool, _ give: (Int, Reading) -> Void
  ) -> Bool {
    guard !nodeChannels.isEmpty, topic.hasPrefix("spBv1.0/") else { return false }
    let matches = nodeRouter.matches(topic)
    guard !matches.isEmpty else { return false }
    if nodes.hear(topic: topic, payload: payload, retained: retained) {
      payloads.forgetAliases(at: topic)
      for match in matches { outdate(nodeChannels[match], give) }
    }
    return true
  }

  /// What was heard of the sensors that go on, and of their devices.
  ///
  /// - Parameter give: Called for each of them with what it said last.
  mutating func takeOver(_ old: Self, from places: [Int?], give: (Int, Reading) -> Void) {
    payloads = old.payloads
    nodes.takeOver(old.nodes)
    sources.takeOver(old.sources)
    refusals = old.refusals
    for (channel, place) in places.enumerated() {
      guard let place else { continue }
      (sequences[channel], last[channel]) = (old.sequences[place], old.last[place])
      given[channel] = old.given[place]
      if let reading = given[channel] { give(channel, reading) }
    }
  }

  /// The site broker is there again.
  mutating func connected() { nodes.connected() }
  /// Commands to Sparkplug's nodes that are due.
  mutating func takeRebirthRequests(at now: Moment) -> [SparkplugNodes.RebirthRequest] {
    nodes.takeRequests(at: now)
  }

  /// Nil where no sensor is Sparkplug's.
  var sparkplugCounters: JSONValue? {
    guard !nodeChannels.isEmpty else { return nil }
    func count(_ number: UInt64) -> JSONValue { .integer(Int64(clamping: number)) }
    let counters = nodes.counters
    return [
      "nodes": .integer(Int64(nodes.count)), "doubted": .integer(Int64(nodes.doubted)),
      "births": count(counters.births), "gaps": count(counters.gaps), "lost": count(counters.lost),
      "rebirth_requests": count(counters.requests), "not_followed": count(counters.notFollowed),
      "aliases_forgotten": .integer(Int64(payloads.forgottenAliases)),
    ]
  }

  /// The device is gone: what it said last is no longer true of now, however young it is.
  private mutating func outdate(_ channel: Int, _ give: (Int, Reading) -> Void) {
    guard var reading = given[channel], reading.quality == .good else { return }
    sequences[channel] += 1
    (reading.quality, reading.sequence) = (.stale, sequences[channel])
    given[channel] = reading
    give(channel, reading)
  }

  /// Devices that have been silent for too long.
  mutating func advance(to now: Instant) { sources.advance(to: now) }
  mutating func takeSourceChanges() -> [(channel: Int, state: SourceState)] { sources.takeChanges() }

  private mutating func parse(_ payload: [UInt8], _ topic: String, _ preset: Preset) -> ParsedPayload? {
    do throws(PresetRefusal) {
      return try payloads.read(payload, topic: topic, preset: preset)
    } catch {
      refusals.note(topic, error.code)
      return nil
    }
  }
}

/// Payloads that were not taken, by topic, and why the last one was not.
public struct RefusalTally: Equatable, Sendable {
  /// Topics told apart; payloads of further ones are counted together.
  public static let topicsMax = 64
  public private(set) var counts: [String: UInt64] = [:]
  public private(set) var reasons: [String: String] = [:]
  public private(set) var others: UInt64 = 0

  mutating func note(_ topic: String, _ reason: String) {
    if counts[topic] != nil || counts.count < Self.topicsMax {
      counts[topic, default: 0] += 1
      reasons[topic] = reason
    } else {
      others += 1
    }
  }
}
