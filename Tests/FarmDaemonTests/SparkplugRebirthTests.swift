import CanonicalJSON
import Foundation
import LoopbackBroker
import TestSupport
import Testing
import TopicTree

/// A Sparkplug node and the daemon on a real broker: what happens when a message is lost between them.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct SparkplugRebirthTests {
  private static let request = "spBv1.0/farm/NCMD/press-house"

  @Test func `a lost message is noticed, shown and mended by the rebirth that the daemon asks for`()
    async throws
  {
    let broker = try await PrivateBroker.start()
    let recorder = try Recorder(port: broker.port)
    _ = try await eventually("the recorder") { recorder.link.status.state == .connected ? true : nil }
    let gateway = try GatewayProcess(
      configuration: """
        farm: greenhollow
        gateway: gw1
        loop: {interval_ms: 50, priority: 0}
        brokers: {site: {url: "mqtt://127.0.0.1:\(broker.port)"}}
        storage: {directory: STORAGE}
        sensors:
          press: {quantity: temperature, unit: CEL, valid: {stale_after_s: 3600}, mqtt: {topic: spBv1.0/farm/DDATA/press-house/press, preset: sparkplug, field: T}}
        outputs: {valve: {simulated: true, guard: {max_on_s: 60}}}
        """)
    let shown = "\(ReducedFarm.root)/sensor/press"
    func node(_ kind: String, _ sequence: UInt8, temperature: UInt8? = nil, named: Bool = true) {
      // The metric T with the alias 5, an Int32.
      let name: [UInt8] = named ? [0x0A, 1, UInt8(ascii: "T")] : []
      let metric = temperature.map { name + [0x10, 5, 0x20, 3, 0x50, $0] }
      let device = kind.hasPrefix("D") ? "/press" : ""
      recorder.publish(
        "spBv1.0/farm/\(kind)/press-house\(device)",
        bytes: (metric.map { [0x12, UInt8($0.count)] + $0 } ?? []) + [0x18, sequence])
    }

    // Births are not kept by the broker: the daemon asks for them when it comes.
    let first = try await recorder.message(on: Self.request, within: .seconds(60), "the first request")
    #expect(!first.retained)
    let channel = try #require(TopicTree.channel(of: Self.request))
    #expect(channel.contentType == first.contentType)
    let check = SchemaCheck(document: TopicTree.document(version: "0"))
    let text = JSONValue.string(Data(first.payload).base64EncodedString())
    #expect(check.faults(of: text, under: channel.payloadSchema) == [])
    recorder.forget()
    node("NBIRTH", 0)
    node("DBIRTH", 1, temperature: 4)
    node("DDATA", 2, temperature: 5, named: false)
    try await recorder.message(on: shown, within: .seconds(60), "5 °C") {
      $0.json?["value"] == 5 && $0.json?["quality"] == "good"
    }

    node("DDATA", 4, temperature: 6, named: false)
    try await recorder.message(on: shown, within: .seconds(60), "doubt") {
      $0.json?["value"] == 5 && $0.json?["quality"] == "stale"
    }
    try await recorder.message(on: Self.request, within: .seconds(60), "the second request")
    node("NBIRTH", 0)
    node("DBIRTH", 1, temperature: 6)
    try await recorder.message(on: shown, within: .seconds(60), "6 °C") {
      $0.json?["value"] == 6 && $0.json?["quality"] == "good"
    }
    let counters = try await recorder.message(
      on: "\(ReducedFarm.root)/counters", within: .seconds(60), "the second birth"
    ) { $0.json?["sparkplug"]?["births"] == 2 }
    #expect(
      counters.json?["sparkplug"]
        == [
          "nodes": 1, "doubted": 0, "births": 2, "gaps": 1, "lost": 1, "rebirth_requests": 2,
          "not_followed": 0,
          "aliases_forgotten": 0,
        ])
    #expect(
      check.faults(
        of: try #require(counters.json),
        under: try #require(TopicTree.channel(of: counters.topic)).payloadSchema) == [])
    #expect(try await gateway.terminate() == 0)
  }
}
