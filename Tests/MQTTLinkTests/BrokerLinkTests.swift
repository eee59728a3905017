import FarmUnits
import LoopbackBroker
import MQTTLink
import Testing

/// What a link does with a broker that is well.
@Suite(.needsBroker)
struct BrokerLinkTests {
  @Test func `what one link publishes another one gets, with everything that belongs to it`() async throws {
    let broker = try await PrivateBroker.start()
    let reader = try await BrokerLink.connected(
      options(broker) { $0.subscriptions = [Subscription("farm/#", for: .reading)] })
    let writer = try await BrokerLink.connected(options(broker))
    var message = outbound("farm/bed/1", "{\"v\":1}", token: 9)
    message.contentType = "application/json"
    message.isText = true
    message.responseTopic = "farm/answer"
    message.correlationData = [0, 255, 1]
    #expect(writer.publish(message) == .queued)
    let got = try #require(try await reader.readings(1).first)
    #expect(text(got) == "farm/bed/1={\"v\":1}")
    #expect(got.contentType == "application/json")
    #expect(got.responseTopic == "farm/answer")
    #expect(got.correlationData == [0, 255, 1])
    #expect(!got.retained)
    #expect(got.qualityOfService == .atLeastOnce)
    #expect(try await writer.answer(to: 9) == .accepted(reasonCode: 0))
    #expect(await writer.stop())
    #expect(await reader.stop())
    #expect(writer.status.state == .stopped)
  }

