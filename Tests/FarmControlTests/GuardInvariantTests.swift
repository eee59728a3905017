import FarmControl
import FarmUnits
import Testing

/// Whatever is heard, commanded, broken, restarted or set: no guard is ever passed, and every alarm is where its
/// definition puts it. Neither checker knows anything of the controller but what it publishes.
struct GuardInvariantTests {
  static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 20_261_122]
  static let ticksPerSeed = 126_000

  @Test
  func
    `no guard is passed and no alarm missed in a million ticks of faults, commands, restarts and clock steps`()
    async throws
  {
    let trials = try await withThrowingTaskGroup(of: Trial.self) { group in
      for seed in Self.seeds {
        group.addTask {
          var trial = try Trial(seed: seed)
          trial.run(ticks: Self.ticksPerSeed)
          return trial
        }
      }
      return try await group.reduce(into: [Trial]()) { $0.append($1) }
    }
    for trial in trials {
      if let broken = trial.broken { Issue.record("seed \(trial.seed), tick \(trial.ticks): \(broken)") }
    }
    // The trials mean something only if all of this happened in them.
    let ticks = trials.reduce(0) { $0 + $1.ticks }
    print("\(ticks) ticks with the seeds \(Self.seeds), \(trials.reduce(0) { $0 + $1.restarts }) restarts")
    #expect(ticks >= 1_000_000)
    for (output, plan) in HardFarm.plan.outputs.enumerated() {
      #expect(trials.reduce(0) { $0 + $1.checker.startsEver[output] } > 20, "\(plan.name)")
    }
    #expect(trials.reduce(0) { $0 + $1.checker.latches } > 0)
    for kind in AlarmKind.allCases {
      let raised = trials.reduce(0) { $0 + $1.reference.raised[Int(kind.rawValue)] }
      let due = trials.reduce(0) { $0 + $1.reference.due[Int(kind.rawValue)] }
      print("\(kind.code): raised \(raised) times, had to be \(due) times by the reference")
      #expect(raised > 0 && due > 0, "\(kind.code)")
    }
    let verdicts = trials.reduce(into: [String: Int]()) { $0.merge($1.verdicts, uniquingKeysWith: +) }
    #expect(verdicts["accepted", default: 0] > 100 && verdicts.count > 5, "\(verdicts)")
  }
}

/// One seed's farm with its two checkers.
struct Trial: Sendable {
  let seed: UInt64
  private(set) var hard: HardFarm
  private(set) var seen: FarmObservation
  private(set) var checker = GuardChecker()
  private(set) var reference: AlarmReference
  private(set) var broken: String?
  private(set) var ticks = 0
  private(set) var restarts = 0
  private(set) var verdicts: [String: Int] = [:]
  private var eventsSeen: UInt64 = 0

  init(seed: UInt64) throws {
    self.seed = seed
    hard = try HardFarm(seed: seed)
    seen = FarmObservation(hard)
    reference = AlarmReference(plan: HardFarm.plan, table: hard.farm.controller.alarmTable)
    let now = Int(hard.now.sinceBoot.milliseconds)
    (seen.startedAt, seen.since) = (now, seen.since.map { _ in now })
  }

  mutating func run(ticks count: Int) {
    while ticks < count, broken == nil {
      ticks += 1
      hard.advance()
      actAtRandom()
      hard.farm.tick()
      look()
    }
  }

  // MARK: - What is done

  private mutating func actAtRandom() {
    seen.wasCleared = false
    if hard.chance.isOne(in: 90) { commandAtRandom() }
    if hard.chance.isOne(in: 60) { actOnAlarms() }
    if hard.chance.isOne(in: 3000) { fail(hard.chance.pick(HardFarm.Output.allCases).rawValue) }
    if hard.chance.isOne(in: 200) {
      for output in seen.failed.indices where seen.failed[output] {
        hard.farm.controller.outputDriven(output)
        seen.failed[output] = false
      }
    }
    if hard.chance.isOne(in: 4000) { restart(remembers: !hard.chance.isOne(in: 3)) }
  }

  private mutating func fail(_ output: Int) {
    hard.farm.controller.outputFailed(output, at: hard.now)
    seen.failed[output] = true
  }

