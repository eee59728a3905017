/// The soil that a crop's roots reach, as a store of water.
///
/// Source: FAO Irrigation and Drainage Paper 56 (1998), chapter 8, equations 82 to 87. Depths of water are mm,
/// which are litres per square metre.
public struct RootZone: Equatable, Sendable {
  /// m³ of water per m³ of soil.
  public let fieldCapacity: Double
  public let wiltingPoint: Double
  public let depthMetres: Double
  /// The part of the available water that a crop takes up without stress at 5 mm/day, FAO-56 table 22.
  public let depletionFraction: Double

  /// Nil unless 0 ≤ wilting point < field capacity ≤ 1, 0 < depth ≤ 10 and 0 < fraction ≤ 1.
  public init?(fieldCapacity: Double, wiltingPoint: Double, depthMetres: Double, depletionFraction: Double) {
    guard wiltingPoint >= 0, wiltingPoint < fieldCapacity, fieldCapacity <= 1, depthMetres > 0,
      depthMetres <= 10,
      depletionFraction > 0, depletionFraction <= 1
    else { return nil }
    (self.fieldCapacity, self.wiltingPoint) = (fieldCapacity, wiltingPoint)
    (self.depthMetres, self.depletionFraction) = (depthMetres, depletionFraction)
  }

  /// Total available water, mm (equation 82).
  public var totalAvailable: Double { 1000 * (fieldCapacity - wiltingPoint) * depthMetres }

  /// Readily available water, mm (equation 83), with the depletion fraction as it stands.
  public var readilyAvailable: Double { depletionFraction * totalAvailable }

  /// Readily available water on a day with this crop evapotranspiration in mm/day.
  public func readilyAvailable(evaporation: Double) -> Double {
    Self.adjusted(depletionFraction, evaporation: evaporation) * totalAvailable
  }

  /// The depletion fraction for a day's crop evapotranspiration in mm/day (footnote of table 22), 0.1 ... 0.8.
  public static func adjusted(_ fraction: Double, evaporation: Double) -> Double {
    min(max(fraction + 0.04 * (5 - evaporation), 0.1), 0.8)
  }

  /// Water missing from field capacity at a water content in m³/m³, mm, 0 ... `totalAvailable` (equation 87).
  public func depletion(waterContent: Double) -> Double {
    bounded(1000 * (fieldCapacity - waterContent) * depthMetres)
  }

  /// Ks, 0 ... 1: how much of its full evapotranspiration a crop still reaches (equation 84).
  public func stress(depletion: Double, readilyAvailable: Double) -> Double {
    guard depletion > readilyAvailable else { return 1 }
    guard totalAvailable > readilyAvailable else { return 0 }
    return min(max((totalAvailable - depletion) / (totalAvailable - readilyAvailable), 0), 1)
  }

  /// One step of the balance (equations 85 and 86); all in mm, capillary rise neglected.
  ///
  /// - Returns: The depletion afterwards, 0 ... `totalAvailable`, and what drained below the roots.
  public func balance(
    depletion: Double, rain: Double, irrigation: Double, evaporation: Double
  ) -> (depletion: Double, drained: Double) {
    let after = depletion - rain - irrigation + evaporation
    return (bounded(after), max(-after, 0))
  }

  private func bounded(_ depletion: Double) -> Double { min(max(depletion, 0), totalAvailable) }
}
