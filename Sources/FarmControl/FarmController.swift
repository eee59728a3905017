public import FarmUnits

/// Decides for the whole farm: judges what was heard, steps the controllers, guards the outputs, keeps the alarms.
///
/// A value that its caller owns, on whatever thread steps it; the daemon's control loop does. After `init` nothing
/// here takes memory or a lock. Do not copy it on that thread, nor keep a copy of one of its arrays across a
/// tick: the next tick would have to copy what is shared. Copy elements.
public struct FarmController: Sendable {
  public let plan: ControlPlan
  /// As judged in the last tick, by the plan's index.
  public internal(set) var channels: [ChannelState]
  /// As decided in the last tick, by the plan's index. Before the first tick: safe, with the reason `starting`.
  public internal(set) var outputs: [OutputState]
  public internal(set) var irrigations: [IrrigationState]
  public internal(set) var coldStores: [ColdStoreState]
  /// Rises when something changed that must outlive a restart: save the memories then.
  public internal(set) var memoryRevision: UInt64 = 0
  /// What the last tick has looked at: all others of `channels` and `outputs` are as they were.
  public internal(set) var touchedChannels: Marks
  public internal(set) var touchedOutputs: Marks

  /// Since when each channel has been listened to.
  var knownSince: [Instant]
  let index: AlarmIndex
  /// What each channel's slot holds.
  var newest: [Reading]
  /// Channels that something was heard of since the last tick.
  var heard: Marks
  var judges: [ChannelJudge]
  var watermarks: [WatermarkProbe]
  /// Channels that follow from others.
  let reckoned: Marks
  /// When a channel is judged again although nothing was heard, in nanoseconds since boot.
  var reviewAfter: [Int64]
  /// None of them comes earlier.
  var nextReview = Int64.min
  var beds: [IrrigationBed]
  var stores: [ColdStoreController]
  var chargers: [ChargerController]
  var meters: [MeterStation]
  var arbiters: [OutputArbiter]
  var board: AlarmBoard
  var disagreements: [Disagreement]
  /// The journal takes nothing, as its owner last said.
  var journalIsInTrouble = false
  // Those whose alarms have nothing to add while they stay as they are.
  var quietChannels: [Bool]
  var quietOutputs: [Bool]
  var quietBeds: [Bool]
  /// What each bed's alarms were raised by last.
  var bedCauses: [IrrigationBed.AlarmCauses]
  var bedRests: Rests
  var outputRests: Rests
  /// What an output's last step has seen.
  var surroundings: [OutputArbiter.Surroundings]
  /// What an output goes by may have changed.
  var looksAtOutput: [Bool]
  /// Something other than a bed wants it, or others of the outputs or its feedback concern it.
  let isAlwaysLookedAt: [Bool]
  let bedsByChannel: Followers
  let bedsByValve: Followers
  var lastLocal: LocalTime?
  // What the controllers make of a tick, by output, before the guards see it.
  var wishes: [Demand?]
  var vetoes: [ReasonCode?]
  var qualities: [Quality]
  let masters: [Int]
  let exclusions: ExclusionTable

