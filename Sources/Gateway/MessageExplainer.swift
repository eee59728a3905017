import CanonicalJSON
public import DroneHealth
public import FarmConfiguration
public import FarmUnits
import SensorPresets

/// Says what one payload on one topic means to this farm, or precisely why it means nothing.
public struct MessageExplainer {
  /// One finding.
  public struct Line: Sendable {
    /// One JSON object, as documented for `explain-message --json`.
    public var json: String
    /// For a person.
    public var text: String
    /// Something was not taken.
    public var isRefusal: Bool
  }

  private let configuration: GatewayConfiguration
  private var payloads = PayloadReader()

  private let authenticator: FrameAuthenticator?

  /// - Parameter authenticator: Fresh, so that a recording of any age is judged by its key alone; nil: signatures are
  ///   not checked.
  public init(_ configuration: GatewayConfiguration, authenticator: FrameAuthenticator? = nil) {
    (self.configuration, self.authenticator) = (configuration, authenticator)
  }

  /// - Parameter now: Taken as the arrival.
  public mutating func explain(topic: String, payload: [UInt8], at now: Moment) -> [Line] {
    var lines: [Line] = []
    var isKnown = false
    for settings in configuration.sensors {
      guard case .mqtt(let source) = settings.source,
        !TopicRouter(source.preset.readingTopics(of: source.topic)).matches(topic).isEmpty
      else { continue }
      isKnown = true
      if let line = reading(settings, source, topic: topic, payload, at: now) { lines.append(line) }
    }
    for case .topic(let filter) in configuration.drones?.mavlink ?? []
    where TopicRouter.wildcardLevel(of: topic, in: filter) != nil {
      isKnown = true
      lines += frames(payload, topic)
    }
    let gateways = configuration.drones?.djiGateways ?? []
    if !TopicRouter(DJITopic.filters(ofGateways: gateways)).matches(topic).isEmpty {
      isKnown = true
      lines += dock(payload, topic, Set(gateways))
    }
    if !isKnown {
      lines.append(.refused(topic, "no sensor or drone of this configuration listens to this topic"))
    }
    return lines
  }

  private mutating func reading(
    _ settings: SensorSettings, _ source: MQTTSource, topic: String, _ payload: [UInt8], at now: Moment
  ) -> Line? {
    let outcome: PresetOutcome
    do {
      let binding = try SensorBinding(
        preset: source.preset, field: source.field, quantity: settings.quantity, unit: settings.unit,
        payloadUnit: source.payloadUnit, closed: source.closed, zoneMinutes: source.zoneMinutes)
      outcome = try payloads.read(payload, topic: topic, preset: source.preset).outcome(for: binding)
    } catch let refusal as PresetRefusal {
      return .refused(settings.id, "\(refusal.code): \(refusal)")
    } catch {
      return .refused(settings.id, "\(error)")
    }
    switch outcome {
    case .unchanged(let why):
      return Line(
        json: JSONValue.object(["sensor": .string(settings.id), "unchanged": .string(why.rawValue)]).text,
        text: "\(settings.id): unchanged, \(why.sentence)", isRefusal: false)
    case .refused(let refusal): return .refused(settings.id, "\(refusal.code): \(refusal)")
    case .reading(let reading): return .reading(settings, reading, at: now)
    }
  }

  private func frames(_ payload: [UInt8], _ topic: String) -> [Line] {
    var authenticator = authenticator
    let (messages, counters) = MAVLinkMessage.explain(payload, authenticator: &authenticator)
    let refused: [(Int, String)] =
      [
        (counters.badChecksum, "a wrong checksum"),
        (counters.unknownFlags, "flags that no receiver may ignore"),
        (counters.passedOver, "a message that farmgate does not read"),
        (counters.implausible, "no plausible frame"),
        (counters.unfinished, "a frame that was not finished"),
        (counters.strayBytes, "bytes that belong to no frame"),
      ] + counters.refused.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.value, $0.key.sentence) }
    return messages.map { message in
      Line(
        json: message.jsonLine,
        text:
          "\(message.name) from system \(message.frame.system), component \(message.frame.component): \(message.jsonLine)",
        isRefusal: false)
    }
      + refused.filter { $0.0 > 0 }.map { count, reason in .refused(topic, "\(count) × \(reason)") }
  }
}

extension FrameAuthenticator.Refusal {
  fileprivate var sentence: String {
    switch self {
    case .unsigned: "a frame that is not signed"
    case .wrong: "a wrong signature"
    case .replayed: "a frame not newer than the one before"
    case .tooOld: "a frame that is too old"
    case .tooFarAhead: "a frame from the future"
    case .tooManyStreams: "a frame of too many senders"
    }
  }
}

extension MessageExplainer.Line {
  static func refused(_ what: String, _ reason: String) -> Self {
    Self(
      json: JSONValue.object(["refused": .string(what), "reason": .string(reason)]).text,
      text: "\(what): refused, \(reason)", isRefusal: true)
  }

  fileprivate static func reading(_ settings: SensorSettings, _ reading: PresetReading, at now: Moment)
    -> Self
  {
    let acquired = reading.acquired(arrivedAt: now)
    let value: JSONValue =
      switch reading.value {
      case .number(let number) where number.isFinite: .number(number)
      case .contact(let contact): .string(contact.rawValue)
      case .number, nil: .null
      }
    let from = reading.at == nil ? "arrival" : "payload"
    var json: JSONObject = ["sensor": .string(settings.id), "value": value]
    if let unit = settings.unit { json["unit"] = .string(unit.rawValue) }
    json["quality"] = .string(reading.quality.rawValue)
    json["at"] = .string(acquired.wall.rfc3339)
    json["from"] = .string(from)
    let shown = value == .null ? "no value" : value.string ?? value.text
    return Self(
      json: JSONValue.object(json).text,
      text: "\(settings.id): \(shown) \(settings.unit?.symbol ?? ""), \(reading.quality.rawValue), "
        + "measured \(acquired.wall.rfc3339) (by \(from))", isRefusal: false)
  }
}
