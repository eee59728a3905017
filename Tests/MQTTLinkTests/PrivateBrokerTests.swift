import Foundation
import LoopbackBroker
import MQTTLink
import Testing

/// The broker that tests and the demo stand on.
@Suite(.needsBroker)
struct PrivateBrokerTests {
  @Test func `brokers do not get in each other's way`() async throws {
    async let one = PrivateBroker.start()
    async let other = PrivateBroker.start()
    let brokers = try await [one, other]
    #expect(brokers[0].port != brokers[1].port)
    for broker in brokers { _ = try await BrokerLink.connected(options(broker)) }
  }

  @Test func `a broker that ends leaves no process and no directory`() async throws {
    var broker: PrivateBroker? = try await PrivateBroker.start()
    let process = try #require(broker?.processIdentifier)
    let directory = try #require(broker?.directory)
    #expect(FileManager.default.fileExists(atPath: directory + "/mosquitto.conf"))
    broker = nil
    try await eventually("it is reaped") { kill(process, 0) != 0 && errno == ESRCH }
    try await eventually("its directory is gone") { !FileManager.default.fileExists(atPath: directory) }
  }

  @Test func `a killed broker starts again on its port, without a zombie between`() async throws {
    let broker = try await PrivateBroker.start()
    let first = try #require(broker.processIdentifier)
    await broker.kill()
    #expect(broker.processIdentifier == nil)
    #expect(kill(first, 0) != 0)
    try await broker.restart()
    let second = try #require(broker.processIdentifier)
    #expect(first != second)
    _ = try await BrokerLink.connected(options(broker))
  }

  @Test(arguments: [false, true])
  func `retained messages survive a restart with persistence only`(persistence: Bool) async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.persistence = persistence
    let broker = try await PrivateBroker.start(configuration)
    let writer = try await BrokerLink.connected(options(broker))
    writer.publish(outbound("kept", "x", retained: true, token: 1))
    try await writer.answer(to: 1)
    await writer.stop()
    try await broker.restart()
    let reader = try await BrokerLink.connected(
      options(broker) {
        $0.subscriptions = [Subscription("kept", for: .reading), Subscription("end", for: .reading)]
      })
    reader.publish(outbound("end", "x"))
    var topics: [String] = []
    try await eventually("the end") {
      topics += reader.readings.drain().map(\.topic)
      return topics.last == "end"
    }
    #expect(topics == (persistence ? ["kept", "end"] : ["end"]))
  }

  @Test func `a configuration that mosquitto refuses is told with its words`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.extraLines = ["no_such_option 1"]
    do throws(BrokerFailure) {
      _ = try await PrivateBroker.start(configuration)
      Issue.record("started")
    } catch {
      #expect("\(error)".contains("no_such_option"))
    }
  }
}
