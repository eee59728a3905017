public import FarmUnits

/// A temperate year: warm afternoons, a few showers, drawn from the seed.
public struct Weather: Sendable {
  /// °C
  public private(set) var temperature = 12.0
  /// mm per hour, now.
  public private(set) var rain = 0.0
  /// Reference evapotranspiration, mm per hour, now.
  public private(set) var evapotranspiration = 0.0
  private var showerEnds: WallTime?
  private var dayOffset = 0.0
  private var day = Int.min

  public init() {}

  /// - Parameter now: UTC; the sun is taken to stand highest at 12:00.
  public mutating func advance(to now: WallTime, by step: Duration, _ random: inout SeededRandom) {
    if now.date.daysSinceEpoch != day {
      day = now.date.daysSinceEpoch
      dayOffset = random.noise(2.5)
    }
    let hour = Double(now.millisecondOfDay) / 3_600_000
    let season = cosine((Double(now.date.dayOfYear) - 200) / 365.25 * 2 * .pi)  // 1 in mid July
    let sun = max(0, cosine((hour - 12) / 24 * 2 * .pi))
    temperature = 10.5 + 7.5 * season + dayOffset + 5 * cosine((hour - 15) / 24 * 2 * .pi)
    if let ends = showerEnds {
      if now >= ends { (showerEnds, rain) = (nil, 0) }
    } else if random.uniform() < step.inSeconds / (4 * 86_400) {  // one shower in four days
      showerEnds = now.advanced(by: .seconds(1200 + 9000 * random.uniform()))
      rain = 0.5 + 4 * random.uniform()
    }
    evapotranspiration = rain > 0 ? 0 : max(0, 0.55 * sun * (0.45 + 0.4 * season + 0.02 * dayOffset))
  }
}
