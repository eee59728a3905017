public import FarmUnits

/// What a bed has had today and this week. Survives restarts by its `IrrigationMemory`.
///
/// Days are the farm's local days. While the local calendar is unknown, a day is 24 hours; a calendar that
/// is set back gives no new day.
public struct LitreLedger: Sendable {
  public private(set) var today: Double
  public private(set) var thisWeek: Double
  /// The local day that `today` belongs to; nil while unknown.
  public private(set) var day: Int?
  private var dayBegan: Instant
  private var weekBegan: Instant

  public init(startedAt now: Instant, today: Double = 0, thisWeek: Double = 0, day: Int? = nil) {
    // A damaged memory must not become a limit that is never reached.
    self.today = today.isFinite ? max(today, 0) : 0
    self.thisWeek = thisWeek.isFinite ? max(thisWeek, 0) : 0
    self.day = day
    (dayBegan, weekBegan) = (now, now)
  }

  public mutating func step(adding litres: Double, at now: ControlTime) {
    turnPages(now)
    today += litres
    thisWeek += litres
  }

  /// When its pages turn without a calendar.
  func gather(_ next: inout NextChange) {
    next.wait(Self.dayLength, from: dayBegan)
    next.wait(Self.weekLength, from: weekBegan)
  }

  private static let dayLength = TimeLimit(nanoseconds: 86_400_000_000_000)
  private static let weekLength = TimeLimit(nanoseconds: 7 * 86_400_000_000_000)

  private mutating func turnPages(_ now: ControlTime) {
    guard let local = now.local else {
      if dayBegan.isAtLeast(Self.dayLength, before: now.instant) { turnDay(nil, now.instant) }
      if weekBegan.isAtLeast(Self.weekLength, before: now.instant) { turnWeek(now.instant) }
      return
    }
    guard let known = day else {
      // What was counted without a calendar counts as today's.
      day = local.day
      return
    }
    if local.day > known {
      if local.week > LocalTime(minuteOfDay: 0, day: known).week { turnWeek(now.instant) }
      turnDay(local.day, now.instant)
    } else if local.day < known {
      day = local.day
    }
  }

  private mutating func turnDay(_ day: Int?, _ now: Instant) {
    (today, self.day, dayBegan) = (0, day ?? self.day.map { $0 + 1 }, now)
  }

  private mutating func turnWeek(_ now: Instant) { (thisWeek, weekBegan) = (0, now) }
}

/// What must be known about a bed after a restart. Trivially copyable.
public struct IrrigationMemory: Equatable, Sendable {
  public var litresToday: Double
  public var litresThisWeek: Double
  /// The local day of `litresToday`; nil when the calendar was unknown.
  public var day: Int?
  /// Of the water balance, mm.
  public var depletion: Double?
  /// What keeps the valve shut until a person clears it.
  public var lockedBy: ReasonCode?
  /// Its meter has a leak, beside whatever else keeps this valve shut.
  public var hasLeak: Bool
  /// A watering had begun, and the soil was not wet enough yet.
  public var isUnderWay: Bool

  public init(
    litresToday: Double = 0, litresThisWeek: Double = 0, day: Int? = nil, depletion: Double? = nil,
    lockedBy: ReasonCode? = nil, hasLeak: Bool = false, isUnderWay: Bool = false
  ) {
    (self.litresToday, self.litresThisWeek, self.day) = (litresToday, litresThisWeek, day)
    (self.depletion, self.lockedBy, self.hasLeak) = (depletion, lockedBy, hasLeak)
    self.isUnderWay = isUnderWay
  }
}
