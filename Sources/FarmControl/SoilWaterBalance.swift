public import FarmUnits

/// What a bed's root zone lacks, reckoned from water, rain and weather alone: a second opinion beside the probe,
/// and for a limited time in its place.
///
/// Evaporation is spread evenly over the day. Every estimate drifts, so a good probe pulls this one towards
/// itself over a day, as long as the two are not so far apart that one of them must be wrong.
public struct SoilWaterBalance: Sendable {
  /// A probe that has been bad for longer than this has nobody left to stand in for it.
  public static let longestStandIn = Duration.seconds(72 * 3600)
  /// How long probe and balance may be far apart before it is said.
  public static let doubtAfter = Duration.nanoseconds(doubtLimit.nanoseconds)

  /// What one tick tells it.
  public struct Input: Sendable {
    /// Given to this bed in the last tick.
    public var litres: Double
    /// Fallen in the last tick, mm.
    public var rain: Double
    /// Air, °C, if known.
    public var temperature: Double?
    /// By a good probe, m³/m³.
    public var waterContent: Double?
    /// The bed is being watered: between the start of a watering and its end.
    public var isWatering: Bool

    public init(litres: Double, rain: Double, temperature: Double?, waterContent: Double?, isWatering: Bool) {
      (self.litres, self.rain, self.temperature) = (litres, rain, temperature)
      (self.waterContent, self.isWatering) = (waterContent, isWatering)
    }
  }

  private static let dayLength = TimeLimit(nanoseconds: 86_400_000_000_000)
  private static let doubtLimit = TimeLimit(nanoseconds: 24 * 3600 * 1_000_000_000)

  public let zone: RootZone
  /// Missing from field capacity, mm. Nil until a probe or a memory has said where to begin.
  public private(set) var depletion: Double?
  /// ET0 that the present day is reckoned with, mm.
  public private(set) var evaporation: Double
  /// Far more water was given than the soil lacked, and it still counts as dry.
  public private(set) var isOverdone = false
  /// Probe and balance are too far apart for too long.
  public private(set) var doubtsProbe = false
  private let cropCoefficient: Double
  private let area: Double
  private let source: EvaporationPlan
  private var steppedAt: Instant?
  private var day: LocalTime?
  private var warmest = -Double.infinity
  private var coldest = Double.infinity
  private var rainToday = 0.0
  private var dayBegan: Instant?
  /// The present day has been seen from its beginning.
  private var dayIsWhole = false
  private var probeLostAt: Instant?
  private var apartSince: Instant?
  private var given: (depth: Double, needed: Double)?

  public init(plan: RootZonePlan, depletion: Double? = nil) {
    (zone, cropCoefficient, area) = (plan.zone, plan.cropCoefficient, plan.areaSquareMetres)
    source = plan.evaporation
    self.depletion = depletion.flatMap { $0.isFinite ? min(max($0, 0), plan.zone.totalAvailable) : nil }
    evaporation =
      switch plan.evaporation {
      case .fixed(let depth), .hargreaves(_, _, let depth): depth
      }
  }

  /// One tick. Does not allocate. `now` never runs backwards.
  public mutating func step(_ input: Input, at now: ControlTime) {
    turnDay(now)
    if let temperature = input.temperature {
      (warmest, coldest) = (max(warmest, temperature), min(coldest, temperature))
    }
    let elapsed = steppedAt?.seconds(to: now.instant) ?? 0
    steppedAt = now.instant
    let fromProbe = input.waterContent.map { zone.depletion(waterContent: $0) }
    guard let before = depletion else {
      depletion = fromProbe
      return watch(fromProbe, fromProbe ?? 0, at: now.instant)
    }
    let stress = zone.stress(depletion: before, readilyAvailable: readilyAvailable)
    let evaporated = evaporation * cropCoefficient * stress * elapsed / 86_400
    let watered = input.litres / area
    var after = zone.balance(
      depletion: before, rain: effectiveRain(input.rain), irrigation: watered, evaporation: evaporated
    ).depletion
    watch(fromProbe, after, at: now.instant)
    if let fromProbe, apartSince == nil { after += (fromProbe - after) * min(elapsed / 86_400, 1) }
    depletion = after
    account(watered - evaporated, isWatering: input.isWatering, needed: fromProbe ?? before)
  }

