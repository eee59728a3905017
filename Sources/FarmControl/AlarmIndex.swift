internal import FarmUnits

/// Where each subject's alarms stand in the alarm table; -1 where a subject has no alarm of a kind.
struct AlarmIndex: Sendable {
  struct Channel { var stale = -1, implausible = -1, disagreement = -1, leak = -1 }
  struct Output { var failed = -1, notConfirmed = -1, maxOn = -1 }
  struct Bed {
    var noFlow = -1, lowFlow = -1, burst = -1, deadMeter = -1, usedUp = -1, balance = -1, doubted = -1
  }
  struct Store { var tooWarm = -1, tooCold = -1, doorOpen = -1, notCooling = -1 }

  private(set) var channels: [Channel] = []
  private(set) var outputs: [Output] = []
  private(set) var beds: [Bed] = []
  private(set) var stores: [Store] = []
  private(set) var notKept = -1
  private(set) var entries: [AlarmEntry] = []

  init(plan: ControlPlan) {
    for (index, channel) in plan.channels.enumerated() { add(channel, index, in: plan) }
    for (index, output) in plan.outputs.enumerated() { add(output, index) }
    for (index, bed) in plan.irrigations.enumerated() { add(bed, index) }
    for (index, store) in plan.coldStores.enumerated() { add(store, index) }
    if plan.floodLimitPerMinute != nil { _ = entry(.flood, .farm, "alarms") }
    // A disk may be busy for some seconds, and a journal is opened after the first tick.
    if plan.keepsJournal { notKept = entry(.notKept, .farm, "journal", delay: .seconds(10)) }
  }

  private mutating func entry(
    _ kind: AlarmKind, _ subject: AlarmSubject, _ name: String, delay: Duration = .zero,
    returnAfter: Duration = .zero
  ) -> Int {
    let description = AlarmDescription(id: "\(name).\(kind.code)", kind: kind, subject: subject, name: name)
    entries.append(AlarmEntry(description: description, delay: delay, returnAfter: returnAfter))
    return entries.count - 1
  }

  private mutating func add(_ channel: ChannelPlan, _ index: Int, in plan: ControlPlan) {
    let subject = AlarmSubject.channel(index)
    var alarms = Channel()
    alarms.stale = entry(.stale, subject, channel.name)
    alarms.implausible = entry(.implausible, subject, channel.name, delay: .seconds(30))
    if let agreement = channel.agreement {
      alarms.disagreement = entry(
        .disagreement, subject, channel.name, delay: agreement.after, returnAfter: .seconds(60))
    }
    if plan.irrigations.contains(where: { $0.flow?.channel == index && $0.flow?.leak != nil }) {
      alarms.leak = entry(.leak, subject, channel.name)
    }
    channels.append(alarms)
  }

  private mutating func add(_ output: OutputPlan, _ index: Int) {
    let subject = AlarmSubject.output(index)
    var alarms = Output()
    alarms.failed = entry(.outputFailed, subject, output.name)
    if output.feedback != nil {
      alarms.notConfirmed = entry(.notConfirmed, subject, output.name, delay: output.confirmWithin)
    }
    if output.limits.maxOn != nil { alarms.maxOn = entry(.maxOn, subject, output.name) }
    outputs.append(alarms)
  }

  private mutating func add(_ bed: IrrigationPlan, _ index: Int) {
    let subject = AlarmSubject.irrigation(index)
    var alarms = Bed()
    if let flow = bed.flow {
      alarms.noFlow = entry(.noFlow, subject, bed.name)
      alarms.deadMeter = entry(.deadMeter, subject, bed.name)
      if flow.expectedMinimum != nil { alarms.lowFlow = entry(.lowFlow, subject, bed.name) }
      if flow.expectedMaximum != nil { alarms.burst = entry(.burst, subject, bed.name) }
      if bed.limits.litresPerDay != nil || bed.limits.litresPerWeek != nil {
        alarms.usedUp = entry(.litresUsedUp, subject, bed.name)
      }
      if bed.rootZone != nil {
        alarms.balance = entry(.balance, subject, bed.name)
        alarms.doubted = entry(.probeDoubted, subject, bed.name)
      }
    }
    beds.append(alarms)
  }

  private mutating func add(_ store: ColdStorePlan, _ index: Int) {
    let subject = AlarmSubject.coldStore(index)
    var alarms = Store()
    if let alarm = store.alarm {
      if alarm.above != nil { alarms.tooWarm = entry(.tooWarm, subject, store.name, delay: alarm.delay) }
      if alarm.below != nil { alarms.tooCold = entry(.tooCold, subject, store.name, delay: alarm.delay) }
      if let doorOpen = alarm.doorOpen, store.door != nil {
        alarms.doorOpen = entry(.doorOpen, subject, store.name, delay: doorOpen)
      }
    }
    if store.coolingCheck != nil { alarms.notCooling = entry(.notCooling, subject, store.name) }
    stores.append(alarms)
  }
}
