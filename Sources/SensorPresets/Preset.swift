public import FarmUnits

/// A family of devices, by the name it has in the configuration.
///
/// To add a family: copy the file in `Families` that comes closest, add a case here and a line in `family`.
public enum Preset: String, CaseIterable, Sendable {
  case json
  case plain
  case zigbee2mqtt
  case tasmota
  case esphome
  /// Generation 2 and later.
  case shelly
  /// Version 4.
  case chirpstack
  /// Version 3.
  case theThingsStack = "the-things-stack"
  /// Sparkplug B.
  case sparkplug
  case mqttIO = "mqtt-io"

  /// A family by its name in the configuration: underscores do for dashes, and so do the names that people
  /// use.
  public init?(configured name: String) {
    let folded = String(name.lowercased().map { $0 == "_" ? "-" : $0 })
    switch folded {
    case "z2m": self = .zigbee2mqtt
    case "tts", "ttn", "the-things-network": self = .theThingsStack
    case "mqttio": self = .mqttIO
    case "sparkplug-b": self = .sparkplug
    default: self.init(rawValue: folded)
    }
  }

  var family: any DeviceFamily.Type {
    switch self {
    case .json: JSONFamily.self
    case .plain: PlainFamily.self
    case .zigbee2mqtt: Zigbee2MQTTFamily.self
    case .tasmota: TasmotaFamily.self
    case .esphome: ESPHomeFamily.self
    case .shelly: ShellyFamily.self
    case .chirpstack: ChirpStackFamily.self
    case .theThingsStack: TheThingsStackFamily.self
    case .sparkplug: SparkplugFamily.self
    case .mqttIO: MQTTIOFamily.self
    }
  }
}

extension Preset {
  /// What devices of this family can measure, so that the configuration can refuse the rest.
  public var quantities: [Quantity] { family.quantities }
  public func canGive(_ quantity: Quantity) -> Bool { quantities.contains(quantity) }

  /// Whether a sensor must, may or must not name a field.
  public var fieldRule: FieldRule { family.fieldRule }

  /// The field that is read where the configuration names none; nil where there is no usual one.
  public func defaultField(for quantity: Quantity) -> String? { family.defaultField(for: quantity) }

  /// The names under which this family is known to send a quantity, for suggestions. Not exhaustive.
  public func fields(for quantity: Quantity) -> [String] {
    family.meanings.filter { $0.quantities.contains(quantity) }.map(\.name)
  }

  /// The topics to subscribe to for a sensor's readings: its own, and where the family spreads a device
  /// over several, the others.
  public func readingTopics(of topic: String) -> [String] { family.readingTopics(of: topic) }

  /// Where the family says whether the device behind a sensor's topic is there; empty where it does not say.
  /// Hearing nothing there proves nothing: some families say it only when asked to.
  public func availabilityTopics(of topic: String) -> [String] { family.availabilityTopics(of: topic) }

  /// Where the family numbers the messages of a whole node: the filters that bring all of them, to be subscribed to
  /// instead of `readingTopics` and `availabilityTopics`, which they cover. Empty where it does not.
  public func nodeFilters(of topic: String) -> [String] { family.nodeFilters(of: topic) }

  /// Whom an availability topic speaks for. Where births and deaths have topics of their own, both give the same.
  public func livenessSubject(of topic: String) -> String { family.livenessSubject(of: topic) }

  /// What a message on an availability topic says.
  ///
  /// - Returns: Nil when the message says nothing about it.
  public func liveness(topic: String, payload: [UInt8]) -> Liveness? {
    family.liveness(topic: topic, payload: payload)
  }
}

/// Whether a sensor's configuration names a field.
public enum FieldRule: Equatable, Sendable {
  /// There is no usual one.
  case required(example: String)
  /// Each quantity has a usual one.
  case optional
  /// The whole payload is the value.
  case forbidden
}
