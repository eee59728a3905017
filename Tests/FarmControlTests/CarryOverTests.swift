import FarmControl
import FarmUnits
import Testing

/// A controller under a new plan goes on where the one before stands.
struct CarryOverTests {
  /// Two controllers hear, and are told, the same; one of them is replaced again and again.
  private struct Twins {
    var hard: HardFarm
    var other: FarmController
    private(set) var replaced = 0

    init(seed: UInt64) throws {
      hard = try HardFarm(seed: seed)
      other = hard.farm.controller
    }

    /// - Parameter plans: One after the other, each taking over from the one before.
    mutating func replace(by plans: [ControlPlan]) throws {
      for plan in plans {
        var next = try FarmController(plan: plan, startedAt: hard.now)
        next.takeOver(other, by: CarryOver(byName: other.plan, to: plan), at: hard.now)
        other = next
      }
      replaced += 1
    }

    /// - Returns: What the two answer differently; nil: nothing.
    mutating func tick() -> String? {
      hard.advance()
      other.note(journalIsInTrouble: hard.journalIsInTrouble)
      var difference = act()
      hard.farm.tick()
      hard.farm.readings.withUnsafeBufferPointer { readings in
        other.step(readings, at: ControlTime(hard.now, local: hard.farm.local))
      }
      difference = difference ?? self.difference
      return difference
    }

    private mutating func act() -> String? {
      let now = hard.now
      if hard.chance.isOne(in: 60) {
        let until = hard.chance.pick([nil, .seconds(40), .seconds(900)] as [Duration?]).map {
          now.advanced(by: $0)
        }
        let command = OutputCommand(
          output: hard.chance.pick(HardFarm.Output.allCases).rawValue,
          set: hard.chance.pick([CommandedMode.on, .off, .auto, .auto]), until: until, source: .operator,
          token: hard.chance.next())
        let (a, b) = (hard.farm.controller.apply(command, at: now), other.apply(command, at: now))
        if a != b { return "\(command): \(a), \(b)" }
      }
      if hard.chance.isOne(in: 40) {
        let action: AlarmAction = hard.chance.pick([
          .acknowledge, .clear, .shelve(.seconds(700)), .unshelve,
        ])
        let alarm = Int(hard.chance.next() % UInt64(other.alarmTable.count))
        let command = AlarmCommand(alarm: alarm, action: action, token: 3)
        let (a, b) = (hard.farm.controller.apply(command, at: now), other.apply(command, at: now))
        if a != b { return "\(command): \(a), \(b)" }
      }
      if hard.chance.isOne(in: 900) {
        let output = hard.chance.pick(HardFarm.Output.allCases).rawValue
        if hard.chance.isOne(in: 2) {
          hard.farm.controller.outputFailed(output, at: now)
          other.outputFailed(output, at: now)
        } else {
          hard.farm.controller.outputDriven(output)
          other.outputDriven(output)
        }
      }
      return nil
    }

    private var difference: String? {
      let (a, b) = (hard.farm.controller, other)
      func first<State: Equatable>(_ what: String, _ a: [State], _ b: [State]) -> String? {
        if a == b { return nil }
        let index = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
        return "\(what) \(index): \(a[index]), not \(b[index])"
      }
      return first("channel", a.channels, b.channels) ?? first("output", a.outputs, b.outputs)
        ?? first("bed", a.irrigations, b.irrigations) ?? first("store", a.coldStores, b.coldStores)
        ?? first("alarm", a.alarms, b.alarms) ?? first("events", [a.eventsEver], [b.eventsEver])
        ?? first("event", [a.event(a.eventsEver &- 1)], [b.event(b.eventsEver &- 1)])
        ?? first("mark", marks(a), marks(b)) ?? first("memory", memories(a), memories(b))
    }

