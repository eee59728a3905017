import FarmControl
import FarmUnits
import Testing

/// Water that flows when it should not, or does not when it should.
struct FlowTests {
  /// Two beds on one meter behind a master valve.
  static func plan(litresPerPulse: Double = 0.01, rain: Bool = false) -> ControlPlan {
    func bed(_ name: String, _ number: Int) -> IrrigationPlan {
      IrrigationPlan(
        name: name, probe: .moisture(channel: number, startBelow: 22, stopAbove: 30), valve: number,
        limits: IrrigationLimits(litresPerDay: 100, litresPerWeek: 150),
        flow: FlowPlan(
          channel: 2, expectedMinimum: 4, expectedMaximum: 14, litresPerPulse: litresPerPulse), masterValve: 2
      )
    }
    return ControlPlan(
      channels: [
        ChannelPlan(name: "a-moisture", quantity: .soilMoisture, unit: .percent),
        ChannelPlan(name: "b-moisture", quantity: .soilMoisture, unit: .percent),
        ChannelPlan(name: "meter", quantity: .volume, unit: .litre),
      ],
      outputs: [
        OutputPlan(name: "a-valve", limits: .init(maxOn: .seconds(3600))),
        OutputPlan(name: "b-valve", limits: .init(maxOn: .seconds(3600))), OutputPlan(name: "master"),
      ],
      irrigations: [bed("a", 0), bed("b", 1)])
  }

  struct Rig {
    var farm: TestFarm
    var total = 5000.0
    var moisture = 20.0
    /// Litres per minute while a valve is open.
    var flow = 8.0
    /// Litres per minute at any time.
    var leak = 0.0
    /// Whole pulses only.
    var perPulse = 0.01

    init(_ plan: ControlPlan = FlowTests.plan()) throws {
      farm = try TestFarm(plan)
      farm.local = LocalTime(minuteOfDay: 600, day: 20_000)
    }
    mutating func run(_ seconds: Int) {
      for _ in 0..<seconds {
        farm.now = farm.now.advanced(by: .seconds(1))
        let isOpen = output(0).commanded == .on || output(1).commanded == .on
        total += (isOpen ? flow : leak) / 60
        farm.hear(0, .number(moisture), .good)
        farm.hear(1, .number(40), .good)
        farm.hear(2, .number((total / perPulse).rounded(.down) * perPulse), .good)
        farm.tick()
      }
    }
    func output(_ index: Int) -> OutputState { farm.controller.outputs[index] }
    func phase(_ id: String) -> AlarmPhase? { farm.alarm(id)?.phase }
  }

  @Test func `the expected flow raises nothing, and the rate is shown`() throws {
    var rig = try Rig()
    rig.run(300)
    #expect(rig.output(0).commanded == .on)
    #expect(rig.farm.controller.alarms.allSatisfy { $0.phase == .normal })
    let rate = try #require(rig.farm.controller.channels[2].litresPerMinute)
    #expect(abs(rate - 8) < 0.2)
    #expect(abs(rig.farm.controller.irrigations[0].litresToday - 40) < 1)
  }

  @Test func `the master valve follows the beds`() throws {
    var rig = try Rig()
    rig.run(3)
    #expect(rig.output(2).commanded == .on)
    #expect(rig.output(2).reason == .zoneOpen)
    rig.moisture = 30
    rig.run(2)
    #expect(rig.output(0).commanded == .off)
    #expect(rig.output(2).commanded == .off)
  }

  @Test func `a total that begins again with its device takes no litre away and makes none up`() throws {
    var rig = try Rig()
    rig.total = 4711
    rig.run(60)
    func litres() -> Double { rig.farm.controller.irrigations[0].litresToday }
    let before = litres()
    #expect(abs(before - 8) < 0.2)
    // The first that is heard of the new count is a zero.
    rig.total = -rig.flow / 60
    var last = before
    while rig.total < 5 {
      rig.run(1)
      #expect(litres() >= last && litres() - last < 0.2, "at \(rig.total)")
      #expect((6...10).contains(try #require(rig.farm.controller.channels[2].litresPerMinute)))
      last = litres()
    }
    #expect(abs(last - before - rig.total) < 0.02, "\(last - before) of \(rig.total)")
    // One that went on before it was heard again: nobody knows what it had counted before it stopped.
    rig.total = 3
    rig.run(1)
    #expect(litres() == last)
    rig.run(30)
    #expect(abs(litres() - last - 4) < 0.02)
    #expect(rig.farm.controller.alarms.allSatisfy { $0.phase == .normal })
  }

