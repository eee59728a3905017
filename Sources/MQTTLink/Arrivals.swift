import CMosquitto
import FarmUnits
import Glibc

/// What libmosquitto's callbacks leave behind: messages go to their queues, everything else waits here for the
/// link's thread to decide about. All on that thread.
final class Arrivals {
  /// CONNACK.
  struct Answer {
    var reasonCode: UInt8
    var sessionPresent: Bool
    var packetLimit: Int?
  }
  /// SUBACK, one reason code for each filter.
  struct SubscriptionAnswer {
    var identifier: Int32
    var reasonCodes: [UInt8]
  }

  private(set) var answer: Answer?
  private(set) var dismissal: UInt8?
  private(set) var logLines: [String] = []
  var subscriptionAnswers: [SubscriptionAnswer] = []
  var refusedTopics: [(topic: String, reasonCode: UInt8)] = []
  /// PUBACKs of what one read brought, until `settle` takes them all at once.
  private var acknowledgements: [(identifier: Int32, reasonCode: UInt8)] = []
  /// When the answers to tokens that wait are to be announced; nil: none wait.
  private(set) var answersDue: Instant?
  /// Probes without their PUBACK, over connections: libmosquitto repeats them.
  var flyingProbes: [Int32] = []
  var proof: LinkProof
  let probe: ProbeMessage?
  /// Only what comes while this is set can be a PUBACK: the library reports sent messages through the same
  /// callback.
  var isReading = false
  /// Rises with each packet that comes to a callback.
  private(set) var packets = 0
  private var hasReadings = false
  private var hasCommands = false
  private var readingsAnnounced = Instant(nanoseconds: 0)
  private let shared: LinkShared
  private var subscriptions: SubscriptionMap

  init(_ shared: LinkShared) {
    self.shared = shared
    subscriptions = SubscriptionMap(shared.options.subscriptions)
    proof = LinkProof(shared.options)
    probe = shared.options.probe.map { ProbeMessage($0, session: .random(in: .min ... .max)) }
  }

  /// Topics have other purposes from now on.
  func listen(to subscriptions: [Subscription]) { self.subscriptions = SubscriptionMap(subscriptions) }

  /// For the next try.
  func reset() { (answer, dismissal, logLines, subscriptionAnswers) = (nil, nil, [], []) }

  /// When readings that wait are to be announced; nil: none wait.
  var readingsDue: Instant? {
    hasReadings ? readingsAnnounced.advanced(by: shared.options.readingDelay) : nil
  }

  /// Once for everything that one read brought, and again when readings are due.
  func announce(at now: Instant) {
    if hasCommands {
      hasCommands = false
      shared.commands.announce()
      shared.overflowedCommands.announce()
    }
    if let readingsDue, readingsDue <= now { announceReadings(at: now) }
    if let answersDue, answersDue <= now { announceAnswers() }
  }

  private func announceAnswers() {
    answersDue = nil
    shared.acknowledgements.announce()
  }

  /// Nothing more comes for now.
  func announceAll(at now: Instant) {
    settle(at: now)
    announce(at: now)
    announceReadings(at: now)
    announceAnswers()
  }

  private func announceReadings(at now: Instant) {
    hasReadings = false
    // A consumer that is awake finds them by itself.
    if shared.readings.announce() { readingsAnnounced = now }
  }

  // MARK: callbacks

