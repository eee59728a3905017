import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

struct RegistryTests {
  private let key = [UInt8](repeating: 5, count: 32)

  @Test func `a fit, signed drone is green and may be offered`() throws {
    var depot = Depot(authenticator: FrameAuthenticator(key: key, sha256: ReferenceSHA256.digest))
    var drone = Drone()
    drone.key = key
    depot.fly(drone, seconds: 15)
    #expect(try depot.reasons() == [])
    let record = try depot.record()
    #expect(record.deliverable == .yes && record.level == .green && record.isHardwareIdentified)
  }

  @Test func `an unsigned fit drone may be offered with a reservation`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 15)
    #expect(try depot.reasons() == ["SENDER_UNVERIFIED auth"])
    let record = try depot.record()
    #expect(record.deliverable == .yes && record.level == .amber)
  }

  @Test func `no drone exists before an autopilot's heartbeat`() {
    var depot = Depot()
    // A ground station (autopilot 8), a camera's status, and a sender without a number.
    depot.hear(Frames.two(0, payload: [0, 0, 0, 0, 6, 8, 0, 4, 3], system: 255))
    depot.hear(Frames.two(1, payload: Drone().systemStatus))
    depot.hear(Frames.two(0, payload: Drone().heartbeat, system: 0))
    #expect(depot.registry.evaluate(at: depot.now).updates.isEmpty)
    #expect(depot.registry.counters.beforeHeartbeat == 2 && depot.registry.counters.noSender == 1)
  }

  @Test func `a drone half heard is unknown and says what is missing`() throws {
    var depot = Depot()
    depot.hear(Frames.two(0, payload: Drone().heartbeat))
    let record = try depot.record("pad-1-1")
    #expect(record.deliverable == .unknown && record.level == .grey && !record.isHardwareIdentified)
    #expect(
      try depot.reasons("pad-1-1").prefix(4) == [
        "NOT_HEARD battery", "NOT_HEARD estimator", "NOT_HEARD gps", "NOT_HEARD sensors",
      ])
  }

  @Test func `a drone remembered from before a restart is unknown until it is heard`() throws {
    var depot = Depot(remembered: [DroneMemory(id: Drone.uid2)])
    let update = try #require(depot.registry.evaluate(at: depot.now).updates.first)
    #expect(update.record.deliverable == .unknown && update.record.level == .grey)
    #expect(try depot.reasons() == ["NOT_HEARD link"])
    depot.fly(Drone(), seconds: 2)
    #expect(try depot.record().deliverable == .yes)
  }

  @Test func `a drone that falls silent is warned of, then unknown, and comes back after the hold time`()
    throws
  {
    var depot = Depot()
    depot.fly(Drone(), seconds: 12)
    depot.wait(4)
    #expect(try depot.reasons().contains("LINK_SILENT link") == false)
    depot.wait(1)
    #expect(try depot.reasons().contains("LINK_SILENT link"))
    #expect(try depot.record().deliverable == .yes)
    depot.wait(26)
    #expect(try depot.reasons().first == "LINK_LOST link")
    #expect(try depot.record().deliverable == .unknown)
    depot.fly(Drone(), seconds: 5)
    #expect(try depot.record().deliverable == .unknown)
    depot.fly(Drone(), seconds: 7)
    #expect(try depot.record().deliverable == .yes)
  }

  @Test func `when the serial number becomes known the old name is to be cleared`() throws {
    var depot = Depot()
    var drone = Drone()
    drone.hardware = nil
    depot.fly(drone)
    #expect(try depot.reasons("pad-1-1").contains("IDENTITY_UNCONFIRMED id"))
    drone.hardware = Drone().hardware
    depot.hear(drone)
    let report = depot.registry.evaluate(at: depot.now)
    #expect(report.retiredIDs == ["pad-1-1"])
    #expect(report.updates.map(\.id) == [Drone.uid2])
    #expect(try depot.reasons().contains("IDENTITY_UNCONFIRMED id") == false)
  }

  @Test func `the older serial number serves where the newer one is zero`() throws {
    var depot = Depot()
    depot.hear(Frames.two(0, payload: Drone().heartbeat))
    depot.hear(Frames.two(148, payload: Drone.version(1, uid: 0x0102_0304_0506_0708, uid2: [0])))
    #expect(try depot.record("uid-0102030405060708").isHardwareIdentified)
  }

  @Test func `two drones of system 1 on two pads are two drones`() throws {
    var depot = Depot()
    var other = Drone()
    other.link = "pad-2"
    other.hardware = [UInt8](repeating: 9, count: 18)
    depot.fly(Drone())
    depot.fly(other)
    #expect(depot.registry.evaluate(at: depot.now.advanced(by: .seconds(61))).updates.count == 2)
  }

  @Test func `two vehicles with one serial number are grounded`() throws {
    var depot = Depot()
    var other = Drone()
    other.link = "pad-2"
    other.bootedAt = .seconds(700)
    depot.fly(Drone())
    depot.fly(other)
    depot.hear(Drone())
    #expect(try depot.reasons().first == "DUPLICATE_ID id")
    #expect(try depot.record().deliverable == .no)
  }

  @Test func `one vehicle heard over two links is one vehicle`() throws {
    var depot = Depot()
    var other = Drone()
    other.link = "radio"
    for _ in 0..<15 {
      depot.hear(Drone())
      depot.fly(other)
    }
    #expect(try depot.reasons() == ["SENDER_UNVERIFIED auth"])
  }

  @Test func `a drone that takes another's pad is not taken for it`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 3)
    var other = Drone()
    other.hardware = nil
    other.bootedAt = .seconds(990)
    other.battery?.percent = 30
    depot.hear(other)
    depot.hear(other)
    #expect(try depot.reasons() == ["REBOOTED link"])
    #expect(try depot.reasons("pad-1-1").contains("BATTERY_LOW battery[0].soc"))
    other.hardware = [UInt8](repeating: 9, count: 18)
    depot.hear(other)
    #expect(try depot.record("uid2-" + String(repeating: "09", count: 18)).deliverable == .yes)
    #expect(try depot.record().deliverable == .unknown)
  }

  @Test func `two drones that take turns under one number on one link are grounded`() throws {
    var depot = Depot()
    var other = Drone()
    (other.hardware, other.bootedAt) = ([UInt8](repeating: 9, count: 18), nil)
    var first = Drone()
    first.bootedAt = nil
    for _ in 0..<3 {
      depot.fly(first)
      depot.fly(other)
    }
    #expect(try depot.reasons().contains("DUPLICATE_ID id"))
  }

  @Test func `a forged message grounds the drone it names while it lasts`() throws {
    var depot = Depot(authenticator: FrameAuthenticator(key: key, sha256: ReferenceSHA256.digest))
    var drone = Drone()
    drone.key = key
    depot.fly(drone, seconds: 2)
    var forger = Drone()
    forger.key = [UInt8](repeating: 6, count: 32)
    depot.hear(forger)
    #expect(try depot.reasons() == ["SENDER_FORGED auth"])
    #expect(try depot.record().deliverable == .no)
    depot.fly(drone, seconds: 45)
    #expect(try depot.reasons() == [])
  }

  @Test func `other components of a vehicle do not answer for its autopilot`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 2)
    // A gimbal says that it knows of no sensors, and has a version of its own.
    depot.hear(Frames.two(1, payload: [0], component: 154))
    let version = Drone.version(1, uid: 0, uid2: [UInt8](repeating: 3, count: 18))
    depot.hear(Frames.two(148, payload: version, component: 154))
    depot.hear(Frames.two(0, payload: [0, 0, 0, 0, 26, 8, 0, 7, 3], component: 154))
    #expect(try depot.record().deliverable == .yes)
  }

  @Test func `a record is published when its verdict changes and once a minute`() {
    var depot = Depot()
    depot.hear(Drone())
    #expect(depot.registry.evaluate(at: depot.now).updates.count == 1)
    var drone = Drone()
    drone.battery?.cells = [3999, 4010, 4005, 4000]
    depot.hear(drone)
    #expect(depot.registry.evaluate(at: depot.now).updates.isEmpty)
    drone.battery?.percent = 40
    depot.hear(drone)
    #expect(depot.registry.evaluate(at: depot.now).updates.count == 1)
    var count = 0
    for _ in 0..<120 {
      depot.hear(drone)
      count += depot.wait(1).count
    }
    #expect(count == 2)
  }

  @Test(arguments: ["depot hall/3", "ünï", "", "a+b", String(repeating: "x", count: 200)])
  func `every link name gives a name that a topic may hold`(link: String) {
    let id = DroneIdentity.link(link, system: 1).topicLevel
    #expect(Identifier.isValid(id), "\(id)")
    #expect(id != DroneIdentity.link(link + "!", system: 1).topicLevel)
  }

  @Test func `links and drones beyond the limit are refused and counted`() {
    var depot = Depot()
    for index in 0..<257 {
      for system in [1, 2, 3] as [UInt8] {
        depot.hear(Frames.two(0, payload: Drone().heartbeat, system: system), link: "pad-\(index)")
      }
    }
    #expect(depot.registry.evaluate(at: depot.now).updates.count == 512)
    #expect(depot.registry.counters.overLimit > 0)
    // A nameless drone that stays silent makes room, and its topic is cleared.
    depot.now = depot.now.advanced(by: .seconds(3601))
    #expect(depot.registry.evaluate(at: depot.now).retiredIDs.count == 512)
  }
}
