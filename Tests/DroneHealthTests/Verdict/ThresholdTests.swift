import DroneHealth
import FarmUnits
import Testing

/// Every limit of the verdict on both of its sides: at the limit and just beyond it.
struct ThresholdTests {
  struct Case: CustomTestStringConvertible {
    var key: DroneThresholds.Key
    var shown: String
    var drone: Drone
    var expected: String?

    var testDescription: String { "\(key.rawValue) \(shown): \(expected ?? "nothing")" }

    init(_ key: DroneThresholds.Key, _ shown: String, _ expected: String?, _ change: (inout Drone) -> Void) {
      (self.key, self.shown, self.expected, drone) = (key, shown, expected, Drone())
      change(&drone)
    }
  }

  static let cases: [Case] =
    [(50, nil), (49, "warn"), (25, "warn"), (24, "block")].map { (percent: Int8, expected: String?) in
      Case(.batteryPercent, "\(percent)", expected.map { "\($0) BATTERY_LOW battery[0].soc" }) {
        $0.battery?.percent = percent
      }
    }
    + [(3700, nil), (3699, "warn"), (3600, "warn"), (3599, "block")].map {
      (weakest: UInt16, expected: String?) in
      Case(.cellMillivolts, "\(weakest)", expected.map { "\($0) CELL_LOW battery[0].cell_min" }) {
        $0.battery?.cells = [weakest + 10, weakest, weakest + 20]
      }
    }
    + [(80, nil), (81, "warn"), (150, "warn"), (151, "block")].map { (spread: UInt16, expected: String?) in
      Case(.cellSpreadMillivolts, "\(spread)", expected.map { "\($0) CELL_SPREAD battery[0].spread" }) {
        $0.battery?.cells = [4000, 4000 + spread, 4010]
      }
    }
    + [(1000, nil), (999, "warn"), (0, "warn"), (-1, "block")].map {
      (temperature: Int16, expected: String?) in
      Case(
        .batteryColdCelsius, "\(temperature)", expected.map { "\($0) BATTERY_COLD battery[0].temperature" }
      ) {
        $0.battery?.centidegrees = temperature
      }
    }
    + [(4500, nil), (4501, "warn"), (6000, "warn"), (6001, "block")].map {
      (temperature: Int16, expected: String?) in
      Case(.batteryHotCelsius, "\(temperature)", expected.map { "\($0) BATTERY_HOT battery[0].temperature" })
      {
        $0.battery?.centidegrees = temperature
      }
    }
    + [(200, nil), (201, "warn"), (5000, "warn")].map { (cycles: UInt16, expected: String?) in
      Case(.batteryCycles, "\(cycles)", expected.map { "\($0) BATTERY_CYCLES battery[0].cycles" }) {
        $0.further = [(370, Drone.smartBattery(cycles: cycles))]
      }
    }
    + [(80, nil), (79, "warn")].map { (health: UInt8, expected: String?) in
      Case(.batteryHealthPercent, "\(health)", expected.map { "\($0) BATTERY_WORN battery[0].soh" }) {
        $0.further = [(372, Drone.batteryInformation(health: health))]
      }
    }
    + [(0.5, nil), (0.625, "warn"), (0.75, "warn"), (0.875, "block")].map {
      (variance: Float, expected: String?) in
      Case(
        .estimatorVariance, "\(variance)", expected.map { "\($0) ESTIMATOR_UNCERTAIN estimator.variance" }
      ) { $0.variance = (variance, 0x33F) }
    }
    + [(0.5, nil), (0.625, "warn"), (1.0, "warn"), (1.125, "block")].map {
      (ratio: Float, expected: String?) in
      Case(.estimatorRatio, "\(ratio)", expected.map { "\($0) ESTIMATOR_UNCERTAIN estimator.ratio" }) {
        ($0.variance, $0.ratio) = (nil, (ratio, 0x33F))
      }
    }
    + [(10, nil), (9, "warn"), (0, "warn")].map { (satellites: UInt8, expected: String?) in
      Case(.satellites, "\(satellites)", expected.map { "\($0) FEW_SATELLITES gps.satellites" }) {
        $0.fix = (3, satellites)
      }
    }
    + [(8000, nil), (8001, "warn")].map { (temperature: Int16, expected: String?) in
      Case(.motorCelsius, "\(temperature)", expected.map { "\($0) MOTOR_HOT motors[1].temperature" }) {
        $0.further = [(290, Drone.motors(temperatures: [3000, temperature, 3000, .max]))]
      }
    }
    + [(4300, nil), (4299, "block")].map { (millivolts: UInt16, expected: String?) in
      Case(.boardVoltLow, "\(millivolts)", expected.map { "\($0) BOARD_VOLTAGE board.voltage" }) {
        $0.further = [(125, [UInt8(millivolts & 0xFF), UInt8(millivolts >> 8)])]
      }
    }
    + [(5800, nil), (5801, "block")].map { (millivolts: UInt16, expected: String?) in
      Case(.boardVoltHigh, "\(millivolts)", expected.map { "\($0) BOARD_VOLTAGE board.voltage" }) {
        $0.further = [(125, [UInt8(millivolts & 0xFF), UInt8(millivolts >> 8)])]
      }
    }

