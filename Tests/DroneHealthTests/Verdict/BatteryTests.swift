import CanonicalJSON
import DroneHealth
import Testing

struct BatteryTests {
  @Test func `a pack above 65 volts that spills into the second entry is one pack and not two cells`() throws
  {
    let json = try record { $0.battery?.cells = [65_534, 5466] }.json
    #expect(json["batteries"]?.array?.first?["voltage"]?["value"] == 71_000)
    #expect(json["batteries"]?.array?.first?["spread"] == .null)
  }

  @Test func `a pack that does not measure its cells has a voltage and no cells`() throws {
    let record = try record { $0.battery?.cells = [16_015] }
    #expect(record.json["batteries"]?.array?.first?["voltage"]?["value"] == 16_015)
    #expect(record.json["batteries"]?.array?.first?["cells"]?["value"] == [])
    #expect(record.deliverable == .yes)
  }

  @Test func `an unused entry of the extension is zero and not a dead cell`() throws {
    let record = try record { $0.battery?.cells = [UInt16](repeating: 4000, count: 10) }
    #expect(record.json["batteries"]?.array?.first?["cell_min"] == 4000)
    #expect(record.deliverable == .yes)
  }

  @Test func `cells eleven to fourteen come from the extension`() throws {
    let record = try record {
      $0.battery?.cells = [UInt16](repeating: 4000, count: 10)
      $0.battery?.further = [4000, 3840]
    }
    #expect(record.json["batteries"]?.array?.first?["voltage"]?["value"] == 47_840)
    #expect(record.reasons.map(\.code).contains(.cellSpread))
  }

  @Test func `ten cells of a pack that says it has twelve are not its voltage`() throws {
    let record = try record {
      $0.battery?.cells = [UInt16](repeating: 4000, count: 10)
      $0.further = [(370, Drone.smartBattery(cells: 12))]
    }
    #expect(record.reasons.map(\.code).contains(.cellsMissing))
  }

  @Test func `ten cells that do not add up to the summary's voltage are not all cells`() throws {
    // The summary says 16.0 V in these tests, so ten cells of 1.4 V would be short of it.
    let record = try record { $0.battery?.cells = [UInt16](repeating: 1400, count: 10) }
    #expect(record.reasons.map(\.code).contains(.cellsMissing))
  }

  @Test func `a percentage without a voltage proves nothing`() throws {
    let record = try record { $0.battery?.cells = [] }
    #expect(record.reasons.map(\.code).contains(.batteryUnconfirmed))
    #expect(record.deliverable == .unknown)
    #expect(record.json["batteries"]?.array?.first?["soc_basis"] == "estimate_since_boot")
  }

  @Test func `a smart battery's percentage stands by itself`() throws {
    let record = try record {
      $0.battery?.cells = []
      $0.further = [(370, Drone.smartBattery(cycles: 3))]
    }
    #expect(record.deliverable == .yes)
    #expect(record.json["batteries"]?.array?.first?["soc_basis"] == "smart")
  }

  @Test func `a battery that does not know its charge grounds the drone`() throws {
    let record = try record { $0.battery?.percent = -1 }
    #expect(record.reasons.first?.code == .notReported && record.deliverable == .no)
    #expect(record.json["batteries"]?.array?.first?["soc"]?["quality"] == "not_reported")
  }

  @Test func `an unknown temperature is no temperature`() throws {
    let record = try record { $0.battery?.centidegrees = .max }
    #expect(record.deliverable == .yes)
    #expect(record.json["batteries"]?.array?.first?["temperature"]?["value"] == .null)
  }

  @Test func `of several batteries the worst decides`() throws {
    let record = try record { $0.second = .init(id: 1, percent: 20) }
    #expect(record.reasons.first?.field == "battery[1].soc" && record.deliverable == .no)
  }

  @Test func `an empty camera battery does not ground the drone`() throws {
    let record = try record { $0.second = .init(id: 1, percent: 5, purpose: 4) }
    #expect(record.deliverable == .yes && record.level == .amber)
  }

  @Test func `the summary alone is a reservation`() throws {
    let record = try record { $0.battery = nil }
    #expect(record.reasons.map(\.code).contains(.batterySummaryOnly))
    #expect(record.deliverable == .yes && record.level == .amber)
  }

  @Test(arguments: [
    (0, nil), (1, nil), (2, "warn"), (3, "block"), (4, "block"), (5, "block"), (6, "block"), (7, "warn"),
  ])
  func `what a battery says of itself decides`(condition: UInt8, expected: String?) throws {
    let record = try record { $0.battery?.condition = condition }
    #expect(record.reasons.first { $0.code == .batteryState }.map { "\($0.severity)" } == expected)
  }

  @Test(arguments: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] as [UInt32])
  func `any fault of a battery grounds the drone`(bit: UInt32) throws {
    let record = try record { $0.battery?.faults = bit }
    #expect(record.reasons.first?.code == .batteryFault && record.deliverable == .no)
  }

  @Test func `capacity left is judged against capacity when new`() throws {
    let record = try record { $0.further = [(370, Drone.smartBattery(full: 3900, new: 5000))] }
    #expect(record.reasons.map(\.code).contains(.batteryWorn))
  }

  @Test func `an iron phosphate battery is not judged by the limits of others`() throws {
    let record = try record { $0.battery = .init(cells: [3300, 3310, 3305], chemistry: 2) }
    #expect(!record.reasons.map(\.code).contains(.cellLow))
    #expect(record.reasons.map(\.code).contains(.cellsNotJudged))
  }

  @Test func `a battery that is no longer heard is unknown`() throws {
    var depot = Depot()
    var drone = Drone()
    depot.fly(drone, seconds: 2)
    drone.battery = nil
    depot.fly(drone, seconds: 32)
    #expect(try depot.reasons().contains("STALE battery[0].soc"))
    #expect(try depot.record().deliverable == .unknown)
  }

  @Test func `more batteries than any drone has are counted and not kept`() throws {
    var depot = Depot()
    depot.fly(Drone())
    for id in 0...255 { depot.hear(Frames.two(147, payload: Drone.Battery(id: UInt8(id)).frame)) }
    #expect(try depot.record().json["batteries"]?.array?.count == 16)
  }

  private func record(_ change: (inout Drone) -> Void) throws -> DroneHealthRecord {
    var depot = Depot()
    var drone = Drone()
    change(&drone)
    depot.fly(drone, seconds: 2)
    return try depot.record()
  }
}
