import FarmControl
import FarmUnits

/// A farm on which everything goes wrong: soil, air, doors, meters and clocks have moods that last for a while, with
/// single nonsense between them. Everything comes from the seed.
struct HardFarm {
  enum Channel: Int, CaseIterable {
    case soil1, soil2, air, product, running, door, meter1, coil, soil3, meter2
  }
  enum Output: Int, CaseIterable { case valve1, valve2, compressor, siren, valve3, master, heater, fan, vent }
  enum Soil: CaseIterable { case dry, between, wet, rising, stuck, wild, silent }
  enum Air: CaseIterable { case usual, usualAgain, warm, freezing, wild, faulty, silent }
  enum Flow: CaseIterable { case none, low, normal, normalAgain, burst, leaky, mute }
  enum ContactMood: CaseIterable { case honest, honestAgain, open, closed, flickering, faulty }

  var farm: TestFarm
  var chance: Chance
  var soils = [Soil.dry, .dry, .dry]
  /// Until when the third probe says that the soil is dry, whatever is given.
  var lyingUntil: Instant?
  var (airMood, productMood) = (Air.usual, Air.usual)
  var flows = [Flow.normal, .normal]
  var (door, running) = (ContactMood.honest, ContactMood.honest)
  var (air, product, coil) = (3.5, 3.5, -5.0)
  var totals = [5000.0, 70.0]
  /// Litres per minute through each meter in the last tick.
  var rates = [0.0, 0.0]
  /// The wall clock's error; nil while it is not trusted.
  var clockOffset: Int64? = 20_000 * 86_400
  /// Since the last tick.
  var step = Duration.zero

  init(seed: UInt64) throws {
    chance = Chance(seed: seed)
    farm = try TestFarm(Self.plan)
    setClock()
  }

  var now: Instant { farm.now }

  static let plan: ControlPlan = {
    var plan = TestFarm.plan()
    plan.channels[0].rules.flatline = FlatlineRule(over: .seconds(7200), below: 0.1)
    plan.channels[2].agreement = AgreementPlan(partner: 3, within: 2, after: .seconds(600))
    plan.channels[6].name = "meter-1"
    plan.channels.append(
      ChannelPlan(
        name: "bed-3-moisture", quantity: .soilMoisture, unit: .percent,
        rules: .init(
          minimum: 1, maximum: 70, staleAfter: .seconds(3600),
          confirmation: ConfirmationRule(needed: 2, of: 3))))
    plan.channels.append(ChannelPlan(name: "meter-2", quantity: .volume, unit: .litre))
    plan.outputs += [
      OutputPlan(
        name: "bed-3-valve", limits: .init(minOff: .seconds(20), maxOn: .seconds(3600)),
        onBadQuality: .hold(.seconds(120))),
      OutputPlan(name: "master"),
      OutputPlan(name: "heater", limits: .init(maxOn: .seconds(3600))),
      OutputPlan(name: "fan", limits: .init(minOn: .seconds(30), minOff: .seconds(60))),
      OutputPlan(name: "vent", safe: .on, limits: .init(minOff: .seconds(60))),
    ]
    plan.irrigations.append(
      IrrigationPlan(
        name: "bed-3", probe: .moisture(channel: Channel.soil3.rawValue, startBelow: 22, stopAbove: 30),
        valve: Output.valve3.rawValue, soak: SoakPlan(run: .seconds(600), rest: .seconds(120)),
        limits: IrrigationLimits(litresPerWeek: 2000),
        flow: FlowPlan(
          channel: Channel.meter2.rawValue, expectedMinimum: 4, expectedMaximum: 14, litresPerPulse: 0.01),
        masterValve: Output.master.rawValue,
        rootZone: RootZone(fieldCapacity: 0.32, wiltingPoint: 0.15, depthMetres: 0.4, depletionFraction: 0.4)
          .map {
            RootZonePlan(
              zone: $0, cropCoefficient: 1, areaSquareMetres: 5, evaporation: .fixed(6), standsIn: true)
          }))
    (plan.floodLimitPerMinute, plan.keepsJournal) = (4, true)
    plan.coldStores[0].fan = Output.fan.rawValue
    plan.coldStores[0].heater = Output.heater.rawValue
    return plan
  }()

  func level(_ output: Output) -> Level { farm.controller.outputs[output.rawValue].commanded }

  // MARK: - One tick

  /// Lets some time pass in which things happen, and ticks.
  mutating func advance() {
    step = .milliseconds(chance.pick([100, 1000, 1000, 5000, 5000, 20_000, 60_000]))
    if chance.isOne(in: 6000) { step = .seconds(chance.pick([600, 7200, 90_000])) }
    farm.now = farm.now.advanced(by: step)
    changeMoods()
    setClock()
    hearEverything()
    breakSomething()
    tellOfJournal()
  }

  mutating func tellOfJournal() { farm.controller.note(journalIsInTrouble: journalIsInTrouble) }

  /// For five minutes of every three hours.
  var journalIsInTrouble: Bool { now.sinceBoot.components.seconds / 300 % 36 == 7 }

  private mutating func changeMoods() {
    guard chance.isOne(in: 12) else { return }
    switch chance.next() % 24 {
    case 0: soils[0] = chance.pick(Soil.allCases)
    case 1: soils[1] = chance.pick(Soil.allCases)
    case 2: soils[2] = chance.pick(Soil.allCases)
    case 3: airMood = chance.pick(Air.allCases)
    case 4: productMood = chance.pick(Air.allCases)
    case 5: flows[0] = chance.pick(Flow.allCases)
    case 6: flows[1] = chance.pick(Flow.allCases)
    case 7: door = chance.pick(ContactMood.allCases)
    case 8: running = chance.pick(ContactMood.allCases)
    case 9: stepClock()
    case 10 where chance.isOne(in: 30): lyingUntil = now.advanced(by: .seconds(30 * 3600))
    default: break
    }
  }

