import FarmControl
import FarmUnits
import Testing

/// Two beds that are open at once on one meter, each expected to take 4 ... 14 L/min.
struct SharedFlowTests {
  private struct Rig {
    var farm: TestFarm
    var total = 5000.0
    /// Of the two beds.
    var moisture = [20.0, 20.0]
    /// Litres per minute through each open valve.
    var flows = [8.0, 8.0]
    /// Beside the beds while any valve is open.
    var extra = 0.0
    var perPulse = 0.01

    init(_ plan: ControlPlan = FlowTests.plan()) throws {
      farm = try TestFarm(plan)
      farm.local = LocalTime(minuteOfDay: 600, day: 20_000)
    }
    mutating func run(_ seconds: Int) {
      for _ in 0..<seconds {
        farm.now = farm.now.advanced(by: .seconds(1))
        var rate = isOpen(0) || isOpen(1) ? extra : 0
        for bed in 0..<2 where isOpen(bed) { rate += flows[bed] }
        total += rate / 60
        for bed in 0..<2 { farm.hear(bed, .number(moisture[bed]), .good) }
        farm.hear(2, .number((total / perPulse).rounded(.down) * perPulse), .good)
        farm.tick()
      }
    }
    func isOpen(_ bed: Int) -> Bool { output(bed).commanded == .on }
    func output(_ index: Int) -> OutputState { farm.controller.outputs[index] }
    func isActive(_ id: String) -> Bool { farm.alarm(id)?.phase == .active }
    var raised: [String] {
      zip(farm.controller.alarmTable, farm.controller.alarms).filter { $1.phase != .normal }.map(\.0.id)
    }
  }

  @Test(arguments: [[4.0, 4.0], [8, 8], [14, 14], [4, 14]])
  func `what both may take raises nothing`(flows: [Double]) throws {
    var rig = try Rig()
    rig.flows = flows
    rig.run(150)
    #expect(rig.isOpen(0) && rig.isOpen(1))
    #expect(rig.raised == [])
  }

  @Test func `more than both together can take shuts and locks both, and their master`() throws {
    var rig = try Rig()
    rig.run(60)
    rig.extra = 30
    rig.run(30)
    for bed in 0..<2 {
      #expect(!rig.isOpen(bed))
      #expect(rig.output(bed).reason == .burst)
    }
    #expect(rig.output(2).reason == .burst)
    #expect(rig.isActive("a.burst") && rig.isActive("b.burst"))
    // Each is looked at by itself.
    rig.extra = 0
    #expect(rig.farm.command("a.burst", .clear) == .accepted)
    rig.run(3)
    #expect(!rig.isOpen(1) && rig.output(1).reason == .burst)
    #expect(rig.farm.command("b.burst", .clear) == .accepted)
    rig.run(100)
    #expect(rig.isOpen(0) && rig.isOpen(1))
    #expect(rig.raised == [])
  }

  @Test func `a burst from the first moment on is seen as well`() throws {
    var rig = try Rig()
    rig.extra = 30
    rig.run(40)
    #expect(!rig.isOpen(0) && !rig.isOpen(1))
    #expect(rig.isActive("a.burst") && rig.isActive("b.burst"))
  }

  @Test(arguments: [0.0, 1.5]) func `a line that gives less than one bed alone locks both`(each: Double)
    throws
  {
    var rig = try Rig()
    rig.run(60)
    rig.flows = [each, each]
    rig.run(60)
    for bed in 0..<2 {
      #expect(!rig.isOpen(bed))
      #expect(rig.output(bed).reason == .noFlow)
    }
    #expect(rig.isActive("a.no-flow") && rig.isActive("b.no-flow"))
    rig.flows = [8, 8]
    #expect(rig.farm.command("a.no-flow", .clear) == .accepted)
    #expect(rig.farm.command("b.no-flow", .clear) == .accepted)
    rig.run(100)
    #expect(rig.isOpen(0) && rig.isOpen(1))
    #expect(rig.raised == [])
  }

  @Test func `one blocked bed is said of both while both are open, and found when it is open alone`() throws {
    var rig = try Rig()
    rig.flows = [6, 0]
    rig.run(120)
    #expect(rig.isOpen(0) && rig.isOpen(1))
    #expect(rig.isActive("a.low-flow") && rig.isActive("b.low-flow"))
    rig.moisture[0] = 40
    rig.run(60)
    #expect(!rig.isOpen(0))
    #expect(rig.output(1).reason == .noFlow)
    rig.moisture[0] = 20
    rig.run(60)
    #expect(rig.isOpen(0))
    #expect(!rig.isActive("a.low-flow"))
  }

