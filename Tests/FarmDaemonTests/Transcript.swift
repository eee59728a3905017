import CanonicalJSON
import Foundation
import MQTTLink
import Synchronization
import TestSupport
import TopicTree

/// Everything that is said below `farmgate/` and `nexus/` on a broker, with the flags as their publishers set them.
final class Transcript: Sendable {
  let link: BrokerLink
  private let heard = Mutex<[InboundMessage]>([])

  init(port: UInt16) throws {
    var options = LinkOptions(
      name: "transcript", host: "127.0.0.1", port: port, clientID: "transcript-\(UUID().uuidString.prefix(8))"
    )
    // Commands are told with the retain flag as published, stored or live; readings only when they were stored.
    options.subscriptions = [
      Subscription("farmgate/#", for: .command), Subscription("nexus/#", for: .command),
    ]
    options.commandCapacity = QueueCapacity(messages: 100_000, bytes: 256 << 20)
    options.sessionExpiry = .zero
    link = try BrokerLink(options)
    try link.start()
    Task { [link, weak self] in
      while case let batch = await link.commands.next(), !batch.isEmpty {
        guard let self else { return }
        self.heard.withLock { $0 += batch }
      }
    }
  }

  var messages: [InboundMessage] { heard.withLock { $0 } }
  /// The channels that were heard on.
  var channels: Set<String> { Set(messages.compactMap { TopicTree.channel(of: $0.topic)?.name }) }

  func say(_ topic: String, _ text: String, retained: Bool = false) {
    link.publish(OutboundMessage(topic: topic, payload: Array(text.utf8), retained: retained))
  }

  /// The answer to the command with this id, or to the one that had none.
  func answer(on topic: String, id: String?) async throws -> JSONValue {
    try await eventually(within: .seconds(60), "the answer to \(id ?? "none") on \(topic)") {
      messages.lazy.filter { $0.topic == topic + "/result" }.compactMap {
        try? JSONValue(parsing: $0.payload)
      }
      .first { $0["id"] == JSONValue.text(id) }
    }
  }

  /// What of it is not as the document says; our own eyes.
  func faults(in document: JSONValue) -> [String] {
    let check = SchemaCheck(document: document)
    return messages.flatMap { message -> [String] in
      guard let channel = TopicTree.channel(of: message.topic) else {
        return ["\(message.topic): no channel"]
      }
      if channel.direction == .receive { return [] }
      let isCleared = message.payload.isEmpty && channel.canBeCleared
      var faults: [String] = []
      if message.retained != channel.retained { faults.append("retained is \(message.retained)") }
      if Int64(message.qualityOfService.rawValue) != channel.qualityOfService { faults.append("wrong QoS") }
      if message.contentType != (isCleared ? nil : channel.contentType) {
        faults.append("wrong content type")
      }
      if !isCleared {
        do {
          faults += check.faults(of: try JSONValue(parsing: message.payload), under: channel.payloadSchema)
        } catch { faults.append("\(error)") }
      }
      return faults.map { "\(message.topic): \($0)" }
    }
  }

  /// The same as a program that knows nothing of farmgate sees it, and how many messages it held against the document.
  static func secondOpinion(_ lines: [JSONValue], on document: JSONValue) throws -> (
    faults: [String], count: Int64
  ) {
    let file = try SecondOpinion.file(document.text)
    defer { try? FileManager.default.removeItem(at: file) }  // a leftover in /tmp harms nobody
    let (status, output) = SecondOpinion.run(
      [SecondOpinion.transcriptCheck, "-", file.path], input: lines.map { $0.text + "\n" }.joined())
    var printed = output.split(separator: "\n").map(String.init)
    let heard = printed.popLast().flatMap { try? JSONValue(parsing: $0) }?.object
    guard status == 0, let heard else { return (["python3 ended with \(status): \(output.suffix(500))"], 0) }
    return (printed, heard.members.compactMap(\.value.integer).reduce(0, +))
  }

  var lines: [JSONValue] {
    messages.map {
      [
        "topic": .string($0.topic), "payload": .string(String(decoding: $0.payload, as: UTF8.self)),
        "retained": .bool($0.retained), "qos": .integer(Int64($0.qualityOfService.rawValue)),
        "contentType": .text($0.contentType),
      ]
    }
  }
}
