import LoopbackBroker
import MQTTLink
import TestSupport
import Testing

/// Connections that stand and do not carry, on a real broker behind a proxy that loses packets.
@Suite(.needsBroker)
struct ProofTests {
  /// Quick ones: with those of the daemon `LinkDeadlineTests` reckons.
  private func quick(_ options: inout LinkOptions, patience: Duration = .milliseconds(600)) {
    options.probe = .init(topic: "gateway/probe")
    options.probe?.period = .milliseconds(100)
    options.probe?.patience = patience
    options.connectTimeout = .seconds(1)
  }

  private func proven(_ link: BrokerLink) async throws {
    try await eventually("proven: \(link.status)") {
      link.status.state == .connected && link.status.proof == .bothWays
    }
  }

  @Test func `a connection proves both ways again and again, and nobody else sees the probes`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        quick(&$0, patience: .seconds(5))
        $0.subscriptions = [Subscription("#", for: .reading)]
      })
    try await eventually("echoes: \(link.status)") { link.status.probesReturned >= 3 }
    #expect(link.status.proof == .bothWays)
    #expect(link.status.connects == 1)
    #expect(link.status.lastReceived != nil && link.status.lastAcknowledged != nil)
    #expect(link.readings.drain().allSatisfy { $0.topic == "test/order" })
    #expect(await link.stop())
  }

  struct Loss: Sendable, CustomTestStringConvertible {
    let name: String
    var up: Set<BrokerProxy.Packet> = []
    var down: Set<BrokerProxy.Packet> = []
    var testDescription: String { name }
  }

  @Test(arguments: [
    Loss(name: "the broker acknowledges everything and delivers nothing", down: [.publish]),
    Loss(
      name: "the broker answers pings and nothing else",
      down: BrokerProxy.everything.subtracting([.connack, .pingresp])),
    Loss(name: "nothing comes from the broker", down: BrokerProxy.everything),
    Loss(name: "nothing comes to the broker", up: BrokerProxy.everything),
    Loss(name: "nothing goes either way", up: BrokerProxy.everything, down: BrokerProxy.everything),
  ])
  func `a connection that does not carry is given up and made anew`(loss: Loss) async throws {
    let broker = try await PrivateBroker.start()
    let proxy = try BrokerProxy(to: broker.port)
    let link = try await BrokerLink.connected(
      options(port: proxy.port) {
        quick(&$0)
        $0.subscriptions = [Subscription("command/+", for: .command)]
      })
    try await proven(link)
    proxy.lose { ($0.up, $0.down) = (loss.up, loss.down) }
    try await eventually("given up: \(link.status)") { link.status.givenUp.deaf > 0 }
    #expect(proxy.lost > 0)
    proxy.mend()
    try await proven(link)
    link.publish(outbound("command/valve", "off"))
    try await eventually("a command gets through") { !link.commands.drain().isEmpty }
    #expect(link.status.givenUp.silent == 0, "not by its pings")
  }

  @Test func `acknowledgements that never come are noticed, and probes without them do not heap up`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    let proxy = try BrokerProxy(to: broker.port)
    let link = try await BrokerLink.connected(
      options(port: proxy.port) {
        quick(&$0, patience: .seconds(1))
        $0.keepAlive = .seconds(5)
        $0.acknowledgementTimeout = .seconds(60)
      })
    try await proven(link)
    proxy.lose { $0.down = [.puback] }
    let before = link.status.probesSent
    try await eventually("given up: \(link.status)") { link.status.givenUp.deaf > 0 }
    #expect(link.status.probesSent - before <= 5, "one may have been acknowledged just before")
    proxy.mend()
    try await proven(link)
    try await eventually("it goes on: \(link.status)") { link.status.probesSent - before > 5 }
  }

  @Test func `an overdue acknowledgement ends a connection whose probes come back`() async throws {
    let broker = try await PrivateBroker.start()
    let proxy = try BrokerProxy(to: broker.port)
    let link = try await BrokerLink.connected(
      options(port: proxy.port) {
        quick(&$0, patience: .seconds(60))
        $0.keepAlive = .seconds(5)
        $0.acknowledgementTimeout = .milliseconds(300)
      })
    proxy.lose { $0.down = [.puback] }
    link.publish(outbound("ledger", "1", token: 1))
    try await eventually("given up: \(link.status)") { link.status.givenUp.unacknowledged > 0 }
    proxy.mend()
    #expect(try await link.answer(to: 1) == .accepted(reasonCode: 0x10))
  }

  @Test func `a broker that forbids writing the probe is told of once and lived with`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.accessRules = ["topic read #", "topic write test/#"]
    let broker = try await PrivateBroker.start(configuration)
    let link = try BrokerLink(options(broker) { quick(&$0, patience: .seconds(5)) })
    var events = link.events.makeAsyncIterator()
    try link.start()
    #expect(await events.next() == .connected(sessionPresent: false))
    #expect(await events.next() == .unproven(.refused))
    #expect(link.status.proof == .fallback(.refused))
    #expect(link.status.probesSent == 1)
    try await link.hearsItself()
    #expect(link.status.connects == 1)
    await broker.kill()
    try await broker.restart()
    try await link.becomesConnected(times: 2)
    try await eventually("asked again") { link.status.probesSent == 2 }
    await link.stop()
    var told = 0
    while let event = await events.next() { if case .unproven = event { told += 1 } }
    #expect(told == 0, "not told again")
  }

  @Test func `a broker that never delivers the probe is left three times, and then lived with`() async throws
  {
    var configuration = PrivateBroker.Configuration()
    // Mosquitto grants every subscription and keeps back what may not be read.
    configuration.accessRules = ["topic write #", "topic read other/#"]
    let broker = try await PrivateBroker.start(configuration)
    let link = try BrokerLink(
      options(broker) {
        quick(&$0, patience: .milliseconds(200))
        $0.subscriptions = [Subscription("other/#", for: .reading)]
      })
    try link.start()
    try await eventually("lived with: \(link.status)", within: .seconds(60)) {
      if link.status.state == .connected, link.status.inFlight == 0 { link.publish(outbound("other/x", "1")) }
      return link.status.proof == .fallback(.unanswered)
    }
    #expect(link.status.givenUp.deaf >= 3)
    try await link.becomesConnected(times: link.status.givenUp.deaf + 1)
    let (connects, sent) = (link.status.connects, link.status.probesSent)
    try await eventually("it goes on asking") { link.status.probesSent > sent + 20 }
    #expect(link.status.connects == connects, "ten times its patience, and the link stands")
  }

  @Test func `a broker that closes upon the subscription of the probe is spared it`() async throws {
    let broker = try await PrivateBroker.start()
    let proxy = try BrokerProxy(to: broker.port)
    proxy.lose { $0.closesUpon = [.subscribe] }
    let link = try BrokerLink(options(port: proxy.port) { quick(&$0) })
    try link.start()
    try await eventually("spared: \(link.status)") { link.status.proof == .fallback(.unwelcome) }
    try await link.hearsItself()
    #expect(link.status.probesSent == 0)
  }

  @Test func `another gateway that goes by our name is counted`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(options(broker) { quick(&$0, patience: .seconds(5)) })
    let other = try await BrokerLink.connected(options(broker) { quick(&$0, patience: .seconds(5)) })
    try await eventually("both are counted") {
      link.status.probesOfOthers > 0 && other.status.probesOfOthers > 0
    }
    #expect(link.status.connects == 1 && other.status.connects == 1)
  }

  @Test func `after a cut the will says offline, and the link says online again`() async throws {
    let broker = try await PrivateBroker.start()
    let proxy = try BrokerProxy(to: broker.port)
    let witness = try await BrokerLink.connected(
      options(broker) { $0.subscriptions = [Subscription("gateway/status", for: .reading)] })
    let link = try BrokerLink(
      options(port: proxy.port) {
        quick(&$0, patience: .seconds(5))
        $0.will = outbound("gateway/status", "offline", retained: true)
      })
    link.publish(outbound("gateway/status", "online", retained: true))
    try link.start()
    #expect(try await witness.readings(1).map(text) == ["gateway/status=online"])
    proxy.cut()
    #expect(
      try await witness.readings(2).map(text) == ["gateway/status=offline", "gateway/status=online"])
    try await proven(link)
  }
}
