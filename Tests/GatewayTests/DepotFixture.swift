import CanonicalJSON
import ClaimKeys
import DroneHealth
import FarmConfiguration
import FarmControl
import FarmSimulation
import FarmUnits
import Foundation
import Signatures
import Testing

@testable import Gateway

/// A gateway with drones, and a clock that the test turns; no broker, no loop.
struct DepotFixture {
  static let root = "farmgate/greenhollow/gw1"
  static let market = "nexus/v1/greenhollow"
  static let yaml = """
    farm: greenhollow
    gateway: gw1
    brokers: {site: {url: "mqtt://localhost"}, market: {url: "mqtt://localhost"}}
    storage: {directory: /tmp}
    sensors:
      pad-1-contact: {quantity: contact, mqtt: {topic: pads/1, preset: plain}}
    outputs:
      pad-1-charger: {simulated: true, guard: {max_on_s: 7200}}
    drones:
      mavlink: [{topic: "depot/+/mavlink"}, {udp: 14550}]
      dji: {gateways: [DOCK0001]}
      pads:
        pad-1: {link: pad-1, contact: pad-1-contact, charger: pad-1-charger, charge_between: {min: 5, max: 45}}
        pad-2: {link: pad-2}
    """

  var gateway: FarmGateway
  var now = Moment(
    instant: Instant(sinceBoot: .seconds(100)), wall: WallTime(milliseconds: 1_795_342_500_000),
    clock: .trusted)
  var drone = SimulatedDrone(link: "pad-1", system: 7, charge: 60, chargeRate: 0)
  var random = SeededRandom(seed: 4)
  private(set) var said: [Publication] = []
  private(set) var permits: [ChargePermit] = []

  init(_ provisions: DroneProvisions = DroneProvisions()) throws {
    let result = GatewayConfiguration.parse(text: Self.yaml, file: "test.yaml", files: .assumingPresence)
    let configuration = try #require(result.configuration, "\(result.problems)")
    let controller = try FarmController(plan: ControlPlan(configuration), startedAt: now.instant)
    gateway = FarmGateway(
      configuration,
      identity: GatewayIdentity(version: "test", boot: "boot", session: "session", started: now),
      alarms: controller.alarmTable, drones: provisions, random: SeededRandom(seed: 1))
    let ring = KeyRing(at: now.wall)
    try gateway.openMarket(
      MarketStart(
        seal: MarketSeal(
          signer: ring.signer, announcer: ring.announcer, keys: ring.keySet, sha256: SHA2.sha256)), at: now)
  }

  /// The drone's frames of one second, and further ones, over its topic; then the second passes.
  mutating func fly(_ seconds: Int = 1, isHeard: Bool = true, further: [UInt8] = []) {
    for _ in 0..<seconds {
      if isHeard { hear("depot/pad-1/mavlink", drone.telemetry(&random) + further) }
      pass()
    }
  }

  mutating func hear(_ topic: String, _ payload: [UInt8], retained: Bool = false) {
    gateway.receive(topic: topic, payload: payload, retained: retained, at: now) { _, _ in }
  }

  mutating func hear(_ topic: String, _ json: JSONValue) { hear(topic, json.bytes) }

  mutating func stand(_ contact: Contact?) {
    let reading = Reading(
      value: contact.map(Value.contact), unit: nil, quality: contact == nil ? .fault : .good, acquired: now,
      sequence: 1)
    gateway.observe(.channel(0, ChannelState(reading: reading)), at: now)
  }

  mutating func pass(_ seconds: Int = 1) {
    now = now.advanced(by: .seconds(seconds))
    gateway.advance(to: now)
    said += gateway.takePublications()
    said += gateway.takeKept().claims.compactMap(\.message).map { Publication($0) }
    permits = gateway.takePadRequests().compactMap {
      if case .charge(let permit) = $0 { permit } else { nil }
    }
  }

  mutating func command(_ drone: String, _ json: JSONValue, retained: Bool = false) throws -> JSONValue {
    let request = gateway.command(
      topic: "\(Self.root)/drone/\(drone)/command", payload: json.bytes, retained: retained, at: now)
    #expect(request == nil)
    let publications = gateway.takePublications()
    said += publications
    let topic = "\(Self.root)/drone/\(drone)/command/result"
    let answer = try #require(publications.last { $0.message.topic == topic })
    #expect(!answer.message.retained)
    return try JSONValue(parsing: answer.message.payload)
  }

  mutating func forget() { said = [] }
  func messages(_ topic: String) -> [Publication] { said.filter { $0.message.topic == topic } }
  func record(_ id: String) throws -> JSONValue {
    let message = try #require(messages("\(Self.root)/drone/\(id)").last)
    return try JSONValue(parsing: message.message.payload)
  }
  mutating func counters() throws -> JSONValue {
    gateway.report(counters: [:])
    let message = try #require(gateway.takePublications().last)
    return try JSONValue(parsing: message.message.payload)
  }

  /// AUTOPILOT_VERSION 4.5.6 with an older serial number, as the simulated drone numbers its frames.
  /// - Parameter hash: Eight letters.
  static func version(uid: UInt64, system: UInt8 = 7, board: UInt16 = 0, hash: String? = nil) -> [UInt8] {
    var payload = [UInt8](repeating: 0, count: 8)
    payload += (0..<8).map { UInt8(truncatingIfNeeded: uid >> (8 * UInt64($0))) }
    payload += [0xFF, 6, 5, 4] + [UInt8](repeating: 0, count: 10)
    payload += [UInt8(board & 0xFF), UInt8(board >> 8), 0, 0, 0, 0]
    payload += hash.map { Array($0.utf8) } ?? [UInt8](repeating: 0, count: 8)
    payload += [UInt8](repeating: 0, count: 16)
    let header: [UInt8] = [UInt8(payload.count), 0, 0, 0, system, 1, 148, 0, 0]
    var checksum = MAVLinkChecksum()
    checksum.add(header + payload)
    checksum.add(178)
    return [0xFD] + header + payload
      + [UInt8(truncatingIfNeeded: checksum.value), UInt8(truncatingIfNeeded: checksum.value >> 8)]
  }
}
