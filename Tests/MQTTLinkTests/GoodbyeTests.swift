import LoopbackBroker
import MQTTLink
import Testing

/// What others learn when a link ends.
@Suite(.needsBroker)
struct GoodbyeTests {
  private func watcher(_ broker: PrivateBroker) async throws -> BrokerLink {
    try await BrokerLink.connected(
      options(broker) { $0.subscriptions = [Subscription("status", for: .reading)] })
  }

  @Test func `a link whose connection breaks is announced by its will`() async throws {
    let broker = try await PrivateBroker.start()
    let watcher = try await watcher(broker)
    let id = "gateway-\(UInt64.random(in: 0 ... .max))"
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.clientID = id
        $0.will = outbound("status", "offline (will)", retained: true)
      })
    link.publish(outbound("status", "online", retained: true))
    #expect(try await watcher.readings(1).map(text) == ["status=online"])
    // Another client with the same id makes the broker drop the link without its goodbye.
    let thief = try await BrokerLink.connected(options(broker) { $0.clientID = id })
    // The will, and then the birth again as soon as the link is back.
    #expect(try await watcher.readings(2).map(text).prefix(2) == ["status=offline (will)", "status=online"])
    await thief.stop()
    await link.stop()
  }

  @Test func `a clean stop publishes its last message and no will`() async throws {
    let broker = try await PrivateBroker.start()
    let watcher = try await watcher(broker)
    let link = try await BrokerLink.connected(
      options(broker) { $0.will = outbound("status", "offline (will)", retained: true) })
    link.publish(outbound("status", "online", retained: true))
    for number in 0..<100 { link.publish(outbound("n", "\(number)")) }
    #expect(await link.stop(last: outbound("status", "offline (clean)", retained: true)))
    watcher.publish(outbound("status", "end"))
    var got: [String] = []
    try await eventually("the end") {
      got += watcher.readings.drain().map(text)
      return got.last == "status=end"
    }
    #expect(got.dropLast().last == "status=offline (clean)")
    #expect(!got.contains("status=offline (will)"))
  }

  @Test func `a stop does not wait longer than allowed for a broker that says nothing`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(options(broker))
    broker.freeze()
    // The broker never answers any more: an end that waited for it would not come.
    #expect(await !link.stop(last: outbound("status", "offline"), within: .milliseconds(200)))
    #expect(link.status.state == .stopped)
  }

  @Test func `a stop without a connection says that something was left`() async throws {
    let link = try BrokerLink(options(port: 1))
    try link.start()
    #expect(await !link.stop(last: outbound("status", "offline")))
  }
}
