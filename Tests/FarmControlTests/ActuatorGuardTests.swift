import FarmControl
import FarmUnits
import Testing

struct ActuatorGuardTests {
  let start = Instant(sinceBoot: .seconds(10_000))
  let on = Demand(.on, .cooling)
  let off = Demand(.off, .coldEnough)

  func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }
  func rested(_ limits: GuardLimits) -> ActuatorGuard {
    ActuatorGuard(
      limits: limits, safe: .off, startedAt: start, memory: OutputMemory(offFor: .seconds(86_400)))
  }

  @Test func `what is wanted is done where nothing limits it`() {
    var guarded = rested(.init())
    #expect(guarded.step(on, excluded: false, at: start) == GuardDecision(level: .on, reason: .cooling))
    #expect(guarded.step(off, excluded: false, at: start) == GuardDecision(level: .off, reason: .coldEnough))
  }

  @Test func `without a memory the full shortest off time runs from the start`() {
    var guarded = ActuatorGuard(limits: .init(minOff: .seconds(300)), safe: .off, startedAt: start)
    let waiting = GuardDecision(level: .off, reason: .minimumOff, limiting: .minimumOff)
    #expect(guarded.step(on, excluded: false, at: at(0)) == waiting)
    #expect(guarded.step(on, excluded: false, at: at(299)) == waiting)
    #expect(guarded.step(on, excluded: false, at: at(300)).level == .on)
  }

  @Test func `a remembered rest counts, and no more than it was`() {
    let memory = OutputMemory(offFor: .seconds(100))
    var guarded = ActuatorGuard(
      limits: .init(minOff: .seconds(300)), safe: .off, startedAt: start, memory: memory)
    #expect(guarded.step(on, excluded: false, at: at(199)).level == .off)
    #expect(guarded.step(on, excluded: false, at: at(200)).level == .on)
  }

  @Test func `an output that was on when it was remembered has rested for nothing`() {
    let memory = OutputMemory(offFor: nil).aged(by: .seconds(5))
    #expect(memory.offFor == .zero)
  }

  @Test func `it stays on for its shortest time`() {
    var guarded = rested(.init(minOn: .seconds(120)))
    _ = guarded.step(on, excluded: false, at: at(0))
    let kept = GuardDecision(level: .on, reason: .minimumOn, limiting: .minimumOn)
    #expect(guarded.step(off, excluded: false, at: at(119)) == kept)
    #expect(guarded.step(off, excluded: false, at: at(120)).level == .off)
  }

  @Test(arguments: [Demand.Force.person, .safety])
  func `a person's off and safety do not wait for the shortest on time`(force: Demand.Force) {
    var guarded = rested(.init(minOn: .seconds(120)))
    _ = guarded.step(on, excluded: false, at: at(0))
    #expect(guarded.step(Demand(.off, .manualOff, force: force), excluded: false, at: at(1)).level == .off)
  }

  @Test func `a demand that stands when the longest time is over latches it until it is cleared`() {
    var guarded = rested(.init(minOff: .seconds(30), maxOn: .seconds(1800)))
    _ = guarded.step(on, excluded: false, at: at(0))
    #expect(guarded.step(on, excluded: false, at: at(1799)).level == .on)
    #expect(
      guarded.step(on, excluded: false, at: at(1800))
        == GuardDecision(level: .off, reason: .maximumOn, limiting: .maximumOn))
    #expect(guarded.latched)
    #expect(guarded.step(on, excluded: false, at: at(90_000)).reason == .latched)
    #expect(guarded.step(off, excluded: false, at: at(90_001)).reason == .latched)
    guarded.clearLatch()
    #expect(guarded.step(on, excluded: false, at: at(90_002)).level == .on)
  }

  @Test func `a demand that ends with the longest time latches nothing`() {
    var guarded = rested(.init(maxOn: .seconds(1800)))
    _ = guarded.step(on, excluded: false, at: at(0))
    #expect(guarded.step(off, excluded: false, at: at(1800)).level == .off)
    #expect(!guarded.latched)
  }

  @Test func `a latch survives a restart`() {
    var guarded = ActuatorGuard(
      limits: .init(maxOn: .seconds(60)), safe: .off, startedAt: start,
      memory: OutputMemory(offFor: .seconds(9999), latched: true))
    #expect(guarded.step(on, excluded: false, at: at(0)).reason == .latched)
  }

  @Test func `the seventh start within an hour waits for the first to be an hour ago`() {
    var guarded = rested(.init(startsPerHour: 6))
    for number in 0..<6 {
      #expect(guarded.step(on, excluded: false, at: at(number * 60)).level == .on)
      #expect(guarded.step(off, excluded: false, at: at(number * 60 + 30)).level == .off)
    }
    let waiting = GuardDecision(level: .off, reason: .startsPerHour, limiting: .startsPerHour)
    #expect(guarded.step(on, excluded: false, at: at(3599)) == waiting)
    #expect(guarded.step(on, excluded: false, at: at(3600)).level == .on)
    #expect(guarded.step(off, excluded: false, at: at(3601)).level == .off)
    #expect(guarded.step(on, excluded: false, at: at(3602)) == waiting)
  }

  @Test func `starts before a restart count`() {
    let memory = OutputMemory(offFor: .seconds(600), startAges: [.seconds(700), .seconds(3000)])
    #expect(memory.startAges == [.seconds(700), .seconds(3000)])
    var guarded = ActuatorGuard(
      limits: .init(startsPerHour: 2), safe: .off, startedAt: start, memory: memory.aged(by: .seconds(100)))
    #expect(guarded.step(on, excluded: false, at: at(499)).limiting == .startsPerHour)
    #expect(guarded.step(on, excluded: false, at: at(500)).level == .on)
  }

  @Test func `exclusion holds it off and takes it off`() {
    var guarded = rested(.init())
    let held = GuardDecision(level: .off, reason: .exclusion, limiting: .exclusion)
    #expect(guarded.step(on, excluded: true, at: at(0)) == held)
    #expect(guarded.step(on, excluded: false, at: at(1)).level == .on)
    #expect(guarded.step(on, excluded: true, at: at(2)) == held)
  }

  @Test func `every off starts the shortest off time, the one for safety too`() {
    var guarded = rested(.init(minOff: .seconds(300)))
    _ = guarded.step(on, excluded: false, at: at(0))
    _ = guarded.step(Demand(.off, .leak, force: .safety), excluded: false, at: at(10))
    #expect(guarded.step(on, excluded: false, at: at(309)).limiting == .minimumOff)
    #expect(guarded.step(on, excluded: false, at: at(310)).level == .on)
  }

  @Test func `an output whose safe level is on starts on, and safety brings it back without waiting`() {
    var guarded = ActuatorGuard(limits: .init(minOff: .seconds(300)), safe: .on, startedAt: start)
    #expect(guarded.level == .on)
    _ = guarded.step(off, excluded: false, at: at(1))
    #expect(guarded.step(on, excluded: false, at: at(2)).level == .off)
    #expect(guarded.step(Demand(.on, .sensorStale, force: .safety), excluded: false, at: at(3)).level == .on)
  }

  @Test func `what could not be driven counts as over`() {
    var guarded = rested(.init(minOff: .seconds(300)))
    _ = guarded.step(on, excluded: false, at: at(0))
    guarded.abandon(at: at(1))
    #expect(guarded.level == .off)
    #expect(guarded.step(on, excluded: false, at: at(300)).limiting == .minimumOff)
  }
}