  /// The wall clock is set, forwards or backwards, or is lost.
  private mutating func stepClock() {
    let hours: [Int64] = [-50, -24, -3, -1, 1, 3, 24, 50]
    clockOffset =
      chance.isOne(in: 4) ? nil : (clockOffset ?? 20_000 * 86_400) + chance.pick(hours) * 3600
  }

  private mutating func setClock() {
    farm.local = clockOffset.map { offset in
      let seconds = now.sinceBoot.components.seconds + offset
      return LocalTime(minuteOfDay: Int(seconds % 86_400 / 60), day: Int(seconds / 86_400))
    }
  }

  private mutating func hearEverything() {
    hearSoil(0, .soil1, valve: .valve1)
    hearTension()
    if let until = lyingUntil {
      hear(.soil3, 16 + noise(0.2))
      if now >= until { lyingUntil = nil }
    } else {
      hearSoil(2, .soil3, valve: .valve3)
    }
    pour(0, .meter1, valve: .valve1)
    pour(1, .meter2, valve: .valve3)
    let cools = level(.compressor) == .on
    air = hearAir(.air, airMood, air, usual: cools ? 2.6 : 4.4)
    product = hearAir(.product, productMood, product, usual: 3.5)
    coil = approach(coil, level(.heater) == .on ? 12 : -5)
    if !chance.isOne(in: 20) { hear(.coil, coil) }
    hearContact(.door, door, honest: .closed)
    hearContact(.running, running, honest: cools ? .closed : .open)
  }

  private mutating func breakSomething() {
    if chance.isOne(in: 500) {
      let wild: [Double] = [85, -127, .nan, .infinity, -1e300, 1e300, 240, 0, 999]
      farm.hear(
        chance.pick(Channel.allCases.filter { $0 != .meter1 && $0 != .meter2 }).rawValue,
        .number(chance.pick(wild)),
        chance.pick(Quality.allCases))
    }
    if chance.isOne(in: 4000) { farm.readings[chance.pick(Channel.allCases).rawValue] = .silent }
  }

  private mutating func hear(_ channel: Channel, _ number: Double) {
    farm.hear(channel.rawValue, .number(number), .good)
  }

  private mutating func noise(_ range: Double) -> Double {
    (Double(chance.next() % 2001) / 1000 - 1) * range
  }

  private func approach(_ value: Double, _ target: Double) -> Double {
    let most = 0.02 * step.inSeconds
    return value + min(max(target - value, -most), most)
  }

  private mutating func hearSoil(_ bed: Int, _ channel: Channel, valve: Output) {
    if chance.isOne(in: 20) { return }
    switch soils[bed] {
    case .dry: hear(channel, 20 + noise(0.2))
    case .between: hear(channel, 26 + noise(0.2))
    case .wet: hear(channel, 33 + noise(2))
    case .rising:
      let state = farm.controller.outputs[valve.rawValue]
      let isLong = state.commanded == .on && state.since.duration(to: now) > .seconds(61)
      hear(channel, (isLong ? 23 : 20.5) + noise(0.2))
    case .stuck: hear(channel, 25)
    case .wild: hear(channel, chance.pick([-127, .nan, .infinity, 0, 999, 15, 25, 40]))
    case .silent: break
    }
  }

  private mutating func hearTension() {
    switch soils[1] {
    case .dry, .rising: hear(.soil2, 60 + noise(3))
    case .between, .stuck: hear(.soil2, 30)
    case .wet: hear(.soil2, 10 + noise(2))
    case .wild: hear(.soil2, chance.pick([240, 255, -5, 60, 10, .nan]))
    case .silent: break
    }
  }

  /// - Returns: How warm it is by now.
  private mutating func hearAir(_ channel: Channel, _ mood: Air, _ before: Double, usual: Double) -> Double {
    let target =
      switch mood {
      case .warm: 6.5
      case .freezing: -1.5
      default: usual
      }
    let value = approach(before, target)
    if chance.isOne(in: 20) { return value }
    switch mood {
    case .usual, .usualAgain, .warm, .freezing: hear(channel, value + noise(0.05))
    case .wild: hear(channel, chance.pick([85, -127, 3, 60, .nan]))
    case .faulty: farm.hear(channel.rawValue, nil, .fault)
    case .silent: break
    }
    return value
  }

  /// What flowed since the last tick, by the valve as it was told to be then.
  private mutating func pour(_ meter: Int, _ channel: Channel, valve: Output) {
    let isOpen = level(valve) == .on
    rates[meter] =
      switch flows[meter] {
      case .none: 0
      case .low: isOpen ? 1.5 : 0
      case .normal, .normalAgain, .mute: isOpen ? 8 : 0
      case .burst: isOpen ? 40 : 0
      case .leaky: isOpen ? 8 : 1.5
      }
    totals[meter] += rates[meter] * step.inSeconds / 60
    if flows[meter] == .mute {
      farm.hear(channel.rawValue, nil, .fault)
    } else {
      hear(channel, totals[meter])
    }
  }

  private mutating func hearContact(_ channel: Channel, _ mood: ContactMood, honest: Contact) {
    let contact: Contact? =
      switch mood {
      case .honest, .honestAgain: honest
      case .open: .open
      case .closed: .closed
      case .flickering: chance.pick([.open, .closed])
      case .faulty: nil
      }
    farm.hear(channel.rawValue, contact.map(Value.contact), contact == nil ? .fault : .good)
  }
}
