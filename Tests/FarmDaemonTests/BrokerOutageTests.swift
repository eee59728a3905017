import CanonicalJSON
import FarmUnits
import Glibc
import LoopbackBroker
import MQTTLink
import Testing

/// The farm goes on without a broker, and the broker learns everything again.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct BrokerOutageTests {
  private let root = ReducedFarm.root

  @Test func `a broker that comes after the daemon is told everything`() async throws {
    let broker = try await PrivateBroker.start()
    await broker.stop()
    let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    _ = try await eventually(within: .seconds(60), "the daemon to notice that nobody is there") {
      gateway.log.contains("no link") ? true : nil
    } onTimeout: {
      gateway.log
    }
    #expect(gateway.isRunning)
    try await broker.restart()
    let recorder = try Recorder(port: broker.port)
    try await recorder.message(on: "\(root)/status", within: .seconds(60), "online") {
      $0.json?["state"] == "online"
    }
    try await recorder.message(on: "\(root)/output/bed-1-valve", "the valve") {
      $0.json?["commanded"] == "off"
    }
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":25}"#)
    try await recorder.message(on: "\(root)/sensor/bed-1-moisture", "a reading") { $0.json?["value"] == 25 }
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `a broker that was killed and forgot everything is told everything again`() async throws {
    let broker = try await PrivateBroker.start()
    let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    let before = try Recorder(port: broker.port)
    try await before.message(on: "\(root)/status", within: .seconds(60)) { $0.json?["state"] == "online" }
    before.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":18}"#)
    try await before.message(on: "\(root)/output/bed-1-valve", "on") { $0.json?["commanded"] == "on" }
    before.publish(
      "\(root)/lot/command",
      #"{"id":"h","action":"harvest","lot":"CAR-1","product":"carrots","quantity":50,"unit":"KGM","by":"Hamid"}"#
    )
    try await before.message(on: "\(ReducedFarm.market)/lots/CAR-1/availability", "the claim")
    await before.close()

    await broker.kill()
    try await broker.restart()
    let after = try Recorder(port: broker.port)
    try await after.message(on: "\(root)/status", within: .seconds(60), "online again") {
      $0.json?["state"] == "online"
    }
    try await after.message(on: "\(root)/output/bed-1-valve", within: .seconds(60), "still on") {
      $0.json?["commanded"] == "on"
    }
    try await after.message(on: "\(root)/lot/CAR-1", within: .seconds(60), "the lot")
    try await after.message(
      on: "\(ReducedFarm.market)/lots/CAR-1/availability", within: .seconds(60), "the claim")
    // Sensors are told anew, and the subscriptions work.
    try await after.message(on: "\(root)/sensor/bed-1-moisture", within: .seconds(60), "the old reading") {
      $0.json?["value"] == 18
    }
    after.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":31}"#)
    try await after.message(on: "\(root)/output/bed-1-valve", "off") { $0.json?["commanded"] == "off" }
    try await after.message(on: "\(root)/counters", within: .seconds(60), "the reconnection counted") {
      $0.json?["links"]?["site"]?["reconnects"]?.integer ?? 0 >= 1
    }
    #expect(try await gateway.terminate() == 0)
  }

  @Test func `whoever kills the daemon leaves its last will, whoever stops it its goodbye`() async throws {
    let broker = try await PrivateBroker.start()
    for signal in [SIGKILL, SIGTERM] {
      let recorder = try Recorder(port: broker.port)
      let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
      try await recorder.message(on: "\(root)/status", within: .seconds(60)) {
        $0.json?["state"] == "online" && !$0.retained
      }
      recorder.forget()
      gateway.signal(signal)
      try await recorder.message(on: "\(root)/status", within: .seconds(60), "offline") {
        $0.json?["state"] == "offline"
      }
      await recorder.close()
    }
  }
}
