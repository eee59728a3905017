internal import FarmUnits

/// The root zone of one bed as a bucket of water, with a probe in it.
///
/// Water comes from the valve and from rain, and leaves by evapotranspiration and, above field capacity, by
/// drainage. Made to behave like a bed, not to predict one.
public struct SoilBed: Sendable {
  public struct Properties: Sendable {
    /// m³ of water per m³ of soil.
    public var fieldCapacity = 0.27
    public var wiltingPoint = 0.12
    /// Metres.
    public var rootDepth = 0.3
    /// m²
    public var area = 120.0
    /// What the open valve delivers, litres per minute.
    public var litresPerMinute = 9.0
    /// Standard deviation of one probe reading, m³/m³.
    public var probeNoise = 0.0015
    public init() {}
  }

  public var properties: Properties
  /// m³ of water per m³ of soil, 0...0.5.
  public private(set) var waterContent: Double
  /// What the probe's body has followed so far: it lags the soil by minutes.
  private var probeContent: Double
  /// Litres that have passed the valve.
  public private(set) var litresUsed = 0.0
  /// Minutes spent below half of the available water, where a crop suffers.
  public private(set) var stressMinutes = 0.0

  public init(_ properties: Properties = Properties(), waterContent: Double) {
    self.properties = properties
    (self.waterContent, probeContent) = (waterContent, waterContent)
  }

  /// - Parameters:
  ///   - evapotranspiration: mm per hour.
  ///   - rain: mm per hour.
  public mutating func advance(by step: Duration, valveOpen: Bool, evapotranspiration: Double, rain: Double) {
    let hours = step.inSeconds / 3600
    let irrigation = valveOpen ? properties.litresPerMinute * 60 / properties.area : 0
    if valveOpen { litresUsed += properties.litresPerMinute * 60 * hours }
    // A dry soil holds on to its water: evapotranspiration falls to nothing at the wilting point.
    let available =
      (waterContent - properties.wiltingPoint) / (properties.fieldCapacity - properties.wiltingPoint)
    let taken = evapotranspiration * min(1, max(0, available * 2))
    let excess = max(0, waterContent - properties.fieldCapacity)
    let drained = excess * 1000 * properties.rootDepth * 0.05
    let change = (irrigation + rain - taken - drained) * hours / (1000 * properties.rootDepth)
    waterContent = min(0.5, max(0.02, waterContent + change))
    probeContent += (waterContent - probeContent) * min(1, step.inSeconds / 300)
    if available < 0.5 { stressMinutes += step.inSeconds / 60 }
  }

  /// What the probe says: per cent by volume.
  public func moisturePercent(_ random: inout SeededRandom) -> Double {
    max(0, (probeContent + random.noise(properties.probeNoise)) * 100)
  }

  /// Soil water tension in kPa (positive, dry is high), from a retention curve through field capacity at
  /// 10 kPa and the wilting point at 1,500 kPa.
  /// - Source: the two-point form of Campbell 1974, as in Saxton & Rawls 2006, doi:10.2136/sssaj2005.0117.
  public var tension: Double {
    let ratio = log(1500.0 / 10.0) / log(properties.fieldCapacity / properties.wiltingPoint)
    return min(239, 10 * power(properties.fieldCapacity / max(0.01, waterContent), ratio))
  }
}
