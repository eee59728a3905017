import FarmControl
import FarmUnits
import Testing

/// Whatever is heard, commanded, broken or restarted: no guard is ever passed. The checker below knows nothing
/// of the controller but what it tells the lines to do.
struct GuardInvariantTests {
  static let seeds: [UInt64] = [1, 2, 3, 4, 20_261_122]

  @Test(arguments: seeds)
  func `no guard is passed under random faults, commands and restarts`(seed: UInt64) throws {
    var chance = Chance(seed: seed)
    var farm = try TestFarm()
    var checker = GuardChecker(plan: farm.controller.plan, startedAt: farm.now)
    let ticks = 41_000
    var verdicts: [String: Int] = [:]
    for tick in 0..<ticks {
      farm.now = farm.now.advanced(by: .milliseconds(chance.pick([100, 100, 1000, 5000, 60_000])))
      farm.disturb(&chance)
      if chance.isOne(in: 40) { farm.commandAtRandom(&chance, &checker, &verdicts) }
      if chance.isOne(in: 3000) {
        let remembers = !chance.isOne(in: 3)
        try farm.restart(&chance, remembers: remembers)
        checker.restarted(at: farm.now, remembers: remembers)
      }
      farm.tick()
      checker.check(farm)
      if let broken = checker.broken {
        Issue.record("seed \(seed), tick \(tick): \(broken)")
        return
      }
    }
    // The run means something only if all of this happened in it.
    #expect(checker.startsEver.allSatisfy { $0 > 20 }, "seed \(seed)")
    #expect(checker.latches > 0, "seed \(seed)")
    #expect(verdicts["accepted", default: 0] > 100 && verdicts.count > 5, "seed \(seed): \(verdicts)")
  }
}

/// Reads only plans and lines, and remembers what it has seen.
struct GuardChecker {
  let plan: ControlPlan
  var level: [Level]
  var since: [Instant]
  var starts: [[Instant]]
  var leases: [Instant?]
  var latches = 0
  var startsEver: [Int]
  var broken: String?
  var wasLatched: [Bool]

  init(plan: ControlPlan, startedAt now: Instant) {
    self.plan = plan
    level = plan.outputs.map { _ in .off }
    since = plan.outputs.map { _ in now }
    starts = plan.outputs.map { _ in [] }
    leases = plan.outputs.map { _ in nil }
    startsEver = plan.outputs.map { _ in 0 }
    wasLatched = plan.outputs.map { _ in false }
  }

  /// Every line has gone safe, and none has lost its rest.
  mutating func restarted(at now: Instant, remembers: Bool) {
    for output in level.indices where level[output] == .on { (level[output], since[output]) = (.off, now) }
    leases = leases.map { _ in nil }
    guard !remembers else { return }
    wasLatched = wasLatched.map { _ in false }
    starts = starts.map { _ in [] }
    since = since.map { _ in now }
  }

  mutating func check(_ farm: TestFarm) {
    for (output, state) in farm.controller.outputs.enumerated() {
      let limits = plan.outputs[output].limits
      let name = plan.outputs[output].name
      let lasted = since[output].duration(to: farm.now)
      if state.commanded == .on {
        if wasLatched[output] { broken = "\(name) is on though it is latched" }
        if let maxOn = limits.maxOn, level[output] == .on, lasted >= maxOn {
          broken = "\(name) is on for \(lasted)"
        }
        checkCause(farm, output, state)
      }
      switch (level[output], state.commanded) {
      case (.off, .on):
        if lasted < limits.minOff { broken = "\(name) rested for \(lasted) only" }
        starts[output].append(farm.now)
        startsEver[output] += 1
        let within = starts[output].count { $0.duration(to: farm.now) < .seconds(3600) }
        if let limit = limits.startsPerHour, within > limit { broken = "\(name) started \(within) times" }
        (level[output], since[output]) = (.on, farm.now)
      case (.on, .off):
        let mayBeShort = state.source != .controller || state.latched
        if lasted < limits.minOn, !mayBeShort { broken = "\(name) ran for \(lasted) only: \(state.reason)" }
        (level[output], since[output]) = (.off, farm.now)
      default: break
      }
      if state.latched, !wasLatched[output] { latches += 1 }
      wasLatched[output] = state.latched
    }
    for (a, output) in plan.outputs.enumerated() where level[a] == .on {
      for b in output.limits.excludes where level[b] == .on { broken = "\(a) and \(b) are on together" }
    }
  }

  /// What is on needs either a command that still holds or a reading that is good and says so.
  private mutating func checkCause(_ farm: TestFarm, _ output: Int, _ state: OutputState) {
    let name = plan.outputs[output].name
    if state.reason == .minimumOn { return }
    if state.reason == .manualOn {
      guard let lease = leases[output], lease > farm.now else {
        broken = "\(name) is on without a lease"
        return
      }
    }
    if output == TestFarm.Output.bed1.rawValue, !isGood(farm, .moisture) {
      broken = "\(name) acts on a bad value"
    }
    if output == TestFarm.Output.bed2.rawValue, !isGood(farm, .tension) {
      broken = "\(name) acts on a bad value"
    }
    if state.reason == .cooling, !isGood(farm, .air) { broken = "\(name) cools by a bad value" }
    if state.reason == .productCooling, !isGood(farm, .product) { broken = "\(name) cools by a bad value" }
  }

