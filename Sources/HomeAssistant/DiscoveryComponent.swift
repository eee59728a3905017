public import CanonicalJSON

/// The kinds of entities that are announced, as Home Assistant spells them.
public enum DiscoveryPlatform: String, Sendable, CaseIterable {
  case sensor
  case binarySensor = "binary_sensor"
  case `switch`
  case button
}

/// One entity within a discovery document.
public struct DiscoveryComponent: Equatable, Sendable {
  /// Distinct within its document, and always of one platform: a switch that becomes a sensor gets another key,
  /// since Home Assistant takes a component away by key and platform.
  public let key: String
  public let platform: DiscoveryPlatform
  /// Everything but the platform.
  public let options: JSONObject

  var json: JSONValue {
    var members: JSONObject = ["platform": .string(platform.rawValue)]
    for (name, value) in options.members { members[name] = value }
    return .object(members)
  }

  /// What takes it away again: Home Assistant removes a component that has nothing but its platform.
  static func removal(of platform: DiscoveryPlatform) -> JSONValue {
    ["platform": .string(platform.rawValue)]
  }
}
