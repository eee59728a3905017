public import FarmUnits

/// Waters one bed when its soil is dry, in portions that soak in. Any doubt shuts the valve.
public struct IrrigationController: Sendable {
  /// A probe that is bad for longer than this ends the watering; a shorter gap only interrupts it.
  public static let patience = Duration.nanoseconds(patienceLimit.nanoseconds)

  /// What one tick tells it.
  public struct Input: Sendable {
    public var probe: Reading
    /// Since when the valve has been told to be open; nil while it is shut.
    public var openSince: Instant?
    /// This bed's share of the water counted in the last tick, litres.
    public var litres: Double
    /// It has rained lately: no watering starts or goes on.
    public var isRaining: Bool

    public init(probe: Reading, openSince: Instant?, litres: Double = 0, isRaining: Bool = false) {
      (self.probe, self.openSince, self.litres, self.isRaining) = (probe, openSince, litres, isRaining)
    }
  }

  public enum Phase: UInt8, Sendable {
    /// The soil is not dry.
    case resting
    /// A run, or waiting for leave to run.
    case watering
    case soaking
  }

  public let probe: SoilProbe
  public let soak: SoakPlan?
  private let soakRun: TimeLimit?
  private let soakRest: TimeLimit?
  private static let patienceLimit = TimeLimit(nanoseconds: 600_000_000_000)
  public private(set) var phase: Phase
  public private(set) var ledger: LitreLedger
  /// The soil is dry and the water that the bed may have is used up.
  public private(set) var isUsedUp = false
  /// The probe moved towards wet since the valve opened.
  public private(set) var soilGotWetter = false
  private let litresPerDay: Double
  private let litresPerWeek: Double
  private let quiet: QuietHours
  private var soakBegan: Instant
  private var badSince: Instant?
  private var valueAtOpening: Double?

  /// - Parameter memory: From before a restart. A watering that was under way goes on with a new portion, once what was
  ///   given has soaked in: at thresholds far apart the bed would otherwise wait until it is dry again.
  public init(plan: IrrigationPlan, startedAt now: Instant, memory: IrrigationMemory? = nil) {
    (probe, soak) = (plan.probe, plan.soak)
    (soakRun, soakRest) = (plan.soak.map { TimeLimit($0.run) }, plan.soak.map { TimeLimit($0.rest) })
    phase = memory?.isUnderWay != true ? .resting : plan.soak == nil ? .watering : .soaking
    litresPerDay = plan.limits.litresPerDay ?? .infinity
    litresPerWeek = plan.limits.litresPerWeek ?? .infinity
    quiet = QuietHours(plan.limits.quiet)
    soakBegan = now
    ledger = LitreLedger(
      startedAt: now, today: memory?.litresToday ?? 0, thisWeek: memory?.litresThisWeek ?? 0, day: memory?.day
    )
  }

  /// One tick: what is wanted of the valve. Does not allocate. `now` never runs backwards.
  ///
  /// - Parameter standIn: What a second source says while the probe is not good; nil where there is none.
  public mutating func step(_ input: Input, standIn: SoilOpinion? = nil, at now: ControlTime) -> Demand {
    ledger.step(adding: input.litres, at: now)
    watchEffect(input)
    guard let opinion = opinion(on: input.probe) ?? standIn else {
      return wait(input.probe.quality, now.instant)
    }
    badSince = nil
    if opinion == .wet { phase = .resting }
    if phase == .resting, opinion == .dry { phase = .watering }
    isUsedUp = phase != .resting && limitReached != nil
    let fromProbe = input.probe.quality == .good
    switch phase {
    case .resting: return Demand(.off, fromProbe ? .soilWet : .balanceWet)
    case .watering: return water(input, fromProbe ? .soilDry : .balanceDry, now)
    case .soaking: return soaking(input, fromProbe ? .soilDry : .balanceDry, now)
    }
  }

