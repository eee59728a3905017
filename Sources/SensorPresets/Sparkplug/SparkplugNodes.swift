public import FarmUnits

/// Follows the numbers of Sparkplug's edge nodes: each message of a node and its devices is one further, 0...255 and from
/// the beginning again. A number that is left out is a message that was lost, and with it perhaps the only word of a
/// change or of what an alias means: the node is doubted then, until its next birth, and asked for that.
///
/// What to ask is a value; whoever holds the broker publishes it. One number is taken after the other, with no time for
/// messages that overtake one another: one broker and one connection keep their order.
///
/// - Source: Sparkplug 3.0.0, 5.4 and 6.4.
public struct SparkplugNodes: Sendable {
  private struct Key: Hashable {
    let group, node: String
  }

  private struct Node: Sendable {
    /// For its commands.
    let place: SparkplugTopic
    /// Whether the configuration names it, and not just a filter that it matches.
    let isNamed: Bool
    /// The newest number; nil: none heard, or it numbers nothing.
    var last: UInt8?
    var isDoubted = false
    var isToBeAsked = false
    var asked: Instant?
    var rest = SparkplugNodes.restAtFirst
  }

  /// A command to one node: to tell all its births anew.
  public struct RebirthRequest: Equatable, Sendable {
    public let topic: String
    public let payload: [UInt8]
  }

  /// What was counted since the start.
  public struct Counters: Equatable, Sendable {
    public var births: UInt64 = 0
    /// Numbers left out: how often, and how many at least.
    public var gaps: UInt64 = 0
    public var lost: UInt64 = 0
    public var requests: UInt64 = 0
    /// Messages of nodes beyond the limit.
    public var notFollowed: UInt64 = 0
  }

  /// Nodes told apart, and the longest topic: with a wildcard both are the network's.
  static let limit = (nodes: 256, topicBytes: 512)
  /// Between two requests to a node: the first, doubled with each that is not answered, up to the longest.
  static let restAtFirst = Duration.seconds(10)
  static let restMax = Duration.seconds(600)

  private var places: [Key: Int] = [:]
  private var nodes: [Node] = []
  private var isSomebodyToBeAsked = false
  public private(set) var counters = Counters()

  /// - Parameter topics: Of the configuration's Sparkplug sensors.
  public init(_ topics: some Sequence<String>) {
    for topic in topics {
      guard let place = SparkplugTopic(topic), place.group != "+", place.node != "+" else { continue }
      _ = index(of: place, isNamed: true)
    }
  }

  /// What is known of nodes under another configuration's topics. A node that nothing hangs on any more is not heard of
  /// again, and harms nobody.
  public mutating func takeOver(_ old: Self) {
    counters = old.counters
    for (key, place) in old.places {
      let node = old.nodes[place]
      let index: Int
      if let known = places[key] {
        index = known
      } else if !node.isNamed, nodes.count < Self.limit.nodes {
        index = nodes.count
        places[key] = index
        nodes.append(node)
      } else {
        continue
      }
      (nodes[index].last, nodes[index].isDoubted) = (node.last, node.isDoubted)
      (nodes[index].isToBeAsked, nodes[index].asked) = (node.isToBeAsked, node.asked)
      nodes[index].rest = node.rest
    }
    isSomebodyToBeAsked = old.isSomebodyToBeAsked
  }

  public var count: Int { nodes.count }
  /// Nodes of which something was lost, and that have not told their births since.
  public var doubted: Int { nodes.count(where: \.isDoubted) }

