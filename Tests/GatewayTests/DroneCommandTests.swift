import CanonicalJSON
import DroneHealth
import FarmControl
import FarmUnits
import Testing

@testable import Gateway

/// What a person may say about a drone, by topic.
struct DroneCommandTests {
  private let id = "uid-000000000000abcd"

  private func depot() throws -> DepotFixture {
    var depot = try DepotFixture()
    depot.fly(2, further: DepotFixture.version(uid: 0xABCD))
    return depot
  }

  @Test func `a sign-off is answered, and answered again without being done again`() throws {
    var depot = try depot()
    let command: JSONValue = ["id": "1", "action": "sign_off", "by": "Mira", "note": "rotors looked at"]
    #expect(try depot.command(id, command)["result"] == "accepted")
    #expect(try depot.command(id, command)["result"] == "accepted")
    #expect(
      try depot.command(id, ["id": "2", "action": "sign_off", "by": "Mira"])["reason"] == "note_missing")
    #expect(
      try depot.command("nobody", ["id": "3", "action": "sign_off", "by": "M", "note": "n"])["reason"]
        == "unknown_drone")
  }

  @Test func `retained, expired, nameless and unknown commands are refused with their reason`() throws {
    var depot = try depot()
    let sign: JSONValue = ["id": "1", "action": "sign_off", "by": "Mira", "note": "n"]
    #expect(try depot.command(id, sign, retained: true)["reason"] == "retained")
    #expect(
      try depot.command(
        id, ["id": "2", "action": "sign_off", "by": "M", "note": "n", "expires": "2020-01-01T00:00:00Z"])[
          "reason"] == "expired")
    #expect(try depot.command(id, ["id": "3", "action": "sign_off", "note": "n"])["reason"] == "malformed")
    #expect(try depot.command(id, ["id": "4", "action": "launch", "by": "M"])["reason"] == "malformed")
    #expect(
      try depot.command(id, ["id": "5", "action": "accept", "by": "M", "note": "n"])["reason"] == "malformed")
    #expect(try depot.command(id, ["id": "6", "action": "charge", "by": "M"])["reason"] == "no_expiry")
    depot.now.clock = .untrusted
    let serviced: JSONValue = ["id": "7", "action": "serviced", "by": "M"]
    #expect(try depot.command(id, serviced)["reason"] == "clock_untrusted")
    depot.now.clock = .trusted
    #expect(try depot.command(id, serviced)["result"] == "accepted")  // its id was not used up
  }

  @Test func `what grounds or is unknown cannot be accepted away`() throws {
    var depot = try depot()
    let answer = try depot.command(
      id, ["id": "1", "action": "accept", "by": "Mira", "note": "n", "until": "2026-11-22T12:00:00Z"])
    #expect(answer["reason"] == "grounded")
    #expect(
      try depot.command(id, ["id": "2", "action": "withdraw", "by": "Mira"])["result"] == "accepted")
  }

  @Test func `a drone that is heard is not charged by command, a silent one is while the lease lasts`() throws
  {
    var depot = try depot()
    func charge(_ number: Int, _ seconds: JSONValue = 60, pad: String? = nil) -> JSONValue {
      var command: JSONObject = [
        "id": .string("c\(number)"), "action": "charge", "by": "Mira", "expires": "2026-11-23T00:00:00Z",
        "for_s": seconds,
      ]
      command["pad"] = pad.map(JSONValue.string)
      return .object(command)
    }
    #expect(try depot.command(id, charge(1))["reason"] == "drone_heard")
    depot.fly(31, isHeard: false)
    #expect(depot.permits.map(\.reason) == [.droneSilent])
    #expect(try depot.command(id, charge(2, 0))["reason"] == "malformed")
    #expect(try depot.command(id, charge(3, 14_401))["reason"] == "malformed")
    #expect(try depot.command(id, charge(4, 60, pad: "pad-9"))["reason"] == "no_pad")
    #expect(try depot.command(id, charge(5, 60, pad: "pad-2"))["reason"] == "no_charger")
    #expect(try depot.command(id, charge(6))["result"] == "accepted")
    depot.pass(59)
    #expect(depot.permits.map(\.reason) == [.chargingByPerson])
    #expect(depot.permits[0].until == depot.now.instant.advanced(by: .seconds(5)))
    depot.pass()
    #expect(depot.permits.map(\.reason) == [.droneSilent])
    // A drone that was never heard is charged where the command says.
    #expect(try depot.command("new", charge(7, 600, pad: "pad-1"))["result"] == "accepted")
    depot.pass()
    #expect(depot.permits.map(\.reason) == [.chargingByPerson])
    #expect(
      try depot.command(id, ["id": "s", "action": "stop_charging", "by": "M"])["result"] == "accepted")
    depot.pass()
    #expect(depot.permits.map(\.reason) == [.droneSilent])
  }

  @Test func `a silent drone that speaks again is judged by what it says, lease or not`() throws {
    var depot = try depot()
    depot.stand(.closed)
    depot.fly(31, isHeard: false)
    _ = try depot.command(
      id,
      [
        "id": "c", "action": "charge", "by": "M", "expires": "2026-11-23T00:00:00Z", "for_s": 3600,
      ])
    depot.drone.armed = true
    depot.fly(1)
    #expect(depot.permits.map(\.reason) == [.droneNotDocked])
  }
}

/// When the drone on a pad may be charged.
struct PadDeskTests {
  @Test func `docked, disarmed and of the right temperature it is charged`() throws {
    var depot = try DepotFixture()
    depot.stand(.closed)
    depot.fly(2)
    #expect(depot.permits.map(\.reason) == [.charging])
    #expect(depot.permits.map(\.pad) == [0])  // the pad without a charger is not the loop's business
  }

  @Test func `a pad whose contact is open, or not to be believed, docks nobody`() throws {
    var depot = try DepotFixture()
    depot.fly(2)
    #expect(depot.permits.map(\.reason) == [.droneNotDocked])  // no word of the contact yet
    depot.stand(.open)
    depot.fly(1)
    #expect(depot.permits.map(\.reason) == [.droneNotDocked])
    depot.stand(.closed)
    depot.fly(1)
    #expect(depot.permits.map(\.reason) == [.charging])
    depot.stand(nil)
    depot.fly(1)
    #expect(depot.permits.map(\.reason) == [.droneNotDocked])
  }

  @Test func `an armed drone is not charged`() throws {
    var depot = try DepotFixture()
    depot.stand(.closed)
    depot.drone.armed = true
    depot.fly(2)
    #expect(depot.permits.map(\.reason) == [.droneNotDocked])  // armed and not told to be on the ground
  }

  @Test func `a silent drone is not charged by itself`() throws {
    var depot = try DepotFixture()
    depot.stand(.closed)
    depot.fly(1)
    #expect(depot.permits.map(\.reason) == [.charging])
    depot.fly(31, isHeard: false)
    #expect(depot.permits.map(\.reason) == [.droneSilent])
  }

  @Test func `a full battery is charged again only when it has fallen`() throws {
    var depot = try DepotFixture()
    depot.stand(.closed)
    func reason(at charge: Double) -> ReasonCode? {
      depot.drone = .init(link: "pad-1", system: 7, charge: charge, chargeRate: 0)
      depot.fly(1)
      return depot.permits.first?.reason
    }
    #expect(reason(at: 99) == .charging)
    #expect(reason(at: 100) == .batteryFull)
    #expect(reason(at: 96) == .batteryFull)
    #expect(reason(at: 94) == .charging)
    #expect(reason(at: 97) == .charging)
  }
}
