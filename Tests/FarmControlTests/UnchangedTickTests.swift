import FarmControl
import FarmUnits
import Testing

/// What a tick leaves out because nothing changed, it must not miss.
struct UnchangedTickTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a channel that is left alone shows what a judge asked in every tick says`(seed: UInt64) throws {
    var farm = try TestFarm()
    var judges = farm.controller.plan.channels.map { ChannelJudge(rules: $0.rules) }
    var chance = Chance(seed: seed)
    var seen = Set<Quality>()
    for tick in 0..<4000 {
      farm.now = farm.now.advanced(by: .seconds(chance.pick([1, 10, 50, 4000])))
      for channel in judges.indices where chance.isOne(in: 10) {
        switch chance.next() % 8 {
        case 0: farm.hear(channel, nil, .missing)
        case 1: farm.hear(channel, .number(20), .stale)
        case 2: farm.readings[channel] = .silent
        case 3: farm.hear(channel, .number(85), .good)
        default: farm.hear(channel, .number(Double(chance.next() % 30)), .good)
        }
      }
      farm.tick()
      for channel in judges.indices {
        let expected = judges[channel].step(farm.readings[channel], at: farm.now).reading
        seen.insert(expected.quality)
        guard farm.controller.channels[channel].reading != expected else { continue }
        Issue.record("seed \(seed), tick \(tick), channel \(channel): not \(expected)")
        return
      }
    }
    #expect(seen.isSuperset(of: [.good, .stale, .missing, .sentinel, .outOfRange, .jump]))
  }

  @Test func `the revision of the alarms rises when an alarm changes, and only then`() throws {
    var farm = try TestFarm()
    var (changed, unchanged) = (0, 0)
    for tick in 0..<3000 {
      farm.now = farm.now.advanced(by: .seconds(1))
      if tick == 500 { farm.hearWell() }
      if tick % 700 == 600 { farm.hear(.air, 85) }
      let (revision, alarms) = (farm.controller.alarmRevision, farm.controller.alarms)
      if tick == 1000, let alarm = alarms.firstIndex(where: { $0.phase == .active }) {
        let shelve = AlarmCommand(alarm: alarm, action: .shelve(.seconds(100)), token: 7)
        #expect(farm.controller.apply(shelve, at: farm.now) == .accepted)
      }
      farm.tick()
      let isChanged = farm.controller.alarms != alarms
      #expect((farm.controller.alarmRevision != revision) == isChanged, "tick \(tick)")
      if isChanged { changed += 1 } else { unchanged += 1 }
    }
    #expect(changed > 3)
    #expect(unchanged > 2000)
  }
}
