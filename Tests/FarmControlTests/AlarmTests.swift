import FarmControl
import FarmUnits
import Testing

struct AlarmTests {
  let start = Instant(sinceBoot: .seconds(1000))
  func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

  @Test func `an alarm is pending for its delay and active after it`() {
    var alarm = AlarmMachine(delay: .seconds(60), startedAt: start)
    alarm.step(.raised, at: at(0))
    #expect(alarm.phase == .pending)
    alarm.step(.raised, at: at(59))
    #expect(alarm.phase == .pending)
    alarm.step(.raised, at: at(60))
    #expect(alarm.phase == .active)
    #expect(alarm.since == at(60))
  }

  @Test func `a cause that goes within the delay was no alarm`() {
    var alarm = AlarmMachine(delay: .seconds(60), startedAt: start)
    alarm.step(.raised, at: at(0))
    alarm.step(.between, at: at(30))
    #expect(alarm.phase == .normal)
  }

  @Test func `what is only just better keeps an active alarm active`() {
    var alarm = AlarmMachine(returnAfter: .seconds(10), startedAt: start)
    alarm.step(.raised, at: at(0))
    alarm.step(.between, at: at(100))
    #expect(alarm.phase == .active)
    alarm.step(.clear, at: at(101))
    alarm.step(.between, at: at(105))
    alarm.step(.clear, at: at(106))
    alarm.step(.clear, at: at(115))
    #expect(alarm.phase == .active)
    alarm.step(.clear, at: at(116))
    #expect(alarm.phase == .normal)
  }

  @Test func `acknowledged lasts while the cause does, and only what is active can be acknowledged`() {
    var alarm = AlarmMachine(startedAt: start)
    #expect(alarm.acknowledge(at: at(0)) == .refused(.notActive))
    alarm.step(.raised, at: at(1))
    #expect(alarm.acknowledge(at: at(2)) == .accepted)
    #expect(alarm.acknowledge(at: at(3)) == .accepted)
    alarm.step(.raised, at: at(9999))
    #expect(alarm.phase == .acknowledged)
    alarm.step(.clear, at: at(10_000))
    alarm.step(.raised, at: at(10_001))
    #expect(alarm.phase == .active)
  }

  @Test func `a shelved alarm comes back by itself, as what it is by then`() {
    var alarm = AlarmMachine(startedAt: start)
    alarm.step(.raised, at: at(0))
    #expect(alarm.shelve(for: .seconds(3600), at: at(1)) == .accepted)
    alarm.step(.raised, at: at(3600))
    #expect(alarm.phase == .shelved)
    alarm.step(.raised, at: at(3601))
    #expect(alarm.phase == .active)
    _ = alarm.shelve(for: .seconds(60), at: at(4000))
    alarm.step(.clear, at: at(4030))
    alarm.step(.clear, at: at(4060))
    #expect(alarm.phase == .normal)
  }

  @Test func `an alarm on the shelf waits for its delay like any other`() {
    var alarm = AlarmMachine(delay: .seconds(600), startedAt: start)
    _ = alarm.shelve(for: .seconds(100), at: at(0))
    alarm.step(.raised, at: at(50))
    alarm.step(.raised, at: at(100))
    #expect(alarm.phase == .pending)
    alarm.step(.raised, at: at(649))
    #expect(alarm.phase == .pending)
    alarm.step(.raised, at: at(650))
    #expect(alarm.phase == .active)

    // What has returned out of sight begins anew.
    _ = alarm.shelve(for: .seconds(3600), at: at(700))
    alarm.step(.clear, at: at(701))
    alarm.step(.raised, at: at(702))
    _ = alarm.unshelve(at: at(703))
    #expect(alarm.phase == .pending)

    var pending = AlarmMachine(delay: .seconds(600), startedAt: start)
    pending.step(.raised, at: at(0))
    _ = pending.shelve(for: .seconds(3600), at: at(10))
    pending.step(.raised, at: at(600))
    _ = pending.unshelve(at: at(601))
    #expect(pending.phase == .active)
  }

  @Test func `nothing is shelved for ever`() {
    var alarm = AlarmMachine(startedAt: start)
    #expect(alarm.shelve(for: .seconds(86_401), at: start) == .refused(.shelfTooLong))
    #expect(alarm.shelve(for: .zero, at: start) == .refused(.expired))
    #expect(alarm.unshelve(at: start) == .refused(.notShelved))
    #expect(alarm.phase == .normal)
  }

  @Test func `every alarm of a farm has its own id, made of the subject's name and the kind`() throws {
    let farm = try TestFarm()
    let ids = farm.controller.alarmTable.map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(
      Set(ids).isSuperset(of: [
        "bed-1-moisture.stale", "cold-1.too-warm", "cold-1.too-cold", "cold-1.door-open",
        "cold-1.not-cooling",
        "bed-1-valve.max-on", "cold-1-compressor.output-failed", "main-flow.leak", "bed-1.burst",
        "alarms.flood",
      ]))
    #expect(!ids.contains("cold-1-compressor.max-on"))
  }

