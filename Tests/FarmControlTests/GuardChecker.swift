import FarmControl
import FarmUnits

/// Reads only plans, readings and lines, and remembers what it has seen: is any guard ever passed?
struct GuardChecker {
  let plan = HardFarm.plan
  var starts: [[Int]]
  var startsEver: [Int]
  /// Until when a command may hold an output on, in milliseconds.
  var leases: [Int?]
  var wasLatched: [Bool]
  var latches = 0
  private var badSince: [Int?]
  private var sawBurstOrLeak = false

  init() {
    starts = plan.outputs.map { _ in [] }
    startsEver = plan.outputs.map { _ in 0 }
    leases = plan.outputs.map { _ in nil }
    wasLatched = plan.outputs.map { _ in false }
    badSince = plan.channels.map { _ in nil }
  }

  mutating func restarted(remembers: Bool) {
    leases = leases.map { _ in nil }
    sawBurstOrLeak = false
    guard !remembers else { return }
    wasLatched = wasLatched.map { _ in false }
    starts = starts.map { _ in [] }
  }

  /// - Parameter rested: How long each output had been off when it went on in this tick, in milliseconds.
  mutating func check(_ seen: FarmObservation, rested: [Int]) -> String? {
    for channel in badSince.indices {
      badSince[channel] = seen.judges[channel].worth == .good ? nil : badSince[channel] ?? seen.now
    }
    for output in plan.outputs.indices {
      if let wrong = check(output, seen, rested: rested[output]) {
        return "\(plan.outputs[output].name) \(wrong)"
      }
    }
    for (a, output) in plan.outputs.enumerated() where seen.outputs[a].commanded == .on {
      for b in output.limits.excludes where seen.outputs[b].commanded == .on {
        return "\(a) and \(b) are on together"
      }
    }
    if seen.outputs[HardFarm.Output.heater.rawValue].commanded == .on,
      seen.outputs[HardFarm.Output.compressor.rawValue].commanded == .on
    {
      return "the heater is on with the compressor"
    }
    return checkMaster(seen)
  }

  private mutating func check(_ output: Int, _ seen: FarmObservation, rested: Int) -> String? {
    let (state, limits) = (seen.outputs[output], plan.outputs[output].limits)
    let lasted = seen.now - seen.since[output]
    defer { wasLatched[output] = state.latched }
    if state.latched, !wasLatched[output] { latches += 1 }
    if state.commanded == .on {
      if wasLatched[output] { return "is on though it is latched" }
      if let maxOn = limits.maxOn {
        if lasted >= Int(maxOn.milliseconds) { return "is on for \(lasted) ms" }
        guard let until = state.until, Int(until.sinceBoot.milliseconds) > seen.now else {
          return "is on without a live lease"
        }
      }
      if state.reason == .manualOn, leases[output].map({ $0 <= seen.now }) ?? true {
        return "is held on by a command that is over"
      }
      if let wrong = cause(output, state, seen) { return wrong }
    }
    switch (seen.before[output].commanded, state.commanded) {
    case (.off, .on): return noteStart(output, state, seen, rested: rested)
    case (.on, .off):
      let mayBeShort = state.source != .controller || state.latched
      let run = seen.ended[output] ?? 0
      if run < Int(limits.minOn.milliseconds), !mayBeShort {
        return "ran for \(run) ms only: \(state.reason)"
      }
    default: break
    }
    return nil
  }

  private mutating func noteStart(_ output: Int, _ state: OutputState, _ seen: FarmObservation, rested: Int)
    -> String?
  {
    let limits = plan.outputs[output].limits
    startsEver[output] += 1
    // What is safe when it is on goes there without waiting.
    if plan.outputs[output].safe == .on, state.source == .safety { return nil }
    if rested < Int(limits.minOff.milliseconds) { return "rested for \(rested) ms only" }
    guard let limit = limits.startsPerHour else { return nil }
    starts[output].removeAll { seen.now - $0 >= 3_600_000 }
    starts[output].append(seen.now)
    return starts[output].count > limit ? "started \(starts[output].count) times within an hour" : nil
  }

  /// What is on needs a command that holds, a shortest time that runs, or a reading that is good.
  private func cause(_ output: Int, _ state: OutputState, _ seen: FarmObservation) -> String? {
    switch (HardFarm.Output(rawValue: output), state.reason) {
    case (.valve1, _) where !seen.isGood(.soil1), (.valve2, _) where !seen.isGood(.soil2):
      return "acts on a bad value"
    case (.valve3, .soilDry) where !seen.isGood(.soil3): return "acts on a bad value"
    case (.valve3, .holding):
      let bad = badSince[HardFarm.Channel.soil3.rawValue].map { seen.now - $0 } ?? .max
      if bad >= 120_000 { return "holds on a value that has been bad for \(bad) ms" }
    case (.valve3, .balanceDry):
      if seen.isGood(.soil3) || seen.depletion == nil { return "goes by the balance beside a good probe" }
    case (.compressor, .cooling) where !seen.isGood(.air): return "cools by a bad value"
    case (.compressor, .dutyOn) where seen.isGood(.air): return "runs by the clock beside a good probe"
    case (.compressor, _):
      if let air = seen.numbers[HardFarm.Channel.air.rawValue], air < 0 { return "cools air of \(air) °C" }
    case (.heater, .defrosting) where !seen.isRecovering: return "heats without a defrost"
    default: break
    }
    return nil
  }

  /// The master valve is open only while a valve behind it is, or was a tick ago, and never at a burst or a leak.
  private mutating func checkMaster(_ seen: FarmObservation) -> String? {
    let (valve, master) = (HardFarm.Output.valve3.rawValue, HardFarm.Output.master.rawValue)
    let isOpen = seen.outputs[valve].commanded == .on || seen.before[valve].commanded == .on
    let state = seen.outputs[master]
    defer {
      sawBurstOrLeak = seen.mastersTrouble.contains {
        seen.alarms[$0].phase == .active || seen.alarms[$0].phase == .acknowledged
      }
    }
    guard state.commanded == .on else { return nil }
    if state.reason != .manualOn, !isOpen { return "the master valve is open and no valve behind it" }
    if sawBurstOrLeak, !seen.wasCleared { return "the master valve is open at a burst or a leak" }
    return nil
  }
}
