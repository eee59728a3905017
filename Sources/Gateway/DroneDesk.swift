import CanonicalJSON
import DroneHealth
import FarmConfiguration
import FarmControl
import FarmUnits

/// Hears the drones of the depot and knows which records are due.
struct DroneDesk: Sendable {
  var registry: DroneRegistry
  var pads: PadDesk
  var policies: FirmwarePolicyKeeper?
  /// Policies that were not taken, and the code of the last refusal while it stands.
  private(set) var policyRefusals: UInt64 = 0
  private(set) var policyTrouble: String?
  /// Each with one `+`, whose level names the link.
  private let linkFilters: [String]
  private let router: TopicRouter
  private let djiFilters: [String]
  /// Who publishes on the site broker is known to it, so a dock's word is not anybody's.
  private let brokerKnowsPublishers: Bool
  /// Retained messages, which are of unknown age.
  private var retainedRefused: UInt64 = 0
  private var evaluated: Moment?
  /// DJI messages by what became of them.
  private var djiReceptions: [DJIReception: UInt64] = [:]

  /// A dock's telemetry is a few kilobytes; nothing of health is larger.
  static let djiLimits = JSONLimits(bytes: 1 << 18, depth: 32, values: 16_384)

  init(_ settings: DroneSettings, _ configuration: GatewayConfiguration, _ provisions: DroneProvisions) {
    registry = DroneRegistry(
      thresholds: settings.thresholds, authenticator: provisions.authenticator,
      remembered: provisions.remembered)
    registry.expectedGateways = Set(settings.djiGateways)
    pads = PadDesk(configuration)
    policies = provisions.policies
    registry.firmwarePolicy = policies?.policy
    registry.thresholds.isFirmwarePolicyDemanded = policies != nil
    linkFilters = settings.mavlink.compactMap { source in
      if case .topic(let filter) = source { filter } else { nil }
    }
    router = TopicRouter(linkFilters)
    djiFilters = DJITopic.filters(ofGateways: settings.djiGateways)
    let broker = configuration.brokers.site
    brokerKnowsPublishers = broker?.username != nil || broker?.key != nil
  }

  /// The drones under other pads: nothing else of them changes while the gateway runs.
  mutating func takeOver(_ old: Self) {
    var pads = pads
    pads.takeOver(old.pads)
    self = old
    self.pads = pads
  }

  var filters: [String] { linkFilters + djiFilters }

  /// - Returns: Whether the topic is one of drones.
  @discardableResult
  mutating func receive(topic: String, payload: [UInt8], retained: Bool, at now: Moment) -> Bool {
    if let match = router.matches(topic).first {
      guard let link = TopicRouter.wildcardLevel(of: topic, in: linkFilters[match]), Identifier.isValid(link)
      else { return true }
      guard !retained else {
        retainedRefused += 1
        return true
      }
      registry.receive(payload, link: String(link), at: now)
      return true
    }
    guard !djiFilters.isEmpty, DJITopic(topic) != nil else { return false }
    receive(dji: payload, topic: topic, retained: retained, at: now)
    return true
  }

  /// Bytes of a link that is no topic.
  mutating func receive(link: String, bytes: [UInt8], at now: Moment) {
    registry.receive(bytes, link: link, at: now)
  }

  private mutating func receive(dji payload: [UInt8], topic: String, retained: Bool, at now: Moment) {
    // What the broker kept is of unknown age, and would make a drone look heard.
    guard !retained else {
      retainedRefused += 1
      return
    }
    let reception: DJIReception
    do throws(JSONError) {
      reception = registry.receive(
        dji: try JSONValue(parsing: payload, limits: Self.djiLimits), topic: topic,
        isAuthenticated: brokerKnowsPublishers, at: now)
    } catch {
      reception = .unreadable
    }
    djiReceptions[reception, default: 0] += 1
  }

  /// - Parameter contact: The judged reading of a channel.
  mutating func due(at now: Moment, contact: (Int) -> Reading?) -> DroneReport {
    evaluated = now
    pads.observe(into: &registry, contact: contact, at: now)
    return registry.evaluate(at: now)
  }

  /// What the control loop is to know of the drones on their pads.
  mutating func requests(at now: Moment) -> [ControlRequest] {
    pads.permits(registry, at: now).map(ControlRequest.charge)
  }

  var kept: KeptDrones {
    KeptDrones(drones: registry.memory, signingTimestamp: registry.signingTimestamp)
  }

  // MARK: Firmware policy

  mutating func offer(policy bytes: [UInt8]) -> PolicyReception {
    guard policies != nil else {
      return .refused(code: "not_configured", text: "No signer of firmware policies is configured.")
    }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: bytes, limits: FirmwarePolicyKeeper.limits)
    } catch {
      return refuse("malformed", "It is not JSON: \(error).")
    }
    let before = policies?.document
    do throws(FirmwarePolicyKeeper.Refusal) {
      try policies?.offer(document)
    } catch {
      return refuse(error.code, error.text)
    }
    policyTrouble = nil
    registry.firmwarePolicy = policies?.policy
    let sequence = policies?.policy?.sequence ?? 0
    return before == document ? .unchanged(sequence: sequence) : .taken(sequence: sequence)
  }

  /// The file could not be read at all: what is in force stays.
  mutating func missPolicy(_ reason: String) { policyTrouble = reason }

  private mutating func refuse(_ code: String, _ text: String) -> PolicyReception {
    policyRefusals += 1
    policyTrouble = code
    return .refused(code: code, text: text)
  }

  // MARK: What is counted

  /// What was not taken, by cause.
  var counters: JSONValue {
    let (counters, frames) = (registry.counters, registry.frameCounters)
    return [
      "accepted": .integer(Int64(frames.accepted)), "bad_checksum": .integer(Int64(frames.badChecksum)),
      "stray_bytes": .integer(Int64(frames.strayBytes)),
      "unknown_flags": .integer(Int64(frames.unknownFlags)),
      "passed_over": .integer(Int64(frames.passedOver)),
      "unfinished": .integer(Int64(frames.unfinished)),
      "refused_senders": .object(
        JSONObject(
          frames.refused.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            ($0.key.rawValue, .integer(Int64($0.value)))
          })),
      "over_limit": .integer(Int64(counters.overLimit)),
      "before_heartbeat": .integer(Int64(counters.beforeHeartbeat)),
      "no_sender": .integer(Int64(counters.noSender)),
      "retained": .integer(Int64(clamping: retainedRefused)),
    ]
  }

  /// DJI messages by what became of them; nil where none are listened to.
  var djiCounters: JSONValue? {
    guard !djiFilters.isEmpty else { return nil }
    return .object(
      JSONObject(
        djiReceptions.sorted { $0.key.rawValue < $1.key.rawValue }.map {
          ($0.key.rawValue, .integer(Int64(clamping: $0.value)))
        }))
  }

  /// The policy in force and what is wrong with newer ones; nil where none is configured.
  var policyState: JSONValue? {
    guard let policies else { return nil }
    var state: JSONObject = ["refused": .integer(Int64(clamping: policyRefusals))]
    if let policy = policies.policy {
      state["sequence"] = .integer(policy.sequence)
      state["expires"] = .string(policy.expires.rfc3339)
      if let evaluated { state["expired"] = .bool(policy.isExpired(at: evaluated)) }
    }
    state["trouble"] = policyTrouble.map(JSONValue.string)
    return .object(state)
  }
}