  @Test func `a store that stays too warm is alarmed after the delay, whichever probe says so`() throws {
    for probe in [TestFarm.Channel.air, .product] {
      var farm = try TestFarm()
      farm.run(.seconds(400)) { $0.hearWell() }
      let hot: (inout TestFarm) -> Void = {
        $0.hearCold(3.5)
        $0.hear(probe, 5.1)
      }
      farm.run(.seconds(1800), hearing: hot)
      #expect(farm.alarm("cold-1.too-warm")?.phase == .pending)
      farm.run(.seconds(60), hearing: hot)
      #expect(farm.alarm("cold-1.too-warm")?.phase == .active)
      #expect(farm[.siren].commanded == .on)
      farm.run(.seconds(2)) {
        $0.hearCold(3.5)
        $0.hear(probe, 4.9)
      }
      #expect(farm.alarm("cold-1.too-warm")?.phase == .active)
      farm.run(.seconds(2)) {
        $0.hearCold(3.5)
        $0.hear(probe, 4.7)
      }
      #expect(farm.alarm("cold-1.too-warm")?.phase == .normal)
    }
  }

  @Test func `a door is pending while it is open and active after its time`() throws {
    var farm = try TestFarm()
    farm.hearWell()
    farm.tick()
    farm.hear(.door, .open)
    farm.tick()
    #expect(farm.alarm("cold-1.door-open")?.phase == .pending)
    farm.run(.seconds(300)) { $0.hear(.air, 3.5) }
    #expect(farm.alarm("cold-1.door-open")?.phase == .active)
    farm.hear(.door, .closed)
    farm.tick()
    #expect(farm.alarm("cold-1.door-open")?.phase == .normal)
  }

  @Test func `a channel that goes silent is stale at its limit, one never heard when it had its chance`()
    throws
  {
    var farm = try TestFarm()
    farm.hear(.air, 3.5)
    farm.run(.seconds(60))
    #expect(farm.alarm("cold-1-air.stale")?.phase == .normal)
    farm.run(.seconds(1))
    #expect(farm.alarm("cold-1-air.stale")?.phase == .active)
    #expect(farm.alarm("cold-1-air.stale")?.cause == .sensorStale)
    #expect(farm.alarm("cold-1-product.stale")?.phase == .normal)
    farm.run(.seconds(600))
    #expect(farm.alarm("cold-1-product.stale")?.phase == .active)
    #expect(farm.alarm("cold-1-product.stale")?.cause == .sensorMissing)
  }

  @Test func `the siren sounds for its longest time, is silenced by an acknowledgement, and never latches`()
    throws
  {
    var farm = try TestFarm()
    farm.hearWell()
    farm.tick()
    farm.controller.outputFailed(0, at: farm.now)
    farm.run(.seconds(2))
    #expect(farm[.siren].commanded == .on)
    farm.run(.seconds(299))
    #expect(farm[.siren].commanded == .off)
    #expect(!farm[.siren].latched)
    farm.controller.outputFailed(1, at: farm.now)
    farm.run(.seconds(2))
    #expect(farm[.siren].commanded == .on)
    farm.command("bed-1-valve.output-failed", .acknowledge)
    farm.command("bed-2-valve.output-failed", .acknowledge)
    farm.run(.seconds(1))
    #expect(farm[.siren].commanded == .off)
  }

  @Test func `every transition is kept in order`() throws {
    var farm = try TestFarm()
    farm.hearWell()
    farm.tick()
    farm.controller.outputFailed(0, at: farm.now)
    farm.tick()
    farm.command("bed-1-valve.output-failed", .acknowledge)
    let events = (0..<farm.controller.eventsEver).compactMap { farm.controller.event($0) }
    let mine = events.filter { farm.controller.alarmTable[$0.alarm].id == "bed-1-valve.output-failed" }
    #expect(mine.map(\.to) == [.active, .acknowledged])
    #expect(mine.map(\.token) == [0, 9])
    #expect(farm.controller.event(farm.controller.eventsEver) == nil)
  }

  @Test func `more alarms than the limit raise one of their own`() throws {
    let channels = (0..<20).map {
      ChannelPlan(
        name: "c\($0)", quantity: .temperature, unit: .celsius, rules: .init(staleAfter: .seconds(10)))
    }
    var farm = try TestFarm(ControlPlan(channels: channels, floodLimitPerMinute: 10))
    farm.run(.seconds(10))
    #expect(farm.alarm("alarms.flood")?.phase == .active)
    farm.run(.seconds(61))
    #expect(farm.alarm("alarms.flood")?.phase == .normal)
  }
}
