internal import FarmUnits

/// One bed with everything that watches it, and where its inputs and outputs are.
struct IrrigationBed: Sendable {
  let valve: Int
  /// -1: none.
  let masterValve: Int
  /// Index of the meter; -1: none.
  let meter: Int
  var controller: IrrigationController
  var supervisor: FlowSupervisor?
  /// What is assumed while the meter is not known to be right, litres per minute.
  let assumedFlow: Double
  /// Of its flow while it is open alone, litres per minute; 0 and infinite where nothing is expected.
  let leastFlow, mostFlow: Double
  var lock: ReasonCode?
  var gauge: RainGauge?
  let hasBalance: Bool
  var balance: SoilWaterBalance?
  let balanceStandsIn: Bool
  /// What the meter and the balance made of the last tick.
  private(set) var findings = Findings()
  // Channels; -1: none.
  let rain: Int
  let temperature: Int

  init(plan: IrrigationPlan, meter: Int, startedAt now: Instant, memory: IrrigationMemory?) {
    (valve, masterValve, self.meter) = (plan.valve, plan.masterValve ?? -1, meter)
    controller = IrrigationController(plan: plan, startedAt: now, memory: memory)
    supervisor = plan.flow.map { FlowSupervisor(plan: $0) }
    assumedFlow = plan.flow?.expectedMaximum ?? plan.flow?.expectedMinimum ?? 0
    (leastFlow, mostFlow) = (plan.flow?.expectedMinimum ?? 0, plan.flow?.expectedMaximum ?? .infinity)
    // A leak is the meter's, not the bed's.
    lock = memory?.lockedBy == .leak ? nil : memory?.lockedBy
    rain = plan.rootZone?.rain ?? -1
    gauge = plan.rootZone?.rain.map { _ in RainGauge() }
    temperature = if case .hargreaves(let channel, _, _)? = plan.rootZone?.evaporation { channel } else { -1 }
    // What a bed is given is known only through a meter.
    let isMetered = plan.flow != nil
    hasBalance = isMetered && plan.rootZone != nil
    balance = plan.rootZone.flatMap {
      isMetered ? SoilWaterBalance(plan: $0, depletion: memory?.depletion) : nil
    }
    balanceStandsIn = plan.rootZone?.standsIn ?? false
  }

  /// Goes on under another plan of the same valve.
  mutating func takeOver(_ old: Self, by carry: CarryOver, keepsMeter: Bool) {
    let isSameProbe =
      carry.isSame(controller.probe.channel, old.controller.probe.channel)
      && controller.probe.isLike(old.controller.probe)
    controller.takeOver(old.controller, isSameProbe: isSameProbe)
    lock = old.lock
    if let before = old.supervisor { supervisor?.takeOver(before, isSameMeter: keepsMeter) }
    if carry.isSame(rain, old.rain) { gauge = old.gauge }
    if let before = old.balance {
      balance?.takeOver(before, isSameThermometer: carry.isSame(temperature, old.temperature))
    }
    findings = Findings(supervisor, balance)
  }

  /// The few words of `supervisor` and `balance` that a tick reads, kept beside them: to read one through an optional
  /// copies all of it.
  struct Findings: Sendable {
    var hasNoFlow = false, hasLowFlow = false, hasBurst = false, meterIsDead = false
    var isOverdone = false, doubtsProbe = false
    /// mm
    var depletion: Double?

    init() {}

    init(_ supervisor: FlowSupervisor?, _ balance: SoilWaterBalance?) {
      if let supervisor {
        (hasNoFlow, hasLowFlow) = (supervisor.hasNoFlow, supervisor.hasLowFlow)
        (hasBurst, meterIsDead) = (supervisor.hasBurst, supervisor.meterIsDead)
      }
      if let balance {
        (isOverdone, doubtsProbe) = (balance.isOverdone, balance.doubtsProbe)
        depletion = balance.depletion
      }
    }
  }

  /// All that a bed's alarms go by.
  struct AlarmCauses: Equatable, Sendable {
    var lock: ReasonCode?
    var hasLowFlow, meterIsDead, doubtsProbe, isUsedUp: Bool
  }

