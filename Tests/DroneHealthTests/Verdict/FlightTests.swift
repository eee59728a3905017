import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

struct FlightTests {
  /// Ground, air for some seconds, ground again.
  private func fly(_ depot: inout Depot, _ drone: Drone = Drone(), seconds: Int = 90) {
    var drone = drone
    var ground = Drone()
    ground.vibration = drone.vibration.map { (1, $0.clippings) }
    depot.fly(ground, seconds: 2)
    (drone.armed, drone.state, drone.landed) = (true, 4, 2)
    depot.fly(drone, seconds: seconds)
    depot.fly(ground, seconds: 15)
  }

  @Test func `a drone in the air is not offered, and is again some seconds after landing`() throws {
    var depot = Depot()
    var drone = Drone()
    (drone.armed, drone.state, drone.landed) = (true, 4, 2)
    depot.fly(drone, seconds: 5)
    #expect(try depot.reasons().prefix(2) == ["NOT_STANDBY autopilot.state", "IN_FLIGHT flight.state"])
    #expect(try depot.record().flightState == "air")
    depot.fly(Drone(), seconds: 5)
    #expect(try depot.record().deliverable == .no)
    depot.fly(Drone(), seconds: 8)
    #expect(try depot.record().deliverable == .yes)
  }

  @Test(arguments: [0, 1, 2, 4, 5, 6, 7, 8] as [UInt8])
  func `only an autopilot in standby may be offered`(state: UInt8) throws {
    var drone = Drone()
    drone.state = state
    let record = try record(drone)
    #expect(record.reasons.first?.code == .notStandby && record.deliverable == .no)
  }

  @Test func `an autopilot state that no standard names is unknown`() throws {
    var drone = Drone()
    drone.state = 77
    #expect(try record(drone).deliverable == .unknown)
  }

  @Test func `an armed drone that does not tell whether it flies is unknown`() throws {
    var drone = Drone()
    (drone.armed, drone.landed) = (true, nil)
    let record = try record(drone)
    #expect(record.flightState == "unknown" && record.deliverable == .unknown)
  }

  @Test func `a disarmed drone without a landing detector is on the ground`() throws {
    var drone = Drone()
    drone.landed = nil
    #expect(try record(drone).flightState == "ground")
    drone.landed = 0
    #expect(try record(drone).flightState == "ground")
  }

  @Test func `the pad's contact makes a drone on the ground a docked one`() throws {
    var depot = Depot()
    depot.registry.observePad(link: "pad-1", isOccupied: true, at: depot.now)
    depot.fly(Drone(), seconds: 2)
    #expect(try depot.record().flightState == "docked")
    depot.registry.observePad(link: "pad-1", isOccupied: nil, at: depot.now)
    depot.wait(31)
    depot.fly(Drone())
    #expect(try depot.record().flightState == "ground")
  }

  @Test func `a drone under the roof of its dock is not judged by satellites`() throws {
    var depot = Depot()
    var drone = Drone()
    (drone.fix, drone.healthy) = ((1, 0), ~0x20)
    depot.registry.observePad(link: "pad-1", isOccupied: true, at: depot.now)
    depot.fly(drone, seconds: 2)
    #expect(try depot.reasons() == ["SENDER_UNVERIFIED auth", "SENSOR_DEGRADED sensors_bad.gps"])
    #expect(try record(drone).reasons.map(\.code).contains(.noFix))
    #expect(try record(drone).deliverable == .no)
  }

  @Test(arguments: [0, 1, 2] as [UInt8])
  func `without a position in space a drone is not offered`(fix: UInt8) throws {
    var drone = Drone()
    drone.fix = (fix, 12)
    #expect(try record(drone).reasons.first?.code == .noFix)
  }

  @Test(arguments: [3, 4, 5, 6, 7, 8] as [UInt8])
  func `every fix from three dimensions on serves`(fix: UInt8) throws {
    var drone = Drone()
    drone.fix = (fix, 12)
    #expect(try record(drone).deliverable == .yes)
  }

  @Test func `a receiver that does not count satellites is a reservation`() throws {
    var drone = Drone()
    drone.fix = (3, 255)
    let record = try record(drone)
    #expect(record.level == .amber && record.reasons.map(\.field).contains("gps.satellites"))
  }

  // MARK: The two estimators

