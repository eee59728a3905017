import FarmControl
import FarmUnits

/// What can be seen of a farm after a tick, from outside the controller.
struct FarmObservation {
  typealias Cause = AlarmReference.Cause

  let plan = HardFarm.plan
  /// Milliseconds.
  var now = 0
  var startedAt = 0
  var judges: [ReferenceJudge]
  /// As told in this tick and in the one before.
  var outputs: [OutputState]
  var before: [OutputState]
  /// Since when each is as it is told to be, by its lines.
  var since: [Int]
  /// How long the run was that ended in this tick; nil unless one did.
  var ended: [Int?]
  var failed: [Bool]
  /// A person or another program has had a hand in it lately.
  var isManual: [Bool]
  var alarms: [AlarmState]
  var beds: [BedHistory]
  var depletion: Double?
  var isRecovering = false
  var doorIsOpen = false
  /// When alarms became active in this tick or by a command before it.
  var activations: [Int] = []
  /// Good readings, nil where they are not.
  var numbers: [Double?]
  var contacts: [Contact?]
  var cooling = CoolingHistory()
  /// The alarms at which the master valve must be shut.
  let mastersTrouble: [Int]
  /// The alarms that say that a bed's meter is dead.
  let deadMeters: [Int]
  var journalIsInTrouble = false
  /// A person has cleared something since the last tick.
  var wasCleared = false
  /// Whether bed 2's probe asks for water.
  var bed2Wants: Bool?

  init(_ farm: HardFarm) {
    judges = plan.channels.map { ReferenceJudge($0.rules) }
    outputs = farm.farm.controller.outputs
    before = outputs
    since = outputs.map { _ in 0 }
    ended = outputs.map { _ in nil }
    failed = outputs.map { _ in false }
    isManual = failed
    alarms = farm.farm.controller.alarms
    mastersTrouble = farm.farm.controller.alarmTable.indices.filter {
      ["bed-3.burst", "meter-2.leak"].contains(farm.farm.controller.alarmTable[$0].id)
    }
    deadMeters = ["bed-1.dead-meter", "bed-3.dead-meter"].compactMap { id in
      farm.farm.controller.alarmTable.firstIndex { $0.id == id }
    }
    beds = [BedHistory(), BedHistory()]
    numbers = plan.channels.map { _ in nil }
    contacts = plan.channels.map { _ in nil }
  }

  func isGood(_ channel: HardFarm.Channel) -> Bool { judges[channel.rawValue].worth == .good }

  func cause(of line: AlarmReference.Line, flood: Cause) -> Cause {
    switch (line.kind, line.subject) {
    case (.stale, .channel(let channel)): silence(channel)
    case (.implausible, .channel(let channel)): judges[channel].worth == .implausible ? .present : .absent
    case (.disagreement, _): disagreement
    case (.leak, .channel(let channel)): leak(beds[channel == HardFarm.Channel.meter1.rawValue ? 0 : 1])
    case (.outputFailed, .output(let output)): failed[output] ? .present : .absent
    case (.notConfirmed, .output(let output)): contradiction(output)
    case (.maxOn, .output(let output)): longestRun(output)
    case (_, .irrigation(let bed)): cause(of: line.kind, beds[bed == 0 ? 0 : 1], bed)
    case (_, .coldStore): cause(ofStore: line.kind)
    case (.flood, _): flood
    case (.notKept, _): journalIsInTrouble ? .present : .absent
    default: .unsure
    }
  }

  private func silence(_ channel: Int) -> Cause {
    switch judges[channel].worth {
    case .good, .implausible: return .absent
    case .silent: return .present
    case .unheard:
      let patience = Int((judges[channel].rules.staleAfter ?? .seconds(60)).milliseconds)
      return now - startedAt >= patience ? .present : .absent
    }
  }

  private var disagreement: Cause {
    guard let a = numbers[HardFarm.Channel.air.rawValue], let b = numbers[HardFarm.Channel.product.rawValue]
    else { return .unsure }
    return (a - b).magnitude > 2 ? .present : .absent
  }

  private func contradiction(_ output: Int) -> Cause {
    guard let contact = contacts[HardFarm.Channel.running.rawValue], !failed[output] else { return .unsure }
    return (contact == .closed) == (outputs[output].commanded == .on) ? .absent : .present
  }