  @Test func `no water at all shuts the valve until a person has looked`() throws {
    var rig = try Rig()
    rig.flow = 0
    rig.run(60)
    #expect(rig.output(0).commanded == .off)
    #expect(rig.output(0).reason == .noFlow)
    #expect(rig.phase("a.no-flow") == .active)
    #expect(rig.farm.command("a.no-flow", .clear) == .accepted)
    rig.flow = 8
    rig.run(2)
    #expect(rig.output(0).commanded == .on)
    #expect(rig.phase("a.no-flow") == .normal)
  }

  @Test func `soil that gets wetter beside a silent meter means that the meter is dead`() throws {
    var rig = try Rig()
    rig.flow = 0
    for _ in 0..<60 {
      rig.moisture += 0.05
      rig.run(1)
    }
    #expect(rig.output(0).commanded == .on)
    #expect(rig.phase("a.dead-meter") == .active)
    #expect(rig.phase("a.no-flow") == .normal)
  }

  @Test func `too little water is said, and watering goes on`() throws {
    var rig = try Rig()
    rig.flow = 2
    rig.run(120)
    #expect(rig.phase("a.low-flow") == .active)
    #expect(rig.output(0).commanded == .on)
  }

  @Test func `a burst shuts valve and master within seconds`() throws {
    var rig = try Rig()
    rig.run(100)
    rig.flow = 60
    rig.run(25)
    #expect(rig.output(0).reason == .burst)
    #expect(rig.output(2).reason == .burst)
    #expect(rig.phase("a.burst") == .active)
    #expect(rig.farm.command(TestFarm.Output.bed1, .on) == .deferred(.burst))
  }

  @Test(arguments: [4.0, 8, 14]) func `a meter of one pulse per litre is given the time it needs`(
    flow: Double
  ) throws {
    var rig = try Rig(FlowTests.plan(litresPerPulse: 1))
    rig.perPulse = 1
    rig.flow = flow
    rig.run(400)
    let alarms = rig.farm.controller.alarms.filter { $0.phase != .normal }
    #expect(alarms.allSatisfy { $0.kind == .litresUsedUp }, "\(alarms)")
  }

  @Test func `water through shut valves is a leak: everything on that meter shuts until it is cleared`()
    throws
  {
    var rig = try Rig()
    rig.moisture = 40
    rig.leak = 0.5
    rig.run(60)
    #expect(rig.phase("meter.leak") == .normal)
    rig.run(300)
    #expect(rig.phase("meter.leak") == .active)
    rig.moisture = 10
    rig.leak = 0
    rig.run(5)
    #expect(rig.output(0).reason == .leak)
    #expect(rig.output(2).reason == .leak)
    #expect(rig.farm.command("meter.leak", .clear) == .accepted)
    rig.run(2)
    #expect(rig.output(0).commanded == .on)
  }

  @Test func `a leak and a burst outlive a restart`() throws {
    var rig = try Rig()
    rig.moisture = 40
    rig.leak = 1
    rig.run(400)
    let memories = (0..<2).map { Optional(rig.farm.controller.memory(ofIrrigation: $0)) }
    #expect(memories.allSatisfy { $0?.lockedBy == .leak })
    var after = try Rig()
    after.farm = try TestFarm(FlowTests.plan(), restored: ControlMemory(irrigations: memories))
    after.run(5)
    #expect(after.output(0).reason == .leak)
    #expect(after.phase("meter.leak") == .active)
  }

  @Test func `a drop that seeps is no leak`() throws {
    var rig = try Rig()
    rig.moisture = 40
    rig.leak = 0.1
    rig.run(3000)
    #expect(rig.phase("meter.leak") == .normal)
  }

  @Test func `the day's litres end the watering, tomorrow it goes on, and the week's end that too`() throws {
    var rig = try Rig()
    rig.run(800)
    #expect(rig.output(0).reason == .litresPerDay)
    #expect(rig.phase("a.litres-used-up") == .active)
    let today = rig.farm.controller.irrigations[0].litresToday
    #expect(today >= 100 && today < 101)
    rig.farm.local?.day += 1
    rig.run(10)
    #expect(rig.output(0).commanded == .on)
    rig.run(500)
    #expect(rig.output(0).reason == .litresPerWeek)
    // 20000 is a Thursday: four days later is Monday.
    rig.farm.local?.day = 20_004
    rig.run(2)
    #expect(rig.output(0).commanded == .on)
  }

