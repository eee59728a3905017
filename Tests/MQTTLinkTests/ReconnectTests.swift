import LoopbackBroker
import MQTTLink
import Testing

/// What a link does when the broker comes late, goes, or changes its mind.
@Suite(.needsBroker)
struct ReconnectTests {
  @Test func `a link waits for a broker that starts later, and loses nothing that it was given`() async throws
  {
    let broker = try await PrivateBroker.start()
    await broker.stop()
    let link = try BrokerLink(options(broker) { $0.subscriptions = [Subscription("#", for: .reading)] })
    link.publish(outbound("status", "online", retained: true))
    try link.start()
    try await eventually("backing off") { link.status.state == .backingOff }
    #expect(link.status.lastFailure == .unreachable(code: 111))
    try await eventually("said") { link.status.text.contains("Connection refused; next try in") }
    link.publish(outbound("ledger", "1", token: 1))
    try await broker.restart()
    try await link.becomesConnected()
    #expect(try await link.answer(to: 1) == .accepted(reasonCode: 0))
    #expect(Set(try await link.readings(2).map(text)) == ["status=online", "ledger=1"])
  }

  @Test func `a host that has no address is a state, not an end`() async throws {
    let link = try BrokerLink(options(port: 1883, host: "broker.invalid"))
    try link.start()
    try await eventually("failed") { link.status.failures > 0 }
    guard case .lookup = link.status.lastFailure else {
      Issue.record("\(link.status)")
      return
    }
    await link.stop()
  }