    private func marks(_ controller: FarmController) -> [OutputMark] {
      controller.outputs.indices.map { controller.mark(ofOutput: $0) }
    }
    private func memories(_ controller: FarmController) -> [IrrigationMemory] {
      controller.irrigations.indices.map { controller.memory(ofIrrigation: $0) }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `under the same plan nothing that can be seen differs from going on`(seed: UInt64) throws {
    var twins = try Twins(seed: seed)
    for tick in 0..<30_000 {
      // Sometimes twice in a row; and long ones, so that a difference has time to show.
      if twins.hard.chance.isOne(in: tick / 3000 % 2 == 0 ? 20 : 1500) {
        try twins.replace(by: [HardFarm.plan])
      }
      if let difference = twins.tick() {
        Issue.record("seed \(seed), tick \(tick), after \(twins.replaced) replacements: \(difference)")
        return
      }
    }
    #expect(twins.replaced > 500)
    #expect(twins.hard.farm.controller.eventsEver > 100)
  }

  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func `by way of a plan in another order everything is found again`(seed: UInt64) throws {
    var twins = try Twins(seed: seed)
    let turned = HardFarm.plan.turnedRound
    for tick in 0..<20_000 {
      if twins.hard.chance.isOne(in: 100) { try twins.replace(by: [turned, HardFarm.plan]) }
      if let difference = twins.tick() {
        Issue.record("seed \(seed), tick \(tick), after \(twins.replaced) replacements: \(difference)")
        return
      }
    }
    #expect(twins.replaced > 100)
  }

  // MARK: Other plans

  private static func begin() throws -> TestFarm {
    var farm = try TestFarm()
    farm.run(.seconds(40)) { farm in
      farm.hearWell()
      farm.hear(.moisture, 18)
    }
    #expect(farm[TestFarm.Output.bed1].commanded == .on)
    return farm
  }

  private static func replace(_ farm: inout TestFarm, _ change: (inout ControlPlan) -> Void) throws {
    var plan = farm.controller.plan
    change(&plan)
    var next = try FarmController(plan: plan, startedAt: farm.now)
    next.takeOver(farm.controller, by: CarryOver(byName: farm.controller.plan, to: plan), at: farm.now)
    farm.controller = next
  }

  @Test func `a valve that is open stays open while everything around it is changed`() throws {
    var farm = try Self.begin()
    let before = farm[TestFarm.Output.bed1]
    try Self.replace(&farm) { plan in
      plan.irrigations[0].name = "first-bed"
      plan.irrigations[0].probe = .moisture(channel: 0, startBelow: 17, stopAbove: 33)
      plan.irrigations[0].soak = SoakPlan(run: .seconds(200), rest: .seconds(60))
      plan.channels[0].rules.maximum = 80
      plan.coldStores = []
      plan.siren = nil
      plan.outputs[1].limits.minOff = .seconds(99)
    }
    farm.tick()
    #expect(farm[TestFarm.Output.bed1].commanded == .on && farm[TestFarm.Output.bed1].since == before.since)
    // The portion ends by the new plan, counted from when the valve was opened.
    let end = before.since.advanced(by: .seconds(200))
    farm.run(farm.now.duration(to: end) - .seconds(1)) { farm in
      farm.hear(.moisture, 18)
      farm.hear(.flow, 10 * farm.now.sinceBoot.inSeconds / 60)
    }
    #expect(farm[TestFarm.Output.bed1].commanded == .on)
    farm.run(.seconds(1))
    #expect(farm[TestFarm.Output.bed1].reason == .soaking)
  }

  @Test func `a longest on time that was shortened counts from the beginning of the run`() throws {
    var farm = try Self.begin()
    try Self.replace(&farm) { $0.outputs[0].limits.maxOn = .seconds(5) }
    farm.tick()
    #expect(farm[TestFarm.Output.bed1].commanded == .off && farm[TestFarm.Output.bed1].latched)
    try Self.replace(&farm) { $0.outputs[0].limits.maxOn = .seconds(900) }
    farm.tick()
    #expect(farm[TestFarm.Output.bed1].latched)
    #expect(farm.alarm("bed-1-valve.max-on")?.phase == .active)
    // Without a limit there is no alarm that a person could clear.
    try Self.replace(&farm) { $0.outputs[0].limits.maxOn = nil }
    farm.tick()
    #expect(!farm[TestFarm.Output.bed1].latched)
  }

  @Test func `an output at another line begins there off and rests first`() throws {
    var farm = try Self.begin()
    let plan = farm.controller.plan
    var next = try FarmController(plan: plan, startedAt: farm.now)
    next.takeOver(
      farm.controller,
      by: CarryOver(
        from: plan, to: plan, channels: Array(plan.channels.indices), outputs: Array(plan.outputs.indices),
        keepsLine: [false, true, true, true]), at: farm.now)
    farm.controller = next
    farm.tick()
    #expect(farm[TestFarm.Output.bed1].commanded == .off)
    #expect(farm[TestFarm.Output.bed1].reason == .minimumOff)
    farm.run(.seconds(30)) { $0.hear(.moisture, 18) }
    #expect(farm[TestFarm.Output.bed1].commanded == .on)
  }

  @Test func `a valve that no bed waters any more is shut`() throws {
    var farm = try Self.begin()
    try Self.replace(&farm) { $0.irrigations.removeFirst() }
    farm.tick()
    #expect(farm[TestFarm.Output.bed1].commanded == .off && farm[TestFarm.Output.bed1].reason == .idle)
  }

  @Test func `a bed that was locked is free once nothing is left to clear`() throws {
    var farm = try Self.begin()
    farm.run(.seconds(200)) { farm in
      farm.hear(.moisture, 18)
      farm.hear(.flow, 100)
    }
    #expect(farm.controller.irrigations[0].lockedBy == .noFlow)
    try Self.replace(&farm) { $0.irrigations[0].limits.litresPerDay = 400 }
    farm.tick()
    #expect(farm.controller.irrigations[0].lockedBy == .noFlow)
    #expect(farm.alarm("bed-1.no-flow")?.phase == .active)
    try Self.replace(&farm) { plan in
      plan.irrigations[0].flow = nil
      plan.irrigations[0].limits.litresPerDay = nil
    }
    farm.tick()
    #expect(farm.controller.irrigations[0].lockedBy == nil)
  }
}

extension ControlPlan {
  /// The same farm with every row in the opposite order.
  fileprivate var turnedRound: ControlPlan {
    let (lastChannel, lastOutput) = (channels.count - 1, outputs.count - 1)
    func channel(_ index: Int) -> Int { lastChannel - index }
    func output(_ index: Int) -> Int { lastOutput - index }
    var plan = self
    for index in channels.indices {
      plan.channels[index].agreement?.partner = channel(channels[index].agreement?.partner ?? 0)
    }
    for index in outputs.indices {
      plan.outputs[index].limits.excludes = outputs[index].limits.excludes.map(output)
      plan.outputs[index].feedback = outputs[index].feedback.map(channel)
    }
    for index in irrigations.indices {
      switch irrigations[index].probe {
      case .moisture(let probe, let below, let above):
        plan.irrigations[index].probe = .moisture(
          channel: channel(probe), startBelow: below, stopAbove: above)
      case .tension(let probe, let above, let below):
        plan.irrigations[index].probe = .tension(channel: channel(probe), startAbove: above, stopBelow: below)
      }
      plan.irrigations[index].valve = output(irrigations[index].valve)
      plan.irrigations[index].masterValve = irrigations[index].masterValve.map(output)
      plan.irrigations[index].flow?.channel = channel(irrigations[index].flow?.channel ?? 0)
    }
    for index in coldStores.indices {
      plan.coldStores[index].air = channel(coldStores[index].air)
      plan.coldStores[index].product = coldStores[index].product.map(channel)
      plan.coldStores[index].door = coldStores[index].door.map(channel)
      plan.coldStores[index].compressor = output(coldStores[index].compressor)
      plan.coldStores[index].fan = coldStores[index].fan.map(output)
      plan.coldStores[index].heater = coldStores[index].heater.map(output)
      plan.coldStores[index].defrost?.coil = coldStores[index].defrost?.coil.map(channel)
    }
    plan.siren = siren.map(output)
    plan.channels.reverse()
    plan.outputs.reverse()
    plan.irrigations.reverse()
    plan.coldStores.reverse()
    return plan
  }
}
