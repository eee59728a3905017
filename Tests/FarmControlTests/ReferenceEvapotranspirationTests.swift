import FarmControl
import Testing

/// What is no day's weather, and every place on Earth; the worked examples are in `PublishedTableTests`.
struct ReferenceEvapotranspirationTests {
  typealias Evaporation = ReferenceEvapotranspiration

  @Test(arguments: [-1_206_584.0, 400, .nan, .infinity])
  func `what no day on Earth evaporates is no answer`(warmest: Double) {
    #expect(
      Evaporation.hargreaves(warmest: warmest, coldest: 10, latitudeDegrees: 45, dayOfYear: 180) == nil)
    let day = Evaporation.Day(
      warmest: warmest, coldest: 10, vapourPressure: 1, windSpeed: 2, solarRadiation: warmest)
    let place = Evaporation.Place(latitudeDegrees: 45, elevationMetres: 0, dayOfYear: 180)
    #expect(Evaporation.penmanMonteith(day, at: place) == nil)
  }

  @Test(arguments: [1, 80, 172, 266, 355, 366], [-90.0, -66.6, -45, 0, 45, 66.6, 90])
  func `the sun's sums hold from pole to pole`(day: Int, latitude: Double) {
    let daylight = Evaporation.daylightHours(latitudeDegrees: latitude, dayOfYear: day)
    let radiation = Evaporation.extraterrestrialRadiation(latitudeDegrees: latitude, dayOfYear: day)
    #expect((0...24).contains(daylight))
    #expect((-0.001...50).contains(radiation))
  }
}
