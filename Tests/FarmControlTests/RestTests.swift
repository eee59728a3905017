import FarmUnits
import Testing

@testable import FarmControl

/// Beds and outputs that are left alone decide as if they had been asked in every tick.
struct RestTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `a farm whose parts rest decides what the same farm decides without a rest`(seed: UInt64) throws {
    let plan = Self.plan
    var (resting, restless) = (try TestFarm(plan), try TestFarm(plan))
    var chance = Chance(seed: seed)
    var (total, rested) = (0.0, 0)
    var seen = Set<ReasonCode>()
    for tick in 0..<8000 {
      let now = resting.now.advanced(by: .milliseconds(chance.pick([100, 1000, 1000, 7000, 90_000])))
      let second = now.nanoseconds / 1_000_000_000
      let local = LocalTime(minuteOfDay: Int(second / 60 % 1440), day: Int(second / 86_400), dayOfYear: 180)
      (resting.now, restless.now) = (now, now)
      let known = tick / 3000 % 3 == 2 ? nil : local
      (resting.local, restless.local) = (known, known)
      for channel in plan.channels.indices where chance.isOne(in: 20) {
        let (value, quality) = Self.heard(channel, &total, &chance)
        resting.hear(channel, value, quality)
        restless.hear(channel, value, quality)
      }
      if chance.isOne(in: 200) { Self.command(&resting, &restless, &chance) }
      restless.controller.bedRests.stirAll()
      restless.controller.outputRests.stirAll()
      for bed in restless.controller.quietBeds.indices { restless.controller.quietBeds[bed] = false }
      for output in restless.controller.quietOutputs.indices {
        restless.controller.quietOutputs[output] = false
      }
      for channel in restless.controller.quietChannels.indices {
        restless.controller.quietChannels[channel] = false
      }
      resting.tick()
      restless.tick()
      rested += resting.controller.beds.indices.count { !resting.controller.bedRests.isDue($0, at: now) }
      seen.formUnion(resting.controller.outputs.map(\.reason))
      let isSame =
        resting.controller.outputs == restless.controller.outputs
        && resting.controller.irrigations == restless.controller.irrigations
        && resting.controller.alarms == restless.controller.alarms
        && resting.controller.channels == restless.controller.channels
        && resting.controller.memoryRevision == restless.controller.memoryRevision
      guard !isSame else { continue }
      Issue.record("seed \(seed), tick \(tick): they differ")
      return
    }
    #expect(rested > 2000)
    #expect(
      seen.isSuperset(of: [
        .soilDry, .soilWet, .soaking, .minimumOff, .manualOn, .sensorMissing, .leak, .latched, .quietHours,
        .startsPerHour,
      ]))
  }

  /// The test farm with a water balance and rain, and a bed that goes on by the clock's quiet hours.
  private static let plan: ControlPlan = {
    var plan = TestFarm.plan(bed1: .hold(.seconds(120)))
    plan.channels.append(ChannelPlan(name: "rain", quantity: .rain, unit: .millimetre))
    plan.irrigations[0].rootZone = RootZone(
      fieldCapacity: 0.3, wiltingPoint: 0.1, depthMetres: 0.4, depletionFraction: 0.5
    ).map {
      RootZonePlan(
        zone: $0, cropCoefficient: 1, areaSquareMetres: 20, rain: 8,
        evaporation: .hargreaves(temperature: 2, latitudeDegrees: 48, otherwise: 5), standsIn: true)
    }
    plan.irrigations[1].soak = SoakPlan(run: .seconds(120), rest: .seconds(240))
    plan.irrigations[1].limits.quiet = [QuietWindow(from: 300, to: 420)]
    plan.outputs[1].limits.startsPerHour = 4
    return plan
  }()

  private static func heard(_ channel: Int, _ total: inout Double, _ chance: inout Chance) -> (
    Value?, Quality
  ) {
    if chance.isOne(in: 15) { return (nil, chance.pick([.missing, .fault])) }
    switch channel {
    case 0: return (.number(Double(15 + chance.next() % 20)), .good)
    case 1: return (.number(Double(5 + chance.next() % 60)), .good)
    case 4, 5: return (.contact(chance.pick([.open, .closed])), .good)
    case 6:
      total += Double(chance.next() % 5)
      return (.number(total), .good)
    case 8: return (.number(Double(chance.next() % 4)), .good)
    default: return (.number(Double(chance.next() % 12)), .good)
    }
  }

  private static func command(_ a: inout TestFarm, _ b: inout TestFarm, _ chance: inout Chance) {
    let alarms = a.controller.alarmTable.count
    let alarm = AlarmCommand(
      alarm: Int(chance.next() % UInt64(alarms)),
      action: chance.pick([.acknowledge, .clear, .clear, .clear, .shelve(.seconds(300))]), token: 9)
    let output = OutputCommand(
      output: Int(chance.next() % 4), set: chance.pick([.on, .off, .auto, .auto]),
      until: a.now.advanced(by: .seconds(200)), source: .operator, token: 7)
    let isForAlarm = chance.isOne(in: 2)
    for latched in a.controller.alarms.indices where isForAlarm && chance.isOne(in: 3) {
      let clear = AlarmCommand(alarm: latched, action: .clear, token: 9)
      #expect(a.controller.apply(clear, at: a.now) == b.controller.apply(clear, at: b.now))
    }
    if isForAlarm {
      #expect(a.controller.apply(alarm, at: a.now) == b.controller.apply(alarm, at: b.now))
    } else {
      #expect(a.controller.apply(output, at: a.now) == b.controller.apply(output, at: b.now))
    }
    if chance.isOne(in: 20) {
      a.controller.outputFailed(0, at: a.now)
      b.controller.outputFailed(0, at: b.now)
    } else {
      a.controller.outputDriven(0)
      b.controller.outputDriven(0)
    }
  }
}
