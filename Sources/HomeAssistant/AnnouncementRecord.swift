import CanonicalJSON

/// What brokers may still keep of our discovery: each topic with its components. What is to be taken away stands here
/// until it is known to be gone, also over a restart with another configuration.
public struct AnnouncementRecord: Equatable, Sendable {
  /// By topic, the platforms of its components by key; components that are being taken away are among them.
  public var topics: [String: [String: DiscoveryPlatform]] = [:]

  /// More topics are not announced, and more components than these are not remembered.
  public static let topicsMax = 8192
  static let componentsMax = 65_536
  /// Of the file.
  public static let bytesMax = 16 << 20

  public init() {}

  var json: JSONValue {
    let entries = topics.sorted { $0.key < $1.key }.map { topic, components in
      (
        name: topic,
        value: JSONValue.object(
          JSONObject(
            components.sorted { $0.key < $1.key }.map { (name: $0.key, value: .string($0.value.rawValue)) }))
      )
    }
    return ["announced": .object(JSONObject(entries))]
  }

  /// What is kept on the disk.
  public var bytes: [UInt8] { json.bytes }

  /// Nil for what was not written by `bytes`.
  public init?(_ bytes: [UInt8]) {
    let limits = JSONLimits(
      bytes: Self.bytesMax, depth: 8, values: 2 * (Self.topicsMax + Self.componentsMax))
    guard let json = try? JSONValue(parsing: bytes, limits: limits),  // a damaged file is told by the caller
      let entries = json["announced"]?.object, entries.members.count <= Self.topicsMax
    else { return nil }
    for (topic, value) in entries.members {
      guard Self.isDiscovery(topic), let components = value.object else { return nil }
      var platforms: [String: DiscoveryPlatform] = [:]
      for (key, name) in components.members {
        guard let platform = name.string.flatMap(DiscoveryPlatform.init) else { return nil }
        platforms[key] = platform
      }
      topics[topic] = platforms
    }
  }

  /// A damaged record must not clear what is not ours.
  private static func isDiscovery(_ topic: String) -> Bool {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count >= 4, levels.last == "config", levels[levels.count - 3] == "device" else {
      return false
    }
    return levels[levels.count - 2].hasPrefix("farmgate_-") && topic.utf8.count <= 2048
      && !topic.utf8.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") || $0 < 0x20 }
  }
}
