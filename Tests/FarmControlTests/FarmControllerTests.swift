import FarmControl
import FarmUnits
import Testing

/// The farm as a whole: what reaches the outputs, and why.
struct FarmControllerTests {
  /// A farm in which everything is well and the lock-outs of the start are over.
  func farm(_ plan: ControlPlan = TestFarm.plan()) throws -> TestFarm {
    var farm = try TestFarm(plan)
    farm.run(.seconds(400)) { $0.hearWell() }
    return farm
  }

  @Test func `before the first tick everything is safe and says so`() throws {
    let farm = try TestFarm()
    #expect(farm.controller.outputs.allSatisfy { $0.commanded == .off && $0.reason == .starting })
  }

  @Test func `nothing runs while nothing has been heard, except the compressor by the clock`() throws {
    var farm = try TestFarm(TestFarm.plan(compressor: .safe))
    farm.run(.seconds(4000), every: .seconds(5))
    for output in [TestFarm.Output.bed1, .bed2, .compressor] {
      #expect(farm[output].commanded == .off)
      #expect(farm[output].reason == .sensorMissing)
      #expect(farm[output].source == .safety)
    }
  }

  @Test func `dry soil opens the valve, for one portion, then the water soaks in`() throws {
    var farm = try farm()
    farm.hear(.moisture, 20)
    farm.tick()
    #expect(farm[.bed1].commanded == .on)
    #expect(farm[.bed1].reason == .soilDry)
    #expect(farm[.bed1].until == farm.now.advanced(by: .seconds(1800)))
    farm.run(.seconds(299)) { $0.pour(8.0 / 60) }
    #expect(farm[.bed1].commanded == .on)
    farm.run(.seconds(1))
    #expect(farm[.bed1].reason == .soaking)
    farm.run(.seconds(599))
    #expect(farm[.bed1].commanded == .off)
    farm.run(.seconds(1))
    #expect(farm[.bed1].commanded == .on)
  }

  @Test func `watering goes on between the thresholds and ends at the upper one`() throws {
    var farm = try farm()
    farm.hear(.moisture, 20)
    farm.tick()
    farm.hear(.moisture, 29.9)
    farm.tick()
    #expect(farm[.bed1].commanded == .on)
    farm.hear(.moisture, 30)
    farm.tick()
    #expect(farm[.bed1].commanded == .off)
    #expect(farm[.bed1].reason == .soilWet)
    farm.hear(.moisture, 25)
    farm.run(.seconds(60))
    #expect(farm[.bed1].commanded == .off)
  }

  @Test func `tension counts the other way round`() throws {
    var farm = try farm()
    farm.hear(.tension, 46)
    farm.tick()
    #expect(farm[.bed2].commanded == .on)
    farm.hear(.tension, 16)
    farm.tick()
    #expect(farm[.bed2].commanded == .on)
    farm.hear(.tension, 15)
    farm.tick()
    #expect(farm[.bed2].commanded == .off)
  }

  @Test func `a valve whose probe goes silent shuts at once and says why`() throws {
    var farm = try farm()
    farm.hear(.tension, 46)
    farm.tick()
    farm.run(.seconds(60))
    farm.hear(.tension, 300)
    farm.tick()
    #expect(farm[.bed2].commanded == .off)
    #expect(farm[.bed2].reason == .sensorOutOfRange)
  }

  @Test func `two valves that exclude each other are never open together, said on either side`() throws {
    var farm = try farm()
    farm.hear(.moisture, 20)
    farm.hear(.tension, 46)
    farm.tick()
    #expect(farm[.bed1].commanded == .on)
    #expect(farm[.bed2].reason == .exclusion)
    #expect(farm[.bed2].limiting == .exclusion)
    farm.run(.seconds(300)) { $0.pour(8.0 / 60) }
    #expect(farm[.bed1].commanded == .off)
    #expect(farm[.bed2].commanded == .off)  // break before make
    farm.run(.seconds(1))
    #expect(farm[.bed2].commanded == .on)
  }

  @Test func `quiet hours hold a valve shut, and an unset clock has none`() throws {
    var farm = try farm()
    farm.local = LocalTime(minuteOfDay: 11 * 60, day: 20_000)
    farm.hear(.moisture, 20)
    farm.tick()
    #expect(farm[.bed1].reason == .quietHours)
    farm.local = nil
    farm.tick()
    #expect(farm[.bed1].commanded == .on)
    farm.local = LocalTime(minuteOfDay: 16 * 60, day: 20_000)
    farm.tick()
    #expect(farm[.bed1].commanded == .on)
  }

  @Test func `the compressor starts at the upper edge of its band and stops at its setpoint`() throws {
    var farm = try farm()
    farm.hearCold(3.99)
    farm.tick()
    #expect(farm[.compressor].commanded == .off)
    farm.hearCold(4)
    farm.tick()
    #expect(farm[.compressor].commanded == .on)
    #expect(farm[.compressor].reason == .cooling)
    farm.run(.seconds(100)) { $0.hearCold(3.5) }
    farm.run(.seconds(100)) { $0.hearCold(3.01) }
    #expect(farm[.compressor].commanded == .on)
    farm.hearCold(3)
    farm.tick()
    #expect(farm[.compressor].commanded == .off)
    farm.run(.seconds(100)) { $0.hearCold(3.5) }
    farm.run(.seconds(199)) { $0.hearCold(4) }
    #expect(farm[.compressor].limiting == .minimumOff)
    farm.run(.seconds(1)) { $0.hearCold(4) }
    #expect(farm[.compressor].commanded == .on)
  }

