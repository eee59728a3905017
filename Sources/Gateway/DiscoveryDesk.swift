import Claims
public import FarmUnits
import Harvest
public import HomeAssistant

/// Announces the gateway to Home Assistant, and takes back what is no longer there.
///
/// What is announced is written to the disk first (`takeRecord`, `recorded`), and forgotten there only when the broker
/// is known to have let it go (`delivered`): no kill and no power cut leaves an entity behind that nobody removes.
public struct DiscoveryDesk: Sendable {
  /// How long a lot or a drone that was announced before a restart may stay unheard of. A lot is known at once or
  /// never; a drone may be away for a day.
  static let patience: (lot: Duration, drone: Duration) = (.seconds(600), .seconds(86_400))
  /// Home Assistant hears of an entity first and subscribes to its state then: states that are not retained are told
  /// again after this.
  static let stateDelay = Duration.seconds(5)
  /// Between two answers to Home Assistant's birth message.
  static let birthPause = Duration.seconds(5)
  /// A component that went away is told so for at least this long.
  static let removalLasts = Duration.seconds(60)

  /// Nil: everything that was announced is taken back.
  private let directory: FarmDirectory?
  private var record: AnnouncementRecord
  private var wanted: [String: Wanted] = [:]
  /// Announced before the start and not heard of yet, with the end of our patience.
  private var expected: [String: Instant] = [:]
  /// Since when topics tell of components that went away.
  private var removing: [String: Instant] = [:]
  private var isToBeRecorded = false
  /// Rise with each record that was taken, and that is on the disk.
  private var (recordsTaken, recordsWritten): (UInt64, UInt64) = (0, 0)
  /// Waits for the record that says so to be on the disk.
  private var waiting: [Announcement] = []
  /// Handed over, and not known to have arrived.
  private var underway: [Announcement] = []
  private var birthAnswered: Instant?
  private var birthDue: Instant?
  private var statesDue: Instant?
  /// Lots and drones that were not announced since there are too many.
  public private(set) var refused: UInt64 = 0

  /// What is announced on a topic: bytes, which weigh less than what they are made of.
  private struct Wanted: Sendable {
    var payload: [UInt8]
    /// The same, and which components went away.
    var told: [UInt8]
    var platforms: [String: DiscoveryPlatform]
  }
  private struct Announcement: Sendable {
    var message: OutgoingMessage
    var topic: String
    /// What the record may forget once the broker has the message; nil: nothing.
    var forgets: Forgetting?
    /// The record that knows of it.
    var record: UInt64
  }
  private enum Forgetting: Sendable {
    case topic
    case components(Set<String>)
  }

  /// - Parameters:
  ///   - directory: What there is to announce; nil: nothing any more.
  ///   - restored: What was announced before the start.
  public init(_ directory: FarmDirectory?, restored: AnnouncementRecord, at now: Moment) {
    (self.directory, record) = (directory, restored)
    for document in directory?.documents ?? [] { announce(document, at: now.instant) }
    for topic in restored.topics.keys.sorted() where wanted[topic] == nil {
      if directory?.isLot(topic) ?? false {
        expected[topic] = now.instant.advanced(by: Self.patience.lot)
      } else if directory?.isDrone(topic) ?? false {
        expected[topic] = now.instant.advanced(by: Self.patience.drone)
      } else {
        clear(topic)
      }
    }
  }

  /// Goes on for another configuration: what was announced and is no longer there has been taken back by `init`, from
  /// `old`'s record; what is told already is not told again.
  mutating func takeOver(_ old: Self, at now: Instant) {
    (recordsTaken, recordsWritten, refused) = (old.recordsTaken, old.recordsWritten, old.refused)
    (birthAnswered, birthDue) = (old.birthAnswered, old.birthDue)
    // Who hears of an entity only now hears its state after that.
    statesDue = old.statesDue ?? now.advanced(by: Self.stateDelay)
    if let directory, directory.birthTopic == old.birthTopic {
      for (topic, document) in old.wanted where directory.isLot(topic) || directory.isDrone(topic) {
        (wanted[topic], expected[topic]) = (document, nil)
      }
    }
    for (topic, end) in old.expected where expected[topic] != nil { expected[topic] = end }
    for (topic, since) in old.removing where removing[topic] != nil { removing[topic] = since }
    let unsaid = Set((old.waiting + old.underway).map(\.topic))
    waiting.removeAll { announcement in
      !unsaid.contains(announcement.topic) && !announcement.message.payload.isEmpty
        && announcement.message.payload == old.wanted[announcement.topic]?.told
    }
    for index in waiting.indices { waiting[index].record = recordsTaken + (isToBeRecorded ? 1 : 0) }
    let known = Set(waiting.map(\.topic))
    underway += old.underway.filter { !known.contains($0.topic) }
    waiting += old.waiting.filter { !known.contains($0.topic) }
  }

  /// What brokers may still keep.
  var announced: AnnouncementRecord { record }

  /// Where Home Assistant says that it has started.
  public var birthTopic: String? { directory?.birthTopic }
  /// Discovery topics that the broker may keep.
  public var announcedTopics: Int { record.topics.count }

  // MARK: What happens

  /// - Returns: Whether the message was Home Assistant's word about itself.
  mutating func receive(topic: String, payload: [UInt8], at now: Moment) -> Bool {
    guard let birthTopic, topic == birthTopic else { return false }
    if payload == Array("online".utf8) { birthDue = birthDue ?? birthTime(now.instant) }
    return true
  }

