internal import CanonicalJSON
internal import FarmUnits

/// Sparkplug B: `spBv1.0/GROUP/DDATA/NODE/DEVICE` (or `NDATA`), a protocol buffers message of metrics. A
/// field is a metric's name. Data messages carry only what changed, birth messages everything.
///
/// - Source: Sparkplug 3.0.0, chapters 4 to 6.
enum SparkplugFamily: DeviceFamily {
  static let fieldRule = FieldRule.required(example: "Inputs/Soil Moisture")
  static let encoding = PayloadEncoding.sparkplug

  static func path(of field: String) throws(BindingError) -> FieldPath {
    guard !field.isEmpty else { throw .fieldNotReadable(field, why: .emptyPart) }
    return FieldPath(parts: [field])
  }

  static func find(_ binding: SensorBinding, in message: ParsedPayload) -> Finding {
    guard case .sparkplug(let payload) = message.content else {
      return .refused(.wrongShape(expected: "a Sparkplug payload"))
    }
    let kind = SparkplugTopic(message.topic)?.kind
    switch kind {
    case .nodeData, .deviceData, .nodeBirth, .deviceBirth, nil: break
    case .nodeDeath, .deviceDeath, .nodeCommand, .deviceCommand: return .unchanged(.otherMessage)
    }
    let named = payload.metrics.filter { $0.name == binding.field }
    guard let metric = named.filter({ !$0.isHistorical }).max(by: { isOlder($0, $1, payload.time) }) else {
      if !named.isEmpty { return .unchanged(.historical) }
      // A birth message lists everything, by name.
      if kind?.isBirth == true { return .refused(.noField(binding.field ?? "")) }
      let isAliased = payload.metrics.contains { $0.name == nil }
      return .unchanged(isAliased ? .unknownAlias : .fieldAbsent)
    }
    return .value(metric.value, unit: nil, at: metric.time ?? payload.time)
  }

  /// A node that was cut off may send several values of a metric in one message. Of two of one time the
  /// later counts.
  private static func isOlder(
    _ a: SparkplugPayload.Metric, _ b: SparkplugPayload.Metric, _ time: WallTime?
  ) -> Bool {
    guard let a = a.time ?? time, let b = b.time ?? time else { return true }
    return a <= b
  }

  /// Values are told at birth and then only when they change.
  static func readingTopics(of topic: String) -> [String] {
    guard let place = SparkplugTopic(topic) else { return [topic] }
    switch place.kind {
    case .nodeData: return [topic, place.topic(.nodeBirth)]
    case .deviceData: return [topic, place.topic(.deviceBirth)]
    default: return [topic]
    }
  }

  /// A device dies with its node.
  static func availabilityTopics(of topic: String) -> [String] {
    guard let place = SparkplugTopic(topic) else { return [] }
    let node = [place.topic(.nodeBirth), place.topic(.nodeDeath)]
    return place.device == nil ? node : [place.topic(.deviceBirth), place.topic(.deviceDeath)] + node
  }

  /// A node and all its devices share one count.
  static func nodeFilters(of topic: String) -> [String] {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard (4...5).contains(levels.count), levels[0] == "spBv1.0" else { return [] }
    let (group, node) = (levels[1], levels[3])
    return ["NBIRTH", "NDATA", "NDEATH"].map { "spBv1.0/\(group)/\($0)/\(node)" }
      + ["DBIRTH", "DDATA", "DDEATH"].map { "spBv1.0/\(group)/\($0)/\(node)/+" }
  }

  static func livenessSubject(of topic: String) -> String {
    guard let place = SparkplugTopic(topic) else { return topic }
    return place.topic(place.device == nil ? .nodeBirth : .deviceBirth)
  }

  static func liveness(topic: String, payload: [UInt8]) -> Liveness? {
    if topic.hasPrefix("spBv1.0/STATE/") { return hostState(payload) }
    guard let place = SparkplugTopic(topic),
      let content = try? ParsedPayload(payload, topic: topic, preset: .sparkplug),  // else it says nothing
      case .sparkplug(let message) = content.content
    else { return nil }
    let session = message.metrics.first { $0.name == "bdSeq" }?.value.integer.flatMap { UInt64(exactly: $0) }
    switch place.kind {
    case .nodeBirth, .deviceBirth: return Liveness(isOnline: true, at: message.time, session: session)
    // The will was written when the node connected: its time, where it has one, is not that of the death.
    case .nodeDeath: return Liveness(isOnline: false, session: session)
    case .deviceDeath: return Liveness(isOnline: false, at: message.time)
    default: return nil
    }
  }

  /// The host application's, the only JSON in Sparkplug; a bare word before version 3.
  private static func hostState(_ payload: [UInt8]) -> Liveness? {
    guard let json = try? JSONValue(parsing: payload), let isOnline = json["online"]?.bool else {
      return Liveness(word: payload)
    }
    return Liveness(isOnline: isOnline, at: PayloadTime.milliseconds(json["timestamp"]))
  }
}
