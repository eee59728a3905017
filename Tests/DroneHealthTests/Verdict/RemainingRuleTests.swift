import CanonicalJSON
import DroneHealth
import FarmUnits
import Foundation
import Testing

/// Limits and rules that need hours, days or silence instead of one value, and traps that no other suite names.
struct RemainingRuleTests {
  private func codes(_ depot: inout Depot) throws -> [String] {
    try depot.record().reasons.filter { $0.code != .senderUnverified }.map {
      "\($0.severity) \($0.code.rawValue) \($0.field)"
    }
  }

  @Test(
    arguments: [
      (180.0, nil), (180.01, "warn"), (200.0, "warn"), (200.01, "block"),
    ] as [(Double, String?)])
  func `service is due by the hours flown`(hours: Double, severity: String?) throws {
    var memory = DroneMemory(id: Drone.uid2)
    memory.flownSeconds = hours * 3600
    var depot = Depot(remembered: [memory])
    depot.fly(Drone(), seconds: 2)
    #expect(try codes(&depot) == (severity.map { ["\($0) SERVICE_DUE usage.hours"] } ?? []))
  }

  @Test(
    arguments: [
      (164.0, nil), (164.1, "warn"), (182.0, "warn"), (182.1, "block"),
    ] as [(Double, String?)])
  func `service is due by the days since the last one`(days: Double, severity: String?) throws {
    var memory = DroneMemory(id: Drone.uid2)
    var depot = Depot()
    memory.service = DroneMemory.Service(
      at: depot.now.wall.advanced(by: .seconds(2 - days * 86_400)), flownSeconds: 0, by: "Ines")
    depot = Depot(remembered: [memory])
    depot.fly(Drone(), seconds: 2)
    #expect(try codes(&depot) == (severity.map { ["\($0) SERVICE_DUE usage.days"] } ?? []))
  }

  @Test(
    arguments: [
      (5, nil), (6, "warn LINK_SILENT link"), (30, "warn LINK_SILENT link"), (31, "unknown LINK_LOST link"),
    ] as [(Int, String?)])
  func `silence is a reservation after five seconds and ignorance after thirty`(
    seconds: Int, expected: String?
  ) throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 3)
    depot.now = depot.now.advanced(by: .seconds(seconds - 1))  // one second has passed since the last frame
    let link = try depot.record().reasons.filter { $0.field == "link" }
    #expect(link.map { "\($0.severity) \($0.code.rawValue) \($0.field)" } == (expected.map { [$0] } ?? []))
  }

  @Test func `a text of severity 3 is a reservation while it is repeated`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 2)
    depot.hear(Drone.text(3, "Compass variance"))
    #expect(try depot.record().reasons.contains { $0.code == .warningMessage && $0.severity == .warn })
  }

  @Test func `a remote identification that fails grounds where the law demands it`() throws {
    var thresholds = DroneThresholds()
    var drone = Drone()
    drone.remote = 1
    for (isDemanded, severity) in [(true, DroneReason.Severity.block), (false, .warn)] {
      thresholds.isRemoteIdentificationDemanded = isDemanded
      var depot = Depot(thresholds)
      depot.fly(drone, seconds: 2)
      let reason = try depot.record().reasons.first { $0.code == .remoteIdentificationFailed }
      #expect(reason?.severity == severity)
    }
  }

  @Test func `a policy that is configured and not in force leaves firmware unknown`() throws {
    var thresholds = DroneThresholds()
    thresholds.isFirmwarePolicyDemanded = true
    var depot = Depot(thresholds)
    depot.fly(Drone(), seconds: 2)
    #expect(try depot.record().deliverable == .unknown)
    #expect(try codes(&depot) == ["unknown FIRMWARE_POLICY_MISSING firmware.policy"])
  }

  @Test func `a current of -1 is no current`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 2)
    let battery = try #require(try depot.record().json["batteries"]?.array?.first)
    #expect(battery["current"]?["value"]?.double == 1.2)
    var drone = Drone()
    drone.battery = nil
    var bytes = Drone.Battery().frame
    (bytes[30], bytes[31]) = (0xFF, 0xFF)
    drone.further = [(147, bytes)]
    depot.fly(drone)
    let unknown = try #require(try depot.record().json["batteries"]?.array?.first)
    #expect(unknown["current"]?["value"]?.double == nil)
    #expect(unknown["current"]?["quality"] == "not_reported")
  }

  @Test(
    arguments: [
      (32_766, false, 327.66), (32_767, false, nil), (-32_768, false, nil), (-32_767, true, nil),
      (-10_001, false, nil), (-10_000, false, -100), (-500, false, -5), (-500, true, nil), (-1, true, nil),
      (0, true, 0), (12_000, true, 120),
    ] as [(Int16, Bool, Double?)])
  func `a current that has wrapped is not known, and a negative one is a charge only of a drone at rest`(
    centiampere: Int16, isArmed: Bool, expected: Double?
  ) throws {
    var depot = Depot()
    var drone = Drone()
    drone.armed = isArmed
    drone.battery?.current = centiampere
    depot.fly(drone, seconds: 2)
    let battery = try #require(try depot.record().json["batteries"]?.array?.first)
    #expect(battery["current"]?["value"]?.double == expected)
    #expect(battery["current"]?["quality"] == (expected == nil ? "not_reported" : "good"))
  }

  @Test(
    arguments: [
      0, 500_000_000, 1_795_342_500_000_000, UInt64.max, 1,
    ])
  func `time_usec is unix time, time since boot or neither, and nothing is judged or dated by it`(
    microseconds: UInt64
  ) throws {
    func record(_ microseconds: UInt64) throws -> JSONValue {
      var depot = Depot()
      var drone = Drone()
      drone.ratio = (0.1, 0x33F)
      for second in 0..<5 {
        // Also one that runs backwards.
        drone.microseconds = microseconds &- UInt64(second) &* 1_000_000
        drone.further = [(290, Drone.motors(microseconds: drone.microseconds))]
        depot.fly(drone)
      }
      return try depot.record().json
    }
    let judged = try record(microseconds)
    #expect(try judged == record(1_000_000_000))
    // By the gateway's clock at the last message, a second ago.
    #expect(judged["gps"]?["fix"]?["at"] == "2026-11-22T10:15:04.000Z")
    #expect(judged["estimator"]?["ratio"]?["quality"] == "good")
  }

  @Test func `FLIGHT_INFORMATION counts nothing, for its times are misnamed`() throws {
    var depot = Depot()
    var drone = Drone()
    var payload = Payload()
    for value in [1, 2, 77] as [UInt64] { payload.add(value &* 1_000_000_000) }
    payload.add(UInt32(900_000))
    drone.further = [(264, payload.bytes)]
    depot.fly(drone, seconds: 3)
    #expect(try depot.record().json["usage"]?["flights"] == 0)
  }

  @Test func `a boot clock that falls is a restart, and what was heard before is void`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 3)
    #expect(try depot.record().deliverable == .yes)
    var drone = Drone()
    (drone.bootedAt, drone.hardware) = (depot.now.instant.sinceBoot - .seconds(1), nil)
    depot.fly(drone)
    #expect(try depot.record().deliverable == .unknown)
    #expect(try depot.reasons() == ["REBOOTED link"])
  }

  @Test func `every code of a reason is asked for by some test`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    var texts = ""
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    where path.hasSuffix(".swift") {
      texts += try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }
    for code in DroneReason.Code.allCases {
      #expect(texts.contains(code.rawValue) || texts.contains(".\(code)"), "\(code.rawValue)")
    }
  }
}

