import FarmUnits
import Testing

@testable import MQTTLink

struct OutboundStoreTests {
  private let now = Instant(sinceBoot: .seconds(100))

  private func store(_ change: (inout LinkOptions) -> Void = { _ in }) -> OutboundStore {
    var options = LinkOptions(name: "test", host: "localhost", port: 1883, clientID: "test")
    change(&options)
    return OutboundStore(options)
  }

  private func message(
    _ topic: String, _ payload: String = "x", qos: QualityOfService = .atLeastOnce, retained: Bool = false,
    expiry: Duration? = nil, token: UInt64? = nil
  ) -> OutboundMessage {
    OutboundMessage(
      topic: topic, payload: Array(payload.utf8), qualityOfService: qos, retained: retained, expiry: expiry,
      token: token)
  }

  /// Hands over everything that may go, and says what went.
  private func flush(_ store: inout OutboundStore, from first: Int32 = 1, at time: Instant? = nil) -> [String]
  {
    var sent: [String] = []
    while let next = store.next(at: time ?? now) {
      store.handedOver(next, identifier: first + Int32(sent.count), at: time ?? now)
      sent.append("\(next.message.topic)=\(String(decoding: next.message.payload, as: UTF8.self))")
    }
    return sent
  }

  @Test func `of a retained topic only the newest goes out, at the place of the first`() {
    var store = store()
    for (topic, value) in [("a", "1"), ("b", "1"), ("a", "2"), ("a", "3")] {
      _ = store.accept(message(topic, value, retained: true), at: now, unfetched: 0)
    }
    #expect(flush(&store) == ["a=3", "b=1"])
    #expect(store.counters.superseded == 2)
  }

  @Test func `after a connect all retained topics go out again, the first come first`() {
    var store = store { $0.window = 100 }
    let topics = (0..<20).map { "topic/\($0)" }
    for topic in topics { _ = store.accept(message(topic, retained: true), at: now, unfetched: 0) }
    _ = flush(&store)
    for identifier in 1...20 as ClosedRange<Int32> { _ = store.acknowledged(identifier, reasonCode: 0) }
    #expect(store.isFlushed)
    store.connected(at: now, packetLimit: nil)
    #expect(flush(&store, from: 21) == topics.map { "\($0)=x" })
    #expect(store.counters.repeated == 20)
  }

  @Test func `what is in flight is the library's to repeat, unless there is something newer`() {
    var store = store()
    _ = store.accept(message("a", "1", retained: true), at: now, unfetched: 0)
    _ = store.accept(message("b", "1", retained: true), at: now, unfetched: 0)
    _ = flush(&store)
    _ = store.accept(message("b", "2", retained: true), at: now, unfetched: 0)
    store.connected(at: now, packetLimit: nil)
    #expect(flush(&store, from: 3) == ["b=2"])
  }

  @Test func `a cleared topic is forgotten when the broker has heard it, and not before`() {
    var store = store()
    _ = store.accept(message("a", "1", retained: true), at: now, unfetched: 0)
    _ = flush(&store)
    _ = store.acknowledged(1, reasonCode: 0)
    _ = store.accept(message("a", "", retained: true), at: now, unfetched: 0)
    #expect(flush(&store, from: 2) == ["a="])
    #expect(store.retainedTopics == 1)
    _ = store.acknowledged(2, reasonCode: 0)
    #expect(store.retainedTopics == 0)
    #expect(store.retainedBytes == 0)
    store.connected(at: now, packetLimit: nil)
    #expect(flush(&store) == [])
  }

  @Test func `a topic that lives again while its clearing is on its way stays`() {
    var store = store()
    _ = store.accept(message("a", "", retained: true), at: now, unfetched: 0)
    _ = flush(&store)
    _ = store.accept(message("a", "2", retained: true), at: now, unfetched: 0)
    _ = store.acknowledged(1, reasonCode: 0)
    #expect(store.retainedTopics == 1)
    #expect(flush(&store, from: 2) == ["a=2"])
  }

  @Test func `the retained table has room for so many topics and bytes`() {
    var store = store { $0.retainedCapacity = QueueCapacity(messages: 2, bytes: 1000) }
    _ = store.accept(message("a", retained: true), at: now, unfetched: 0)
    _ = store.accept(message("b", retained: true), at: now, unfetched: 0)
    let third = store.accept(message("c", retained: true), at: now, unfetched: 0)
    #expect(third == .refused(.retainedTableFull))
    let update = store.accept(message("b", "new", retained: true), at: now, unfetched: 0)
    #expect(update == .replacedOlder)
    let long = String(repeating: "x", count: 700)
    let heavy = store.accept(message("a", long, retained: true), at: now, unfetched: 0)
    #expect(heavy == .replacedOlder)
    let tooHeavy = store.accept(message("b", long, retained: true), at: now, unfetched: 0)
    #expect(tooHeavy == .refused(.retainedTableFull))
    #expect(store.retainedBytes <= 1000)
    #expect(store.counters.refused == 2)
  }

