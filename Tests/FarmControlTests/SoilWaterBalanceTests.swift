import FarmControl
import FarmUnits
import Testing

struct SoilWaterBalanceTests {
  let start = Instant(sinceBoot: .seconds(1000))

  func plan(_ evaporation: EvaporationPlan = .fixed(4), standsIn: Bool = false) throws -> RootZonePlan {
    // TAW 90 mm, RAW 0.35 of it at 5 mm/day.
    let zone = try #require(
      RootZone(fieldCapacity: 0.27, wiltingPoint: 0.12, depthMetres: 0.6, depletionFraction: 0.35))
    return RootZonePlan(
      zone: zone, cropCoefficient: 1, areaSquareMetres: 120, rain: 3, evaporation: evaporation,
      standsIn: standsIn)
  }
  func input(
    litres: Double = 0, rain: Double = 0, temperature: Double? = nil, content: Double? = nil,
    watering: Bool = false
  ) -> SoilWaterBalance.Input {
    .init(litres: litres, rain: rain, temperature: temperature, waterContent: content, isWatering: watering)
  }
  func hour(_ hours: Int, day: Int? = nil) -> ControlTime {
    ControlTime(
      start.advanced(by: .seconds(hours * 3600)),
      local: day.map { LocalTime(minuteOfDay: 0, day: $0, dayOfYear: 196) })
  }

  @Test func `nothing is known until a probe or a memory says where to begin`() throws {
    var balance = SoilWaterBalance(plan: try plan())
    balance.step(input(), at: hour(0))
    #expect(balance.depletion == nil)
    #expect(balance.standIn(at: hour(0).instant) == nil)
    balance.step(input(content: 0.22), at: hour(1))
    #expect(abs((balance.depletion ?? 0) - 30) < 1e-9)
  }

  @Test func `a day takes its evaporation, a litre per square metre gives a millimetre`() throws {
    var balance = SoilWaterBalance(plan: try plan(), depletion: 10)
    for tick in 0...24 { balance.step(input(), at: hour(tick)) }
    #expect(abs((balance.depletion ?? 0) - 14) < 1e-6)
    balance.step(input(litres: 600), at: hour(24))
    #expect(abs((balance.depletion ?? 0) - 9) < 1e-6)
  }

  @Test func `the first fifth of the day's evaporation does not count as rain`() throws {
    var balance = SoilWaterBalance(plan: try plan(), depletion: 20)
    balance.step(input(), at: hour(0))
    balance.step(input(rain: 0.5), at: hour(0))
    #expect(balance.depletion == 20)
    balance.step(input(rain: 5), at: hour(0))
    #expect(abs((balance.depletion ?? 0) - 15.3) < 1e-9)
  }

  @Test func `a good probe pulls the balance towards itself over a day`() throws {
    var balance = SoilWaterBalance(plan: try plan(.fixed(0)), depletion: 20)
    for tick in 0...240 { balance.step(input(content: 0.22), at: hour(tick)) }
    #expect(abs((balance.depletion ?? 0) - 30) < 0.01)
  }

  @Test func `a probe that is far from the balance for a day is doubted, and pulls nothing`() throws {
    var balance = SoilWaterBalance(plan: try plan(.fixed(0)), depletion: 0)
    for tick in 0..<24 { balance.step(input(content: 0.13), at: hour(tick)) }
    #expect(!balance.doubtsProbe)
    balance.step(input(content: 0.13), at: hour(24))
    #expect(balance.doubtsProbe)
    #expect(balance.depletion == 0)
  }

  @Test func `half as much water again as the soil lacked, and still dry, is overdone`() throws {
    var balance = SoilWaterBalance(plan: try plan(.fixed(0)))
    balance.step(input(content: 0.22, watering: true), at: hour(0))
    // 30 mm lacked: 45 mm on 120 m² are 5400 litres.
    balance.step(input(litres: 5390, content: 0.22, watering: true), at: hour(1))
    #expect(!balance.isOverdone)
    balance.step(input(litres: 11, content: 0.22, watering: true), at: hour(2))
    #expect(balance.isOverdone)
    balance.clear()
    #expect(!balance.isOverdone)
  }

  @Test func `it stands in for three days and no longer`() throws {
    var balance = SoilWaterBalance(plan: try plan(), depletion: 80)
    balance.step(input(), at: hour(0))
    #expect(balance.standIn(at: hour(0).instant) == .dry)
    balance.step(input(litres: 120 * 79.5), at: hour(1))
    #expect(balance.standIn(at: hour(1).instant) == .wet)
    balance.step(input(litres: 0), at: hour(30))
    #expect(balance.standIn(at: hour(30).instant) == .between)
    #expect(balance.standIn(at: hour(72).instant) == nil)
  }

  @Test func `evaporation follows yesterday's temperatures once a whole day was seen with a calendar`() throws
  {
    let source = EvaporationPlan.hargreaves(temperature: 4, latitudeDegrees: 45 + 43.0 / 60, otherwise: 3)
    var balance = SoilWaterBalance(plan: try plan(source), depletion: 10)
    balance.step(input(temperature: 40), at: hour(0, day: 1))
    balance.step(input(temperature: 14.8), at: hour(1, day: 2))
    #expect(balance.evaporation == 3)
    balance.step(input(temperature: 26.6), at: hour(12, day: 2))
    balance.step(input(temperature: 20), at: hour(25, day: 3))
    #expect(abs(balance.evaporation - 5.0331) < 0.0001)
    balance.step(input(temperature: 1e9), at: hour(40, day: 3))
    balance.step(input(temperature: 20), at: hour(49, day: 4))
    #expect(balance.evaporation == 3)
  }

  /// One bed whose probe dies.
  func farm(standsIn: Bool) throws -> TestFarm {
    let root = try plan(standsIn: standsIn)
    let bed = IrrigationPlan(
      name: "a", probe: .moisture(channel: 0, startBelow: 22, stopAbove: 30), valve: 0,
      soak: SoakPlan(run: .seconds(600), rest: .seconds(60)), flow: FlowPlan(channel: 1), rootZone: root)
    let channels = [
      ChannelPlan(
        name: "probe", quantity: .soilMoisture, unit: .percent, rules: .init(staleAfter: .seconds(3600))),
      ChannelPlan(name: "meter", quantity: .volume, unit: .litre),
      ChannelPlan(name: "air", quantity: .temperature, unit: .celsius),
      ChannelPlan(name: "rain", quantity: .rain, unit: .millimetre),
    ]
    var farm = try TestFarm(
      ControlPlan(
        channels: channels, outputs: [OutputPlan(name: "valve", limits: .init(maxOn: .seconds(1800)))],
        irrigations: [bed]))
    farm.hear(1, .number(0), .good)
    farm.hear(3, .number(0), .good)
    farm.hear(0, .number(23), .good)
    farm.tick()
    return farm
  }

  @Test(arguments: [false, true])
  func `a dead probe shuts the valve, unless the balance may stand in`(standsIn: Bool) throws {
    var farm = try farm(standsIn: standsIn)
    var litres = 0.0
    var wasOpen = false
    farm.run(.seconds(71 * 3600), every: .seconds(10)) {
      if $0.controller.outputs[0].commanded == .on {
        litres += 20
        wasOpen = true
      }
      $0.hear(1, .number(litres), .good)
    }
    #expect(wasOpen == standsIn)
    let state = farm.controller.outputs[0]
    #expect(standsIn ? state.reason == .balanceWet : state.reason == .sensorStale)
    farm.run(.seconds(3 * 3600), every: .seconds(10))
    #expect(farm.controller.outputs[0].reason == .sensorStale)
  }

  @Test func `rain holds watering back for an hour or two`() throws {
    var farm = try farm(standsIn: false)
    farm.hear(3, .number(1.2), .good)
    farm.hear(0, .number(15), .good)
    farm.tick()
    #expect(farm.controller.outputs[0].reason == .raining)
    farm.run(.seconds(7220), every: .seconds(10)) { $0.hear(0, .number(15), .good) }
    #expect(farm.controller.outputs[0].commanded == .on)
  }

  @Test func `a stand-in without a meter is refused`() throws {
    var plan = try farm(standsIn: true).controller.plan
    plan.irrigations[0].flow = nil
    #expect(throws: PlanError.self) { try FarmController(plan: plan, startedAt: start) }
  }
}
