/// Reads messages one after the other and keeps what later ones need: the names behind Sparkplug's aliases,
/// bounded.
///
/// One for each broker connection; whoever calls it provides the exclusion.
public struct PayloadReader: Sendable {
  private var aliases = SparkplugAliases()

  public init() {}

  /// Aliases that were not remembered because there were too many.
  public var forgottenAliases: Int { aliases.forgotten }

  /// Messages of this topic's node were lost, perhaps a birth: until the next one its aliases have no names.
  public mutating func forgetAliases(at topic: String) {
    if let place = SparkplugTopic(topic) { aliases.forget(place) }
  }

  /// Parses a message once for all the sensors of its topic.
  public mutating func read(
    _ bytes: UnsafeRawBufferPointer, topic: String, preset: Preset
  ) throws(PresetRefusal) -> ParsedPayload {
    var payload = try ParsedPayload(bytes, topic: topic, preset: preset)
    if case .sparkplug(var content) = payload.content, let place = SparkplugTopic(topic) {
      aliases.learn(from: content, at: place)
      aliases.name(&content, at: place)
      payload.content = .sparkplug(content)
    }
    return payload
  }

  /// As above.
  public mutating func read(
    _ bytes: [UInt8], topic: String, preset: Preset
  ) throws(PresetRefusal) -> ParsedPayload {
    try bytes.withUnsafeBufferPointer { (typed) throws(PresetRefusal) in
      try read(UnsafeRawBufferPointer(typed), topic: topic, preset: preset)
    }
  }
}
