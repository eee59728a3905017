/// Finds the purpose of a topic, and remembers it.
struct SubscriptionMap {
  /// Topics remembered, and the longest of them in bytes: topics are the network's, so both are bounded.
  static let limit = (topics: 1024, bytes: 256)

  private let subscriptions: [Subscription]
  private var known: [String: Subscription.Purpose?] = [:]

  init(_ subscriptions: [Subscription]) { self.subscriptions = subscriptions }

  /// Command where both match; nil for topics that nobody asked for (an old session of the broker).
  mutating func purpose(of topic: String) -> Subscription.Purpose? {
    if let purpose = known[topic] { return purpose }
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    var purpose: Subscription.Purpose?
    for subscription in subscriptions where Topic.matches(levels, filter: subscription.filter) {
      purpose = subscription.purpose
      if purpose == .command { break }
    }
    guard topic.utf8.count <= Self.limit.bytes else { return purpose }
    if known.count >= Self.limit.topics { known.removeAll(keepingCapacity: true) }
    known[topic] = .some(purpose)
    return purpose
  }
}
