import LoopbackBroker
import MQTTLink
import Testing

/// Floods, large messages and slow consumers: everything stays bounded, and what is lost is counted.
@Suite(.needsBroker)
struct OverloadTests {
  @Test func `a flood of readings drops old readings and no command`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.extraLines = ["max_queued_messages 0"]  // every loss is to be ours
    let broker = try await PrivateBroker.start(configuration)
    let capacity = QueueCapacity(messages: 100, bytes: 20_000)
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [
          Subscription("sensor/#", for: .reading), Subscription("command/+", for: .command),
        ]
        $0.readingCapacity = capacity
      })
    let writer = try await BrokerLink.connected(
      options(broker) { $0.outboundCapacity = QueueCapacity(messages: 10_000, bytes: 10 << 20) })
    for number in 0..<3000 {
      writer.publish(outbound("sensor/\(number % 7)", "\(number)"))
      if number % 100 == 50 { writer.publish(outbound("command/valve", "\(number)")) }
    }
    #expect(await writer.stop(within: .seconds(10)))
    try await eventually("everything arrived") { link.counters.inbound.received == 3030 }
    #expect(link.readings.count == 100)
    #expect(link.readings.bytes <= capacity.bytes)
    #expect(link.counters.inbound.readingsDropped == 2900)
    #expect(link.readings.drain().last.map(text) == "sensor/3=2999")
    #expect(
      link.commands.drain().map { String(decoding: $0.payload, as: UTF8.self) }
        == (0..<30).map { "\($0 * 100 + 50)" })
    #expect(link.counters.inbound.commandsOverflowed == 0)
  }

  @Test func `a flood leaves no message unaccounted and takes no more memory than the queue holds`()
    async throws
  {
    var configuration = PrivateBroker.Configuration()
    configuration.extraLines = ["max_queued_messages 0"]
    let broker = try await PrivateBroker.start(configuration)
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [Subscription("sensor/#", for: .reading)]
        $0.readingCapacity = QueueCapacity(messages: 100_000, bytes: 1 << 20)
        $0.probe = .init(topic: "gateway/probe")
      })
    let writer = try await BrokerLink.connected(
      options(broker) { $0.outboundCapacity = QueueCapacity(messages: 2000, bytes: 4 << 20) })
    let payload = [UInt8](repeating: 0x31, count: 500)
    var (offered, taken) = (0 as UInt64, 0 as UInt64)
    // Readings are taken now and then only, as by a task that has other things to do.
    while offered < 50_000 {
      try await eventually("the writer is rid of what it has") { writer.status.waiting < 1000 }
      for number in 0..<1000 {
        writer.publish(
          OutboundMessage(topic: "sensor/\(number % 9)", payload: payload, qualityOfService: .atMostOnce))
      }
      offered += 1000
      #expect(link.readings.bytes <= 1 << 20)
      if offered % 10_000 == 0 { taken += UInt64(link.readings.drain().count) }
    }
    #expect(await writer.stop(within: .seconds(10)))
    try await eventually("everything arrived: \(link.counters.inbound)") {
      link.counters.inbound.received == offered
    }
    taken += UInt64(link.readings.drain().count)
    #expect(taken + link.counters.inbound.readingsDropped == offered)
    #expect(link.counters.inbound.readingsDropped > 0)
    #expect(link.status.connects == 1)
    #expect(link.status.givenUp.deaf == 0)
  }

  @Test func `a command too many is handed out to be answered, and only then lost`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [Subscription("command/+", for: .command)]
        $0.commandCapacity = QueueCapacity(messages: 3, bytes: 10_000)
        $0.overflowCapacity = QueueCapacity(messages: 2, bytes: 10_000)
      })
    for number in 1...7 { link.publish(outbound("command/v", "\(number)")) }
    try await eventually("all arrived") { link.counters.inbound.received == 7 }
    #expect(link.commands.drain().map(text) == ["command/v=1", "command/v=2", "command/v=3"])
    #expect(link.overflowedCommands.drain().map(text) == ["command/v=4", "command/v=5"])
    #expect(link.counters.inbound.commandsOverflowed == 4)
    #expect(link.counters.inbound.commandsLost == 2)
  }

  @Test func `a payload above our limit is refused and counted by topic`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [Subscription("camera", for: .reading), Subscription("sensor", for: .reading)]
        $0.maximumPayloadBytes = 1000
      })
    link.publish(OutboundMessage(topic: "camera", payload: [UInt8](repeating: 1, count: 1001)))
    link.publish(OutboundMessage(topic: "sensor", payload: [UInt8](repeating: 1, count: 1000)))
    #expect(try await link.readings(1).map(\.topic) == ["sensor"])
    #expect(link.counters.inbound.refusedBySize == 1)
    #expect(link.counters.inbound.refusedBySizeTopics.topics == ["camera": 1])
  }

  @Test func `the broker knows the largest packet that we take`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [Subscription("a/#", for: .reading, qualityOfService: .atMostOnce)]
        $0.maximumPacketBytes = 2048
      })
    link.publish(OutboundMessage(topic: "a/large", payload: [UInt8](repeating: 1, count: 3000)))
    link.publish(OutboundMessage(topic: "a/small", payload: [1]))
    #expect(try await link.readings(1).map(\.topic) == ["a/small"])
    #expect(link.counters.inbound.refusedBySize == 0, "it was not even sent")
  }

  @Test func `a broker that takes small packets is not sent large ones`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.extraLines = ["max_packet_size 2000"]
    let broker = try await PrivateBroker.start(configuration)
    let link = try await BrokerLink.connected(options(broker))
    link.publish(OutboundMessage(topic: "large", payload: [UInt8](repeating: 1, count: 3000), token: 1))
    link.publish(OutboundMessage(topic: "small", payload: [1], token: 2))
    var outcomes: [UInt64: Acknowledgement.Outcome] = [:]
    try await eventually("both are answered") {
      for answer in link.acknowledgements.drain() { outcomes[answer.token] = answer.outcome }
      return outcomes.count == 2
    }
    #expect(outcomes == [1: .refused(reasonCode: 0x95), 2: .accepted(reasonCode: 0x10)])
    #expect(link.status.connects == 1, "and the connection lives")
  }

  @Test func `without a broker a flood to be published stays bounded`() async throws {
    let link = try BrokerLink(
      options(port: 1) { $0.outboundCapacity = QueueCapacity(messages: 50, bytes: 100_000) })
    try link.start()
    for number in 0..<10_000 { link.publish(outbound("sensor", "\(number)")) }
    #expect(link.status.waiting == 50)
    #expect(link.counters.outbound.dropped == 9950)
    await link.stop()
  }

  @Test func `a peer that stops reading does not make us grow`() async throws {
    let broker = try await PrivateBroker.start()
    let link = try await BrokerLink.connected(
      options(broker) { $0.outboundCapacity = QueueCapacity(messages: 100, bytes: 10 << 20) })
    broker.freeze()
    let payload = [UInt8](repeating: 1, count: 10_000)
    // The socket's buffers take some megabytes; after them only our queue may hold anything.
    try await eventually("the queue is full") {
      for _ in 0..<200 {
        link.publish(OutboundMessage(topic: "sensor", payload: payload, qualityOfService: .atMostOnce))
      }
      return link.counters.outbound.dropped > 5000
    }
    #expect(link.status.waiting <= 100)
    broker.thaw()
    link.publish(outbound("last", "1", token: 1))
    #expect(try await link.answer(to: 1) == .accepted(reasonCode: 0x10))
  }
}
