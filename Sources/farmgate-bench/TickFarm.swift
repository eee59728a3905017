import FarmControl
import FarmDaemon
import FarmUnits

/// The control loop as the daemon runs it, of any size, with outputs that move nothing.
struct TickFarm {
  let loop: ControlLoop
  private let channels: [ChannelPlan]
  private var now = Instant(sinceBoot: .seconds(100_000))
  private var sequence: UInt64 = 0
  private var next = 0
  /// Per cent in the `n`th reading.
  var moisture: (Int) -> Double = BenchFarm.moisture

  /// - Parameter isMetered: Every bed has a flow meter of its own and a water balance, fed by a rain gauge and a
  ///   thermometer; these are among the sensors.
  init(sensors: Int, outputs: Int, isMetered: Bool = false) throws {
    let plan =
      isMetered ? try Self.meteredPlan(sensors, outputs) : Self.plainPlan(sensors, outputs)
    channels = plan.channels
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
      next = (next + 1) % channels.count
      loop.slots.write(
        Reading(
          value: .number(number(of: next)), unit: channels[next].unit, quality: .good,
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

  private func number(of channel: Int) -> Double {
    switch channels[channel].quantity {
    // A pulse of half a litre now and then.
    case .volume: Double(sequence / 4096) / 2
    case .rain: 0
    case .temperature: Double(150 + sequence % 50) / 10
    default: moisture(Int(sequence % 500))
    }
  }

  private static func plainPlan(_ sensors: Int, _ outputs: Int) -> ControlPlan {
    ControlPlan(
      channels: (0..<sensors).map(probe), outputs: (0..<outputs).map(valve),
      irrigations: (0..<min(outputs, sensors)).map {
        IrrigationPlan(
          name: "bed-\($0)", probe: .moisture(channel: $0, startBelow: 22, stopAbove: 30), valve: $0)
      })
  }

  private static func meteredPlan(_ sensors: Int, _ outputs: Int) throws -> ControlPlan {
    guard sensors >= 2 * outputs + 2,
      let zone = RootZone(fieldCapacity: 0.45, wiltingPoint: 0.1, depthMetres: 0.5, depletionFraction: 0.5)
    else { throw BenchFailure("a farm with \(outputs) meters needs more than \(sensors) sensors") }
    let (rain, air) = (2 * outputs, 2 * outputs + 1)
    var channels = (0..<sensors).map(probe)
    for bed in 0..<outputs { channels[outputs + bed] = channel("meter-\(bed)", .volume, .litre) }
    channels[rain] = channel("rain", .rain, .millimetre)
    channels[air] = channel("air", .temperature, .celsius)
    return ControlPlan(
      channels: channels, outputs: (0..<outputs).map(valve),
      irrigations: (0..<outputs).map { bed in
        IrrigationPlan(
          name: "bed-\(bed)", probe: .moisture(channel: bed, startBelow: 22, stopAbove: 30), valve: bed,
          limits: IrrigationLimits(litresPerDay: 1e6),
          flow: FlowPlan(
            channel: outputs + bed, expectedMinimum: 4, expectedMaximum: 1000, litresPerPulse: 0.5),
          rootZone: RootZonePlan(
            zone: zone, cropCoefficient: 1, areaSquareMetres: 50, rain: rain,
            evaporation: .hargreaves(temperature: air, latitudeDegrees: 48, otherwise: 4), standsIn: true))
      })
  }

  private static func probe(_ number: Int) -> ChannelPlan {
    channel("probe-\(number)", .soilMoisture, .percent, minimum: 1, maximum: 99)
  }

  private static func channel(
    _ name: String, _ quantity: Quantity, _ unit: Unit, minimum: Double? = nil, maximum: Double? = nil
  ) -> ChannelPlan {
    ChannelPlan(
      name: name, quantity: quantity, unit: unit,
      rules: PlausibilityRules(minimum: minimum, maximum: maximum, staleAfter: .seconds(3600)))
  }

  private static func valve(_ number: Int) -> OutputPlan {
    OutputPlan(name: "valve-\(number)", limits: GuardLimits(minOff: .seconds(30), maxOn: .seconds(1800)))
  }
}
