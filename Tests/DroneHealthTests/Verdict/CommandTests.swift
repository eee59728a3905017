import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

struct CommandTests {
  private func depot(percent: Int8) -> Depot {
    var depot = Depot()
    var drone = Drone()
    drone.battery?.percent = percent
    depot.fly(drone, seconds: 2)
    return depot
  }

  private func accept(
    _ depot: inout Depot, by: String = "Ines", note: String = "short hop only", hours: Int64 = 4
  ) throws {
    try depot.registry.accept(
      drone: Drone.uid2, by: by, note: note, expires: depot.now.wall.advanced(by: .seconds(hours * 3600)),
      at: depot.now)
  }

  @Test func `a named person may accept a reservation until a time`() throws {
    var depot = depot(percent: 40)
    try accept(&depot)
    let record = try depot.record()
    #expect(record.level == .green && record.deliverable == .yes)
    #expect(record.reasons.allSatisfy { $0.acceptedBy == "Ines" })
    #expect(record.json["accepted"]?["note"] == "short hop only")
    depot.now = depot.now.advanced(by: .seconds(4 * 3600))
    #expect(try depot.record().json["accepted"] == nil)
  }

  @Test func `what grounds a drone cannot be accepted`() throws {
    var depot = depot(percent: 20)
    #expect(throws: DroneCommandRefusal.grounded) { try accept(&depot) }
    var silent = Depot(remembered: [DroneMemory(id: Drone.uid2)])
    #expect(throws: DroneCommandRefusal.grounded) { try accept(&silent) }
  }

  @Test func `an acceptance covers no later reservation and no fault`() throws {
    var depot = depot(percent: 40)
    try accept(&depot)
    var drone = Drone()
    drone.battery?.percent = 40
    drone.fix = (3, 7)
    depot.fly(drone)
    #expect(try depot.record().level == .amber)
    drone.battery?.percent = 20
    depot.fly(drone)
    #expect(try depot.record().level == .red)
  }

  @Test func `an acceptance needs a name, a note, an end and a clock`() throws {
    var depot = depot(percent: 40)
    #expect(throws: DroneCommandRefusal.nameMissing) { try accept(&depot, by: "") }
    #expect(throws: DroneCommandRefusal.noteMissing) { try accept(&depot, note: "  ") }
    #expect(throws: DroneCommandRefusal.badExpiry) { try accept(&depot, hours: 0) }
    #expect(throws: DroneCommandRefusal.badExpiry) { try accept(&depot, hours: 169) }
    depot.now.clock = .untrusted
    #expect(throws: DroneCommandRefusal.clockUntrusted) { try accept(&depot) }
    #expect(throws: DroneCommandRefusal.unknownDrone) {
      try depot.registry.signOff(drone: "nobody", by: "Ines", note: "x")
    }
  }

  @Test func `an acceptance survives a restart and can be taken back`() throws {
    var depot = depot(percent: 40)
    try accept(&depot)
    let kept = try #require(depot.registry.memory.first.flatMap { DroneMemory($0.json) })
    var restarted = Depot(remembered: [kept])
    var drone = Drone()
    drone.battery?.percent = 40
    restarted.fly(drone, seconds: 2)
    #expect(try restarted.record().level == .green)
    try restarted.registry.withdrawAcceptance(drone: Drone.uid2, by: "Ines")
    #expect(try restarted.record().level == .amber)
  }

  @Test func `a published record keeps to the marketplace's numbers`() throws {
    var depot = depot(percent: 40)
    var numbers: [Double] = []
    func collect(_ value: JSONValue) {
      switch value {
      case .number(let number): numbers.append(number)
      case .array(let array): array.forEach(collect)
      case .object(let object): object.members.forEach { collect($0.value) }
      default: break
      }
    }
    let json = try depot.record().json
    collect(json)
    #expect(numbers.allSatisfy { ($0 * 1000).rounded() / 1000 == $0 && abs($0) < 1e12 })
    #expect(json.canonicalBytes.count < 8192)
  }
}