  /// Goes on under another plan of the same bed.
  ///
  /// - Parameter isSameProbe: It hears the same probe: what it saw while the valve is open still counts.
  mutating func takeOver(_ old: Self, isSameProbe: Bool) {
    (phase, ledger, isUsedUp, soakBegan, badSince) = (
      old.phase, old.ledger, old.isUsedUp, old.soakBegan, old.badSince
    )
    if isSameProbe { (valueAtOpening, soilGotWetter) = (old.valueAtOpening, old.soilGotWetter) }
  }

  private func opinion(on reading: Reading) -> SoilOpinion? {
    guard let value = reading.goodNumber else { return nil }
    return probe.isDry(value) ? .dry : probe.isWet(value) ? .wet : .between
  }

  private mutating func wait(_ quality: Quality, _ now: Instant) -> Demand {
    let since = badSince ?? now
    badSince = since
    if since.isAtLeast(Self.patienceLimit, before: now) { phase = .resting }
    isUsedUp = false
    return Demand(.off, ReasonCode(quality))
  }

  private mutating func water(_ input: Input, _ reason: ReasonCode, _ now: ControlTime) -> Demand {
    if let soakRun, let openSince = input.openSince, openSince.isAtLeast(soakRun, before: now.instant) {
      (phase, soakBegan) = (.soaking, now.instant)
      return Demand(.off, .soaking)
    }
    if let limitReached { return Demand(.off, limitReached) }
    if input.isRaining { return Demand(.off, .raining) }
    if let local = now.local, quiet.contains(local.minuteOfDay) { return Demand(.off, .quietHours) }
    return Demand(.on, reason)
  }

  private mutating func soaking(_ input: Input, _ reason: ReasonCode, _ now: ControlTime) -> Demand {
    if let soakRest, !soakBegan.isAtLeast(soakRest, before: now.instant) { return Demand(.off, .soaking) }
    phase = .watering
    // A valve that somebody else holds open has not begun its next run yet.
    var shut = input
    shut.openSince = nil
    return water(shut, reason, now)
  }

  /// All that it waits for while its input and the calendar stay as they are.
  func gather(_ next: inout NextChange, openSince: Instant?) {
    ledger.gather(&next)
    if let badSince { next.wait(Self.patienceLimit, from: badSince) }
    if let soakRun, let openSince { next.wait(soakRun, from: openSince) }
    if let soakRest { next.wait(soakRest, from: soakBegan) }
  }

  private var limitReached: ReasonCode? {
    if ledger.today >= litresPerDay { return .litresPerDay }
    return ledger.thisWeek >= litresPerWeek ? .litresPerWeek : nil
  }

  private mutating func watchEffect(_ input: Input) {
    guard input.openSince != nil, let value = input.probe.goodNumber else {
      if input.openSince == nil { (valueAtOpening, soilGotWetter) = (nil, false) }
      return
    }
    guard let before = valueAtOpening else {
      valueAtOpening = value
      return
    }
    switch probe {
    case .moisture: soilGotWetter = value - before >= 1
    case .tension: soilGotWetter = before - value >= 2
    }
  }
}

/// What a source says about the soil.
public enum SoilOpinion: UInt8, Sendable {
  case dry, between, wet
}

/// Up to four quiet windows, held without an array so that a tick touches no reference.
struct QuietHours: Sendable {
  static let capacity = 4
  private var windows = InlineArray<4, QuietWindow>(repeating: QuietWindow(from: 0, to: 0))

  init(_ windows: [QuietWindow]) {
    for (index, window) in windows.prefix(Self.capacity).enumerated() { self.windows[index] = window }
  }

  func contains(_ minute: Int) -> Bool {
    for index in 0..<Self.capacity where windows[index].contains(minute) { return true }
    return false
  }
}

extension Reading {
  /// What a slot holds before anything has been heard.
  public static let silent = Reading(
    value: nil, unit: nil, quality: .missing,
    acquired: Moment(instant: Instant(sinceBoot: .zero), wall: WallTime(milliseconds: 0), clock: .untrusted),
    sequence: 0)
}
