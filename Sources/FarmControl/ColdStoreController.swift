public import FarmUnits

/// Keeps one store cold: two-point control on the air, defrost, and what may be said about it.
public struct ColdStoreController: Sendable {
  /// What one tick tells it. Only good readings count; anything else is nil.
  public struct Input: Sendable {
    public var air: Reading
    public var product: Reading?
    public var door: Contact?
    /// °C
    public var coil: Double?
    /// As told at the end of the last tick.
    public var compressor: Level

    public init(
      air: Reading, product: Reading? = nil, door: Contact? = nil, coil: Double? = nil, compressor: Level
    ) {
      (self.air, self.product, self.door) = (air, product, door)
      (self.coil, self.compressor) = (coil, compressor)
    }
  }

  public let plan: ColdStorePlan
  let compressor: Int
  // Where its inputs and other outputs are; -1: none.
  let air, product, door, coil, fan, heater: Int
  public private(set) var state: ColdStoreState
  private var defrost: DefrostClock?
  private var check: CoolingCheck?
  private var wantsCooling = false
  private var doorOpenSince: Instant?

  public init(plan: ColdStorePlan, startedAt now: Instant, memory: ColdStoreMemory? = nil) {
    self.plan = plan
    (compressor, air, product, door) = (plan.compressor, plan.air, plan.product ?? -1, plan.door ?? -1)
    (coil, fan, heater) = (plan.defrost?.coil ?? -1, plan.fan ?? -1, plan.heater ?? -1)
    defrost = plan.defrost.map { DefrostClock(plan: $0, startedAt: now, memory: memory) }
    check = plan.coolingCheck.map { CoolingCheck(plan: $0) }
    state = ColdStoreState()
  }

  /// One tick: what is wanted of the compressor. Does not allocate.
  public mutating func step(_ input: Input, at now: Instant) -> Demand {
    watchDoor(input.door, at: now)
    let air = input.air.goodNumber
    let phase = defrost?.step(coil: input.coil, compressor: input.compressor, at: now) ?? .cooling
    check?.step(
      air: air, isCooling: input.compressor == .on && phase == .cooling, isDisturbed: state.doorIsOpen,
      at: now)
    state.isDefrosting = phase == .defrosting
    state.isRecovering = phase != .cooling
    state.isNotCooling = check?.hasFailed ?? false
    judgeTemperatures(air: air, product: input.product?.goodNumber)
    state.governedBy = air == nil && standIn(input) != nil ? .product : .air
    return compressorDemand(input, phase)
  }

  /// Goes on under another plan of the same compressor.
  mutating func takeOver(_ old: Self, isSameAir: Bool) {
    (state, wantsCooling, doorOpenSince) = (old.state, old.wantsCooling, old.doorOpenSince)
    if let before = old.defrost { defrost?.takeOver(before) }
    if let before = old.check { check?.takeOver(before, isSameAir: isSameAir) }
    // What is no longer looked for is no longer there.
    if plan.alarm?.above == nil { state.warmth = .clear }
    if plan.alarm?.below == nil { (state.chill, state.isAirTooCold) = (.clear, false) }
  }

  /// Nil where nothing is defrosted.
  func memory(at now: Instant) -> ColdStoreMemory? { defrost?.memory(at: now) }

  /// The quality that the compressor's reaction to bad readings goes by.
  public func governingQuality(_ input: Input) -> Quality {
    standIn(input) == nil ? input.air.quality : .good
  }

  private func standIn(_ input: Input) -> Double? { plan.productStandsIn ? input.product?.goodNumber : nil }

  private func compressorDemandOff(_ phase: DefrostClock.Phase) -> Demand? {
    switch phase {
    case .cooling: nil
    case .defrosting: Demand(.off, .defrosting, needsNoReading: true)
    case .dripping: Demand(.off, .dripping, needsNoReading: true)
    }
  }

  private mutating func compressorDemand(_ input: Input, _ phase: DefrostClock.Phase) -> Demand {
    guard let temperature = input.air.goodNumber ?? standIn(input) else {
      wantsCooling = false
      return compressorDemandOff(phase) ?? Demand(.off, ReasonCode(input.air.quality))
    }
    if temperature <= plan.setpoint { wantsCooling = false }
    // The air at an open door says nothing about the goods, for as long as a door may be open.
    let isMisled = state.doorIsOpen && !state.doorIsOpenTooLong
    if temperature >= plan.setpoint + plan.band, !isMisled { wantsCooling = true }
    if let off = compressorDemandOff(phase) { return off }
    if wantsCooling { return Demand(.on, state.governedBy == .air ? .cooling : .productCooling) }
    return Demand(.off, isMisled && temperature >= plan.setpoint + plan.band ? .doorOpen : .coldEnough)
  }

  private mutating func watchDoor(_ door: Contact?, at now: Instant) {
    if door == .open {
      doorOpenSince = doorOpenSince ?? now
    } else {
      doorOpenSince = nil
    }
    state.doorIsOpen = doorOpenSince != nil
    state.doorIsOpenTooLong =
      doorOpenSince.map { $0.duration(to: now) >= plan.alarm?.doorOpen ?? .seconds(300) } ?? false
  }

  /// Either probe beyond a limit counts: a good one must not hide what the other says. What is active returns
  /// only a quarter of the band inside the limit.
  private mutating func judgeTemperatures(air: Double?, product: Double?) {
    let margin = plan.band / 4
    guard let coldest = lesser(air, product), let warmest = greater(air, product) else {
      // What was too cold when it was last seen must not keep the compressor off for ever.
      state.isAirTooCold = false
      return
    }
    // A defrost warms the air on purpose; it starts no alarm and ends none.
    if let above = plan.alarm?.above {
      let warmth = AlarmCondition(warmest > above, between: warmest > above - margin)
      state.warmth = state.isRecovering ? .between : warmth
    }
    if let below = plan.alarm?.below {
      state.chill = AlarmCondition(coldest < below, between: coldest < below + margin)
      // While the air is unknown the goods say it: a compressor that runs by the clock must not freeze them.
      state.isAirTooCold = (air ?? product).map { $0 < below } ?? false
    }
  }
}

private func lesser(_ a: Double?, _ b: Double?) -> Double? {
  guard let a, let b else { return a ?? b }
  return min(a, b)
}

private func greater(_ a: Double?, _ b: Double?) -> Double? {
  guard let a, let b else { return a ?? b }
  return max(a, b)
}

/// A cold store as it stands after a tick. Trivially copyable.
public struct ColdStoreState: Equatable, Sendable {
  public enum Probe: UInt8, Sendable { case air, product }
  /// Which probe the compressor goes by.
  public internal(set) var governedBy = Probe.air
  public internal(set) var isDefrosting = false
  /// In defrost or dripping off after it.
  public internal(set) var isRecovering = false
  public internal(set) var doorIsOpen = false
  public internal(set) var doorIsOpenTooLong = false
  /// Beyond its upper limit at this moment; the alarm comes after its delay.
  public internal(set) var warmth = AlarmCondition.clear
  /// Beyond its lower limit at this moment.
  public internal(set) var chill = AlarmCondition.clear
  /// The air, or while it is unknown the goods, is below the lower limit: nothing may cool any further.
  public internal(set) var isAirTooCold = false
  /// The compressor runs and the air does not get colder.
  public internal(set) var isNotCooling = false

  public init() {}
}
