import CanonicalJSON
import FarmUnits
import Foundation
import MQTTLink
import Synchronization

/// A client that keeps every message it hears and lets a test wait for the one it expects.
final class Recorder: Sendable {
  struct TimedOut: Error, CustomStringConvertible {
    var description: String
  }

  struct Message: Sendable {
    var topic: String
    var payload: [UInt8]
    var retained: Bool
    var contentType: String?
    var correlationData: [UInt8]?
    var json: JSONValue? { try? JSONValue(parsing: payload) }  // nil is an answer here: the test looks
  }

  let link: BrokerLink
  private let heard = Mutex<[Message]>([])
  private let listener: Mutex<Task<Void, Never>?> = Mutex(nil)

  /// - Parameter filter: What to hear; one that hears everything may lose some of a flood.
  init(
    port: UInt16, name: String = "recorder-\(UUID().uuidString.prefix(8))", filter: String = "#",
    security: LinkOptions.TransportSecurity? = nil
  ) throws {
    var options = LinkOptions(name: "test", host: "127.0.0.1", port: port, clientID: name)
    options.subscriptions = [Subscription(filter, for: .reading)]
    (options.sessionExpiry, options.security) = (.zero, security)
    link = try BrokerLink(options)
    try link.start()
    let task = Task { [link, weak self] in
      while case let batch = await link.readings.next(), !batch.isEmpty {
        guard let self else { return }
        self.heard.withLock { heard in
          heard += batch.map {
            Message(
              topic: $0.topic, payload: $0.payload, retained: $0.retained, contentType: $0.contentType,
              correlationData: $0.correlationData)
          }
        }
      }
    }
    listener.withLock { $0 = task }
  }

  func close() async {
    await link.stop()
    listener.withLock { $0 }?.cancel()
  }

  /// Everything heard on a topic so far.
  func messages(on topic: String) -> [Message] { heard.withLock { $0.filter { $0.topic == topic } } }
  /// In the order in which they came.
  var all: [Message] { heard.withLock { $0 } }
  var topics: Set<String> { heard.withLock { Set($0.map(\.topic)) } }
  /// Forgets what was heard, so that the next wait is for something new.
  func forget() { heard.withLock { $0.removeAll() } }

  func publish(_ topic: String, _ text: String, retained: Bool = false) {
    publish(topic, bytes: Array(text.utf8), retained: retained)
  }
  /// As an MQTT 5 request.
  func publish(_ topic: String, _ text: String, replyTo response: String?, correlation: String?) {
    link.publish(
      OutboundMessage(
        topic: topic, payload: Array(text.utf8), responseTopic: response,
        correlationData: correlation.map { Array($0.utf8) }))
  }
  func publish(_ topic: String, bytes: [UInt8], retained: Bool = false) {
    link.publish(OutboundMessage(topic: topic, payload: bytes, retained: retained))
  }

  /// The first message on `topic` that satisfies `condition`, heard already or within the limit.
  @discardableResult
  func message(
    on topic: String, within limit: Duration = .seconds(60), _ what: String = "any message",
    where condition: (Message) -> Bool = { _ in true }
  ) async throws -> Message {
    try await eventually(within: limit, "\(what) on \(topic)") {
      messages(on: topic).first(where: condition)
    } onTimeout: {
      let last = messages(on: topic).last.map { String(decoding: $0.payload, as: UTF8.self) } ?? "nothing"
      return "last heard there: \(last); topics heard: \(topics.sorted().joined(separator: ", "))"
    }
  }
}

/// Asks until there is an answer, and fails with what was wanted when the limit is over.
func eventually<Answer>(
  within limit: Duration = .seconds(60), _ what: String, _ answer: () throws -> Answer?,
  onTimeout explanation: () -> String = { "" }
) async throws -> Answer {
  let clock = ContinuousClock()
  let end = clock.now.advanced(by: limit)
  while true {
    if let answer = try answer() { return answer }
    guard clock.now < end else {
      throw Recorder.TimedOut(description: "waited \(limit) for \(what); \(explanation())")
    }
    try await Task.sleep(for: .milliseconds(10))
  }
}