  /// - Parameters:
  ///   - startedAt: When the gateway started; without a memory every output's shortest off time runs from here.
  ///   - restored: From before a restart, already aged by the time that has passed.
  /// - Throws: `PlanError` for a plan that cannot be controlled.
  public init(plan: ControlPlan, startedAt now: Instant, restored: ControlMemory = ControlMemory())
    throws(PlanError)
  {
    try plan.check()
    self.plan = plan
    knownSince = plan.channels.map { _ in now }
    channels = plan.channels.map { _ in ChannelState(reading: .silent) }
    newest = plan.channels.map { _ in .silent }
    heard = Marks(count: plan.channels.count)
    touchedChannels = Marks(count: plan.channels.count)
    touchedOutputs = Marks(count: plan.outputs.count)
    judges = plan.channels.map { ChannelJudge(rules: $0.rules) }
    reviewAfter = plan.channels.map { _ in .min }
    watermarks = Self.watermarks(of: plan)
    var reckoned = Marks(count: plan.channels.count)
    for probe in watermarks { reckoned.insert(probe.channel) }
    self.reckoned = reckoned
    arbiters = plan.outputs.enumerated().map { number, output in
      OutputArbiter(plan: output, startedAt: now, memory: restored.outputs.element(number))
    }
    outputs = plan.outputs.map { OutputState(starting: $0.safe, at: now) }
    let meters = Self.meters(of: plan)
    self.meters = meters
    beds = plan.irrigations.enumerated().map { number, bed in
      IrrigationBed(
        plan: bed, meter: meters.firstIndex { $0.channel == bed.flow?.channel } ?? -1, startedAt: now,
        memory: restored.irrigations.element(number))
    }
    for (bed, memory) in zip(beds, restored.irrigations) where bed.meter >= 0 {
      if memory?.hasLeak == true || memory?.lockedBy == .leak { self.meters[bed.meter].leak?.restore() }
    }
    irrigations = plan.irrigations.map { _ in IrrigationState() }
    stores = plan.coldStores.enumerated().map { number, store in
      ColdStoreController(plan: store, startedAt: now, memory: restored.coldStores.element(number))
    }
    coldStores = plan.coldStores.map { _ in ColdStoreState() }
    chargers = plan.chargers.map(ChargerController.init)
    masters = Set(plan.irrigations.compactMap(\.masterValve)).sorted()
    let exclusions = ExclusionTable(plan: plan)
    self.exclusions = exclusions
    let valves = Set(plan.irrigations.map(\.valve))
    isAlwaysLookedAt = plan.outputs.indices.map {
      !valves.contains($0) || exclusions.concerns($0) || plan.outputs[$0].feedback != nil
    }
    // A row of its own: one that is shared would be copied within a tick.
    looksAtOutput = isAlwaysLookedAt.map { $0 }
    disagreements = plan.channels.enumerated().compactMap { number, channel in
      channel.agreement.map { Disagreement(channel: number, plan: $0) }
    }
    quietChannels = plan.channels.map { _ in false }
    quietOutputs = plan.outputs.map { _ in false }
    quietBeds = plan.irrigations.map { _ in false }
    bedCauses = beds.map(\.alarmCauses)
    bedRests = Rests(count: plan.irrigations.count)
    outputRests = Rests(count: plan.outputs.count)
    surroundings = plan.outputs.map { _ in OutputArbiter.Surroundings() }
    bedsByChannel = Followers(
      count: plan.channels.count,
      beds.enumerated().flatMap { bed in bed.element.channels.map { (bed.offset, $0) } })
    bedsByValve = Followers(
      count: plan.outputs.count, beds.enumerated().map { ($0.offset, $0.element.valve) })
    wishes = plan.outputs.map { _ in nil }
    vetoes = plan.outputs.map { _ in nil }
    qualities = plan.outputs.map { _ in .good }
    index = AlarmIndex(plan: plan)
    board = AlarmBoard(
      entries: index.entries, floodLimitPerMinute: plan.floodLimitPerMinute, startedAt: now,
      restored: restored.alarms)
  }

  /// All alarms that this farm can have; the order of `alarms`.
  public var alarmTable: [AlarmDescription] { board.table }
  /// As they stand after the last tick.
  public var alarms: [AlarmState] { board.states }
  /// Rises with every change in `alarms`, so that nobody has to compare hundreds of them in every tick.
  public var alarmRevision: UInt64 { board.revision }

  /// One tick. Takes no memory and no lock. `now` never runs backwards.
  ///
  /// - Parameter newest: What each channel's slot holds, by the plan's index. A channel that was never heard has
  ///   `Reading.silent`; so has one beyond the end of the buffer.
  public mutating func step(_ newest: UnsafeBufferPointer<Reading>, at now: ControlTime) {
    for channel in channels.indices {
      hear(channel < newest.count ? newest[channel] : .silent, on: channel)
    }
    step(at: now)
  }

  /// What a channel's slot holds now. Takes no memory; the next tick judges it.
  public mutating func hear(_ reading: Reading, on channel: Int) {
    if reckoned.contains(channel) { return }
    newest[channel] = reading
    heard.insert(channel)
  }

  /// As `step(_:at:)`, with what `hear` was told since the last tick, and nothing new on any other channel.
  public mutating func step(at now: ControlTime) {
    touchedChannels.removeAll()
    touchedOutputs.removeAll()
    judge(at: now.instant)
    readMeters(at: now.instant)
    stepBeds(at: now)
    for store in stores.indices { stepStore(store, at: now.instant) }
    for charger in chargers.indices { stepCharger(charger, at: now.instant) }
    stepMasterValves()
    stepSiren(at: now.instant)
    stepOutputs(at: now.instant)
    raiseAlarms(at: now.instant)
  }

  /// One of the last 512 alarm transitions.
  ///
  /// - Parameter number: 0 ..< `eventsEver`. Nil when it has been overwritten.
  public func event(_ number: UInt64) -> AlarmEvent? { board.event(number) }
  /// How many alarm transitions there have been since the start.
  public var eventsEver: UInt64 { board.eventsEver }

