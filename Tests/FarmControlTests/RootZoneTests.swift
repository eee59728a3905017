import FarmControl
import Testing

/// FAO-56 chapter 8: the soil as a store. Its worked examples are in `PublishedTableTests`.
struct RootZoneTests {
  @Test(arguments: [(0.4, 6.0, 0.36), (0.3, 8, 0.18), (0.7, 1, 0.8), (0.2, 9.9, 0.1)])
  func `the depletion fraction follows the day's evaporation within its limits`(
    table: Double, evaporation: Double, adjusted: Double
  ) {
    #expect(abs(RootZone.adjusted(table, evaporation: evaporation) - adjusted) < 1e-9)
  }

  @Test(arguments: [
    (0.1, 0.2, 0.5, 0.5), (0.2, 0.2, 0.5, 0.5), (1.1, 0.2, 0.5, 0.5), (0.3, -0.1, 0.5, 0.5),
    (0.3, 0.1, 0, 0.5),
    (0.3, 0.1, 11, 0.5), (0.3, 0.1, 0.5, 0), (0.3, 0.1, 0.5, 1.1), (.nan, 0.1, 0.5, 0.5),
  ])
  func `a soil that cannot be is refused`(row: (Double, Double, Double, Double)) {
    #expect(
      RootZone(fieldCapacity: row.0, wiltingPoint: row.1, depthMetres: row.2, depletionFraction: row.3) == nil
    )
  }

  @Test func `depletion stays between field capacity and the wilting point`() throws {
    let zone = try #require(
      RootZone(fieldCapacity: 0.27, wiltingPoint: 0.12, depthMetres: 0.6, depletionFraction: 0.35))
    #expect(zone.depletion(waterContent: 0.50) == 0)
    #expect(zone.depletion(waterContent: 0.01) == zone.totalAvailable)
    #expect(abs(zone.depletion(waterContent: 0.22) - 30) < 1e-9)
    #expect(zone.stress(depletion: zone.totalAvailable, readilyAvailable: zone.readilyAvailable) == 0)
  }
}