  /// By the plan's range and age alone.
  private func isGood(_ farm: TestFarm, _ channel: TestFarm.Channel) -> Bool {
    let rules = plan.channels[channel.rawValue].rules
    let reading = farm.readings[channel.rawValue]
    guard reading.quality == .good, let number = reading.value?.number, number.isFinite else { return false }
    let age = reading.acquired.instant.duration(to: farm.now)
    return number >= rules.minimum ?? -.infinity && number <= rules.maximum ?? .infinity
      && !rules.sentinels.contains(number) && age <= rules.staleAfter ?? .seconds(Int64.max / 2)
  }
}

/// SplitMix64: the same sequence everywhere for the same seed.
struct Chance: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
  mutating func isOne(in n: Int) -> Bool { next() % UInt64(n) == 0 }
  mutating func pick<T>(_ values: [T]) -> T { values[Int(next() % UInt64(values.count))] }
}

extension TestFarm {
  /// Something is heard, or not, or is nonsense.
  fileprivate mutating func disturb(_ chance: inout Chance) {
    let wild: [Double] = [85, -127, .nan, .infinity, -1e300, 1e300, 240, 0, 999]
    for channel in Channel.allCases where chance.isOne(in: 3) {
      switch channel {
      case .running, .door:
        hear(
          channel.rawValue, .contact(chance.pick([.open, .closed])), chance.isOne(in: 30) ? .fault : .good)
      case .flow:
        pour(chance.pick([0, 0.1, 0.1, 0.2, 1]))
      default:
        let usual: [Double] =
          channel == .moisture
          ? [15, 21, 25, 29, 31] : channel == .tension ? [10, 30, 46, 60] : [2.5, 3, 3.5, 4, 4.5]
        let isWild = chance.isOne(in: 60)
        hear(
          channel.rawValue, .number(chance.pick(isWild ? wild : usual)),
          chance.isOne(in: 200) ? chance.pick(Quality.allCases) : .good)
      }
    }
    if chance.isOne(in: 2000) { readings[chance.pick(Channel.allCases).rawValue] = .silent }
    if chance.isOne(in: 2000) { controller.outputFailed(chance.pick(Output.allCases).rawValue, at: now) }
    if chance.isOne(in: 100) { for output in Output.allCases { controller.outputDriven(output.rawValue) } }
    if chance.isOne(in: 500) {
      local = chance.isOne(in: 3) ? nil : LocalTime(minuteOfDay: Int(chance.next() % 1440), day: 20_000)
    }
  }

  fileprivate mutating func commandAtRandom(
    _ chance: inout Chance, _ checker: inout GuardChecker, _ verdicts: inout [String: Int]
  ) {
    if chance.isOne(in: 3) {
      let alarm = Int(chance.next() % UInt64(controller.alarmTable.count + 1))
      let action: AlarmAction = chance.pick([.acknowledge, .clear, .clear, .shelve(.seconds(300)), .unshelve])
      act(action, on: alarm, &checker)
      for (alarm, line) in controller.alarmTable.enumerated() where line.kind.latches && chance.isOne(in: 2) {
        act(.clear, on: alarm, &checker)
      }
      return
    }
    let output = chance.pick(Output.allCases)
    let set = chance.pick(CommandedMode.allCases)
    let lasting: Duration? = chance.pick([
      nil, .zero, .seconds(-1), .seconds(30), .seconds(600), .seconds(1_000_000),
    ])
    let verdict = command(
      output, set, lasting: lasting, from: chance.pick([.operator, .marketplace, .controller, .test]))
    if set == .off, case .refused = verdict { checker.broken = "off was refused" }
    verdicts["\(verdict)", default: 0] += 1
    if case .refused = verdict { return }
    let longest = controller.plan.outputs[output.rawValue].limits.maxOn ?? .seconds(3600)
    checker.leases[output.rawValue] =
      set == .on
      ? min(lasting.map { now.advanced(by: $0) } ?? now.advanced(by: longest), now.advanced(by: longest))
      : nil
  }

  private mutating func act(_ action: AlarmAction, on alarm: Int, _ checker: inout GuardChecker) {
    let verdict = controller.apply(AlarmCommand(alarm: alarm, action: action, token: 1), at: now)
    guard action == .clear, verdict == .accepted, controller.alarmTable[alarm].kind == .maxOn,
      case .output(let output) = controller.alarmTable[alarm].subject
    else { return }
    checker.wasLatched[output] = false
  }

  /// The daemon dies, and starts again some time later with or without its memory.
  fileprivate mutating func restart(_ chance: inout Chance, remembers: Bool) throws {
    let away = Duration.seconds(Int64(chance.next() % 400))
    let outputs = controller.outputs.indices.map { controller.memory(ofOutput: $0, at: now).aged(by: away) }
    now = now.advanced(by: away)
    let beds = controller.irrigations.indices.map { controller.memory(ofIrrigation: $0) }
    controller = try FarmController(
      plan: controller.plan, startedAt: now,
      restored: remembers ? ControlMemory(outputs: outputs, irrigations: beds) : ControlMemory())
  }
}
