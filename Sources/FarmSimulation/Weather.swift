public import FarmUnits

/// A temperate year: warm afternoons, a few showers, drawn from the seed.
///
/// Every day is drawn once at its beginning, so that the weather of a seed is the same however finely time is cut.
/// Means are about those of southern England; nothing here predicts anything.
public struct Weather: Sendable {
  /// °C
  public private(set) var temperature = 12.0
  /// mm per hour, now.
  public private(set) var rain = 0.0
  /// Reference evapotranspiration, mm per hour, now.
  public private(set) var evapotranspiration = 0.0
  /// Since the start, mm.
  public private(set) var rainTotal = 0.0
  /// Since the start, mm.
  public private(set) var evapotranspirationTotal = 0.0

  private struct Shower {
    var from: WallTime
    var until: WallTime
    /// mm per hour
    var rate: Double
  }

  private var random: SeededRandom
  private let seasonShift: Double
  private var day = Int.min
  private var season = 0.0
  private var dayOffset = 0.0
  private var showers: [Shower] = []

  /// - Parameter isSouthern: Summer is in January.
  public init(seed: UInt64, isSouthern: Bool = false) {
    random = SeededRandom(seed: seed)
    seasonShift = isSouthern ? 182.6 : 0
  }

  /// mm per day that a July day evaporates on average, for sizing a timer.
  public static let summerEvapotranspiration = 3.6

  /// - Parameters:
  ///   - now: UTC; the sun is taken to stand highest at 12:00. Never runs backwards.
  ///   - step: What has passed since the last call.
  public mutating func advance(to now: WallTime, by step: Duration) {
    if now.date.daysSinceEpoch != day { draw(now) }
    let hour = Double(now.millisecondOfDay) / 3_600_000
    let sun = max(0, cosine((hour - 12) / 24 * 2 * .pi))
    temperature = 10.5 + 7.5 * season + dayOffset + 5 * cosine((hour - 15) / 24 * 2 * .pi)
    rain = 0
    for shower in showers where now >= shower.from && now < shower.until { rain += shower.rate }
    evapotranspiration = rain > 0 ? 0 : max(0, 0.55 * sun * (0.45 + 0.4 * season + 0.02 * dayOffset))
    let hours = step.inSeconds / 3600
    rainTotal += rain * hours
    evapotranspirationTotal += evapotranspiration * hours
  }

  private mutating func draw(_ now: WallTime) {
    let date = now.date
    day = date.daysSinceEpoch
    season = cosine((Double(date.dayOfYear) - 200 + seasonShift) / 365.25 * 2 * .pi)  // 1 in mid July
    dayOffset = random.noise(2.5)
    showers.removeAll { $0.until <= now }
    // One shower in four days; drawn whether or not it comes, so that the next day does not depend on it.
    let (comes, at, lasts, rate) = (random.uniform(), random.uniform(), random.uniform(), random.uniform())
    guard comes < 0.25 else { return }
    let midnight = WallTime(milliseconds: now.milliseconds - Int64(now.millisecondOfDay))
    let from = midnight.advanced(by: .milliseconds(Int64(at * 86_400_000)))
    let until = from.advanced(by: .milliseconds(Int64((1200 + 9000 * lasts) * 1000)))
    showers.append(Shower(from: from, until: until, rate: 0.5 + 4 * rate))
  }
}