  var alarmCauses: AlarmCauses {
    AlarmCauses(
      lock: lock, hasLowFlow: findings.hasLowFlow, meterIsDead: findings.meterIsDead,
      doubtsProbe: findings.doubtsProbe, isUsedUp: controller.isUsedUp)
  }

  /// Compares what flows with what should, where there is a meter.
  ///
  /// - Parameter aloneSince: Since when its valve has been open and no other on the meter; nil while it is not so.
  mutating func superviseFlow(aloneSince: Instant?, meter: FlowMeter?, at now: Instant) {
    note(
      supervisor?.step(
        aloneSince: aloneSince, meter: meter, soilGotWetter: controller.soilGotWetter, at: now))
  }

  /// While its valve is open together with others on the meter.
  mutating func superviseFlow(sharing shared: FlowVerdict?) { note(supervisor?.step(sharing: shared)) }

  private mutating func note(_ found: FlowVerdict?) {
    guard let found else { return }
    (findings.hasNoFlow, findings.hasLowFlow) = (found.hasNoFlow, found.hasLowFlow)
    (findings.hasBurst, findings.meterIsDead) = (found.hasBurst, found.meterIsDead)
  }

  /// Only where there is a root zone and a meter.
  mutating func stepBalance(
    _ reading: Reading, litres: Double, temperature: Double?, at now: ControlTime
  ) {
    let input = SoilWaterBalance.Input(
      litres: litres, rain: gauge?.added ?? 0, temperature: temperature, waterContent: waterContent(reading),
      isWatering: controller.phase != .resting)
    guard let found = balance?.findings(after: input, at: now) else { return }
    (findings.isOverdone, findings.doubtsProbe) = (found.isOverdone, found.doubtsProbe)
    findings.depletion = found.depletion
  }

  /// Channels whose change stirs a bed that rests. Its meter is not among them, since it rests with its valve shut; nor
  /// are those of the water balance, which goes on.
  var channels: [Int] { [controller.probe.channel] }

  /// When it may do something else than in this tick, while its probe, its valve and the calendar stay as they are.
  func nextChange(openSince: Instant?, _ reading: Reading, after now: Instant) -> NextChange {
    var next = NextChange(after: now)
    let isCounting = meter >= 0 && openSince != nil
    let isReckoning = reading.quality != .good && hasBalance && balanceStandsIn
    if isCounting || isReckoning || (rain >= 0 && !hasBalance) {
      next.isAlwaysDue()
    } else {
      controller.gather(&next, openSince: openSince)
    }
    return next
  }

  /// By a good moisture probe in per cent, m³/m³; nil for tension.
  private func waterContent(_ reading: Reading) -> Double? {
    guard case .moisture = controller.probe else { return nil }
    return reading.goodNumber.map { $0 / 100 }
  }

  func memory(lockedBy lock: ReasonCode?, hasLeak: Bool) -> IrrigationMemory {
    IrrigationMemory(
      litresToday: controller.ledger.today, litresThisWeek: controller.ledger.thisWeek,
      day: controller.ledger.day, depletion: balance?.depletion, lockedBy: lock, hasLeak: hasLeak,
      isUnderWay: controller.phase != .resting)
  }
}

/// A bed as it stands after a tick. Trivially copyable.
public struct IrrigationState: Equatable, Sendable {
  public internal(set) var phase = IrrigationController.Phase.resting
  /// Of the present local day and week; estimated while the meter is not known to be right.
  public internal(set) var litresToday = 0.0
  public internal(set) var litresThisWeek = 0.0
  /// Water missing from field capacity by the water balance, mm; nil without one.
  public internal(set) var depletion: Double?
  /// What keeps the valve shut until a person clears it.
  public internal(set) var lockedBy: ReasonCode?

  public init() {}
}

/// One meter and the beds behind it.
struct MeterStation: Sendable {
  let channel: Int
  var meter: FlowMeter
  var leak: LeakWatch?
  var sharedFlow: SharedFlow
  /// Beds on this meter whose valve has been told to be open; counted anew in every tick.
  var open = OpenBeds()

  /// Goes on with the same meter under another plan.
  mutating func takeOver(_ old: Self) {
    meter.takeOver(old.meter)
    if let before = old.leak { leak?.takeOver(before) }
    sharedFlow.takeOver(old.sharedFlow)
    open = old.open
  }
}