/// Whether the drone on a pad may be charged: anything that is not known speaks against it.
struct ChargeOpinionTests {
  private func opinion(
    _ drone: Drone = Drone(), isOccupied: Bool? = true, between range: ClosedRange<Double>? = 5...45
  ) -> ChargeOpinion {
    var depot = Depot()
    depot.registry.observePad(link: "pad-1", isOccupied: isOccupied, at: depot.now)
    depot.fly(drone, seconds: 2)
    return depot.registry.charging(link: "pad-1", between: range, at: depot.now)
  }

  @Test func `docked and disarmed within the temperatures it may be charged`() {
    #expect(opinion() == .ready(lowestPercent: 90))
    var two = Drone()
    two.second = Drone.Battery(id: 1, percent: 40)
    #expect(opinion(two) == .ready(lowestPercent: 40))
    two.second?.percent = -1
    #expect(opinion(two) == .ready(lowestPercent: nil))
  }

  @Test func `in the air, beside its pad, or where nobody knows, it is not docked`() {
    var flying = Drone()
    flying.landed = 2
    #expect(opinion(flying) == .notDocked)
    #expect(opinion(isOccupied: false) == .notDocked)
    #expect(opinion(isOccupied: nil) == .notDocked)
  }

  @Test func `an armed drone on its pad is not charged`() {
    var armed = Drone()
    armed.armed = true
    #expect(opinion(armed) == .armed)
  }

  @Test(
    arguments: [
      (499, ChargeOpinion.tooCold), (500, .ready(lowestPercent: 90)), (4500, .ready(lowestPercent: 90)),
      (4501, .tooHot), (.max, .temperatureUnknown),
    ] as [(Int16, ChargeOpinion)])
  func `the battery's temperature decides at its limits`(centidegrees: Int16, expected: ChargeOpinion) {
    var drone = Drone()
    drone.battery?.centidegrees = centidegrees
    #expect(opinion(drone) == expected)
  }

  @Test func `without limits the temperature is not asked, without a battery nothing is known of it`() {
    var drone = Drone()
    drone.battery?.centidegrees = .max
    #expect(opinion(drone, between: nil) == .ready(lowestPercent: 90))
    drone.battery = nil
    #expect(opinion(drone) == .temperatureUnknown)
  }

  @Test func `a battery with a fault is not charged`() {
    var drone = Drone()
    drone.battery?.faults = 1
    #expect(opinion(drone) == .batteryFault)
    drone.battery?.faults = 0
    drone.battery?.condition = 5
    #expect(opinion(drone) == .batteryFault)
  }

  @Test func `nobody heard, heard no more, or two at once is no drone to charge`() {
    var depot = Depot()
    depot.registry.observePad(link: "pad-1", isOccupied: true, at: depot.now)
    #expect(depot.registry.charging(link: "pad-1", between: nil, at: depot.now) == .silent)
    #expect(depot.registry.charging(link: "pad-9", between: nil, at: depot.now) == .silent)
    depot.fly(Drone(), seconds: 2)
    var other = Drone()
    (other.system, other.hardware) = (2, (2...19).map { $0 })
    depot.hear(Drone())
    depot.fly(other)
    #expect(depot.registry.charging(link: "pad-1", between: nil, at: depot.now) == .notDocked)
    #expect(depot.registry.isSilent(drone: Drone.uid2, at: depot.now) == false)
    #expect(depot.registry.links(ofDrone: Drone.uid2) == ["pad-1"])
    depot.wait(31)
    #expect(depot.registry.charging(link: "pad-1", between: nil, at: depot.now) == .silent)
    #expect(depot.registry.isSilent(drone: Drone.uid2, at: depot.now) == true)
    #expect(depot.registry.isSilent(drone: "nobody", at: depot.now) == nil)
  }
}
