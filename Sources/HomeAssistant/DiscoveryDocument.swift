import CanonicalJSON

/// What one discovery topic says: a device, and some of its entities.
public struct DiscoveryDocument: Equatable, Sendable {
  /// `{prefix}/device/{name}/config`
  public let topic: String
  /// The members that all entities share: device, origin, availability.
  let shared: JSONObject
  public let components: [DiscoveryComponent]

  /// - Parameter leaving: Components that were announced here and are no longer wanted.
  public func payload(leaving: [String: DiscoveryPlatform] = [:]) -> [UInt8] {
    var entities = JSONObject(components.map { (name: $0.key, value: $0.json) })
    for (key, platform) in leaving.sorted(by: { $0.key < $1.key }) where entities[key] == nil {
      entities[key] = DiscoveryComponent.removal(of: platform)
    }
    var members = shared
    members["components"] = .object(entities)
    return JSONValue.object(members).bytes
  }

  /// The platforms of its components by key.
  public var platforms: [String: DiscoveryPlatform] {
    Dictionary(uniqueKeysWithValues: components.map { ($0.key, $0.platform) })
  }
}
