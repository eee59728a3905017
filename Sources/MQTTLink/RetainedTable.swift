import FarmUnits

/// The newest retained message of each topic. A broker may forget them, so they all go out again after every
/// connect; a cleared topic goes out once and is forgotten when the broker has heard it.
struct RetainedTable: Sendable {
  struct Entry: Sendable {
    var message: OutboundMessage
    var expiresAt: Instant?
    /// Rises with each message of the topic.
    var version: UInt64
    /// When the topic came first: the order after a connect.
    let rank: UInt64
    /// In `waiting`.
    var isWaiting: Bool
  }

  private(set) var bytes = 0
  private var entries: [String: Entry] = [:]
  private var waiting = Deque<String>()
  private var ranks: UInt64 = 0
  private let capacity: QueueCapacity

  init(_ capacity: QueueCapacity) { self.capacity = capacity }

  var count: Int { entries.count }
  var waitingCount: Int { waiting.count }

  enum Placed: Equatable {
    /// - Parameter unsent: The message it replaced had not been handed over; with its token.
    case stored(unsent: Bool, token: UInt64?)
    case refused(PublishRefusal)
  }

  mutating func put(_ message: OutboundMessage, expiresAt: Instant?) -> Placed {
    let old = entries[message.topic]
    let size = bytes - (old?.message.bytes ?? 0) + message.bytes
    if message.bytes > capacity.bytes { return .refused(.tooLarge) }
    guard size <= capacity.bytes, old != nil || entries.count < capacity.messages else {
      return .refused(.retainedTableFull)
    }
    bytes = size
    if old == nil { ranks += 1 }
    entries[message.topic] = Entry(
      message: message, expiresAt: expiresAt, version: (old?.version ?? 0) + 1, rank: old?.rank ?? ranks,
      isWaiting: true)
    if let old, old.isWaiting { return .stored(unsent: true, token: old.message.token) }
    waiting.append(message.topic)
    return .stored(unsent: false, token: nil)
  }

  /// The topic to be sent next.
  var first: Entry? { waiting.first.flatMap { entries[$0] } }

  /// The first one is being handed over; its token is the caller's now.
  mutating func removeFirst() {
    guard let topic = waiting.popFirst() else { return }
    entries[topic]?.isWaiting = false
    entries[topic]?.message.token = nil
  }

  /// It could not be handed over after all.
  ///
  /// - Returns: Whether it waits again; else a newer one has taken its place.
  mutating func putBack(_ message: OutboundMessage, version: UInt64) -> Bool {
    guard var entry = entries[message.topic], entry.version == version else { return false }
    (entry.isWaiting, entry.message.token) = (true, message.token)
    entries[message.topic] = entry
    waiting.prepend(message.topic)
    return true
  }

  /// The first one is out of date, or cannot be sent at all.
  mutating func forgetFirst() {
    guard let topic = waiting.popFirst(), let entry = entries.removeValue(forKey: topic) else { return }
    bytes -= entry.message.bytes
  }

  /// This version can never be sent.
  mutating func forget(_ topic: String, version: UInt64) {
    guard let entry = entries[topic], entry.version == version else { return }
    entries[topic] = nil
    bytes -= entry.message.bytes
  }

  /// The broker has heard this version (or will not have it).
  mutating func settled(_ topic: String, version: UInt64) {
    guard let entry = entries[topic], entry.version == version, entry.message.payload.isEmpty,
      !entry.isWaiting
    else { return }
    entries[topic] = nil
    bytes -= entry.message.bytes
  }

  /// The broker may know nothing: everything waits again, first come first, but for what is on its way.
  ///
  /// - Returns: How many topics wait again.
  mutating func repeatAll(except isInFlight: (_ topic: String, _ version: UInt64) -> Bool) -> Int {
    let again = entries.filter { !$0.value.isWaiting && !isInFlight($0.key, $0.value.version) }
    for topic in again.keys { entries[topic]?.isWaiting = true }
    let order = entries.filter(\.value.isWaiting).sorted { $0.value.rank < $1.value.rank }
    waiting = Deque()
    for (topic, _) in order { waiting.append(topic) }
    return again.count
  }
}