  private mutating func commandAtRandom() {
    let output = hard.chance.pick(HardFarm.Output.allCases).rawValue
    let set = hard.chance.pick([CommandedMode.auto, .auto, .on, .off])
    let lasting: Duration? = hard.chance.pick([
      nil, .zero, .seconds(-1), .seconds(30), .seconds(600), .seconds(1_000_000),
    ])
    let source = hard.chance.pick([CommandSource.operator, .marketplace, .controller, .test])
    let until = lasting.map { hard.now.advanced(by: $0) }
    let verdict = hard.farm.controller.apply(
      OutputCommand(output: output, set: set, until: until, source: source, token: 7), at: hard.now)
    verdicts["\(verdict)", default: 0] += 1
    if case .refused = verdict {
      if set != .on { broken = "\(set) was refused" }
      return
    }
    seen.isManual[output] = set != .auto
    let longest = HardFarm.plan.outputs[output].limits.maxOn ?? .seconds(3600)
    let end = min(until ?? hard.now.advanced(by: longest), hard.now.advanced(by: longest))
    checker.leases[output] = set == .on ? Int(end.sinceBoot.milliseconds) : nil
  }

  private mutating func actOnAlarms() {
    let table = hard.farm.controller.alarmTable
    let action: AlarmAction = hard.chance.pick([
      .acknowledge, .clear, .shelve(.seconds(300)), .shelve(.seconds(7200)), .unshelve,
    ])
    act(action, on: Int(hard.chance.next() % UInt64(table.count + 1)))
    guard hard.chance.isOne(in: 4) else { return }
    for (alarm, line) in table.enumerated() where line.kind.latches && hard.chance.isOne(in: 2) {
      act(.clear, on: alarm)
    }
  }

  private mutating func act(_ action: AlarmAction, on alarm: Int) {
    let verdict = hard.farm.controller.apply(
      AlarmCommand(alarm: alarm, action: action, token: 1), at: hard.now)
    guard action == .clear, verdict == .accepted else { return }
    seen.wasCleared = true
    reference.cleared(alarm)
    switch hard.farm.controller.alarmTable[alarm].subject {
    case .output(let output): checker.wasLatched[output] = false
    case .irrigation(let bed): seen.beds[bed == 0 ? 0 : 1].cleared()
    case .channel(let channel): seen.beds[channel == HardFarm.Channel.meter1.rawValue ? 0 : 1].leakCleared()
    case .coldStore, .farm: break
    }
  }

  /// The daemon dies, and starts again some time later with or without its memory.
  private mutating func restart(remembers: Bool) {
    restarts += 1
    let controller = hard.farm.controller
    let away = Duration.seconds(Int64(hard.chance.next() % 400))
    var memory = ControlMemory()
    if remembers { memory = controller.memory(at: hard.now, agedBy: away) }
    let acknowledged = controller.alarms.map { $0.phase == .acknowledged }
    hard.farm.now = hard.farm.now.advanced(by: away)
    hard.step += away
    do {
      hard.farm.controller = try FarmController(plan: controller.plan, startedAt: hard.now, restored: memory)
    } catch {
      broken = "cannot start again: \(error)"
    }
    hard.tellOfJournal()
    // What it hears begins anew.
    hard.farm.readings = hard.farm.readings.map { _ in .silent }
    let now = Int(hard.now.sinceBoot.milliseconds)
    seen.restarted(at: now, remembers: remembers, wasOn: controller.outputs.map { $0.commanded == .on })
    checker.restarted(remembers: remembers)
    reference.restarted(remembers: remembers, acknowledged: acknowledged)
    eventsSeen = 0
  }

  // MARK: - What is seen

  private mutating func look() {
    let controller = hard.farm.controller
    let now = Int(hard.now.sinceBoot.milliseconds)
    let rested = seen.since.map { now - $0 }
    seen.activations = []
    while eventsSeen < controller.eventsEver {
      if let event = controller.event(eventsSeen), event.to == .active,
        controller.alarmTable[event.alarm].kind != .flood
      {
        seen.activations.append(now)
      }
      eventsSeen += 1
    }
    seen.look(at: hard, now: now)
    if let wrong = checker.check(seen, rested: rested) ?? reference.check(seen) { broken = broken ?? wrong }
  }
}

extension FarmController {
  /// Everything that outlives a restart, as it is after some time.
  func memory(at now: Instant, agedBy time: Duration) -> ControlMemory {
    var alarms: [String: AlarmMemory] = [:]
    for (index, alarm) in alarmTable.enumerated() {
      alarms[alarm.id] = memory(ofAlarm: index, at: now)?.aged(by: time)
    }
    return ControlMemory(
      outputs: outputs.indices.map { memory(ofOutput: $0, at: now).aged(by: time) },
      irrigations: irrigations.indices.map { memory(ofIrrigation: $0) },
      coldStores: coldStores.indices.map { memory(ofColdStore: $0, at: now)?.aged(by: time) }, alarms: alarms)
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