  /// One tick, and what is known after it: who reads it through an optional would copy the whole.
  mutating func findings(
    after input: Input, at now: ControlTime
  ) -> (isOverdone: Bool, doubtsProbe: Bool, depletion: Double?) {
    step(input, at: now)
    return (isOverdone, doubtsProbe, depletion)
  }

  /// What the balance says in place of a bad probe; nil when it has nothing to go by, or has gone by it for too
  /// long.
  public func standIn(at now: Instant) -> SoilOpinion? {
    guard let depletion, let lost = probeLostAt, lost.duration(to: now) < Self.longestStandIn else {
      return nil
    }
    if depletion >= readilyAvailable { return .dry }
    return depletion <= readilyAvailable / 10 ? .wet : .between
  }

  /// A person has looked at it: the present watering counts anew.
  public mutating func clear() { (isOverdone, given) = (false, nil) }

  /// Goes on under another plan of the same bed.
  mutating func takeOver(_ old: Self, isSameThermometer: Bool) {
    depletion = old.depletion.map { min($0, zone.totalAvailable) }
    (isOverdone, doubtsProbe, given) = (old.isOverdone, old.doubtsProbe, old.given)
    (steppedAt, day, dayBegan, rainToday) = (old.steppedAt, old.day, old.dayBegan, old.rainToday)
    (probeLostAt, apartSince) = (old.probeLostAt, old.apartSince)
    dayIsWhole = old.dayIsWhole
    switch (source, old.source) {
    case (.fixed(let depth), .fixed(let before)) where depth == before: evaporation = old.evaporation
    case (.hargreaves(_, let latitude, let otherwise), .hargreaves(_, let latitudeBefore, let before))
    where isSameThermometer && latitude == latitudeBefore && otherwise == before:
      (evaporation, warmest, coldest) = (old.evaporation, old.warmest, old.coldest)
    case (.fixed, _): break
    // The day's highest and lowest temperature are only known of the part that is left.
    case (.hargreaves, _): dayIsWhole = false
    }
  }

  private var readilyAvailable: Double { zone.readilyAvailable(evaporation: evaporation * cropCoefficient) }

  private mutating func turnDay(_ now: ControlTime) {
    let began = dayBegan ?? now.instant
    dayBegan = began
    let isNewDay =
      if let local = now.local, let day { local.day != day.day } else {
        began.isAtLeast(Self.dayLength, before: now.instant)
      }
    defer { day = now.local ?? day }
    guard isNewDay else { return }
    if case .hargreaves(_, let latitude, let otherwise) = source {
      // Without a calendar there is no knowing where the sun stood, and half a day has no highest temperature.
      let reckoned = day.flatMap {
        now.local == nil || !dayIsWhole
          ? nil
          : ReferenceEvapotranspiration.hargreaves(
            warmest: warmest, coldest: coldest, latitudeDegrees: latitude, dayOfYear: $0.dayOfYear)
      }
      evaporation = reckoned ?? otherwise
    }
    (warmest, coldest, rainToday) = (-.infinity, .infinity, 0)
    (dayBegan, dayIsWhole) = (now.instant, true)
  }

  /// The first fifth of a day's evaporation wets leaves and dries again (FAO-56, page 171).
  private mutating func effectiveRain(_ rain: Double) -> Double {
    guard rain > 0 else { return 0 }
    let lost = 0.2 * evaporation
    let before = max(rainToday - lost, 0)
    rainToday += rain
    return max(rainToday - lost, 0) - before
  }

  private mutating func watch(_ fromProbe: Double?, _ reckoned: Double, at now: Instant) {
    guard let fromProbe else {
      probeLostAt = probeLostAt ?? now
      return
    }
    probeLostAt = nil
    let isApart = (fromProbe - reckoned).magnitude > zone.totalAvailable / 4
    apartSince = isApart ? apartSince ?? now : nil
    doubtsProbe = apartSince?.isAtLeast(Self.doubtLimit, before: now) ?? false
  }

  private mutating func account(_ net: Double, isWatering: Bool, needed: Double) {
    guard isWatering else {
      given = nil
      return
    }
    let start = given ?? (0, needed)
    given = (max(start.depth + net, 0), start.needed)
    // Half as much again, and never less than 10 mm: neither soil nor meter is known better.
    if start.depth + net >= max(1.5 * start.needed, 10) { isOverdone = true }
  }
}