  @Test
  func `of many messages in order those up to the first that is refused are taken, and all of them answered`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) { $0.tokenCapacity = QueueCapacity(messages: 100, bytes: 1 << 20) })
    let messages = (1...150).map { outbound("farm/\($0)", "\($0)", token: UInt64($0)) }
    let (taken, refusal) = link.publish(inOrder: messages[...])
    #expect(taken == 100)
    #expect(refusal == .tooManyTokens)
    var answered: [UInt64] = []
    try await eventually("100 answers, not \(answered.count)") {
      answered += link.acknowledgements.drain().map(\.token)
      return answered.count == 100
    }
    #expect(answered == Array(1...100))
    let rest = link.publish(inOrder: [
      messages[100], outbound("farm/#", "not a topic", token: 999), messages[101],
    ])
    #expect(rest.taken == 1)
    #expect(rest.refusal == .invalid)
    try await link.answer(to: 101)
  }

  /// A consumer that sleeps is woken for the last answers, too, though they are fewer than what is still open.
  @Test func `whoever waits for answers gets every one without asking again`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(options(broker))
    let consumer = Task {
      var answered: [UInt64] = []
      while answered.count < 200, case let batch = await link.acknowledgements.next(), !batch.isEmpty {
        answered += batch.map(\.token)
      }
      return answered
    }
    _ = link.publish(inOrder: (1...200).map { outbound("farm/\($0)", "1", token: UInt64($0)) }[...])
    #expect(await consumer.value == Array(1...200))
  }

  @Test func `a message without payload and one with a large payload come through`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) { $0.subscriptions = [Subscription("a", for: .reading)] })
    let large = [UInt8](repeating: 7, count: 200_000)
    link.publish(OutboundMessage(topic: "a", payload: []))
    link.publish(OutboundMessage(topic: "a", payload: large, qualityOfService: .atMostOnce))
    let got = try await link.readings(2)
    #expect(got.map(\.payload) == [[], large])
  }

  @Test func `retained messages carry their mark, stored and live`() async throws {
    let broker = try await PrivateBroker.start()
    let writer = try await BrokerLink.connected(options(broker))
    writer.publish(outbound("command/valve", "stored", retained: true, token: 1))
    try await writer.answer(to: 1)
    let reader = try await BrokerLink.connected(
      options(broker) { $0.subscriptions = [Subscription("command/+", for: .command)] })
    writer.publish(outbound("command/valve", "live", retained: true))
    writer.publish(outbound("command/valve", "plain"))
    var commands: [InboundMessage] = []
    try await eventually("three commands") {
      commands += reader.commands.drain()
      return commands.count == 3
    }
    #expect(
      commands.map { "\(text($0)) \($0.retained)" } == [
        "command/valve=stored true", "command/valve=live true", "command/valve=plain false",
      ])
    #expect(reader.counters.inbound.received == 3)
  }

  @Test func `a command waits for no timer that a person could notice`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [Subscription("ping", for: .command, qualityOfService: .atMostOnce)]
      })
    var times: [Duration] = []
    for _ in 0..<300 {
      let start = ContinuousClock.now
      link.publish(outbound("ping", "x", qos: .atMostOnce))
      #expect(await link.commands.next().count == 1)
      times.append(ContinuousClock.now - start)
    }
    // A library that polls, or Nagle's algorithm, shows as 40 ms and more in all but the first few; in a steady stream the
    // link rests for 10 ms at most. A busy machine makes many late, and never all.
    let quick = times.sorted()[30]
    #expect(quick < .milliseconds(35), "\(quick)")
  }

  @Test(.timeLimit(.minutes(1)))
  func `a reading wakes its consumer at once, and those that follow closely wake it together`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [Subscription("n", for: .reading)]
        $0.readingDelay = .seconds(60)
      })
    async let first = link.readings.next()
    link.publish(outbound("n", "first"))
    #expect(await first.map(text) == ["n=first"])

    let batches = Task {
      var counts: [Int] = []
      while case let batch = await link.readings.next(), !batch.isEmpty { counts.append(batch.count) }
      return counts
    }
    for number in 0..<40 {
      link.publish(outbound("n", "\(number)"))
      try await eventually("it is here") { link.counters.inbound.received == UInt64(number) + 2 }
    }
    await link.stop()  // nothing more will come, so what waits is announced
    let counts = await batches.value
    #expect(counts.reduce(0, +) == 40)
    // One batch, and some that the consumer found before it slept.
    #expect(counts.count < 20, "\(counts)")
  }

  @Test func `events tell of the connection and of its end`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try BrokerLink(options(broker))
    var events = link.events.makeAsyncIterator()
    try link.start()
    #expect(await events.next() == .connected(sessionPresent: false))
    await broker.kill()
    #expect(await events.next() == .disconnected(.broken(code: 0)))
    #expect(await events.next() == .unreachable(.unreachable(code: 111)))
    await link.stop()
    #expect(await events.next() == .stopped)
    #expect(await events.next() == nil)
  }

  @Test func `a token's message that nobody listens to is accepted all the same`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(options(broker))
    link.publish(outbound("nobody", "x", token: 4))
    #expect(try await link.answer(to: 4) == .accepted(reasonCode: 0x10))
    #expect(link.counters.outbound.acknowledged == 1)
  }

  @Test func `a thousand messages arrive in order and none is missing`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.extraLines = ["max_queued_messages 0"]
    let broker = try await PrivateBroker.start(configuration)
    let reader = try await BrokerLink.connected(
      options(broker) { $0.subscriptions = [Subscription("n", for: .reading)] })
    let writer = try await BrokerLink.connected(options(broker))
    for number in 0..<1000 { writer.publish(outbound("n", "\(number)")) }
    let got = try await reader.readings(1000)
    #expect(got.map { String(decoding: $0.payload, as: UTF8.self) } == (0..<1000).map(String.init))
    #expect(await writer.stop())
    #expect(writer.status.inFlight == 0)
  }

  @Test func `the link's thread has its name, and is gone after the stop`() async throws {
    let broker = try await PrivateBroker.start()
    let name = "t\(UInt32.random(in: 0..<10_000_000))"
    let link = try await BrokerLink.connected(options(broker) { $0.name = name })
    #expect(RunningThread.named("mqtt-\(name)") != nil)
    await link.stop()
    try await eventually("the thread ends") { RunningThread.named("mqtt-\(name)") == nil }
  }

  @Test func `a link that is let go ends its thread`() async throws {
    let broker = try await PrivateBroker.start()
    let name = "u\(UInt32.random(in: 0..<10_000_000))"
    var link: BrokerLink? = try await BrokerLink.connected(options(broker) { $0.name = name })
    #expect(link?.status.state == .connected)
    link = nil
    try await eventually("the thread ends") { RunningThread.named("mqtt-\(name)") == nil }
  }

  @Test func `a link that never started stops at once`() async throws {
    let link = try BrokerLink(options(port: 1))
    #expect(await link.stop())
    #expect(link.status.state == .stopped)
    #expect(await link.readings.next() == [])
    #expect(link.publish(outbound("a", "b")) == .refused(.stopped))
  }
}
