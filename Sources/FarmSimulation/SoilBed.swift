internal import FarmUnits

/// The root zone of one bed as two layers of soil, with a probe in the upper one.
///
/// Water comes from the valve and from rain on top, sinks into the lower layer, and leaves by evapotranspiration from
/// both and, above field capacity, by drainage. Made to behave like a bed, not to predict one: the time constants are
/// guesses for loam.
public struct SoilBed: Sendable {
  public struct Properties: Equatable, Sendable {
    /// m³ of water per m³ of soil.
    public var fieldCapacity = 0.27
    public var wiltingPoint = 0.12
    /// Metres.
    public var rootDepth = 0.3
    /// Metres; where the probe is. At most a third of the root depth counts.
    public var probeDepth = 0.1
    /// m²
    public var area = 120.0
    /// What the open valve delivers, litres per minute.
    public var litresPerMinute = 9.0
    /// Of the available water, that may be used before the crop suffers (FAO-56 p).
    public var depletionFraction = 0.5
    /// FAO-56 Kc.
    public var cropCoefficient = 1.0
    /// Standard deviation of one probe reading, m³/m³.
    public var probeNoise = 0.0015
    public init() {}
  }

  public var properties: Properties
  /// m³ of water per m³ of soil, around the probe.
  public private(set) var upper: Double
  /// m³ of water per m³ of soil, below it.
  public private(set) var lower: Double
  /// What the probe's body has followed so far: it lags the soil by minutes.
  private var probeContent: Double
  /// Litres that have reached the bed.
  public private(set) var litresUsed = 0.0
  /// Minutes in which more than the readily available water was missing.
  public private(set) var stressMinutes = 0.0
  private let upperDepth, lowerDepth: Double  // mm

  public init(_ properties: Properties = Properties(), waterContent: Double) {
    self.properties = properties
    (upper, lower, probeContent) = (waterContent, waterContent, waterContent)
    upperDepth = 1000 * min(properties.probeDepth, properties.rootDepth / 3)
    lowerDepth = 1000 * properties.rootDepth - upperDepth
  }

  /// Of the whole root zone, m³/m³.
  public var waterContent: Double {
    (upper * upperDepth + lower * lowerDepth) / (upperDepth + lowerDepth)
  }

  /// Missing from field capacity, mm.
  public var depletion: Double {
    max(0, properties.fieldCapacity - waterContent) * (upperDepth + lowerDepth)
  }

  public mutating func advance(by step: Duration, valveOpen: Bool, evapotranspiration: Double, rain: Double) {
    let litres = valveOpen ? properties.litresPerMinute * step.inSeconds / 60 : 0
    advance(by: step, litres: litres, evapotranspiration: evapotranspiration, rain: rain)
  }

  /// - Parameters:
  ///   - litres: That came out over the bed in this step.
  ///   - evapotranspiration: Reference, mm per hour.
  ///   - rain: mm per hour.
  public mutating func advance(by step: Duration, litres: Double, evapotranspiration: Double, rain: Double) {
    let hours = step.inSeconds / 3600
    litresUsed += litres
    let demand = evapotranspiration * properties.cropCoefficient * hours
    let sinking = max(0, upper - properties.fieldCapacity) * upperDepth * min(1, hours / 8)
    // Water spreads downwards within a day or two, and rises again far more slowly.
    let spreading = (upper - lower) * upperDepth * min(1, hours / (upper > lower ? 36 : 96))
    let drained = max(0, lower - properties.fieldCapacity) * lowerDepth * min(1, hours * 0.03)
    let down = sinking + spreading
    upper += (litres / properties.area + rain * hours - demand * 0.4 * supply(upper) - down) / upperDepth
    lower += (down - demand * 0.6 * supply(lower) - drained) / lowerDepth
    // What a saturated soil does not take runs off.
    upper = min(properties.fieldCapacity + 0.18, max(0.02, upper))
    lower = min(properties.fieldCapacity + 0.18, max(0.02, lower))
    probeContent += (upper - probeContent) * min(1, step.inSeconds / 300)
    if depletion > properties.depletionFraction * totalAvailable { stressMinutes += step.inSeconds / 60 }
  }

  private var totalAvailable: Double {
    (properties.fieldCapacity - properties.wiltingPoint) * (upperDepth + lowerDepth)
  }

  /// A dry soil holds on to its water: what roots can take falls to nothing at the wilting point.
  private func supply(_ content: Double) -> Double {
    let available =
      (content - properties.wiltingPoint) / (properties.fieldCapacity - properties.wiltingPoint)
    return min(1, max(0, available * 2))
  }

  /// What the probe says: per cent by volume.
  public func moisturePercent(_ random: inout SeededRandom) -> Double {
    max(0, (probeContent + random.noise(properties.probeNoise)) * 100)
  }

  /// Soil water tension at the probe in kPa (positive, dry is high), from a retention curve through field capacity at
  /// 10 kPa and the wilting point at 1,500 kPa.
  /// - Source: the two-point form of Campbell 1974, as in Saxton & Rawls 2006, doi:10.2136/sssaj2005.0117.
  public var tension: Double {
    let ratio = log(1500.0 / 10.0) / log(properties.fieldCapacity / properties.wiltingPoint)
    return min(239, 10 * power(properties.fieldCapacity / max(0.01, probeContent), ratio))
  }
}