  /// Takes note of a message, whoever it is for.
  ///
  /// - Returns: Whether one before it is missing that was not known to be missing: what is known of its node, its
  ///   aliases included, may not be true any more.
  public mutating func hear(topic: String, payload: [UInt8], retained: Bool) -> Bool {
    // What the broker had stored says nothing about the number that comes next.
    guard !retained, let place = SparkplugTopic(topic), place.kind.isNumbered,
      let sequence = SparkplugPayload.sequence(of: payload)
    else { return false }
    guard topic.utf8.count <= Self.limit.topicBytes, let index = index(of: place) else {
      counters.notFollowed += 1
      return false
    }
    if place.kind == .nodeBirth {
      counters.births += 1
      nodes[index].last = sequence.number
      (nodes[index].isDoubted, nodes[index].isToBeAsked) = (false, false)
      nodes[index].rest = Self.restAtFirst
      return false
    }
    let isGap = step(index, to: sequence)
    if isGap { nodes[index].isDoubted = true }
    if nodes[index].isDoubted { ask(index) }
    return isGap
  }

  private mutating func step(_ index: Int, to sequence: SparkplugPayload.Sequence) -> Bool {
    let last = nodes[index].last
    // Some writers leave a zero out.
    let number = sequence.number ?? (sequence.isAbsent && last == 255 ? 0 : nil)
    nodes[index].last = number
    guard let last, !sequence.isAbsent || number != nil else { return false }
    guard let number else { return countGap(1) }
    // The same again is the same message again, as a broker may deliver it.
    guard number != last, number != last &+ 1 else { return false }
    return countGap(UInt64(number &- last &- 1))
  }

  private mutating func countGap(_ lost: UInt64) -> Bool {
    counters.gaps += 1
    counters.lost += lost
    return true
  }

  /// A message of this topic had an alias that nobody has explained.
  public mutating func missesNames(_ topic: String) {
    guard let place = SparkplugTopic(topic), let index = index(of: place) else { return }
    ask(index)
  }

  /// The broker is there again: whatever was said meanwhile is lost, and births are not kept.
  public mutating func connected() {
    for index in nodes.indices where nodes[index].isNamed { ask(index) }
  }

  /// What is to be published now.
  public mutating func takeRequests(at now: Moment) -> [RebirthRequest] {
    guard isSomebodyToBeAsked else { return [] }
    isSomebodyToBeAsked = false
    var requests: [RebirthRequest] = []
    for index in nodes.indices where nodes[index].isToBeAsked {
      if let asked = nodes[index].asked, asked.duration(to: now.instant) < nodes[index].rest {
        isSomebodyToBeAsked = true
        continue
      }
      if nodes[index].asked != nil { nodes[index].rest = min(nodes[index].rest * 2, Self.restMax) }
      (nodes[index].asked, nodes[index].isToBeAsked) = (now.instant, false)
      counters.requests += 1
      requests.append(
        RebirthRequest(
          topic: nodes[index].place.topic(.nodeCommand), payload: SparkplugCommand.rebirth(at: now.wall)))
    }
    return requests
  }

  private mutating func ask(_ index: Int) { (nodes[index].isToBeAsked, isSomebodyToBeAsked) = (true, true) }

  /// Nil where there is no room for another node.
  private mutating func index(of place: SparkplugTopic, isNamed: Bool = false) -> Int? {
    let key = Key(group: place.group, node: place.node)
    if let known = places[key] { return known }
    guard nodes.count < Self.limit.nodes else { return nil }
    places[key] = nodes.count
    nodes.append(Node(place: place, isNamed: isNamed))
    return nodes.count - 1
  }
}

/// What a host says to a node, as bytes.
enum SparkplugCommand {
  /// `Node Control/Rebirth` = true. Without a number, as commands are.
  ///
  /// - Source: Sparkplug 3.0.0, 6.4.23.
  static func rebirth(at now: WallTime) -> [UInt8] {
    let time = varint(UInt64(clamping: now.milliseconds))
    let name = Array("Node Control/Rebirth".utf8)
    // Name, timestamp, type Boolean (11), the value true.
    let metric: [UInt8] = [0x0A, UInt8(name.count)] + name + [0x18] + time + [0x20, 0x0B, 0x70, 0x01]
    return [0x08] + time + [0x12, UInt8(metric.count)] + metric
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest) = ([UInt8](), value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
