import Glibc
import LoopbackBroker
import MQTTLink
import Testing

/// Tests against a real broker run only where there is one, and say so.
extension Trait where Self == ConditionTrait {
  static var needsBroker: Self {
    .enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence))
  }
}

/// Waits for a condition.
func eventually(
  _ what: @autoclosure () -> Comment, within limit: Duration = .seconds(60),
  sourceLocation: SourceLocation = #_sourceLocation,
  _ holds: () throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try !holds() {
    guard ContinuousClock.now < deadline else {
      Issue.record(what(), sourceLocation: sourceLocation)
      throw TimedOut()
    }
    try await Task.sleep(for: .milliseconds(2))
  }
}
struct TimedOut: Error {}

/// Options for a broker on this machine; every link gets its own client id.
func options(_ broker: PrivateBroker, _ change: (inout LinkOptions) -> Void = { _ in }) -> LinkOptions {
  options(port: broker.port, host: broker.host, change)
}
func options(
  port: UInt16, host: String = "127.0.0.1", _ change: (inout LinkOptions) -> Void = { _ in }
) -> LinkOptions {
  var options = LinkOptions(
    name: "test", host: host, port: port, clientID: "test-\(UInt64.random(in: 0 ... .max))")
  options.sessionExpiry = .zero
  change(&options)
  return options
}

extension BrokerLink {
  /// A link that is connected, its subscriptions answered.
  static func connected(_ options: LinkOptions) async throws -> BrokerLink {
    let link = try BrokerLink(options)
    try link.start()
    try await link.becomesConnected()
    if !options.subscriptions.isEmpty { try await link.hearsItself() }
    return link
  }

  func becomesConnected(times: UInt64 = 1) async throws {
    try await eventually("connected: \(status)") { status.state == .connected && status.connects >= times }
  }

  /// MQTT keeps order, so when a message of ours is acknowledged, our SUBSCRIBE before it was, too.
  func hearsItself() async throws {
    let token = UInt64.random(in: 0 ... .max)
    publish(OutboundMessage(topic: "test/order", payload: [], token: token))
    try await answer(to: token)
  }

  @discardableResult
  func answer(to token: UInt64) async throws -> Acknowledgement.Outcome {
    var answer: Acknowledgement?
    try await eventually("token \(token) is answered") {
      answer = answer ?? acknowledgements.drain().first { $0.token == token }
      return answer != nil
    }
    return answer!.outcome
  }

  /// The next `count` readings.
  func readings(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws
    -> [InboundMessage]
  {
    var messages: [InboundMessage] = []
    try await eventually(
      "\(count) readings, not \(messages.map(text)): \(status) \(counters)", sourceLocation: sourceLocation
    ) {
      messages += readings.drain()
      return messages.count >= count
    }
    return messages
  }
}

func text(_ message: InboundMessage) -> String {
  "\(message.topic)=\(String(decoding: message.payload, as: UTF8.self))"
}

func outbound(
  _ topic: String, _ payload: String, qos: QualityOfService = .atLeastOnce, retained: Bool = false,
  token: UInt64? = nil
) -> OutboundMessage {
  OutboundMessage(
    topic: topic, payload: Array(payload.utf8), qualityOfService: qos, retained: retained, token: token)
}

/// A thread of this process, as `/proc` shows it.
struct RunningThread {
  var name: String
  /// User and system, in ticks of 10 ms.
  var ticks: Int

  static func all() -> [RunningThread] {
    guard let tasks = opendir("/proc/self/task") else { return [] }
    defer { closedir(tasks) }
    var threads: [RunningThread] = []
    while let task = readdir(tasks) {
      let identifier = withUnsafeBytes(of: &task.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let file = fopen("/proc/self/task/\(identifier)/stat", "r") else { continue }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 1024)
      guard fgets(&line, 1024, file) != nil else { continue }
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      // `identifier (name) state …`; proc(5) counts utime as field 14 and stime as 15.
      guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { continue }
      let fields = text[close...].split(separator: " ")
      threads.append(
        RunningThread(
          name: String(text[open..<close].dropFirst()), ticks: Int(fields[12])! + Int(fields[13])!))
    }
    return threads
  }

  static func named(_ name: String) -> RunningThread? { all().first { $0.name == name } }
}
