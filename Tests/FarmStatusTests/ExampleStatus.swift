import CanonicalJSON
import Claims
import FarmStatus
import FarmUnits

/// A farm in which something of everything is wrong.
enum ExampleStatus {
  static let now = Moment(
    instant: Instant(nanoseconds: 5_000_000_000_000), wall: WallTime(milliseconds: 1_790_000_000_000),
    clock: .trusted)

  static var document: StatusDocument {
    let started = now.advanced(by: .seconds(-3661))
    return StatusDocument(
      farm: "greenhollow", gateway: "gw1", at: now,
      versions: Versions(farmgate: "0.1.0", libmosquitto: "2.0.11", libgpiod: "1.6.3", sqlite: "3.40.1"),
      boot: "boot-1", started: started,
      loop: LoopStanding(
        interval: .milliseconds(100), ticks: 36_000, missed: 3, late: 7, silence: .milliseconds(40),
        lateness: Lateness(
          cumulative: Array(repeating: 30_000, count: 8) + Array(repeating: 36_000, count: 8), count: 36_000,
          sum: .milliseconds(1500), p50: .microseconds(21), p99: .microseconds(2400),
          p999: .microseconds(3000), max: .milliseconds(3))),
      site: broker(state: "connected", proof: "both_ways", reason: "connected to site:1883"),
      market: broker(state: "backing_off", proof: "pending", reason: "host \"m\\x\" is unknown"),
      outbox: OutboxStanding(
        entries: 12, states: 2, deadLetters: 1, waitingBytes: 100, oldest: .milliseconds(90_500)),
      journal: JournalStanding(
        trouble: "the disk is full", bytes: 1_234_567, commits: 55, failures: 2, evicted: 0, replaced: 0,
        lostEntries: 0),
      storage: StorageStanding(
        writtenBytes: 8_192_000, memoryWrites: 4, memoryBytes: 2000, memoryFailures: 1),
      reloads: ReloadStanding(accepted: 2, refused: 1, trouble: "farm.yaml:3:1: unknown key"),
      things: things, dropped: [QueueLoss("site_readings", 4), QueueLoss("site_commands", 0)],
      clients: ClientCounts(answered: 5, refused: 1, dropped: 2))
  }

  private static func broker(state: String, proof: String, reason: String) -> BrokerStanding {
    BrokerStanding(
      state: state, since: now.wall.advanced(by: .seconds(-600)), reason: reason, connects: 3, reconnects: 2,
      proof: proof, receivedAge: .seconds(1), acknowledgedAge: nil, received: 40, published: 50, waiting: 6,
      inFlight: 1)
  }

  static func reading(_ value: Value?, _ unit: Unit?, _ quality: Quality, age: Duration) -> Reading {
    Reading(value: value, unit: unit, quality: quality, acquired: now.advanced(by: .zero - age), sequence: 9)
  }

  private static var things: FarmStanding {
    FarmStanding(
      sensors: [
        SensorStanding(
          id: "bed-1-moisture", reading: reading(.number(22.4), .percent, .good, age: .seconds(3)),
          age: .seconds(3), source: .online, lostEdges: nil),
        SensorStanding(
          id: "cold-1-air", reading: reading(.number(85), .celsius, .sentinel, age: .seconds(130)),
          age: .seconds(130), source: nil, lostEdges: nil),
        SensorStanding(
          id: "cold-1-door", reading: reading(.contact(.open), nil, .good, age: .seconds(1)),
          age: .seconds(1), source: nil, lostEdges: nil),
        SensorStanding(
          id: "water", reading: reading(.number(120), .litre, .good, age: .seconds(1)), age: .seconds(1),
          source: nil, lostEdges: 17),
        SensorStanding(id: "tank", reading: nil, age: nil, source: .unknown, lostEdges: nil),
      ], readings: [.good: 900, .sentinel: 4],
      outputs: [
        OutputStanding(
          id: "bed-1-valve",
          message: OutputMessage(
            commanded: true, confirmed: nil, reason: "soil_dry", text: "The soil is dry.",
            since: now.wall.advanced(by: .seconds(-90)))),
        OutputStanding(
          id: "pump",
          message: OutputMessage(
            commanded: false, confirmed: true, reason: "no_zone_open", text: "No valve is open.",
            since: now.wall.advanced(by: .seconds(-7300)))),
      ],
      alarms: [
        AlarmStanding(
          id: "cold-1-air.implausible",
          message: AlarmMessage(
            state: .active, since: now.wall.advanced(by: .seconds(-130)), text: "It cannot be believed.",
            cause: "sensor_sentinel",
            history: [.init(.active, at: now.wall, cause: "sensor_sentinel")])),
        AlarmStanding(
          id: "cold-1.too-warm",
          message: AlarmMessage(state: .normal, since: now.wall, text: "The store is too warm.")),
      ], lots: [], drones: [])
  }
}