  @Test func `a broker that forgot everything is subscribed to and told everything again`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.sessionExpiry = .seconds(3600)
        $0.subscriptions = [Subscription("in/#", for: .reading), Subscription("command/+", for: .command)]
      })
    for number in 0..<40 { link.publish(outbound("state/\(number)", "\(number)", retained: true)) }
    link.publish(outbound("state/0", "newest", retained: true, token: 1))
    try await link.answer(to: 1)
    await broker.kill()
    try await eventually("noticed") { link.status.state != .connected }
    link.publish(outbound("state/1", "changed while away", retained: true))
    link.clearRetained("state/2")
    try await broker.restart()
    try await link.becomesConnected(times: 2)
    try await eventually("flushed") { link.status.waiting == 0 && link.status.inFlight == 0 }
    #expect(link.status.retainedTopics == 39)

    let other = try await BrokerLink.connected(
      options(broker) { $0.subscriptions = [Subscription("state/#", for: .reading)] })
    var state = Dictionary(uniqueKeysWithValues: (3..<40).map { ("state/\($0)", "\($0)") })
    state["state/0"] = "newest"
    state["state/1"] = "changed while away"
    let got = try await other.readings(39)
    #expect(
      Dictionary(
        got.map { ($0.topic, String(decoding: $0.payload, as: UTF8.self)) }, uniquingKeysWith: { $1 })
        == state)

    other.publish(outbound("in/1", "hello"))
    other.publish(outbound("command/valve", "off"))
    #expect(try await link.readings(1).map(text) == ["in/1=hello"])
    try await eventually("the command") { link.commands.drain().map(text) == ["command/valve=off"] }
  }

  @Test func `with a session the broker keeps commands for us while we are away`() async throws {
    let broker = try await PrivateBroker.start()
    let id = "gateway-\(UInt64.random(in: 0 ... .max))"
    func settings(_ options: inout LinkOptions) {
      options.clientID = id
      options.sessionExpiry = .seconds(60)
      options.subscriptions = [Subscription("command/+", for: .command)]
    }
    let first = try await BrokerLink.connected(options(broker, settings))
    await first.stop()
    let operatorLink = try await BrokerLink.connected(options(broker))
    operatorLink.publish(outbound("command/valve", "off", token: 1))
    try await operatorLink.answer(to: 1)
    let second = try BrokerLink(options(broker, settings))
    var events = second.events.makeAsyncIterator()
    try second.start()
    #expect(await events.next() == .connected(sessionPresent: true))
    try await eventually("the command") { second.commands.drain().map(text) == ["command/valve=off"] }
  }

  @Test func `filters of an earlier configuration are given up`() async throws {
    let broker = try await PrivateBroker.start()
    let id = "gateway-\(UInt64.random(in: 0 ... .max))"
    func settings(_ options: inout LinkOptions) {
      options.clientID = id
      options.sessionExpiry = .seconds(60)
    }
    let first = try await BrokerLink.connected(
      options(broker) {
        settings(&$0)
        $0.subscriptions = [Subscription("old", for: .reading)]
      })
    await first.stop()
    // A session that still knows "old": its messages are counted and go nowhere.
    let second = try await BrokerLink.connected(
      options(broker) {
        settings(&$0)
        $0.subscriptions = [Subscription("new", for: .reading)]
      })
    second.publish(outbound("old", "1"))
    second.publish(outbound("new", "1"))
    #expect(try await second.readings(1).map(text) == ["new=1"])
    #expect(second.counters.inbound.unexpected == 1)
    await second.stop()
    let third = try await BrokerLink.connected(
      options(broker) {
        settings(&$0)
        $0.subscriptions = [Subscription("new", for: .reading)]
        $0.abandonedFilters = ["old"]
      })
    third.publish(outbound("old", "2"))
    third.publish(outbound("new", "2"))
    #expect(try await third.readings(1).map(text) == ["new=2"])
    #expect(third.counters.inbound.unexpected == 0)
  }

  @Test func `what the broker did not acknowledge goes out again`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(options(broker) { $0.window = 4 })
    broker.freeze()
    for token in 1...20 as ClosedRange<UInt64> { link.publish(outbound("ledger", "\(token)", token: token)) }
    try await eventually("the window is full") { link.status.inFlight == 4 }
    #expect(link.status.waiting == 16)
    await broker.kill()
    try await broker.restart()
    try await link.becomesConnected(times: 2)
    var answered: Set<UInt64> = []
    try await eventually("all are answered: \(answered.count)") {
      for answer in link.acknowledgements.drain() {
        #expect(answer.outcome == .accepted(reasonCode: 0x10))
        #expect(answered.insert(answer.token).inserted, "\(answer.token) twice")
      }
      return answered.count == 20
    }
  }

  @Test func `every token is answered once, however often the broker dies meanwhile`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(options(broker) { $0.window = 8 })
    var (next, answered, deaths) = (0 as UInt64, Set<UInt64>(), 0)
    while answered.count < 1000 {
      try await eventually("answers go on: \(answered.count) \(link.status)") {
        while next < 1000, link.publish(outbound("ledger", "\(next)", token: next)) == .queued { next += 1 }
        for answer in link.acknowledgements.drain() {
          #expect(answer.outcome == .accepted(reasonCode: 0x10))
          #expect(answered.insert(answer.token).inserted, "\(answer.token) twice")
        }
        return answered.count >= min(1000, 200 * (deaths + 1))
      }
      deaths += 1
      await broker.kill()
      try await broker.restart()
    }
    #expect(deaths >= 1)
    #expect(link.status.inFlight == 0)
  }

  @Test func `a broker that stops acknowledging is left, and taken again when it recovers`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.keepAlive = .seconds(5)
        $0.acknowledgementTimeout = .milliseconds(300)
        $0.connectTimeout = .seconds(1)
      })
    broker.freeze()
    link.publish(outbound("ledger", "1", token: 1))
    try await eventually("left") { link.status.state != .connected }
    #expect(link.counters.outbound.overdueConnections == 1)
    try await eventually("no answer to CONNECT either") { link.status.lastFailure == .timedOut }
    broker.thaw()
    #expect(try await link.answer(to: 1) == .accepted(reasonCode: 0x10))
    #expect(link.status.state == .connected)
  }

  @Test func `two clients with one id do not fight without pause, and the reason is guessed`() async throws {
    let broker = try await PrivateBroker.start()
    let id = "twin-\(UInt64.random(in: 0 ... .max))"
    let first = try await BrokerLink.connected(options(broker) { $0.clientID = id })
    let second = try BrokerLink(options(broker) { $0.clientID = id })
    try second.start()
    // The first may have put it out again before anybody looks.
    try await eventually("connected once") { second.status.connects >= 1 }
    // Mosquitto 2.0.11 closes the older connection without a word; newer ones send 0x8E.
    let reasons = [LinkFailure.closedEarly, .takenOver]
    try await eventually("guessed: \(first.status.text)") {
      [first, second].contains { link in link.status.lastFailure.map(reasons.contains) ?? false }
    }
    #expect(first.status.connects + second.status.connects < 15)
    await first.stop()
    await second.stop()
  }

  @Test func `a link put out by another client with its id is back when that one has gone, and hears`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    func settings(_ options: inout LinkOptions) {
      options.clientID = "twin-of-\(broker.port)"
      options.subscriptions = [Subscription("command/+", for: .command)]
    }
    let first = try await BrokerLink.connected(options(broker, settings))
    let twin = try BrokerLink(options(broker, settings))
    try twin.start()
    try await eventually("put out: \(first.status)") { first.status.failures >= 1 }
    await twin.stop()
    let connects = twin.status.connects
    #expect(connects >= 1)
    try await eventually("back: \(first.status)") {
      first.status.state == .connected && first.status.connects >= 2
    }
    // Its subscriptions are answered before what it publishes after them.
    try await first.hearsItself()
    let person = try await BrokerLink.connected(options(broker))
    person.publish(outbound("command/valve", "off", token: 1))
    try await person.answer(to: 1)
    try await eventually("the command") { first.commands.drain().map(text) == ["command/valve=off"] }
    #expect(twin.status.connects == connects)
    for link in [first, person] { await link.stop() }
  }

  @Test func `a broker that sends us away says why`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(options(broker))
    await broker.stop()
    try await eventually("told") { link.status.failures > 0 }
    // Whichever was told last: the goodbye, or the try after it.
    #expect(
      [.dismissed(reasonCode: 0x8B), .broken(code: 0), .unreachable(code: 111)].contains(
        link.status.lastFailure))
    await link.stop()
  }
}
