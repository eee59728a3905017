import CanonicalJSON
import Claims
public import FarmConfiguration
public import FarmControl
public import Harvest

/// Everything that a gateway has to show in Home Assistant, as discovery documents.
///
/// The gateway is one device with its sensors and outputs, its alarms and its lots are devices that hang on it, and
/// so is each drone. What comes and goes by itself (lots, drones) has a topic of its own.
public struct FarmDirectory: Sendable {
  /// Device-based discovery came with this release.
  public static let homeAssistantVersionMin = "2024.11"

  /// Readings are repeated every 30 s; three missing ones are a silence.
  static let readingLifetimeSeconds = 90
  /// Without a longest run of its own, what is switched on by hand goes back to its controller after this.
  static let leaseSeconds = 3600
  static let shelfSeconds = 3600

  let prefix: String
  let name: DiscoveryName
  let title: String
  let topics: SiteTopics
  let configuration: GatewayConfiguration
  let alarms: [AlarmDescription]
  private let version: String

  /// Nil unless the configuration asks for it.
  public init?(_ configuration: GatewayConfiguration, alarms: [AlarmDescription], version: String) {
    guard let prefix = configuration.operators.homeAssistant?.prefix,
      let topics = SiteTopics(farm: configuration.farm, gateway: configuration.gateway)
    else { return nil }
    (self.prefix, self.topics, self.configuration) = (prefix, topics, configuration)
    (self.alarms, self.version) = (alarms, version)
    name = DiscoveryName("farmgate", configuration.farm, configuration.gateway)
    title = "\(configuration.farm) \(configuration.gateway)"
  }

  /// Where Home Assistant says that it has started, with the payload `online`.
  public var birthTopic: String { "\(prefix)/status" }

  /// Whether entities that command are announced: Home Assistant cannot sign.
  var allowsCommands: Bool { !configuration.operators.requiresSignedCommands }

  /// What the configuration gives: the gateway, and the alarms by what they are about.
  public var documents: [DiscoveryDocument] {
    let device: JSONValue = [
      "identifiers": [.string(name.text)], "name": .string(title), "manufacturer": "farmgate",
      "model": "gateway", "sw_version": .string(version),
    ]
    let gateway = document(
      name, device: device, components: [connectivity] + sensorComponents + outputComponents)
    return [gateway] + alarmDocuments
  }

  /// One lot.
  public func lot(_ availability: Availability) -> DiscoveryDocument {
    document(
      lotName(availability.lot), device: part("lots", "lots"), components: [lotComponent(availability)])
  }

  /// One drone.
  public func drone(_ id: String) -> DiscoveryDocument {
    let own = droneName(id)
    let device: JSONValue = [
      "identifiers": [.string(own.text)], "name": .string("drone \(id)"), "manufacturer": "farmgate",
      "model": "drone", "via_device": .string(name.text),
    ]
    return document(own, device: device, components: droneComponents(id, below: own))
  }

  /// Where a lot is announced.
  public func topic(ofLot id: String) -> String { topic(lotName(id)) }
  /// Where a drone is announced.
  public func topic(ofDrone id: String) -> String { topic(droneName(id)) }
  /// Whether a topic is that of a lot of this gateway.
  public func isLot(_ topic: String) -> Bool { topic.hasPrefix(head(name.below("lot"))) }
  /// Whether a topic is that of a drone of this gateway.
  public func isDrone(_ topic: String) -> Bool { topic.hasPrefix(head(name.below("drone"))) }

  private func lotName(_ id: String) -> DiscoveryName { name.below("lot").below(id) }
  private func droneName(_ id: String) -> DiscoveryName { name.below("drone").below(id) }
  private func topic(_ name: DiscoveryName) -> String { "\(prefix)/device/\(name.text)/config" }
  private func head(_ name: DiscoveryName) -> String { "\(prefix)/device/\(name.text)_-" }

  func document(_ name: DiscoveryName, device: JSONValue, components: [DiscoveryComponent])
    -> DiscoveryDocument
  {
    var origin: JSONObject = ["name": "farmgate", "sw_version": .string(version)]
    origin["support_url"] = configuration.operators.homeAssistant?.supportURL.map { .string($0) }
    return DiscoveryDocument(
      topic: topic(name),
      shared: [
        "device": device, "origin": .object(origin), "availability": [gatewayAvailability], "qos": 1,
      ], components: components)
  }

  /// A device that hangs on the gateway's.
  func part(_ part: String, _ words: String) -> JSONValue {
    [
      "identifiers": [.string(name.below(part).text)], "name": .string("\(title) \(words)"),
      "manufacturer": "farmgate", "model": .string(words), "via_device": .string(name.text),
    ]
  }

  var gatewayAvailability: JSONValue {
    ["topic": .string(topics.status), "value_template": .string(Templates.state)]
  }

  /// The last will says `offline`, so that this one is always known.
  private var connectivity: DiscoveryComponent {
    component(
      "status", .binarySensor, of: nil, "Connected", topics.status,
      [
        "device_class": "connectivity", "entity_category": "diagnostic", "availability": [],
        "value_template": .string(Templates.state), "payload_on": "online", "payload_off": "offline",
      ])
  }

  /// An entity of this gateway whose key says what it is and whose.
  /// - Parameter id: Of its subject; nil: there is one only.
  func component(
    _ kind: String, _ platform: DiscoveryPlatform, of id: String?, _ title: String,
    _ stateTopic: String?, _ options: JSONObject
  ) -> DiscoveryComponent {
    let key = id.map { DiscoveryName(kind, $0) } ?? DiscoveryName(kind)
    var members: JSONObject = [
      "name": .string(title), "unique_id": .string("\(name.text)_-\(key.text)"),
    ]
    members["state_topic"] = stateTopic.map { .string($0) }
    for (option, value) in options.members { members[option] = value }
    return DiscoveryComponent(key: key.text, platform: platform, options: members)
  }
}