  @Test func `flag 1024 is uninitialised in one message and a satellite glitch in the other`() throws {
    var drone = Drone()
    drone.variance = (0.1, 0x33F | 0x400)
    #expect(try record(drone).reasons.map(\.code).contains(.estimatorUninitialised))
    (drone.variance, drone.ratio) = (nil, (0.1, 0x33F | 0x400))
    #expect(try record(drone).reasons.map(\.code).contains(.estimatorGlitch))
    #expect(try record(drone).reasons.map(\.code).contains(.estimatorUninitialised) == false)
  }

  @Test func `flag 2048 is an accelerometer error in one message only`() throws {
    var drone = Drone()
    drone.variance = (0.1, 0x33F | 0x800)
    #expect(try record(drone).deliverable == .yes)
    (drone.variance, drone.ratio) = (nil, (0.1, 0x33F | 0x800))
    #expect(try record(drone).reasons.first?.code == .estimatorAccelerometer)
  }

  @Test func `flag 32768 is a satellite glitch in one message only`() throws {
    var drone = Drone()
    drone.variance = (0.1, 0x33F | 0x8000)
    #expect(try record(drone).reasons.first?.code == .estimatorGlitch)
    (drone.variance, drone.ratio) = (nil, (0.1, 0x33F | 0x8000))
    #expect(try record(drone).deliverable == .yes)
  }

  @Test func `an estimate that is not a number is unknown`() throws {
    var drone = Drone()
    drone.variance = (.nan, 0x33F)
    #expect(try record(drone).deliverable == .unknown)
  }

  // MARK: Sensors and the pre-arm check

  @Test(arguments: [0, 1, 2, 3, 5, 15, 21, 25, 30])
  func `an unhealthy sensor that flight depends on grounds the drone`(bit: Int) throws {
    var drone = Drone()
    drone.present |= 1 << UInt32(bit)
    drone.healthy = ~(1 << UInt32(bit))
    #expect(try record(drone).reasons.first?.code == .sensorBad)
    #expect(try record(drone).deliverable == .no)
  }

  @Test(arguments: [4, 6, 16, 20, 24, 27, 29])
  func `any other unhealthy sensor is a reservation`(bit: Int) throws {
    var drone = Drone()
    drone.present |= 1 << UInt32(bit)
    drone.healthy = ~(1 << UInt32(bit))
    let record = try record(drone)
    #expect(record.reasons.map(\.code).contains(.sensorDegraded) && record.deliverable == .yes)
  }

  @Test func `a sensor that is absent or switched off is not unhealthy`() throws {
    var drone = Drone()
    (drone.enabled, drone.healthy) = (drone.present & ~0x4, ~0x4)
    #expect(try record(drone).deliverable == .yes)
  }

  @Test func `a failing pre-arm check grounds and an absent one is no pass`() throws {
    var drone = Drone()
    drone.healthy = ~0x1000_0000
    #expect(try record(drone).reasons.first?.code == .prearmFailed)
    #expect(try record(drone).json["prearm"] == "fail")
    drone.present &= ~0x1000_0000
    drone.healthy = .max
    #expect(try record(drone).reasons.map(\.code).contains(.prearmUnknown))
    #expect(try record(drone).json["prearm"] == "unknown")
    #expect(try record(Drone()).json["prearm"] == "pass")
  }

  @Test func `a pre-arm check is no witness while armed`() throws {
    var drone = Drone()
    (drone.armed, drone.landed) = (true, 1)
    #expect(try record(drone).json["prearm"] == "unknown")
  }

