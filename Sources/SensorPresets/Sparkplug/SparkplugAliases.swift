/// The names behind the aliases of data messages, learnt from birth messages. An alias is unique within its
/// edge node (Sparkplug 3.0.0, 6.4.6).
struct SparkplugAliases: Sendable {
  private struct Key: Hashable {
    let group, node: String
    let alias: UInt64
  }

  /// Enough for a large site; a node that announces more than its share must not take the daemon's memory.
  static let limit = 8192
  private var names: [Key: String] = [:]
  /// Aliases not taken for want of room.
  private(set) var forgotten = 0

  /// Takes the aliases of a birth message. A node's birth begins anew: whatever its devices had is void.
  mutating func learn(from payload: SparkplugPayload, at topic: SparkplugTopic) {
    switch topic.kind {
    case .nodeBirth: forget(topic)
    case .deviceBirth: break
    default: return
    }
    for metric in payload.metrics {
      guard let name = metric.name, let alias = metric.alias else { continue }
      let key = Key(group: topic.group, node: topic.node, alias: alias)
      guard names.count < Self.limit || names[key] != nil else {
        forgotten += 1
        continue
      }
      names[key] = name
    }
  }

  /// What a node's aliases mean is not known any more.
  mutating func forget(_ topic: SparkplugTopic) {
    for key in names.keys where key.group == topic.group && key.node == topic.node { names[key] = nil }
  }

  /// Puts the names into a data message that has aliases only.
  func name(_ payload: inout SparkplugPayload, at topic: SparkplugTopic) {
    for index in payload.metrics.indices where payload.metrics[index].name == nil {
      guard let alias = payload.metrics[index].alias else { continue }
      payload.metrics[index].name = names[Key(group: topic.group, node: topic.node, alias: alias)]
    }
  }
}
