import CanonicalJSON
import FarmUnits
import Foundation
import LoopbackBroker
import Testing

/// What a person may ask of an output, on a real broker.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct CommandTests {
  private let root = ReducedFarm.root
  private var topic: String { "\(root)/command/bed-1-valve" }

  private func time(in seconds: Double) -> String {
    WallTime(milliseconds: Int64((Date().timeIntervalSince1970 + seconds) * 1000)).rfc3339
  }

  @Test func `a valve is switched by hand and given back, and what is not meant is refused`() async throws {
    let broker = try await PrivateBroker.start()
    let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    let recorder = try Recorder(port: broker.port)
    try await recorder.message(on: "\(root)/status", within: .seconds(60)) { $0.json?["state"] == "online" }
    recorder.publish("zigbee2mqtt/bed-1", #"{"soil_moisture":25}"#)
    try await recorder.message(on: "\(root)/sensor/bed-1-moisture") { $0.json?["value"] == 25 }

    func answer(_ id: String) async throws -> (String?, String?) {
      let json = try await recorder.message(on: "\(topic)/result", "the answer to \(id)") {
        $0.json?["id"] == .string(id)
      }.json
      return (json?["result"]?.string, json?["reason"]?.string)
    }
    recorder.publish(topic, #"{"id":"1","set":"on","for_s":60,"expires":"\#(time(in: 60))","by":"Mira"}"#)
    #expect(try await answer("1").0 == "accepted")
    try await recorder.message(on: "\(root)/output/bed-1-valve", "on") { $0.json?["commanded"] == "on" }
    recorder.publish(topic, #"{"id":"2","set":"auto","by":"Mira"}"#)
    #expect(try await answer("2").0 == "accepted")

    recorder.publish(topic, #"{"id":"3","set":"on","by":"Mira"}"#)
    #expect(try await answer("3") == ("refused", "no_expiry"))
    recorder.publish(topic, #"{"id":"4","set":"on","expires":"\#(time(in: -5))","by":"Mira"}"#)
    #expect(try await answer("4") == ("refused", "expired"))
    recorder.publish(
      topic, #"{"id":"5","set":"on","expires":"\#(time(in: 60))","by":"Mira"}"#, retained: true)
    #expect(try await answer("5") == ("refused", "retained"))
    recorder.publish(topic, "", retained: true)
    recorder.publish(topic, #"{"id":"6","set":"off","by":"Mira"}"#)
    #expect(try await answer("6").0 == "accepted")
    recorder.publish("\(root)/command/no-such", #"{"id":"7","set":"off","by":"Mira"}"#)
    try await recorder.message(on: "\(root)/command/no-such/result", "unknown") {
      $0.json?["reason"] == "unknown_output"
    }
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime(broker) {}
  }
}
