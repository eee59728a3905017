import CanonicalJSON
import FarmUnits
import Glibc
import MQTTLink

/// A broker of our own and a client that keeps what it hears.
final class Bus {
  struct Message {
    let topic: String
    let payload: [UInt8]
    let arrived: Instant
    var text: String { String(decoding: payload, as: UTF8.self) }
    /// Null where it is no JSON: then no expectation holds.
    var json: JSONValue { (try? JSONValue(parsing: payload)) ?? .null }
  }

  static let port: UInt16 = 1883
  private let broker: ChildProcess
  private let link: BrokerLink
  private var heard: [Message] = []

  init(folder: String) throws {
    let configuration = folder + "/mosquitto.conf"
    try KernelFile(path: configuration).write(
      "listener \(Self.port) 127.0.0.1\nallow_anonymous true\nuser root\n")
    let programs = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"]
    guard let program = programs.first(where: { access($0, X_OK) == 0 }) else {
      throw Failure("mosquitto is not installed (Debian: apt install mosquitto)")
    }
    broker = try ChildProcess([program, "-c", configuration], log: folder + "/mosquitto.log")
    let listening = String(Self.port, radix: 16, uppercase: true)
    let (broker, sockets) = (broker, KernelFile(path: "/proc/net/tcp"))
    try eventually(
      "the broker to listen", holds: { try sockets.read().contains(":0\(listening) 00000000:0000 0A") },
      instead: { broker.logTail })
    var options = LinkOptions(name: "hil", host: "127.0.0.1", port: Self.port, clientID: "hil-suite")
    options.subscriptions = [Subscription("#", for: .reading)]
    options.sessionExpiry = .zero
    options.readingCapacity = QueueCapacity(messages: 100_000, bytes: 64 << 20)
    link = try BrokerLink(options)
    try link.start()
    let link = link
    try eventually("a connection to the broker", holds: { link.status.state == .connected })
  }

  /// What came since the beginning, in order. Fails when something was lost on the way to us.
  private func listen() throws -> [Message] {
    for message in link.readings.drain() {
      heard.append(Message(topic: message.topic, payload: message.payload, arrived: message.arrived))
    }
    let dropped = link.counters.inbound.readingsDropped
    guard dropped == 0 else { throw Failure("the suite itself lost \(dropped) messages") }
    return heard
  }

  /// Where the next message will stand: for "since now".
  var position: Int { get throws { try listen().count } }

  func messages(on topic: String, since position: Int = 0) throws -> [Message] {
    try listen().dropFirst(position).filter { $0.topic == topic }
  }

  func topics(under prefix: String, since position: Int = 0) throws -> Set<String> {
    Set(try listen().dropFirst(position).lazy.map(\.topic).filter { $0.hasPrefix(prefix) })
  }

  func publish(_ topic: String, _ text: String) {
    link.publish(OutboundMessage(topic: topic, payload: Array(text.utf8)))
  }

  /// The first message on `topic` since `position` for which `condition` holds, heard already or in time.
  @discardableResult
  func message(
    on topic: String, since position: Int = 0, within limit: Duration = .seconds(10), _ what: String,
    where condition: (JSONValue) -> Bool
  ) throws -> Message {
    try eventually("\(what) on \(topic)", within: limit) {
      try messages(on: topic, since: position).first { condition($0.json) }
    } instead: {
      (try? messages(on: topic).last?.text) ?? "nothing was heard there"
    }
  }
}
