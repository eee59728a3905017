import FarmControl
import FarmUnits

/// A small farm for tests: two beds, a cold store with feedback and door, a siren. Ticks as fast as asked.
struct TestFarm {
  enum Channel: Int, CaseIterable { case moisture, tension, air, product, running, door, flow, coil }
  enum Output: Int, CaseIterable { case bed1, bed2, compressor, siren }

  var controller: FarmController
  var readings: [Reading]
  var now = Instant(sinceBoot: .seconds(1000))
  var local: LocalTime?

  init(_ plan: ControlPlan = TestFarm.plan(), restored: ControlMemory = ControlMemory()) throws {
    controller = try FarmController(plan: plan, startedAt: now, restored: restored)
    readings = plan.channels.map { _ in .silent }
  }

  static func plan(
    bed1: BadQualityReaction = .safe,
    compressor: BadQualityReaction = .duty(on: .seconds(600), off: .seconds(1200))
  ) -> ControlPlan {
    ControlPlan(
      channels: [
        ChannelPlan(
          name: "bed-1-moisture", quantity: .soilMoisture, unit: .percent,
          rules: .init(
            minimum: 1, maximum: 70, staleAfter: .seconds(3600),
            flatline: FlatlineRule(over: .seconds(48 * 3600), below: 0.1))),
        ChannelPlan(
          name: "bed-2-tension", quantity: .soilTension, unit: .kilopascal,
          rules: .init(minimum: 0, maximum: 239, staleAfter: .seconds(7200))),
        ChannelPlan(
          name: "cold-1-air", quantity: .temperature, unit: .celsius,
          rules: .init(
            minimum: -30, maximum: 45, staleAfter: .seconds(60), sentinels: Sentinels([85, -127]) ?? .none,
            maxChangePerMinute: 8)),
        ChannelPlan(
          name: "cold-1-product", quantity: .temperature, unit: .celsius,
          rules: .init(minimum: -30, maximum: 45, staleAfter: .seconds(600))),
        ChannelPlan(name: "cold-1-running", quantity: .contact),
        ChannelPlan(name: "cold-1-door", quantity: .contact),
        ChannelPlan(name: "main-flow", quantity: .volume, unit: .litre),
        ChannelPlan(
          name: "cold-1-coil", quantity: .temperature, unit: .celsius,
          rules: .init(minimum: -40, maximum: 45, staleAfter: .seconds(60))),
      ],
      outputs: [
        OutputPlan(
          name: "bed-1-valve", limits: .init(minOff: .seconds(30), maxOn: .seconds(1800), excludes: [1]),
          onBadQuality: bed1),
        OutputPlan(name: "bed-2-valve", limits: .init(minOff: .seconds(30), maxOn: .seconds(1800))),
        OutputPlan(
          name: "cold-1-compressor",
          limits: .init(minOn: .seconds(120), minOff: .seconds(300), startsPerHour: 6),
          onBadQuality: compressor,
          feedback: Channel.running.rawValue),
        OutputPlan(name: "siren", limits: .init(maxOn: .seconds(300))),
      ],
      irrigations: [
        IrrigationPlan(
          name: "bed-1", probe: .moisture(channel: 0, startBelow: 22, stopAbove: 30), valve: 0,
          soak: SoakPlan(run: .seconds(300), rest: .seconds(600)),
          limits: IrrigationLimits(litresPerDay: 900, quiet: [QuietWindow(from: 11 * 60, to: 16 * 60)]),
          flow: FlowPlan(channel: 6, expectedMinimum: 4, expectedMaximum: 14, litresPerPulse: 0.0022222)),
        IrrigationPlan(name: "bed-2", probe: .tension(channel: 1, startAbove: 45, stopBelow: 15), valve: 1),
      ],
      coldStores: [
        ColdStorePlan(
          name: "cold-1", air: 2, product: 3, door: 5, compressor: 2, setpoint: 3, band: 1,
          alarm: .init(above: 5, below: 0, delay: .seconds(1800), doorOpen: .seconds(300)),
          defrost: .init(every: .seconds(8 * 3600), longest: .seconds(1200), coil: 7, until: 8),
          coolingCheck: .init(within: .seconds(1800), fall: 0.5))
      ],
      siren: 3, floodLimitPerMinute: 10)
  }

  mutating func hear(_ channel: Channel, _ number: Double, quality: Quality = .good) {
    hear(channel.rawValue, .number(number), quality)
  }
  mutating func hear(_ channel: Channel, _ contact: Contact) {
    hear(channel.rawValue, .contact(contact), .good)
  }
  mutating func hear(_ channel: Int, _ value: Value?, _ quality: Quality) {
    let moment = Moment(instant: now, wall: WallTime(milliseconds: 0), clock: .untrusted)
    readings[channel] = Reading(
      value: value, unit: controller.plan.channels[channel].unit, quality: quality, acquired: moment,
      sequence: readings[channel].sequence + 1)
  }

  /// One tick at the present moment.
  mutating func tick() {
    readings.withUnsafeBufferPointer { controller.step($0, at: ControlTime(now, local: local)) }
  }

  /// Lets time pass, ticking every `interval`; `hearing` is called before each tick.
  mutating func run(
    _ time: Duration, every interval: Duration = .seconds(1), hearing: (inout TestFarm) -> Void = { _ in }
  ) {
    let end = now.advanced(by: time)
    while now < end {
      now = min(now.advanced(by: interval), end)
      hearing(&self)
      tick()
    }
  }

  subscript(output: Output) -> OutputState { controller.outputs[output.rawValue] }
  subscript(channel: Channel) -> ChannelState { controller.channels[channel.rawValue] }

  func alarm(_ id: String) -> AlarmState? {
    controller.alarmTable.firstIndex { $0.id == id }.map { controller.alarms[$0] }
  }

  @discardableResult
  mutating func command(
    _ output: Output, _ set: CommandedMode, lasting time: Duration? = nil,
    from source: CommandSource = .operator
  ) -> CommandVerdict {
    controller.apply(
      OutputCommand(
        output: output.rawValue, set: set, until: time.map { now.advanced(by: $0) }, source: source, token: 7),
      at: now)
  }

  @discardableResult
  mutating func command(_ id: String, _ action: AlarmAction) -> CommandVerdict? {
    guard let alarm = controller.alarmTable.firstIndex(where: { $0.id == id }) else { return nil }
    return controller.apply(AlarmCommand(alarm: alarm, action: action, token: 9), at: now)
  }
}

extension TestFarm {
  /// A reading for tests of single parts.
  static func reading(
    _ value: Double?, at now: Instant, sequence: UInt64, quality: Quality = .good, unit: Unit = .celsius
  ) -> Reading {
    Reading(
      value: value.map { .number($0) }, unit: unit, quality: quality,
      acquired: Moment(instant: now, wall: WallTime(milliseconds: 0), clock: .untrusted), sequence: sequence)
  }
}