  /// Only the second bed is simple enough to say from outside whether it was still wanted.
  private func longestRun(_ output: Int) -> Cause {
    guard let maxOn = plan.outputs[output].limits.maxOn, let run = ended[output],
      run >= Int(maxOn.milliseconds)
    else { return .absent }
    guard output == HardFarm.Output.valve2.rawValue, !isManual[output], !failed[output], isGood(.soil2) else {
      return .unsure
    }
    return bed2Wants.map { $0 ? .present : .absent } ?? .unsure
  }

  private func leak(_ bed: BedHistory) -> Cause {
    if bed.leaking.ticks >= 4, bed.leaking.lasted(now) >= 300_000 { return .present }
    return bed.shutLitres < 1.99 ? .absent : .unsure
  }

  private func cause(of kind: AlarmKind, _ bed: BedHistory, _ number: Int) -> Cause {
    switch kind {
    case .noFlow:
      if bed.dry.isLong(now), bed.notWetter.isLong(now) { return .present }
      return bed.open.isOn && !bed.sawNothing ? .absent : .unsure
    case .deadMeter:
      if bed.dry.isLong(now), bed.wetter.isLong(now) { return .present }
      return bed.open.isLong(now) && !bed.sawNothing ? .absent : .unsure
    case .lowFlow:
      if bed.low.isLong(now) { return .present }
      return bed.open.isLong(now) && !bed.sawTooLittle ? .absent : .unsure
    case .burst:
      if bed.burst.isLong(now) { return .present }
      return bed.open.isOn && !bed.sawTooMuch ? .absent : .unsure
    case .litresUsedUp: return usedUp(bed, plan.irrigations[number].limits)
    case .balance: return overdone(bed)
    case .probeDoubted: return doubt
    default: return .unsure
    }
  }

  private func usedUp(_ bed: BedHistory, _ limits: IrrigationLimits) -> Cause {
    if bed.wants == false { return .absent }
    let (day, week) = (limits.litresPerDay ?? .infinity, limits.litresPerWeek ?? .infinity)
    if bed.mostToday < day - 0.01, bed.mostThisWeek < week - 0.01 { return .absent }
    guard bed.wants == true else { return .unsure }
    return bed.leastToday > day + 0.01 || bed.leastThisWeek > week + 0.01 ? .present : .unsure
  }

  /// Half as much again as a soil can lack at all is far more than it lacked; less than 10 mm never is.
  private func overdone(_ bed: BedHistory) -> Cause {
    guard let zone = plan.irrigations[2].rootZone else { return .unsure }
    let area = zone.areaSquareMetres
    let evaporated = 6 * Double(bed.dryWatering.lasted(now)) / 86_400_000
    if bed.leastWhileDry / area - evaporated > 1.5 * zone.zone.totalAvailable + 1 { return .present }
    return bed.mostSinceWet / area < 9.9 ? .absent : .unsure
  }

  /// They differ by more than a quarter of what the soil can hold, for a day; the balance is as published.
  private var doubt: Cause {
    guard let zone = plan.irrigations[2].rootZone?.zone, let depletion,
      let probe = numbers[HardFarm.Channel.soil3.rawValue]
    else { return .unsure }
    let apart = (zone.depletion(waterContent: probe / 100) - depletion).magnitude
    let margin = 3.0
    if apart > zone.totalAvailable / 4 + margin { return .present }
    return apart < zone.totalAvailable / 4 - margin ? .absent : .unsure
  }

  private func cause(ofStore kind: AlarmKind) -> Cause {
    let store = plan.coldStores[0]
    let temperatures = [HardFarm.Channel.air, .product].compactMap { numbers[$0.rawValue] }
    switch kind {
    case .tooWarm:
      guard !isRecovering, let warmest = temperatures.max(), let above = store.alarm?.above else {
        return .unsure
      }
      return warmest > above ? .present : warmest <= above - store.band / 4 ? .absent : .unsure
    case .tooCold:
      guard let coldest = temperatures.min(), let below = store.alarm?.below else { return .unsure }
      return coldest < below ? .present : coldest >= below + store.band / 4 ? .absent : .unsure
    case .doorOpen:
      guard let contact = contacts[HardFarm.Channel.door.rawValue] else { return .unsure }
      return contact == .open ? .present : .absent
    case .notCooling: return cooling.cause(now, store)
    default: return .unsure
    }
  }
}