  @Test func `a calendar that is set back gives no new day`() throws {
    var rig = try Rig()
    rig.run(800)
    rig.farm.local?.day -= 5
    rig.run(10)
    #expect(rig.output(0).commanded == .off)
    rig.farm.local?.day += 1
    rig.run(2)
    #expect(rig.output(0).commanded == .on)
  }

  @Test func `without a calendar a day is 24 hours`() throws {
    var ledger = LitreLedger(startedAt: Instant(nanoseconds: 0))
    func at(_ hours: Int) -> ControlTime { ControlTime(Instant(sinceBoot: .seconds(hours * 3600))) }
    ledger.step(adding: 50, at: at(1))
    ledger.step(adding: 0, at: at(23))
    #expect(ledger.today == 50)
    ledger.step(adding: 0, at: at(24))
    #expect(ledger.today == 0)
    #expect(ledger.thisWeek == 50)
    ledger.step(adding: 0, at: at(7 * 24))
    #expect(ledger.thisWeek == 0)
  }

  @Test func `a damaged memory is no limit that is never reached`() {
    let ledger = LitreLedger(startedAt: Instant(nanoseconds: 0), today: .nan, thisWeek: -.infinity)
    #expect(ledger.today == 0 && ledger.thisWeek == 0)
  }

  @Test func `what was counted before the restart counts`() throws {
    let memory = IrrigationMemory(litresToday: 99, litresThisWeek: 99, day: 20_000)
    var rig = try Rig()
    rig.farm = try TestFarm(FlowTests.plan(), restored: ControlMemory(irrigations: [memory, nil]))
    rig.farm.local = LocalTime(minuteOfDay: 600, day: 20_000)
    rig.run(30)
    #expect(rig.output(0).reason == .litresPerDay)
  }

  @Test func `a meter that is silent counts as the most that is expected`() throws {
    var rig = try Rig()
    for _ in 0..<600 {
      rig.farm.now = rig.farm.now.advanced(by: .seconds(1))
      rig.farm.hear(0, .number(20), .good)
      rig.farm.hear(2, nil, .fault)
      rig.farm.tick()
    }
    #expect(rig.output(0).reason == .litresPerDay)
    let today = rig.farm.controller.irrigations[0].litresToday
    #expect(today >= 100 && today < 101)
  }

  @Test func `what a meter catches up after it was silent is not counted twice`() throws {
    var rig = try Rig()
    rig.run(60)
    let before = rig.farm.controller.irrigations[0].litresToday
    for _ in 0..<60 {
      rig.farm.now = rig.farm.now.advanced(by: .seconds(1))
      rig.total += rig.flow / 60
      rig.farm.hear(0, .number(20), .good)
      rig.farm.hear(2, nil, .fault)
      rig.farm.tick()
    }
    rig.run(1)
    // A minute at the most that is expected, and a second at what was measured.
    #expect(abs(rig.farm.controller.irrigations[0].litresToday - before - 14) < 0.2)
  }

  @Test func `beds that are open together share what their meter counts`() throws {
    var rig = try Rig()
    rig.flow = 16
    for _ in 0..<60 {
      rig.farm.now = rig.farm.now.advanced(by: .seconds(1))
      rig.total += rig.flow / 60
      for bed in 0..<2 { rig.farm.hear(bed, .number(20), .good) }
      rig.farm.hear(2, .number(rig.total), .good)
      rig.farm.tick()
    }
    let (a, b) = (
      rig.farm.controller.irrigations[0].litresToday, rig.farm.controller.irrigations[1].litresToday
    )
    #expect(abs(a - b) < 0.01 && abs(a + b - 16) < 0.6)
    #expect(rig.farm.controller.alarms.allSatisfy { $0.phase == .normal })
  }

  @Test(arguments: [
    (Quantity.volume, Unit.litre, 1.0), (.volume, .cubicMetre, 1000), (.volume, .millilitre, 0.001),
    (.flow, .litrePerMinute, 1), (.flow, .cubicMetrePerHour, 1000.0 / 60),
  ])
  func `meters of every unit give litres per minute`(quantity: Quantity, unit: Unit, factor: Double) throws {
    var plan = FlowTests.plan()
    plan.channels[2] = ChannelPlan(name: "meter", quantity: quantity, unit: unit)
    var farm = try TestFarm(plan)
    for second in 0..<60 {
      farm.now = farm.now.advanced(by: .seconds(1))
      let shown = quantity == .flow ? 6 / factor : 0.1 * Double(second) / factor
      farm.hear(2, .number(shown), .good)
      farm.tick()
    }
    #expect(abs(try #require(farm.controller.channels[2].litresPerMinute) - 6) < 0.2)
  }
}
