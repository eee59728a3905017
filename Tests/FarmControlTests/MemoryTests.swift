import FarmControl
import FarmUnits
import Testing

/// What a controller knows again after a restart, beside outputs and beds.
struct MemoryTests {
  private func memory(of farm: TestFarm) -> ControlMemory {
    let controller = farm.controller
    var alarms: [String: AlarmMemory] = [:]
    for (index, alarm) in controller.alarmTable.enumerated() {
      alarms[alarm.id] = controller.memory(ofAlarm: index, at: farm.now)
    }
    return ControlMemory(
      outputs: controller.outputs.indices.map { controller.memory(ofOutput: $0, at: farm.now) },
      irrigations: controller.irrigations.indices.map { controller.memory(ofIrrigation: $0) },
      coldStores: controller.coldStores.indices.map { controller.memory(ofColdStore: $0, at: farm.now) },
      alarms: alarms)
  }

  private func cold(_ farm: inout TestFarm) {
    farm.hear(.air, 3.5)
    farm.hear(.product, 3.5)
    farm.hear(.coil, -5)
  }

  @Test func `the time to the next defrost goes on over a restart`() throws {
    var farm = try TestFarm()
    farm.run(.seconds(7 * 3600), every: .seconds(10), hearing: cold)
    let memory = memory(of: farm)
    #expect(memory.coldStores[0]?.phase == .cooling)
    #expect(memory.coldStores[0]?.lasted == .seconds(7 * 3600))
    var after = try TestFarm(restored: memory)
    after.run(.seconds(3580), every: .seconds(10), hearing: cold)
    #expect(!after.controller.coldStores[0].isDefrosting)
    after.run(.seconds(30), every: .seconds(10), hearing: cold)
    #expect(after.controller.coldStores[0].isDefrosting)
  }

  @Test func `a defrost goes on where it was, so that restarts neither skip it nor prolong it`() throws {
    var farm = try TestFarm()
    farm.run(.seconds(8 * 3600 + 610), every: .seconds(10), hearing: cold)
    #expect(farm.controller.coldStores[0].isDefrosting)
    for _ in 0..<6 {
      farm = try TestFarm(restored: memory(of: farm))
      farm.run(.seconds(90), every: .seconds(10), hearing: cold)
    }
    #expect(farm.controller.coldStores[0].isDefrosting)
    farm = try TestFarm(restored: memory(of: farm))
    farm.run(.seconds(90), every: .seconds(10), hearing: cold)
    #expect(!farm.controller.coldStores[0].isDefrosting)
  }

  @Test func `a latch that somebody has acknowledged stays acknowledged, and the siren silent`() throws {
    var farm = try TestFarm()
    farm.run(.seconds(40)) { $0.hear(.tension, 60) }
    farm.run(.seconds(1900)) { $0.hear(.tension, 60) }
    #expect(farm[.bed2].latched)
    #expect(farm[.siren].commanded == .on)
    farm.command("bed-2-valve.max-on", .acknowledge)
    var after = try TestFarm(restored: memory(of: farm))
    after.run(.seconds(60)) { $0.hear(.tension, 60) }
    #expect(after[.bed2].reason == .latched)
    #expect(after.alarm("bed-2-valve.max-on")?.phase == .acknowledged)
    #expect(after[.siren].commanded == .off)
    #expect(after.command("bed-2-valve.max-on", .clear) == .accepted)
    after.run(.seconds(2)) { $0.hear(.tension, 60) }
    #expect(after[.bed2].commanded == .on)
  }

  @Test func `a shelved alarm comes back at its time`() throws {
    var farm = try TestFarm()
    farm.hear(.door, .open)
    farm.tick()
    farm.command("cold-1.door-open", .shelve(.seconds(600)))
    farm.run(.seconds(100))
    let memory = memory(of: farm)
    #expect(memory.alarms["cold-1.door-open"] == .shelved(left: .seconds(500)))
    var after = try TestFarm(restored: memory)
    after.hear(.door, .open)
    after.run(.seconds(499))
    #expect(after.alarm("cold-1.door-open")?.phase == .shelved)
    after.run(.seconds(2))
    #expect(after.alarm("cold-1.door-open")?.phase == .active)
  }

  @Test(
    arguments: [
      (.shelved(left: .seconds(60)), .seconds(59), .shelved(left: .seconds(1))),
      (.shelved(left: .seconds(60)), .seconds(60), nil), (.acknowledged, .seconds(1_000_000), .acknowledged),
      (.shelved(left: .seconds(60)), .seconds(-5), .shelved(left: .seconds(60))),
    ] as [(AlarmMemory, Duration, AlarmMemory?)])
  func `a shelf's time runs on while the gateway is down`(
    memory: AlarmMemory, time: Duration, after: AlarmMemory?
  ) {
    #expect(memory.aged(by: time) == after)
  }

  @Test func `a leak behind a bed that is locked for its own reason is not forgotten`() throws {
    let locked = IrrigationMemory(lockedBy: .burst, hasLeak: true)
    var farm = try TestFarm(FlowTests.plan(), restored: ControlMemory(irrigations: [locked, nil]))
    farm.tick()
    #expect(farm.alarm("meter.leak")?.phase == .active)
    #expect(farm.alarm("a.burst")?.phase == .active)
    #expect(farm.controller.memory(ofIrrigation: 0).lockedBy == .burst)
    #expect(farm.controller.memory(ofIrrigation: 0).hasLeak)
  }

  @Test(arguments: [true, false])
  func `a watering under way goes on after a restart, until the soil is wet`(remembers: Bool)
    throws
  {
    var farm = try TestFarm()
    farm.run(.seconds(120)) { $0.hear(.tension, 60) }
    #expect(farm[.bed2].commanded == .on)
    var after = try TestFarm(restored: remembers ? memory(of: farm) : ControlMemory())
    // Between the thresholds: not dry enough to begin.
    after.run(.seconds(120)) { $0.hear(.tension, 30) }
    #expect(after[.bed2].commanded == (remembers ? .on : .off))
    after.run(.seconds(120)) { $0.hear(.tension, 10) }
    #expect(after[.bed2].commanded == .off)
    var wet = try TestFarm(restored: memory(of: after))
    wet.run(.seconds(120)) { $0.hear(.tension, 30) }
    #expect(wet[.bed2].commanded == .off)
  }

  @Test func `what has to outlive a restart raises the revision`() throws {
    var farm = try TestFarm()
    func rises(_ act: (inout TestFarm) -> Void) -> Bool {
      let before = farm.controller.memoryRevision
      act(&farm)
      return farm.controller.memoryRevision != before
    }
    farm.run(.seconds(400), hearing: cold)
    #expect(!rises { $0.run(.seconds(10), hearing: cold) })
    #expect(rises { $0.command("cold-1-air.stale", .shelve(.seconds(60))) })
    #expect(rises { $0.command(.bed1, .off) })
    #expect(farm.controller.mark(ofOutput: 0).heldOff)
    #expect(rises { $0.run(.seconds(8 * 3600), every: .seconds(10), hearing: cold) })
  }
}