  func connected(reasonCode: Int32, flags: Int32, properties: OpaquePointer?) {
    packets &+= 1
    var limit: UInt32 = 0
    let hasLimit =
      mosquitto_property_read_int32(properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), &limit, false)
      != nil
    answer = Answer(
      reasonCode: UInt8(clamping: reasonCode), sessionPresent: flags & 1 != 0,
      packetLimit: hasLimit ? Int(limit) : nil)
  }

  /// - Parameter code: DISCONNECT's reason code from 0x80, else `MOSQ_ERR`, which stays below.
  func disconnected(code: Int32) {
    if dismissal == nil, code >= 0x80 { dismissal = UInt8(clamping: code) }
  }

  func acknowledged(_ identifier: Int32, reasonCode: Int32) {
    guard isReading else { return }
    packets &+= 1
    acknowledgements.append((identifier, UInt8(clamping: reasonCode)))
  }

  /// What the broker has said that it has, for everybody who waits for it. After each read.
  ///
  /// Whoever gave us messages in numbers hears of their answers when as many are there as are still open, and in any case
  /// soon: being woken costs more than an answer.
  func settle(at now: Instant) {
    if acknowledgements.isEmpty { return }
    proof.acknowledged(at: now)
    shared.status.withLock { $0.lastAcknowledged = now }
    if !flyingProbes.isEmpty {
      acknowledgements.removeAll { isProbe($0.identifier, reasonCode: $0.reasonCode) }
    }
    let come = acknowledgements
    let (refused, open) = shared.settleOutbound { store in
      come.reduce(into: [(topic: String, reasonCode: UInt8)]()) { refused, one in
        guard let topic = store.acknowledged(one.identifier, reasonCode: one.reasonCode) else { return }
        refused.append((topic, one.reasonCode))
      }
    }
    refusedTopics += refused
    acknowledgements.removeAll(keepingCapacity: true)
    let waiting = shared.acknowledgements.count
    if waiting == 0 { return }
    if waiting >= open { return announceAnswers() }
    answersDue = answersDue ?? now.advanced(by: Self.answersDelay)
  }

  private static let answersDelay = Duration.milliseconds(10)

  private func isProbe(_ identifier: Int32, reasonCode: UInt8) -> Bool {
    guard let index = flyingProbes.firstIndex(of: identifier) else { return false }
    flyingProbes.remove(at: index)
    if reasonCode >= 0x80 { proof.refused() }
    return true
  }

  func subscribed(_ identifier: Int32, reasonCodes: UnsafeBufferPointer<Int32>) {
    packets &+= 1
    subscriptionAnswers.append(
      SubscriptionAnswer(identifier: identifier, reasonCodes: reasonCodes.map { UInt8(clamping: $0) }))
  }

  /// What the library says at the level of errors, which is where OpenSSL's reasons are.
  func logged(level: Int32, text: UnsafePointer<CChar>) {
    guard level == MOSQ_LOG_ERR, logLines.count < 4 else { return }
    // `OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed`: the last part is for people.
    var line = Substring(String(cString: text).prefix(300))
    if line.hasPrefix("OpenSSL"), let reason = line.split(separator: ":").last { line = reason }
    if line.hasPrefix("Error: ") { line = line.dropFirst(7) }
    while let last = line.last, last == "." || last.isWhitespace { line.removeLast() }
    logLines.append(String(line))
  }

  /// Copies: C frees both when this returns.
  func received(_ message: mosquitto_message, properties: OpaquePointer?) {
    packets &+= 1
    let topic = String(cString: message.topic)
    let size = Int(message.payloadlen)
    guard size <= shared.options.maximumPayloadBytes else {
      return shared.inbound.withLock {
        $0.refusedBySize += 1
        $0.refusedBySizeTopics.add(topic)
      }
    }
    let now = Instant.now()
    if topic == probe?.topic { return echoed(message, size, at: now) }
    if !message.retain { proof.heardLive(at: now) }
    var arrived = InboundMessage(
      topic: topic, payload: Array(UnsafeRawBufferPointer(start: message.payload, count: size)),
      retained: message.retain, qualityOfService: message.qos == 0 ? .atMostOnce : .atLeastOnce, arrived: now)
    if properties != nil { addProperties(properties, to: &arrived) }
    deliver(arrived)
    shared.status.withLock { $0.lastReceived = now }
  }

  /// A message on the probe's topic. Nobody but us is to publish there.
  private func echoed(_ message: mosquitto_message, _ size: Int, at now: Instant) {
    let number = probe?.number(in: Array(UnsafeRawBufferPointer(start: message.payload, count: size)))
    if let number { proof.echoed(number, at: now) }
    shared.status.withLock { status in
      status.lastReceived = now
      if number == nil { status.probesOfOthers += 1 } else { status.probesReturned += 1 }
    }
  }

  private func deliver(_ message: InboundMessage) {
    let size = message.bytes
    let purpose = subscriptions.purpose(of: message.topic)
    var (dropped, overflowed, lost) = (0, 0, 0)
    switch purpose {
    case .reading:
      hasReadings = true
      dropped = shared.readings.append(message, bytes: size)
    case .command:
      hasCommands = true
      overflowed = shared.commands.append(message, bytes: size)
      if overflowed > 0 { lost = shared.overflowedCommands.append(message, bytes: size) }
    case nil: break
    }
    shared.inbound.withLock { counters in
      counters.received += 1
      counters.bytes += UInt64(message.payload.count)
      counters.readingsDropped += UInt64(dropped)
      counters.commandsOverflowed += UInt64(overflowed)
      counters.commandsLost += UInt64(lost)
      if purpose == nil { counters.unexpected += 1 }
    }
  }

  /// The corresponding C functions are `mosquitto_property_read_string` and `mosquitto_property_read_binary`,
  /// whose copies are ours to free.
  private func addProperties(_ properties: OpaquePointer?, to message: inout InboundMessage) {
    func text(_ property: mqtt5_property) -> String? {
      var copy: UnsafeMutablePointer<CChar>?
      guard mosquitto_property_read_string(properties, Int32(property.rawValue), &copy, false) != nil,
        let copy
      else { return nil }
      defer { free(copy) }
      return String(cString: copy)
    }
    message.responseTopic = text(MQTT_PROP_RESPONSE_TOPIC)
    message.contentType = text(MQTT_PROP_CONTENT_TYPE)
    var data: UnsafeMutableRawPointer?
    var size: UInt16 = 0
    let identifier = Int32(MQTT_PROP_CORRELATION_DATA.rawValue)
    guard mosquitto_property_read_binary(properties, identifier, &data, &size, false) != nil else { return }
    defer { free(data) }
    message.correlationData = Array(UnsafeRawBufferPointer(start: data, count: Int(size)))
  }
}
