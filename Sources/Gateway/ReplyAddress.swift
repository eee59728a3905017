import Claims

/// Where an answer goes besides the result topic, as MQTT 5 lets a command ask for it.
struct ReplyAddress: Equatable, Sendable {
  /// Nil: to the result topic alone.
  var responseTopic: String?
  var correlationData: [UInt8]?
}

/// Which response topics are written to.
///
/// Whoever may command must not be able to make the gateway write where he may not write himself: an answer in the place
/// of a reading, of a command, or of what operators and the marketplace read as the state of things.
struct ReplyRules: Sendable {
  static let topicBytesMax = 256
  static let correlationBytesMax = 512

  private let root: String
  private let ownFilters: TopicRouter
  /// Beginnings of topics that belong to somebody: devices that are listened to, the marketplace, discovery.
  private let taken: [String]
  /// What gateways have below their root (`farmgate/{farm}/{gateway}`).
  private static let ofGateways: Set<Substring> = [
    "status", "sensor", "output", "alarm", "drone", "lot", "loop", "command", "counters",
  ]

  /// - Parameters:
  ///   - filters: What the gateway subscribes to.
  ///   - prefixes: First levels that are not for answers, such as Home Assistant's.
  init(_ topics: SiteTopics, filters: [String], prefixes: [String]) {
    root = topics.root
    ownFilters = TopicRouter(filters)
    let devices = filters.filter { !$0.contains("+") && !$0.contains("#") }
    taken = devices.map { $0 + "/" } + (prefixes + ["nexus"]).map { $0 + "/" }
  }

  /// - Parameter result: The result topic of the command, which every answer goes to anyhow.
  /// - Returns: The address, and whether the response topic was refused.
  func address(responseTopic: String?, correlationData: [UInt8]?, result: String) -> (
    ReplyAddress, isRefused: Bool
  ) {
    let isLong = correlationData.map { $0.count > Self.correlationBytesMax } ?? false
    let correlation = isLong ? nil : correlationData
    guard let responseTopic, responseTopic != result else {
      return (ReplyAddress(responseTopic: nil, correlationData: correlation), isLong)
    }
    let isFree = !isLong && allows(responseTopic)
    return (
      ReplyAddress(responseTopic: isFree ? responseTopic : nil, correlationData: correlation), !isFree
    )
  }

  private func allows(_ topic: String) -> Bool {
    guard (1...Self.topicBytesMax).contains(topic.utf8.count), !topic.hasPrefix("$"),
      topic.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }),
      !topic.utf8.contains(UInt8(ascii: "+")), !topic.utf8.contains(UInt8(ascii: "#"))
    else { return false }
    guard topic != root, !topic.hasPrefix(root + "/"), ownFilters.matches(topic).isEmpty,
      !taken.contains(where: topic.hasPrefix)
    else { return false }
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    return !(levels.count > 3 && levels[0] == "farmgate" && Self.ofGateways.contains(levels[3]))
  }
}