  private func birthTime(_ now: Instant) -> Instant {
    birthAnswered.map { max(now, $0.advanced(by: Self.birthPause)) } ?? now
  }

  mutating func appeared(_ lot: Availability, at now: Moment) {
    guard let directory else { return }
    appeared(directory.lot(lot), at: now.instant)
  }

  mutating func retired(lot id: String) {
    if let directory { clear(directory.topic(ofLot: id)) }
  }

  mutating func appeared(drone id: String, at now: Moment) {
    guard let directory, wanted[directory.topic(ofDrone: id)] == nil else { return }
    appeared(directory.drone(id), at: now.instant)
  }

  mutating func retired(drone id: String) {
    if let directory { clear(directory.topic(ofDrone: id)) }
  }

  private mutating func appeared(_ document: DiscoveryDocument, at now: Instant) {
    expected[document.topic] = nil
    if wanted[document.topic]?.payload == document.payload() { return }
    guard record.topics[document.topic] != nil || record.topics.count < AnnouncementRecord.topicsMax else {
      return refused += 1
    }
    announce(document, at: now)
  }

  /// Time has passed.
  /// - Returns: Whether what is not retained is to be told anew.
  mutating func step(at now: Moment) -> Bool {
    for (topic, end) in expected.sorted(by: { $0.key < $1.key }) where end <= now.instant { clear(topic) }
    var tellsStates = false
    if let birthDue, birthDue <= now.instant {
      (self.birthDue, birthAnswered) = (nil, now.instant)
      statesDue = now.instant.advanced(by: Self.stateDelay)
      tellsStates = true
      for topic in wanted.keys.sorted() { repeatAfterBirth(topic, at: now.instant) }
    }
    if let statesDue, statesDue <= now.instant {
      self.statesDue = nil
      tellsStates = true
    }
    return tellsStates
  }

  /// A Home Assistant that has just started knows no component that could be taken away; but it may have read the
  /// retained document of a moment ago.
  private mutating func repeatAfterBirth(_ topic: String, at now: Instant) {
    guard let document = wanted[topic] else { return }
    guard let since = removing[topic], now - since >= Self.removalLasts else {
      return queue(document.told, on: topic, forgets: nil)
    }
    removing[topic] = nil
    wanted[topic]?.told = document.payload
    let leaving = leaving(topic, document.platforms)
    queue(document.payload, on: topic, forgets: .components(Set(leaving.keys)))
  }

  // MARK: What is to be said

  private func leaving(_ topic: String, _ kept: [String: DiscoveryPlatform]) -> [String: DiscoveryPlatform] {
    (record.topics[topic] ?? [:]).filter { kept[$0.key] == nil }
  }

  private mutating func announce(_ document: DiscoveryDocument, at now: Instant) {
    let (topic, payload, platforms) = (document.topic, document.payload(), document.platforms)
    let leaving = leaving(topic, platforms)
    let told = leaving.isEmpty ? payload : document.payload(leaving: leaving)
    wanted[topic] = Wanted(payload: payload, told: told, platforms: platforms)
    if !leaving.isEmpty, removing[topic] == nil { removing[topic] = now }
    let known = platforms.merging(leaving) { own, _ in own }
    if record.topics[topic] != known {
      record.topics[topic] = known
      isToBeRecorded = true
    }
    queue(told, on: topic, forgets: nil)
  }

  private mutating func clear(_ topic: String) {
    (wanted[topic], expected[topic], removing[topic]) = (nil, nil, nil)
    guard record.topics[topic] != nil else { return }
    queue([], on: topic, forgets: .topic)
  }

  /// The newest word about a topic replaces those before it, and what they would have made forgotten.
  private mutating func queue(_ payload: [UInt8], on topic: String, forgets: Forgetting?) {
    waiting.removeAll { $0.topic == topic }
    underway.removeAll { $0.topic == topic }
    let message = OutgoingMessage(
      topic: topic, payload: payload, retained: true, qualityOfService: 1,
      contentType: payload.isEmpty ? nil : "application/json", payloadFormat: payload.isEmpty ? nil : 1)
    waiting.append(
      Announcement(
        message: message, topic: topic, forgets: forgets, record: recordsTaken + (isToBeRecorded ? 1 : 0)))
  }

  // MARK: In step with the disk and the broker

  /// What is to be kept on the disk, with its number; nil: nothing new.
  public mutating func takeRecord() -> (number: UInt64, bytes: [UInt8])? {
    guard isToBeRecorded else { return nil }
    isToBeRecorded = false
    recordsTaken += 1
    return (recordsTaken, record.bytes)
  }

  /// A record is on the disk, or the disk does not take it: what it knows of may be told.
  mutating func recorded(_ number: UInt64) { recordsWritten = max(recordsWritten, number) }

  /// What may be told.
  mutating func takeMessages() -> [OutgoingMessage] {
    let free = waiting.filter { $0.record <= recordsWritten }
    guard !free.isEmpty else { return [] }
    waiting.removeAll { $0.record <= recordsWritten }
    underway += free
    return free.map(\.message)
  }

  /// Everything that was handed over has reached the broker.
  mutating func delivered() {
    for announcement in underway {
      switch announcement.forgets {
      case nil: continue
      case .topic: record.topics[announcement.topic] = nil
      case .components(let keys):
        record.topics[announcement.topic] = record.topics[announcement.topic]?.filter {
          !keys.contains($0.key)
        }
      }
      isToBeRecorded = true
    }
    underway.removeAll()
  }
}