  @Test func `soil that gets wetter beside a silent meter means that the meter is dead`() throws {
    var rig = try Rig()
    rig.flows = [0, 0]
    for _ in 0..<60 {
      rig.moisture[0] += 0.05
      rig.run(1)
    }
    #expect(rig.isOpen(0) && rig.isOpen(1))
    #expect(rig.isActive("a.dead-meter") && rig.isActive("b.dead-meter"))
    #expect(!rig.isActive("a.no-flow"))
  }

  @Test func `what a valve that has just shut still lets through is no burst of the other`() throws {
    var rig = try Rig()
    rig.flows = [14, 14]
    rig.run(60)
    rig.moisture[0] = 40
    rig.run(1)
    // The first valve travels.
    rig.extra = 14
    rig.run(9)
    rig.extra = 0
    rig.run(60)
    #expect(!rig.isOpen(0) && rig.isOpen(1))
    #expect(rig.raised == [])
  }

  @Test func `without a maximum there is no burst, and without a minimum only nothing at all is too little`()
    throws
  {
    var plan = FlowTests.plan()
    plan.irrigations[1].flow?.expectedMaximum = nil
    plan.irrigations[1].flow?.expectedMinimum = nil
    var rig = try Rig(plan)
    rig.extra = 40
    rig.run(100)
    #expect(rig.raised == [])
    rig.extra = 0
    rig.flows = [0, 0.5]
    rig.run(60)
    #expect(rig.isOpen(0) && rig.isOpen(1))
    #expect(rig.isActive("a.low-flow"))
    rig.flows = [0, 0]
    rig.run(60)
    #expect(rig.output(0).reason == .noFlow && rig.output(1).reason == .noFlow)
  }

  @Test(arguments: [4.0, 8, 14]) func `a meter of one pulse per litre is given the time it needs`(
    flow: Double
  ) throws {
    var plan = FlowTests.plan(litresPerPulse: 1)
    for bed in 0..<2 { plan.irrigations[bed].limits = IrrigationLimits() }
    var rig = try Rig(plan)
    rig.perPulse = 1
    rig.flows = [flow, flow]
    rig.run(400)
    #expect(rig.raised == [])
    rig.flows = [0, 0]
    rig.run(200)
    #expect(rig.output(0).reason == .noFlow && rig.output(1).reason == .noFlow)
  }

  @Test func `under another plan the measurement goes on`() throws {
    var rig = try Rig()
    rig.run(60)
    rig.extra = 30
    for _ in 0..<30 {
      rig.run(1)
      let plan = rig.farm.controller.plan
      var next = try FarmController(plan: plan, startedAt: rig.farm.now)
      next.takeOver(rig.farm.controller, by: CarryOver(byName: plan, to: plan), at: rig.farm.now)
      rig.farm.controller = next
    }
    #expect(rig.output(0).reason == .burst && rig.output(1).reason == .burst)
  }

  /// Beds that open and shut at random by their soil, a pipe that bursts and a line that is blocked: whoever was open
  /// for long enough is locked, and nobody is locked without a cause.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `locks come with their causes and never without`(seed: UInt64) throws {
    var plan = FlowTests.plan()
    for bed in 0..<2 { plan.irrigations[bed].limits = IrrigationLimits() }
    var rig = try Rig(plan)
    var chance = Chance(seed: seed)
    var (locked, together) = (0, 0)
    for round in 0..<150 {
      rig.flows = [chance.pick([4.0, 8, 13]), chance.pick([4.0, 8, 13])]
      (rig.extra, rig.moisture) = (0, [20, 20])
      for _ in 0..<6 {
        rig.moisture = [chance.pick([20, 20, 40]), chance.pick([20, 20, 40])]
        rig.run(chance.pick([3, 20, 60, 90]))
        #expect(!rig.raised.contains { !$0.contains("leak") }, "seed \(seed), round \(round)")
      }
      rig.moisture = [20, 20]
      rig.run(30)
      let isBurst = chance.isOne(in: 2)
      if isBurst { rig.extra = 40 } else { rig.flows = [0, 0] }
      let wereOpen = [rig.isOpen(0), rig.isOpen(1)]
      if wereOpen == [true, true] { together += 1 }
      rig.run(70)
      for bed in 0..<2 where wereOpen[bed] {
        #expect(rig.output(bed).reason == (isBurst ? .burst : .noFlow), "seed \(seed), round \(round)")
        locked += 1
      }
      rig.extra = 0
      rig.flows = [8, 8]
      for name in ["a", "b"] { rig.farm.command("\(name).\(isBurst ? "burst" : "no-flow")", .clear) }
      rig.moisture = [40, 40]
      rig.run(30)
    }
    print("seed \(seed): \(locked) beds locked, \(together) times two together")
    #expect(locked >= 200 && together >= 100)
  }
}