  @Test func `the oldest message without a token makes room`() {
    var store = store { $0.outboundCapacity = QueueCapacity(messages: 3, bytes: 10_000) }
    for number in 1...5 { _ = store.accept(message("n/\(number)"), at: now, unfetched: 0) }
    #expect(store.counters.dropped == 2)
    #expect(flush(&store) == ["n/3=x", "n/4=x", "n/5=x"])
    #expect(store.otherBytes == 0)
  }

  @Test func `bytes are bounded as well`() {
    var store = store { $0.outboundCapacity = QueueCapacity(messages: 1000, bytes: 5000) }
    for _ in 0..<100 {
      _ = store.accept(message("n", String(repeating: "x", count: 900)), at: now, unfetched: 0)
      #expect(store.otherBytes <= 5000)
    }
    let huge = store.accept(message("n", String(repeating: "x", count: 9000)), at: now, unfetched: 0)
    #expect(huge == .refused(.tooLarge))
  }

  @Test func `a flood never evicts a message with a token`() {
    var store = store { $0.outboundCapacity = QueueCapacity(messages: 2, bytes: 10_000) }
    _ = store.accept(message("ledger", token: 7), at: now, unfetched: 0)
    for number in 1...100 { _ = store.accept(message("n/\(number)"), at: now, unfetched: 0) }
    #expect(flush(&store).first == "ledger=x")
  }