  /// What must be known about an output after a restart. Takes no memory.
  public func memory(ofOutput output: Int, at now: Instant) -> OutputMemory {
    arbiters[output].memory(at: now)
  }
  /// What must be known about a bed after a restart. Takes no memory.
  public func memory(ofIrrigation bed: Int) -> IrrigationMemory {
    let leak = leak(ofBed: bed)
    return beds[bed].memory(lockedBy: beds[bed].lock ?? leak, hasLeak: leak != nil)
  }
  /// What must be known about a cold store after a restart; nil where nothing is defrosted. Takes no memory.
  public func memory(ofColdStore store: Int, at now: Instant) -> ColdStoreMemory? {
    stores[store].memory(at: now)
  }
  /// What a person has done about an alarm; nil for one that nobody has touched. Takes no memory.
  public func memory(ofAlarm alarm: Int, at now: Instant) -> AlarmMemory? {
    board.memory(of: alarm, at: now)
  }
  /// Differs from an earlier one when `memory(ofOutput:at:)` has changed by more than its age.
  public func mark(ofOutput output: Int) -> OutputMark { arbiters[output].mark }

  /// Judges what was heard, and what has become too old: nothing else can have changed.
  private mutating func judge(at now: Instant) {
    let nanoseconds = now.nanoseconds
    var next = heard.next(from: 0)
    while let channel = next {
      if !judges[channel].isSettled(newest[channel], at: nanoseconds) { judge(channel, at: now) }
      next = heard.next(from: channel + 1)
    }
    heard.removeAll()
    if nanoseconds > nextReview { review(at: now) }
    reckonTensions(at: now)
    for number in disagreements.indices { compare(number, at: now) }
    for number in disagreements.indices where disagreements[number].isStanding { flag(number, true) }
  }

  mutating func judge(_ channel: Int, at now: Instant) {
    let before = channels[channel].reading.quality
    channels[channel] = judges[channel].step(newest[channel], at: now)
    // Its alarms go by the quality alone.
    if channels[channel].reading.quality != before { quietChannels[channel] = false }
    reviewAfter[channel] = judges[channel].reviewAfter
    nextReview = min(nextReview, reviewAfter[channel])
    touchedChannels.insert(channel)
    bedsByChannel.stir(of: channel, in: &bedRests)
  }

  private mutating func review(at now: Instant) {
    var earliest = Int64.max
    for channel in reviewAfter.indices {
      if now.nanoseconds > reviewAfter[channel] { judge(channel, at: now) }
      earliest = min(earliest, reviewAfter[channel])
    }
    nextReview = earliest
  }

  private mutating func compare(_ number: Int, at now: Instant) {
    let (channel, partner) = (disagreements[number].channel, disagreements[number].plan.partner)
    disagreements[number].step(
      channels[channel].reading.goodNumber, channels[partner].reading.goodNumber, at: now)
    flag(number, false)
  }

  private mutating func flag(_ number: Int, _ isStanding: Bool) {
    let (channel, partner) = (disagreements[number].channel, disagreements[number].plan.partner)
    channels[channel].flags.setMembership(of: .disagrees, to: isStanding)
    channels[partner].flags.setMembership(of: .disagrees, to: isStanding)
    touchedChannels.insert(channel)
    touchedChannels.insert(partner)
  }

  static func meters(of plan: ControlPlan) -> [MeterStation] {
    var meters: [MeterStation] = []
    for case let flow? in plan.irrigations.map(\.flow) {
      let channel = plan.channels[flow.channel]
      guard !meters.contains(where: { $0.channel == flow.channel }),
        let meter = FlowMeter(channel: channel, resolution: flow.litresPerPulse ?? 0)
      else { continue }
      let leak = flow.leak.map { LeakWatch(plan: $0, settle: flow.settle, resolution: meter.resolution) }
      let all = plan.irrigations.compactMap(\.flow).filter { $0.channel == flow.channel }
      meters.append(
        MeterStation(channel: flow.channel, meter: meter, leak: leak, sharedFlow: SharedFlow(plans: all)))
    }
    return meters
  }
}

/// Two channels that should agree.
struct Disagreement: Sendable {
  let channel: Int
  let plan: AgreementPlan
  /// They differ at this moment.
  private(set) var isThere = false
  /// They have differed for long enough.
  private(set) var isStanding = false
  private var since: Instant?

  init(channel: Int, plan: AgreementPlan) { (self.channel, self.plan) = (channel, plan) }

  /// A channel that is not good says nothing about the other.
  mutating func step(_ a: Double?, _ b: Double?, at now: Instant) {
    guard let a, let b else { return }
    isThere = (a - b).magnitude > plan.within
    since = isThere ? since ?? now : nil
    isStanding = since.map { $0.duration(to: now) >= plan.after } ?? false
  }

  /// Goes on for the same two channels under another plan.
  mutating func takeOver(_ old: Self) {
    (isThere, isStanding, since) = (old.isThere, old.isStanding, old.since)
  }
}

extension Array {
  /// Nil beyond the end, and where the element itself is nil.
  fileprivate func element<Wrapped>(_ index: Int) -> Wrapped? where Element == Wrapped? {
    indices.contains(index) ? self[index] : nil
  }
}
