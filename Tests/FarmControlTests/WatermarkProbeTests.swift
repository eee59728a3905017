import FarmControl
import FarmUnits
import Testing

/// A bed that goes by a channel which follows from another.
struct WatermarkProbeTests {
  enum Channel: Int { case tension, ohms, soil }

  static func plan(
    confirmation: ConfirmationRule = .init(), assumed: Double = 24, resistance: Unit = .ohm
  ) -> ControlPlan {
    ControlPlan(
      channels: [
        ChannelPlan(
          name: "tension", quantity: .soilTension, unit: .kilopascal,
          rules: .init(confirmation: confirmation),
          watermark: WatermarkPlan(
            resistance: Channel.ohms.rawValue, soilTemperature: Channel.soil.rawValue, assumedCelsius: assumed
          )),
        ChannelPlan(
          name: "ohms", quantity: .resistance, unit: resistance, rules: .init(staleAfter: .seconds(600))),
        ChannelPlan(
          name: "soil", quantity: .temperature, unit: .celsius, rules: .init(staleAfter: .seconds(600))),
      ],
      outputs: [OutputPlan(name: "valve", limits: .init(maxOn: .seconds(3600)))],
      irrigations: [
        IrrigationPlan(name: "bed", probe: .tension(channel: 0, startAbove: 45, stopBelow: 15), valve: 0)
      ])
  }

  private struct Rig {
    var farm: TestFarm
    init(_ plan: ControlPlan = WatermarkProbeTests.plan()) throws { farm = try TestFarm(plan) }

    mutating func hear(_ channel: Channel, _ number: Double?, _ quality: Quality = .good) {
      farm.hear(channel.rawValue, number.map(Value.number), quality)
    }
    mutating func run(_ seconds: Int = 1) { farm.run(.seconds(seconds)) }
    var tension: Reading { farm.controller.channels[0].reading }
    var valve: OutputState { farm.controller.outputs[0] }
  }

  @Test func `what is heard of the channel itself is left aside`() throws {
    var rig = try Rig()
    rig.hear(.tension, 60)
    rig.run(3)
    #expect(rig.tension.quality == .missing && rig.tension.value == nil)
    rig.hear(.ohms, 10_000)
    rig.run()
    rig.hear(.tension, 5)
    rig.run()
    #expect(abs((rig.tension.goodNumber ?? 0) - 61.392) < 0.001)
    #expect(rig.valve.commanded == .on)
  }

  @Test(arguments: Quality.allCases.filter { $0 != .good })
  func `a resistance that is not good makes a tension that is not, for the same cause`(quality: Quality)
    throws
  {
    var rig = try Rig()
    rig.hear(.ohms, 10_000)
    rig.run()
    rig.hear(.ohms, 10_000, quality)
    rig.run()
    #expect(rig.tension.quality == quality)
    #expect(rig.valve.commanded == .off)
  }

  @Test(arguments: Quality.allCases.filter { $0 != .good })
  func `a temperature that is not good is replaced by what is assumed`(quality: Quality) throws {
    var rig = try Rig(Self.plan(assumed: 15))
    rig.hear(.soil, 30, quality)
    rig.hear(.ohms, 10_000)
    rig.run()
    #expect(abs((rig.tension.goodNumber ?? 0) - 50.893) < 0.001)
  }

  @Test func `a new temperature alone is no reading, and confirmation goes by the probe's own`() throws {
    var rig = try Rig(Self.plan(confirmation: .init(needed: 2, of: 2)))
    rig.hear(.ohms, 10_000)
    rig.run()
    for celsius in 10..<20 {
      rig.hear(.soil, Double(celsius))
      rig.run()
    }
    #expect(rig.tension.sequence == 1)
    #expect(rig.valve.commanded == .off)
    rig.hear(.ohms, 10_000)
    rig.run()
    #expect(rig.tension.sequence == 2 && rig.tension.quality == .good)
    #expect(rig.valve.commanded == .on)
  }

