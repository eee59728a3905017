import CanonicalJSON
import DroneHealth
import FarmSimulation
import FarmUnits
import LoopbackBroker
import TestSupport
import Testing

/// Raw frames on a depot's topic become records on both brokers.
@Suite(.enabled(if: PrivateBroker.executable != nil, Comment(rawValue: PrivateBroker.absence)), .serialized)
struct DroneTopicTests {
  @Test func `frames of a drone become its retained record, on the market once its number is known`()
    async throws
  {
    let (siteBroker, marketBroker) = (try await PrivateBroker.start(), try await PrivateBroker.start())
    let gateway = try GatewayProcess(
      configuration: ReducedFarm.yaml(port: siteBroker.port, marketPort: marketBroker.port))
    let (site, market) = (try Recorder(port: siteBroker.port), try Recorder(port: marketBroker.port))
    try await site.message(on: "\(ReducedFarm.root)/status", within: .seconds(60)) {
      $0.json?["state"] == "online"
    }

    var drone = SimulatedDrone(link: "pad-1", system: 7, charge: 81, chargeRate: 0)
    var random = SeededRandom(seed: 1)
    site.publish("depot/pad-1/mavlink", bytes: drone.telemetry(&random))
    let nameless = try await site.message(on: "\(ReducedFarm.root)/drone/pad-1-7", "a record")
    #expect(nameless.json?["deliverable"] == "unknown")  // half heard is not healthy
    #expect(nameless.json?["reasons"]?.array?.isEmpty == false)

    let id = "uid-00000000000004d2"
    site.publish("depot/pad-1/mavlink", bytes: drone.telemetry(&random) + Self.version(uid: 1234))
    try await site.message(on: "\(ReducedFarm.root)/drone/\(id)", "a record under its number")
    try await site.message(on: "\(ReducedFarm.root)/drone/pad-1-7", "its old topic cleared") {
      $0.payload.isEmpty
    }
    let event = try await market.message(on: "\(ReducedFarm.market)/drones/\(id)/health", "an event")
    #expect(!market.topics.contains("\(ReducedFarm.market)/drones/pad-1-7/health"))
    #expect(event.contentType == "application/cloudevents+json; charset=utf-8")
    let json = try #require(event.json)
    #expect(json["specversion"] == "1.0")
    #expect(json["type"] == "farm.nexus.drone.health.v1")
    #expect(json["subject"] == .string(id))
    #expect(json["source"] == "urn:farmgate:greenhollow:gw1")
    #expect(json["datacontenttype"] == "application/json")
    #expect(json.canonicalBytes == event.payload)

    // Retained: who comes later sees it too.
    let late = try Recorder(port: marketBroker.port)
    try await late.message(on: "\(ReducedFarm.market)/drones/\(id)/health", "retained") { $0.retained }
    let lateOnSite = try Recorder(port: siteBroker.port)
    try await lateOnSite.message(on: "\(ReducedFarm.root)/drone/\(id)", "retained") { $0.retained }
    #expect(!lateOnSite.topics.contains("\(ReducedFarm.root)/drone/pad-1-7"))
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime((siteBroker, marketBroker)) {}
  }

  /// AUTOPILOT_VERSION of system 7 with an older serial number.
  private static func version(uid: UInt64) -> [UInt8] {
    var payload = [UInt8](repeating: 0, count: 8)
    payload += (0..<8).map { UInt8(truncatingIfNeeded: uid >> (8 * UInt64($0))) }
    payload += [0xFF, 6, 5, 4] + [UInt8](repeating: 0, count: 40)
    let header: [UInt8] = [UInt8(payload.count), 0, 0, 0, 7, 1, 148, 0, 0]
    var checksum = MAVLinkChecksum()
    checksum.add(header + payload)
    checksum.add(178)
    return [0xFD] + header + payload
      + [UInt8(truncatingIfNeeded: checksum.value), UInt8(truncatingIfNeeded: checksum.value >> 8)]
  }

  @Test func `a damaged frame makes no drone`() async throws {
    let broker = try await PrivateBroker.start()
    let gateway = try GatewayProcess(configuration: ReducedFarm.yaml(port: broker.port))
    let recorder = try Recorder(port: broker.port)
    try await recorder.message(on: "\(ReducedFarm.root)/status", within: .seconds(60)) {
      $0.json?["state"] == "online"
    }
    var random = SeededRandom(seed: 2)
    var bad = SimulatedDrone(link: "pad-1", system: 9, charge: 50, chargeRate: 0).telemetryCopy(&random)
    bad[14] ^= 0x10
    recorder.publish("depot/pad-1/mavlink", bytes: Array(bad.prefix(21)))
    let counters = try await recorder.message(
      on: "\(ReducedFarm.root)/counters", within: .seconds(60), "a bad checksum"
    ) {
      $0.json?["mavlink"]?["bad_checksum"]?.integer ?? 0 > 0
    }
    #expect(counters.json?["mavlink"]?["accepted"] == 0)
    #expect(!recorder.topics.contains { $0.hasPrefix("\(ReducedFarm.root)/drone/") })
    #expect(try await gateway.terminate() == 0)
    withExtendedLifetime(broker) {}
  }
}

extension SimulatedDrone {
  /// One second of telemetry of a copy.
  fileprivate func telemetryCopy(_ random: inout SeededRandom) -> [UInt8] {
    var copy = self
    return copy.telemetry(&random)
  }
}
