import Foundation
import LoopbackBroker
import MQTTLink
import Testing

/// Brokers that say no.
@Suite(.needsBroker)
struct RefusalTests {
  @Test func `a wrong password is shown, and the right one opens`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.users = [.init(name: "gw1", password: "beetroot")]
    let broker = try await PrivateBroker.start(configuration)
    let stranger = try BrokerLink(
      options(broker) {
        $0.username = "gw1"
        $0.password = Password("radish")
      })
    try stranger.start()
    try await eventually("refused") { stranger.status.lastFailure == .refused(reasonCode: 0x87) }
    try await eventually("said") {
      stranger.status.text.contains("the broker refused: Not authorized (0x87)")
    }
    #expect(!"\(stranger.status)".contains("radish"))
    #expect(stranger.status.connects == 0)
    await stranger.stop()
    _ = try await BrokerLink.connected(
      options(broker) {
        $0.username = "gw1"
        $0.password = Password("beetroot")
      })
  }

  @Test func `a publication that is not allowed is counted by topic`() async throws {
    var configuration = PrivateBroker.Configuration()
    configuration.accessRules = ["topic write allowed/#"]
    let broker = try await PrivateBroker.start(configuration)
    let link = try BrokerLink(options(broker))
    var events = link.events.makeAsyncIterator()
    try link.start()
    #expect(await events.next() == .connected(sessionPresent: false))
    link.publish(outbound("forbidden/1", "x", token: 1))
    #expect(try await link.answer(to: 1) == .refused(reasonCode: 0x87))
    #expect(await events.next() == .publicationRefused(topic: "forbidden/1", reasonCode: 0x87))
    link.publish(outbound("allowed/1", "x", token: 2))
    #expect(try await link.answer(to: 2) == .accepted(reasonCode: 0x10))
    #expect(link.counters.outbound.refusedByBroker == 1)
    #expect(link.counters.outbound.refusedByBrokerTopics.topics == ["forbidden/1": 1])
  }

  private static let accessPlugin = ["x86_64", "aarch64", "arm", "i386"].flatMap { machine in
    ["gnu", "gnueabihf", "gnueabi"].map { "/usr/lib/\(machine)-linux-\($0)/mosquitto_dynamic_security.so" }
  }.first { FileManager.default.fileExists(atPath: $0) }

  @Test(.enabled(if: accessPlugin != nil, "mosquitto_dynamic_security.so is not installed"))
  func `a subscription that is not allowed is shown by its filter`() async throws {
    let rules = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString).json")
    // A leftover in the temporary directory harms nobody.
    defer { try? FileManager.default.removeItem(at: rules) }
    try Data(
      """
      {"defaultACLAccess":
        {"publishClientSend":true,"publishClientReceive":true,"subscribe":false,"unsubscribe":true},
       "anonymousGroup":"everybody","clients":[],
       "groups":[{"groupname":"everybody","clients":[],"roles":[{"rolename":"reader"}]}],
       "roles":[{"rolename":"reader","acls":
         [{"acltype":"subscribePattern","topic":"allowed/#","allow":true}]}]}
      """.utf8
    ).write(to: rules)
    var configuration = PrivateBroker.Configuration()
    configuration.extraLines = [
      "plugin \(Self.accessPlugin!)", "plugin_opt_config_file \(rules.path)",
    ]
    let broker = try await PrivateBroker.start(configuration)
    let link = try BrokerLink(
      options(broker) {
        $0.subscriptions = [
          Subscription("allowed/#", for: .reading), Subscription("secret/#", for: .reading),
          Subscription("secret/command", for: .command),
        ]
      })
    try link.start()
    try await eventually("shown: \(broker.log)") {
      link.status.refusedSubscriptions == ["secret/#": 0x87, "secret/command": 0x87]
    }
    let other = try await BrokerLink.connected(options(broker))
    other.publish(outbound("secret/1", "x"))
    other.publish(outbound("allowed/1", "x"))
    #expect(try await link.readings(1).map(text) == ["allowed/1=x"])
  }
}