  @Test func `the tension is as old as the resistance`() throws {
    var rig = try Rig()
    rig.hear(.ohms, 10_000)
    rig.run()
    let acquired = rig.farm.readings[Channel.ohms.rawValue].acquired
    rig.run(599)
    #expect(rig.tension.acquired == acquired)
    #expect(rig.tension.quality == .good)
    rig.run()
    #expect(rig.tension.quality == .stale)
    #expect(rig.valve.reason == .sensorStale)
  }

  @Test func `it goes on under another plan, and numbers its readings on where another sensor measures`()
    throws
  {
    var rig = try Rig()
    for _ in 0..<5 {
      rig.hear(.ohms, 10_000)
      rig.run()
    }
    let plan = Self.plan()
    func replaced(ohms: Int?) throws -> FarmController {
      var next = try FarmController(plan: plan, startedAt: rig.farm.now)
      let carry = CarryOver(
        from: rig.farm.controller.plan, to: plan, channels: [0, ohms, 2], outputs: [0], keepsLine: [true])
      next.takeOver(rig.farm.controller, by: carry, at: rig.farm.now)
      return next
    }
    var same = rig
    same.farm.controller = try replaced(ohms: 1)
    same.run()
    #expect(same.tension == rig.tension)
    #expect(same.valve.commanded == .on)

    var other = rig
    other.farm.controller = try replaced(ohms: nil)
    other.farm.readings[Channel.ohms.rawValue] = .silent
    other.run()
    #expect(other.tension.quality == .missing)
    #expect(other.valve.commanded == .off)
    other.hear(.ohms, 12_000)
    other.run()
    #expect(other.tension.quality == .good && other.tension.sequence > rig.tension.sequence)
    #expect(other.valve.commanded == .on)
  }

  @Test func `a plan that cannot be reckoned by is refused`() {
    var wrong = [Self.plan(resistance: .percent), Self.plan(assumed: 90), Self.plan(), Self.plan()]
    wrong[2].channels[0].watermark?.resistance = 9
    wrong[3].channels[2].unit = .fahrenheit
    for plan in wrong {
      #expect(throws: PlanError.self) { try FarmController(plan: plan, startedAt: Instant(nanoseconds: 0)) }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `whatever is heard, no valve is open on a tension that is not good`(seed: UInt64) throws {
    var rig = try Rig()
    var chance = Chance(seed: seed)
    var (opened, refused) = (0, 0)
    for tick in 0..<20_000 {
      rig.farm.now = rig.farm.now.advanced(by: .seconds(chance.pick([1, 5, 60, 400])))
      if chance.isOne(in: 3) {
        let ohms = chance.pick([
          0, 1, 299, 300, 900, 5000, 12_000, 30_000, 34_999, 35_000, -7, .nan, .infinity,
        ])
        rig.hear(
          .ohms, chance.isOne(in: 20) ? nil : ohms,
          chance.isOne(in: 9) ? chance.pick(Quality.allCases) : .good)
      }
      if chance.isOne(in: 5) {
        rig.hear(
          .soil, chance.pick([-40, -0.1, 0, 12, 24, 60, 60.1, 85, .nan]), chance.pick(Quality.allCases))
      }
      rig.farm.tick()
      let ohms = rig.farm.controller.channels[Channel.ohms.rawValue].reading
      if rig.tension.quality == .good {
        // Measured, by a probe that neither ends in a short circuit nor in the air.
        let measured = try #require(ohms.goodNumber, "seed \(seed), tick \(tick)")
        #expect(measured >= 300 && measured < 35_000, "seed \(seed), tick \(tick)")
        let kilopascal = try #require(rig.tension.goodNumber)
        #expect(kilopascal >= 0 && kilopascal < 600, "seed \(seed), tick \(tick): \(kilopascal)")
      } else {
        refused += 1
        #expect(rig.valve.commanded == .off, "seed \(seed), tick \(tick)")
      }
      if rig.valve.commanded == .on { opened += 1 }
    }
    #expect(opened > 500 && refused > 500, "\(opened) \(refused)")
  }
}