  @Test func `every token is answered once, whatever happens to its message`() {
    var store = store()
    _ = store.accept(message("a", token: 1), at: now, unfetched: 0)
    _ = store.accept(message("b", token: 2), at: now, unfetched: 0)
    _ = store.accept(message("c", qos: .atMostOnce, token: 3), at: now, unfetched: 0)
    _ = store.accept(message("d", "1", retained: true, token: 4), at: now, unfetched: 0)
    _ = store.accept(message("d", "2", retained: true, token: 5), at: now, unfetched: 0)
    _ = store.accept(message("e", expiry: .seconds(1), token: 6), at: now, unfetched: 0)
    let later = now.advanced(by: .seconds(2))
    #expect(flush(&store, at: later) == ["d=2", "a=x", "b=x", "c=x"])
    #expect(store.acknowledged(1, reasonCode: 0x10) == nil)
    #expect(store.acknowledged(2, reasonCode: 0) == nil)
    #expect(store.acknowledged(3, reasonCode: 0x87) == "b")
    #expect(store.acknowledged(3, reasonCode: 0) == nil, "a second PUBACK is nobody's")
    let answers = store.takeAnswers().sorted { $0.token < $1.token }
    #expect(
      answers == [
        Acknowledgement(token: 1, outcome: .accepted(reasonCode: 0)),
        Acknowledgement(token: 2, outcome: .refused(reasonCode: 0x87)),
        Acknowledgement(token: 3, outcome: .accepted(reasonCode: 0)),
        Acknowledgement(token: 4, outcome: .superseded),
        Acknowledgement(token: 5, outcome: .accepted(reasonCode: 0x10)),
        Acknowledgement(token: 6, outcome: .expired),
      ])
  }

  @Test func `open tokens and answers not fetched share one limit`() {
    var store = store { $0.tokenCapacity = QueueCapacity(messages: 3, bytes: 10_000) }
    _ = store.accept(message("a", token: 1), at: now, unfetched: 0)
    let second = store.accept(message("a", token: 2), at: now, unfetched: 2)
    #expect(second == .refused(.tooManyTokens))
    let third = store.accept(message("a", token: 3), at: now, unfetched: 1)
    #expect(third == .queued)
  }

  @Test func `a token is not answered again when its retained topic is repeated`() {
    var store = store()
    _ = store.accept(message("a", retained: true, token: 1), at: now, unfetched: 0)
    _ = flush(&store)
    _ = store.acknowledged(1, reasonCode: 0)
    store.connected(at: now, packetLimit: nil)
    _ = flush(&store, from: 2)
    _ = store.acknowledged(2, reasonCode: 0)
    #expect(store.takeAnswers().count == 1)
  }

  @Test func `no more than the window is handed over, and level 0 does not wait for it`() {
    var store = store { $0.window = 2 }
    for number in 1...4 {
      _ = store.accept(message("t/\(number)", token: UInt64(number)), at: now, unfetched: 0)
    }
    _ = store.accept(message("reading", qos: .atMostOnce), at: now, unfetched: 0)
    #expect(flush(&store) == ["t/1=x", "t/2=x", "reading=x"])
    #expect(store.inFlightCount == 2)
    _ = store.acknowledged(1, reasonCode: 0)
    #expect(flush(&store, from: 10) == ["t/3=x"])
  }

  @Test func `expiry counts down while a message waits`() throws {
    var store = store()
    _ = store.accept(message("a", expiry: .seconds(60)), at: now, unfetched: 0)
    let maybe = store.next(at: now.advanced(by: .seconds(45.5)))
    let next = try #require(maybe)
    #expect(next.expirySeconds == 15)
    store.putBack(next)
    #expect(store.next(at: now.advanced(by: .seconds(60))) == nil)
    #expect(store.counters.expired == 1)
  }

  @Test func `a broker that takes smaller packets is not sent larger ones, and a larger one may come`() {
    var store = store()
    _ = store.accept(
      message("big", String(repeating: "x", count: 500), retained: true, token: 1), at: now, unfetched: 0)
    _ = store.accept(message("small"), at: now, unfetched: 0)
    store.connected(at: now, packetLimit: 400)
    #expect(flush(&store) == ["small=x"])
    #expect(store.takeAnswers() == [Acknowledgement(token: 1, outcome: .refused(reasonCode: 0x95))])
    #expect(store.counters.refusedByBrokerTopics.topics == ["big": 1])
    store.connected(at: now, packetLimit: nil)
    #expect(flush(&store, from: 2).count == 1)
  }

  @Test func `a retained message that comes while an older one is handed over goes out after it`() throws {
    var store = store()
    _ = store.accept(message("a", "1", retained: true, token: 1), at: now, unfetched: 0)
    let maybe = store.next(at: now)
    let underway = try #require(maybe)
    #expect(!store.isFlushed)
    _ = store.accept(message("a", "2", retained: true, token: 2), at: now, unfetched: 0)
    store.handedOver(underway, identifier: 1, at: now)
    #expect(flush(&store, from: 2) == ["a=2"])
    _ = store.acknowledged(1, reasonCode: 0)
    _ = store.acknowledged(2, reasonCode: 0)
    #expect(store.takeAnswers().map(\.token) == [1, 2])
    #expect(store.isFlushed)
  }

  @Test func `a message being handed over is not dropped, nor another one in its place`() throws {
    var store = store { $0.outboundCapacity = QueueCapacity(messages: 2, bytes: 10_000) }
    _ = store.accept(message("n/1"), at: now, unfetched: 0)
    let maybe = store.next(at: now)
    let underway = try #require(maybe)
    for number in 2...4 { _ = store.accept(message("n/\(number)"), at: now, unfetched: 0) }
    store.handedOver(underway, identifier: 1, at: now)
    #expect(flush(&store, from: 2) == ["n/3=x", "n/4=x"])
    #expect(store.counters.dropped == 1)
  }

  @Test func `what could not be handed over waits again, before the others`() throws {
    var store = store()
    for topic in ["n/1", "n/2"] { _ = store.accept(message(topic, qos: .atMostOnce), at: now, unfetched: 0) }
    _ = store.accept(message("t", qos: .atMostOnce, token: 1), at: now, unfetched: 0)
    _ = store.accept(message("r/1", qos: .atMostOnce, retained: true, token: 2), at: now, unfetched: 0)
    _ = store.accept(message("r/2", qos: .atMostOnce, retained: true), at: now, unfetched: 0)
    for _ in 0..<3 {
      let maybe = store.next(at: now)
      store.putBack(try #require(maybe))
    }
    #expect(flush(&store) == ["r/1=x", "r/2=x", "t=x", "n/1=x", "n/2=x"])
    #expect(store.takeAnswers().map(\.token) == [2, 1])
    #expect(store.otherBytes == 0)
  }

  @Test func `a retained message that could not be handed over gives way to a newer one`() throws {
    var store = store()
    _ = store.accept(message("a", "1", retained: true, token: 1), at: now, unfetched: 0)
    let maybe = store.next(at: now)
    let underway = try #require(maybe)
    _ = store.accept(message("a", "2", retained: true), at: now, unfetched: 0)
    store.putBack(underway)
    #expect(store.takeAnswers() == [Acknowledgement(token: 1, outcome: .superseded)])
    #expect(flush(&store) == ["a=2"])
  }

  @Test func `the wait for a PUBACK starts anew with each connection`() {
    var store = store()
    _ = store.accept(message("a"), at: now, unfetched: 0)
    _ = flush(&store)
    #expect(store.oldestInFlight == now)
    let later = now.advanced(by: .seconds(50))
    store.connected(at: later, packetLimit: nil)
    #expect(store.oldestInFlight == later)
  }

  @Test(arguments: ["", "a/+/b", "a/#", "a\u{0}b", String(repeating: "x", count: 65_536)])
  func `a topic that cannot be published to is refused`(topic: String) {
    var store = store()
    let outcome = store.accept(message(topic), at: now, unfetched: 0)
    #expect(outcome == .refused(.invalid))
  }

  @Test func `after the stop nothing is taken`() {
    var store = store()
    store.stop()
    let outcome = store.accept(message("a"), at: now, unfetched: 0)
    #expect(outcome == .refused(.stopped))
  }
}