  @Test(arguments: cases)
  func `a limit holds at its value and acts beyond it`(row: Case) throws {
    var depot = Depot()
    depot.fly(row.drone, seconds: 2)
    let record = try depot.record()
    let found = record.reasons.filter { $0.code != .senderUnverified }
    #expect(
      found.map { "\($0.severity) \($0.code.rawValue) \($0.field)" } == (row.expected.map { [$0] } ?? []))
    guard let reason = found.first else { return }
    let limits = DroneThresholds()[row.key]
    #expect(reason.limit == (reason.severity == .warn ? limits.warn : limits.block).map { .number($0) })
    #expect(reason.unit == row.key.unit && reason.value != nil)
    #expect(record.deliverable == (reason.severity == .block ? .no : .yes))
  }

  @Test(arguments: [(200.0, "warn"), (201, "block"), (181, "warn"), (180, nil)])
  func `service falls due by hours flown`(hours: Double, expected: String?) throws {
    var memory = DroneMemory(id: Drone.uid2)
    memory.flownSeconds = hours * 3600
    var depot = Depot(remembered: [memory])
    depot.fly(Drone(), seconds: 2)
    let due = try depot.record().reasons.first { $0.code == .serviceDue }
    #expect(due.map { "\($0.severity)" } == expected)
    try depot.registry.recordService(drone: Drone.uid2, by: "Ines", at: depot.now)
    depot.fly(Drone(), seconds: 12)
    #expect(try depot.record().reasons.contains { $0.code == .serviceDue } == false)
  }

  @Test(arguments: [(164, nil), (165, "warn"), (182, "warn"), (183, "block")])
  func `service falls due by the calendar`(days: Int64, expected: String?) throws {
    var memory = DroneMemory(id: Drone.uid2)
    let at = WallTime(
      milliseconds: WallTime(rfc3339: "2026-11-22T10:15:02Z")!.milliseconds - days * 86_400_000)
    memory.service = .init(at: at, flownSeconds: 0, by: "Ines")
    var depot = Depot(remembered: [memory])
    depot.fly(Drone(), seconds: 2)
    let due = try depot.record().reasons.first { $0.code == .serviceDue }
    #expect(due.map { "\($0.severity)" } == expected)
  }

  @Test func `a limit from the configuration replaces the default`() throws {
    var thresholds = DroneThresholds()
    thresholds[.batteryPercent] = DroneLimits(warn: 95, block: 91)
    var depot = Depot(thresholds)
    depot.fly(Drone(), seconds: 2)
    #expect(try depot.reasons().first == "BATTERY_LOW battery[0].soc")
    #expect(try depot.record().deliverable == .no)
  }

  @Test(arguments: DroneThresholds.Key.allCases)
  func `every default limit has a source and is ordered`(key: DroneThresholds.Key) {
    #expect(key.isOrdered(key.standard) && !key.source.isEmpty)
    #expect(key.standard.warn != nil || key.standard.block != nil)
    #expect(!key.isOrdered(DroneLimits(warn: 10, block: key.isFloor ? 11 : 9)))
  }

  @Test func `a value at a limit does not make the verdict flap`() throws {
    var depot = Depot()
    var drone = Drone()
    depot.fly(drone, seconds: 5)
    var updates = 0
    for second in 0..<50 {
      drone.battery?.percent = second.isMultiple(of: 2) ? 49 : 51
      depot.hear(drone)
      updates += depot.wait(1).count
    }
    #expect(updates == 1)
    #expect(try depot.reasons().contains("BATTERY_LOW battery[0].soc"))
  }

  @Test func `a verdict gets worse at once and better after margin and hold time`() throws {
    var depot = Depot()
    var drone = Drone()
    drone.battery?.percent = 24
    depot.hear(drone)
    #expect(try depot.record().deliverable == .no)
    drone.battery?.percent = 26
    depot.fly(drone, seconds: 30)
    #expect(try depot.record().deliverable == .no)
    drone.battery?.percent = 27
    depot.fly(drone, seconds: 9)
    #expect(try depot.record().deliverable == .no)
    depot.fly(drone, seconds: 3)
    #expect(try depot.record().deliverable == .yes)
    #expect(try depot.record().level == .amber)
  }

  @Test func `a reason says since when it holds`() throws {
    var depot = Depot()
    var drone = Drone()
    depot.fly(drone, seconds: 5)
    drone.battery?.percent = 40
    depot.hear(drone)
    let began = depot.now
    #expect(try depot.record().level == .amber)
    depot.fly(drone, seconds: 5)
    let reason = try #require(try depot.record().reasons.first { $0.code == .batteryLow })
    #expect(reason.since == began)
  }
}