/// What a running compressor has done to the air.
struct CoolingHistory {
  private var run = BedHistory.Spell()
  private var undisturbed = BedHistory.Spell()
  private var coldest = Double.infinity, warmest = -Double.infinity

  mutating func note(_ now: Int, air: Double?, isCooling: Bool, isDisturbed: Bool) {
    run.note(isCooling && air != nil, now)
    undisturbed.note(run.isOn && !isDisturbed, now)
    if undisturbed.ticks <= 1 { (coldest, warmest) = (.infinity, -.infinity) }
    if let air { (coldest, warmest) = (min(coldest, air), max(warmest, air)) }
  }

  func cause(_ now: Int, _ store: ColdStorePlan) -> AlarmReference.Cause {
    guard let check = store.coolingCheck else { return .unsure }
    let within = Int(check.within.milliseconds)
    // The first tick of a run may be what the fall is measured from, or the second.
    if undisturbed.ticks > 3, undisturbed.lasted(now) >= within + 120_000, warmest - coldest < check.fall {
      return .present
    }
    return run.isOn && run.lasted(now) < within ? .absent : .unsure
  }
}

extension FarmObservation {
  /// Takes in what is published after a tick. The reading of the farm itself stands beside it: what flowed, and what
  /// was heard.
  mutating func look(at hard: HardFarm, now: Int) {
    journalIsInTrouble = hard.journalIsInTrouble
    let controller = hard.farm.controller
    let wasOpen = [HardFarm.Output.valve1, .valve3].map { outputs[$0.rawValue].commanded == .on }
    let wasCooling = outputs[HardFarm.Output.compressor.rawValue].commanded == .on && !isRecovering
    self.now = now
    for channel in judges.indices {
      let reading = hard.farm.readings[channel]
      judges[channel].judge(reading, at: hard.now)
      let isGood = judges[channel].worth == .good
      numbers[channel] = isGood ? reading.value?.number : nil
      contacts[channel] = isGood ? reading.value?.contact : nil
    }
    before = outputs
    outputs = controller.outputs
    for output in outputs.indices {
      ended[output] = nil
      guard outputs[output].commanded != before[output].commanded else { continue }
      if outputs[output].commanded == .off { ended[output] = now - since[output] }
      since[output] = now
    }
    let wereDead = deadMeters.map { alarms[$0].phase != .normal }
    alarms = controller.alarms
    depletion = controller.irrigations[2].depletion
    isRecovering = controller.coldStores[0].isRecovering
    noteBeds(hard, wasOpen, wereDead)
    let door = contacts[HardFarm.Channel.door.rawValue]
    cooling.note(
      now, air: numbers[HardFarm.Channel.air.rawValue], isCooling: wasCooling && !isRecovering,
      isDisturbed: door == .open)
    switch numbers[HardFarm.Channel.soil2.rawValue] {
    case nil: bed2Wants = nil
    case let tension? where tension > 45: bed2Wants = true
    case let tension? where tension <= 15: bed2Wants = false
    default: break
    }
  }

  private mutating func noteBeds(_ hard: HardFarm, _ wasOpen: [Bool], _ wereDead: [Bool]) {
    let channels: [(HardFarm.Channel, HardFarm.Channel)] = [(.meter1, .soil1), (.meter2, .soil3)]
    for bed in 0..<2 {
      let (meter, probe) = channels[bed]
      beds[bed].note(
        BedHistory.Tick(
          now: now, step: hard.step.inSeconds, wasOpen: wasOpen[bed], meterIsGood: isGood(meter),
          meterIsDead: wereDead[bed] || alarms[deadMeters[bed]].phase != .normal, rate: hard.rates[bed],
          probe: numbers[probe.rawValue], local: hard.farm.local),
        startBelow: 22, stopAbove: 30)
    }
  }

  /// Every line has gone safe, and none has lost its rest.
  mutating func restarted(at now: Int, remembers: Bool, wasOn: [Bool]) {
    startedAt = now
    judges = plan.channels.map { ReferenceJudge($0.rules) }
    failed = failed.map { _ in false }
    for output in outputs.indices {
      let isSafeOn = plan.outputs[output].safe == .on
      if wasOn[output] != isSafeOn || !remembers || isSafeOn { since[output] = now }
      outputs[output].commanded = plan.outputs[output].safe
    }
    for bed in beds.indices { beds[bed].restart(remembers: remembers) }
    cooling = CoolingHistory()
    (bed2Wants, isRecovering) = (nil, false)
  }
}