  @Test func `a probe that reads 85 freezes nothing: the compressor runs by the clock`() throws {
    var farm = try farm()
    var onFor = 0
    let hours = 6
    farm.run(.seconds(hours * 3600)) {
      $0.hearWell()
      $0.hear(.air, 85)
      $0.readings[TestFarm.Channel.product.rawValue] = .silent
      onFor += $0[.compressor].commanded == .on ? 1 : 0
    }
    #expect(onFor <= hours * 1200 && onFor >= (hours - 1) * 1200)
    #expect([.dutyOn, .dutyOff].contains(farm[.compressor].reason))
    #expect(farm[.air].reading.quality == .sentinel)
    #expect(farm.alarm("cold-1-air.implausible")?.phase == .active)
  }

  @Test func `a bad reading with a hold leaves the output as it is for that long`() throws {
    var farm = try farm(TestFarm.plan(bed1: .hold(.seconds(60))))
    farm.hear(.moisture, 20)
    farm.tick()
    farm.hear(.moisture, 0)
    farm.tick()
    #expect(farm[.bed1].commanded == .on)
    #expect(farm[.bed1].reason == .holding)
    farm.run(.seconds(59)) { $0.pour(8.0 / 60) }
    #expect(farm[.bed1].commanded == .on)
    farm.run(.seconds(1)) { $0.pour(8.0 / 60) }
    #expect(farm[.bed1].commanded == .off)
    #expect(farm[.bed1].reason == .sensorOutOfRange)
  }

  @Test func `feedback confirms, and its absence leaves it unknown`() throws {
    var farm = try farm()
    #expect(farm[.compressor].confirmed == .off)
    #expect(farm[.bed1].confirmed == .unknown)
    farm.hear(.running, .closed)
    farm.tick()
    #expect(farm[.compressor].confirmed == .on)
    farm.run(.seconds(10)) { $0.hearCold(3) }
    #expect(farm.alarm("cold-1-compressor.not-confirmed")?.phase == .active)
  }

  @Test func `a line that cannot be driven is unknown, safe and alarmed, and rests before it runs again`()
    throws
  {
    var farm = try farm()
    farm.hearCold(4.1)
    farm.tick()
    #expect(farm[.compressor].commanded == .on)
    farm.controller.outputFailed(TestFarm.Output.compressor.rawValue, at: farm.now)
    farm.tick()
    #expect(farm[.compressor].commanded == .off)
    #expect(farm[.compressor].confirmed == .unknown)
    #expect(farm[.compressor].reason == .outputFailed)
    #expect(farm.alarm("cold-1-compressor.output-failed")?.phase == .active)
    farm.controller.outputDriven(TestFarm.Output.compressor.rawValue)
    farm.tick()
    #expect(farm[.compressor].limiting == .minimumOff)
    #expect(farm.alarm("cold-1-compressor.output-failed")?.phase == .normal)
  }

  @Test func `a buffer that is too short means channels that were not heard`() throws {
    var farm = try farm()
    farm.readings.removeLast(7)
    farm.tick()
    #expect(farm[.air].reading.quality == .missing)
    #expect(farm[.bed2].commanded == .off)
  }

  @Test func `a plan that cannot be controlled is refused`() {
    let spoils: [(String, (inout ControlPlan) -> Void)] = [
      ("two owners", { $0.siren = 0 }),
      ("no such valve", { $0.irrigations[0].valve = 9 }),
      ("no such probe", { $0.coldStores[0].air = -1 }),
      ("excludes itself", { $0.outputs[0].limits.excludes = [0] }),
      ("too many starts", { $0.outputs[2].limits.startsPerHour = 61 }),
      ("shortest above longest", { $0.outputs[0].limits.minOn = .seconds(9999) }),
      ("thresholds", { $0.irrigations[0].probe = .moisture(channel: 0, startBelow: 30, stopAbove: 22) }),
      ("litres without a meter", { $0.irrigations[0].flow = nil }),
      ("a meter that measures no water", { $0.irrigations[0].flow?.channel = 2 }),
      ("no band", { $0.coldStores[0].band = 0 }),
      ("kelvin", { $0.channels[2].unit = .kelvin }),
      ("no number", { $0.channels[0].rules.minimum = .nan }),
      ("feedback that is no contact", { $0.outputs[2].feedback = 0 }),
    ]
    for (what, spoil) in spoils {
      var plan = TestFarm.plan()
      spoil(&plan)
      #expect(throws: PlanError.self, Comment(rawValue: what)) {
        try FarmController(plan: plan, startedAt: Instant(nanoseconds: 0))
      }
    }
  }
}

extension TestFarm {
  mutating func hearWell() {
    hearCold(3.5)
    hear(.moisture, 26)
    hear(.tension, 30)
    hear(.running, self[.compressor].commanded == .on ? .closed : .open)
    if readings[Channel.flow.rawValue].sequence == 0 { hear(.flow, 1000) }
  }
  mutating func hearCold(_ air: Double) {
    hear(.air, air)
    hear(.product, 3.5)
    hear(.door, .closed)
    hear(.coil, -5)
  }
  /// Litres through the meter since the last tick.
  mutating func pour(_ litres: Double) {
    hear(.flow, (readings[Channel.flow.rawValue].value?.number ?? 0) + litres)
  }
}
