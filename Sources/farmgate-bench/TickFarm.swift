import FarmControl
import FarmDaemon
import FarmUnits

/// The control loop as the daemon runs it, of any size, with outputs that move nothing.
struct TickFarm {
  let loop: ControlLoop
  private let sensors: Int
  private var now = Instant(sinceBoot: .seconds(100_000))
  private var sequence: UInt64 = 0
  private var next = 0
  /// Per cent in the `n`th reading.
  var moisture: (Int) -> Double = BenchFarm.moisture

  init(sensors: Int, outputs: Int) throws {
    self.sensors = sensors
    let plan = ControlPlan(
      channels: (0..<sensors).map {
        ChannelPlan(
          name: "probe-\($0)", quantity: .soilMoisture, unit: .percent,
          rules: PlausibilityRules(minimum: 1, maximum: 99, staleAfter: .seconds(3600)))
      },
      outputs: (0..<outputs).map {
        OutputPlan(name: "valve-\($0)", limits: GuardLimits(minOff: .seconds(30), maxOn: .seconds(1800)))
      },
      irrigations: (0..<min(outputs, sensors)).map {
        IrrigationPlan(
          name: "bed-\($0)", probe: .moisture(channel: $0, startBelow: 22, stopAbove: 30), valve: $0)
      })
    loop = ControlLoop(
      controller: try FarmController(plan: plan, startedAt: now),
      drivers: (0..<outputs).map { _ in SimulatedOutput() }, capacity: 8 * sensors + 1024)
    hear(sensors)
    for _ in 0..<200 { tick() }
  }

  /// New readings arrive, at the sensors in turn.
  mutating func hear(_ count: Int) {
    for _ in 0..<count {
      sequence += 1
      next = (next + 1) % sensors
      loop.slots.write(
        Reading(
          value: .number(moisture(Int(sequence % 500))), unit: .percent, quality: .good,
          acquired: Moment(instant: now, wall: WallTime(milliseconds: 0), clock: .trusted), sequence: sequence
        ),
        at: next)
    }
  }

  /// Hours in which nobody hears anything: every reading is stale afterwards, with an alarm.
  mutating func fallSilent() {
    now = now.advanced(by: .seconds(2 * 3600))
    for _ in 0..<200 { tick() }
  }

  /// One tick, 100 ms after the last.
  /// - Returns: What it took, in nanoseconds.
  @discardableResult
  mutating func tick() -> Int64 {
    now = now.advanced(by: .milliseconds(100))
    let started = monotonicNanoseconds()
    loop.tick(at: ControlTime(now))
    let ended = monotonicNanoseconds()
    drain()
    return ended - started
  }

  /// Takes what the loop tells, as the rest of the daemon does.
  func drain() { while loop.events.pop() != nil {} }
}
