import FarmControl
import FarmUnits

/// A second, simpler opinion on every alarm, from the README's list of alarms and the keys of the configuration, and
/// from nothing that the controller does. Where the definition leaves room it has no opinion.
///
/// Both directions are checked, for every alarm and in every tick:
/// - a cause that has stood for as long as the definition asks (`deadline`) shows its alarm;
/// - an alarm that becomes active had its cause, or at least nothing against it, for all of its `delay`;
/// - one that no cause holds any more returns; one that latches stays until it is cleared.
struct AlarmReference {
  enum Cause { case absent, unsure, present }

  struct Line {
    let index: Int
    let id: String
    let kind: AlarmKind
    let subject: AlarmSubject
    /// In milliseconds, as everything here.
    let delay: Int
    /// How long the cause must stand until the alarm has to be there.
    let deadline: Int
    /// How long after its cause it may still stand; nil: the definition does not say.
    let returnsWithin: Int?
    var presentSince: Int?
    var notAbsentSince: Int?
    var absentSince: Int?
    var wasRaised = false
    var wasDue = false
    var isLatched = false
    var wasShelved = false
    /// Its cause may have been judged to be there while nobody saw it.
    var mayStand = false
  }

  private(set) var lines: [Line]
  /// How often each kind became active, and how often it had to.
  private(set) var raised: [Int]
  private(set) var due: [Int]
  private var activations: [Int] = []
  private var lastFlood: Int?

  init(plan: ControlPlan, table: [AlarmDescription]) {
    lines = table.enumerated().map { index, alarm in
      let (delay, deadline, returns) = Self.patience(alarm, plan)
      return Line(
        index: index, id: alarm.id, kind: alarm.kind, subject: alarm.subject, delay: delay,
        deadline: deadline,
        returnsWithin: returns)
    }
    raised = AlarmKind.allCases.map { _ in 0 }
    due = AlarmKind.allCases.map { _ in 0 }
  }

  private static func patience(_ alarm: AlarmDescription, _ plan: ControlPlan) -> (Int, Int, Int?) {
    switch (alarm.kind, alarm.subject) {
    case (.disagreement, .channel(let channel)):
      let after = Int(plan.channels[channel].agreement?.after.milliseconds ?? 0)
      return (after, after, 60_000)
    case (.notConfirmed, .output(let output)):
      let within = Int(plan.outputs[output].confirmWithin.milliseconds)
      return (within, within, 0)
    case (.tooWarm, .coldStore(let store)), (.tooCold, .coldStore(let store)):
      let delay = Int(plan.coldStores[store].alarm?.delay.milliseconds ?? 0)
      return (delay, delay, 0)
    case (.doorOpen, .coldStore(let store)):
      let time = Int(plan.coldStores[store].alarm?.doorOpen?.milliseconds ?? 0)
      return (time, time, 0)
    case (.notCooling, _): return (0, 0, nil)
    case (.notKept, _): return (10_000, 10_000, 0)
    // The list does not say how many bad values make a sensor unbelievable: half a minute is not too long.
    case (.implausible, _): return (0, 30_000, 0)
    case (.probeDoubted, _): return (24 * 3_600_000, 24 * 3_600_000, nil)
    default: return (0, 0, 0)
    }
  }

  /// Looks at every alarm after a tick.
  ///
  /// - Returns: What is wrong; nil when everything is as it should be.
  mutating func check(_ seen: FarmObservation) -> String? {
    noteActivations(seen)
    for place in lines.indices {
      if let wrong = check(place, seen) { return wrong }
    }
    return nil
  }

  mutating func cleared(_ alarm: Int) { lines[alarm].isLatched = false }

  /// - Parameter acknowledged: Which alarms a person had acknowledged: those stand until their cause is known.
  mutating func restarted(remembers: Bool, acknowledged: [Bool]) {
    (activations, lastFlood) = ([], nil)
    for place in lines.indices {
      (lines[place].presentSince, lines[place].notAbsentSince, lines[place].absentSince) = (nil, nil, nil)
      lines[place].wasRaised = remembers && acknowledged[place]
      if !remembers { lines[place].isLatched = false }
    }
  }

  private mutating func check(_ place: Int, _ seen: FarmObservation) -> String? {
    let line = lines[place]
    let phase = seen.alarms[line.index].phase
    let isRaised = phase == .active || phase == .acknowledged
    var cause = line.isLatched ? .present : seen.cause(of: line, flood: floodCause(seen.now))
    if cause == .absent, line.wasShelved, line.mayStand { cause = .unsure }
    let now = seen.now
    noteShelf(place, phase, isRaised, cause)
    lines[place].presentSince = cause == .present ? line.presentSince ?? now : nil
    lines[place].notAbsentSince = cause == .absent ? nil : line.notAbsentSince ?? now
    lines[place].absentSince = cause == .absent ? line.absentSince ?? now : nil
    lines[place].wasRaised = isRaised
    if isRaised, line.kind.latches { lines[place].isLatched = true }
    if isRaised, !line.wasRaised {
      raised[Int(line.kind.rawValue)] += 1
      guard let since = lines[place].notAbsentSince else {
        return "\(line.id) is raised without its cause; shelved before: \(line.wasShelved)"
      }
      if now - since < line.delay {
        return
          "\(line.id) is raised after \(now - since) ms of \(line.delay); shelved before: \(line.wasShelved)"
      }
    }
    lines[place].wasDue = false
    if let since = lines[place].presentSince, now - since >= line.deadline {
      lines[place].wasDue = true
      if !line.wasDue, !line.isLatched { due[Int(line.kind.rawValue)] += 1 }
      if !isRaised, phase != .shelved {
        return "\(line.id) is \(phase) though its cause has stood for \(now - since) ms"
      }
    }
    if isRaised, let since = lines[place].absentSince, let limit = line.returnsWithin, now - since >= limit {
      return "\(line.id) is \(phase) though its cause has been gone for \(now - since) ms"
    }
    return nil
  }

  /// A verdict that stands until it is judged anew, or for a while after its cause, may have come while the alarm
  /// was out of sight.
  private mutating func noteShelf(_ place: Int, _ phase: AlarmPhase, _ isRaised: Bool, _ cause: Cause) {
    lines[place].wasShelved = phase == .shelved
    let isVerdict: Bool =
      switch lines[place].kind {
      case .notCooling, .lowFlow, .deadMeter, .probeDoubted, .noFlow, .burst, .leak, .balance, .maxOn,
        .disagreement:
        true
      default: false
      }
    if isVerdict, isRaised || (phase == .shelved && cause != .absent) {
      lines[place].mayStand = true
    } else if phase != .shelved {
      lines[place].mayStand = false
    }
  }

  /// More than the limit within a minute, by what is published.
  private mutating func noteActivations(_ seen: FarmObservation) {
    activations.removeAll { seen.now - $0 >= 60_000 }
    activations += seen.activations
    if let limit = seen.plan.floodLimitPerMinute, activations.count > limit { lastFlood = seen.now }
  }

  private func floodCause(_ now: Int) -> Cause {
    guard let lastFlood, now - lastFlood < 60_000 else { return .absent }
    return lastFlood == now ? .present : .unsure
  }
}