  @Test func `a pre-arm text outweighs a healthy bit and is dropped when it is not repeated`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 2)
    depot.hear(Drone.text(2, "PreArm: Battery 1 low voltage failsafe"))
    #expect(try depot.reasons().first == "PREARM_FAILED prearm")
    depot.fly(Drone(), seconds: 30)
    depot.hear(Drone.text(2, "PreArm: Battery 1 low voltage failsafe"))
    depot.fly(Drone(), seconds: 34)
    #expect(try depot.record().deliverable == .no)
    depot.fly(Drone(), seconds: 13)
    #expect(try depot.record().deliverable == .yes)
  }

  // MARK: Texts

  @Test(arguments: [(0, "block"), (2, "block"), (3, "warn"), (4, "warn"), (5, nil), (7, nil)])
  func `a text counts by its severity`(severity: UInt8, expected: String?) throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 2)
    depot.hear(Drone.text(severity, "Something happened"))
    let reason = try depot.record().reasons.first { $0.field == "messages" }
    #expect(reason.map { "\($0.severity)" } == expected)
  }

  @Test func `a text in pieces is read as one, and a lost piece shows`() throws {
    var depot = Depot()
    depot.fly(Drone())
    let long = String(repeating: "motor 3 current too high ", count: 5)
    for (index, start) in stride(from: 0, to: 125, by: 50).enumerated() {
      let piece = String(long.dropFirst(start).prefix(50))
      depot.hear(Drone.text(1, piece, id: 7, sequence: UInt8(index)))
    }
    #expect(try depot.record().json["messages"]?.array?.first?["text"] == .string(long))
    depot.hear(Drone.text(1, String(repeating: "a", count: 50), id: 8, sequence: 0))
    depot.hear(Drone.text(1, "end", id: 8, sequence: 2))
    let texts = try depot.record().json["messages"]?.array?.compactMap { $0["text"]?.string } ?? []
    #expect(texts.contains(String(repeating: "a", count: 50) + "[...]end"))
  }

  @Test func `a text of exactly fifty bytes needs no end`() throws {
    var depot = Depot()
    depot.fly(Drone())
    depot.hear(Drone.text(2, String(repeating: "x", count: 50)))
    #expect(
      try depot.record().json["messages"]?.array?.first?["text"] == .string(String(repeating: "x", count: 50))
    )
  }

  @Test func `a flood of texts keeps the severe ones and is bounded`() throws {
    var depot = Depot()
    depot.fly(Drone())
    depot.hear(Drone.text(1, "Engine on fire"))
    for index in 0..<100 { depot.hear(Drone.text(4, "warning \(index)\u{7}\n")) }
    let texts = try depot.record().json["messages"]?.array?.compactMap { $0["text"]?.string } ?? []
    #expect(texts.count == 16 && texts.contains("Engine on fire") && texts.last == "warning 99  ")
  }

  // MARK: What a flight showed

  @Test(arguments: [(30 as Float, nil), (30.5, "warn"), (60, "warn"), (60.5, "block")])
  func `the vibration of the last flight is judged on the ground`(worst: Float, expected: String?) throws {
    var depot = Depot()
    var drone = Drone()
    drone.vibration = (worst, 0)
    fly(&depot, drone)
    #expect(try depot.record().reasons.first { $0.code == .vibration }.map { "\($0.severity)" } == expected)
  }

  @Test(arguments: [(0 as UInt32, nil), (1, "warn"), (100, "warn"), (101, "block")])
  func `clipping counts from the flight's own begin`(delta: UInt32, expected: String?) throws {
    var depot = Depot()
    var drone = Drone()
    drone.vibration = (5, 4000)
    depot.fly(drone, seconds: 2)
    (drone.armed, drone.state, drone.landed) = (true, 4, 2)
    depot.fly(drone, seconds: 40)
    drone.vibration = (5, 4000 + delta)
    depot.fly(drone, seconds: 40)
    (drone.armed, drone.state, drone.landed) = (false, 3, 1)
    depot.fly(drone, seconds: 15)
    #expect(try depot.record().reasons.first { $0.code == .clipping }.map { "\($0.severity)" } == expected)
  }

  @Test func `shaking on the ground is no vibration of a flight`() throws {
    var drone = Drone()
    drone.vibration = (70, 500)
    #expect(try record(drone).deliverable == .yes)
  }

  @Test func `a fault of a flight does not end with the landing but with the next clean flight`() throws {
    var depot = Depot()
    var drone = Drone()
    drone.vibration = (70, 0)
    fly(&depot, drone)
    depot.fly(Drone(), seconds: 600)
    #expect(try depot.record().deliverable == .no)
    // Too short to prove anything.
    fly(&depot, Drone(), seconds: 20)
    #expect(try depot.record().deliverable == .no)
    fly(&depot, Drone(), seconds: 90)
    #expect(try depot.record().deliverable == .yes)
  }

  @Test func `a flight whose vibration was not heard clears nothing`() throws {
    var depot = Depot()
    var drone = Drone()
    drone.vibration = (70, 0)
    fly(&depot, drone)
    drone.vibration = nil
    fly(&depot, drone)
    #expect(try depot.record().deliverable == .no)
  }

  @Test func `a fault of a flight ends with a person's inspection`() throws {
    var depot = Depot()
    var drone = Drone()
    drone.vibration = (70, 200)
    fly(&depot, drone)
    #expect(throws: DroneCommandRefusal.noteMissing) {
      try depot.registry.signOff(drone: Drone.uid2, by: "Ines", note: " ")
    }
    try depot.registry.signOff(drone: Drone.uid2, by: "Ines", note: "propeller replaced")
    depot.fly(Drone(), seconds: 12)
    #expect(try depot.record().deliverable == .yes)
  }

  @Test func `a severe text in flight holds after landing, one on the ground does not`() throws {
    var depot = Depot()
    var drone = Drone()
    depot.fly(drone, seconds: 2)
    (drone.armed, drone.state, drone.landed) = (true, 4, 2)
    depot.fly(drone, seconds: 20)
    depot.hear(Drone.text(1, "Crash: Disarming"))
    depot.fly(Drone(), seconds: 120)
    #expect(try depot.reasons().first == "SEVERE_MESSAGE messages.in_flight")
    var other = Depot()
    other.fly(Drone())
    other.hear(Drone.text(1, "Logging failed"))
    other.fly(Drone(), seconds: 120)
    #expect(try other.record().deliverable == .yes)
  }

  @Test(arguments: [1, 2, 4, 8, 16, 32, 64] as [UInt16])
  func `any failure of a motor grounds the drone`(bit: UInt16) throws {
    var drone = Drone()
    drone.further = [(290, Drone.motors(failures: [0, 0, bit, 0]))]
    #expect(try record(drone).reasons.first?.code == .motorFault)
  }

  @Test func `a motor that failed in flight still grounds when it is quiet again`() throws {
    var depot = Depot()
    var drone = Drone()
    drone.further = [(290, Drone.motors(failures: [0, 32, 0, 0]))]
    fly(&depot, drone)
    #expect(try depot.reasons().first == "MOTOR_FAULT motors.in_flight")
  }

  @Test func `flights, hours and battery cycles are counted and survive a restart`() throws {
    var depot = Depot()
    var drone = Drone()
    for _ in 0..<3 {
      drone.battery?.percent = 90
      fly(&depot, drone, seconds: 100)
      drone.battery?.percent = 40
      depot.fly(drone)
    }
    let memory = try #require(depot.registry.memory.first)
    #expect(memory.flights == 3 && (295...305).contains(memory.flownSeconds))
    #expect(memory.usedPercent == ["battery-0": 150])
    let kept = try #require(DroneMemory(try JSONValue(parsing: memory.json.canonicalText)))
    #expect(kept == memory)
    var restarted = Depot(remembered: [kept])
    fly(&restarted, Drone(), seconds: 100)
    #expect(restarted.registry.memory.first?.flights == 4)
  }

  @Test func `a drone lost in flight and found on the ground has flown, and proved nothing`() throws {
    var depot = Depot()
    var drone = Drone()
    drone.vibration = (70, 0)
    fly(&depot, drone)
    (drone.armed, drone.state, drone.landed, drone.vibration) = (true, 4, 2, (5, 0))
    depot.fly(drone, seconds: 70)
    depot.wait(60)
    depot.fly(Drone(), seconds: 15)
    #expect(depot.registry.memory.first?.flights == 2)
    #expect(try depot.record().deliverable == .no)
  }

  // MARK: Remote identification

  @Test func `remote identification unknown is a reservation, failed it grounds where the law demands it`()
    throws
  {
    var drone = Drone()
    drone.remote = nil
    #expect(try record(drone).reasons.map(\.code).contains(.remoteIdentificationUnknown))
    drone.remote = 1
    #expect(try record(drone).deliverable == .no)
    var thresholds = DroneThresholds()
    thresholds.isRemoteIdentificationDemanded = false
    var depot = Depot(thresholds)
    depot.fly(drone, seconds: 2)
    #expect(try depot.record().deliverable == .yes)
  }

  private func record(_ drone: Drone) throws -> DroneHealthRecord {
    var depot = Depot()
    depot.fly(drone, seconds: 2)
    return try depot.record()
  }
}
