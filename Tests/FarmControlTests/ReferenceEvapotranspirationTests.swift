import FarmControl
import Testing

/// The worked examples of FAO-56, with the figures printed there.
struct ReferenceEvapotranspirationTests {
  typealias Evaporation = ReferenceEvapotranspiration

  @Test func `example 8, radiation outside the atmosphere and daylight on 3 September at 20° south`() {
    let radiation = Evaporation.extraterrestrialRadiation(latitudeDegrees: -20, dayOfYear: 246)
    let daylight = Evaporation.daylightHours(latitudeDegrees: -20, dayOfYear: 246)
    #expect(abs(radiation - 32.2) < 0.05)
    #expect(abs(daylight - 11.7) < 0.05)
  }

  @Test func `example 17, Bangkok in April`() throws {
    let place = Evaporation.Place(latitudeDegrees: 13 + 44.0 / 60, elevationMetres: 2, dayOfYear: 105)
    let day = Evaporation.Day(
      warmest: 34.8, coldest: 25.6, vapourPressure: 2.85, windSpeed: 2,
      solarRadiation: Evaporation.solarRadiation(sunshineHours: 8.5, at: place), soilHeat: 0.14)
    let depth = try #require(Evaporation.penmanMonteith(day, at: place))
    print("FAO-56 example 17: \(depth) mm/day, \(abs(depth - 5.72)) from the printed 5.72")
    #expect(abs(depth - 5.72) < 0.01)
  }

  @Test func `example 18, Uccle on 6 July, every figure on the way`() throws {
    let place = Evaporation.Place(latitudeDegrees: 50.80, elevationMetres: 100, dayOfYear: 187)
    let day = Evaporation.Day(
      warmest: 21.5, coldest: 12.3,
      vapourPressure: Evaporation.vapourPressure(warmest: 21.5, coldest: 12.3, driest: 63, dampest: 84),
      windSpeed: Evaporation.windAtTwoMetres(10 / 3.6, measuredAtMetres: 10),
      solarRadiation: Evaporation.solarRadiation(sunshineHours: 9.25, at: place))
    let depth = try #require(Evaporation.penmanMonteith(day, at: place))
    let pressure = Evaporation.pressure(elevationMetres: 100)
    let rows: [(String, Double, Double)] = [
      ("u2", day.windSpeed, 2.0776), ("ea", day.vapourPressure, 1.4086),
      ("Ra", Evaporation.extraterrestrialRadiation(latitudeDegrees: 50.80, dayOfYear: 187), 41.0884),
      ("N", Evaporation.daylightHours(latitudeDegrees: 50.80, dayOfYear: 187), 16.1046),
      ("Rs", day.solarRadiation, 22.0721), ("Rso", Evaporation.clearSkyRadiation(at: place), 30.8985),
      ("Rns", Evaporation.netShortwave(day.solarRadiation), 16.9955),
      ("Rnl", Evaporation.netLongwave(day, at: place), 3.7123),
      ("Rn", Evaporation.netRadiation(day, at: place), 13.2832), ("P", pressure, 100.1235),
      ("gamma", Evaporation.psychrometricConstant(pressure: pressure), 0.0666),
      ("delta", Evaporation.vapourPressureSlope(16.9), 0.1221),
      ("es", Evaporation.meanSaturation(warmest: 21.5, coldest: 12.3), 1.9975), ("ETo", depth, 3.8803),
    ]
    let worst = rows.map { abs($0.1 - $0.2) }.max() ?? .infinity
    print(
      "FAO-56 example 18: worst difference of \(rows.count) figures \(worst); \(depth) mm/day, printed 3.88")
    for (name, got, wanted) in rows { #expect(abs(got - wanted) < 0.0001, "\(name): \(got), not \(wanted)") }
    #expect(abs(depth - 3.88) < 0.005)
  }

  @Test func `example 20, Lyon in July from temperatures alone`() throws {
    let place = Evaporation.Place(latitudeDegrees: 45 + 43.0 / 60, elevationMetres: 200, dayOfYear: 196)
    let day = Evaporation.Day(
      warmest: 26.6, coldest: 14.8, vapourPressure: Evaporation.saturation(14.8), windSpeed: 2,
      solarRadiation: Evaporation.solarRadiation(warmest: 26.6, coldest: 14.8, coefficient: 0.16, at: place))
    let penman = try #require(Evaporation.penmanMonteith(day, at: place))
    let hargreaves = try #require(
      Evaporation.hargreaves(warmest: 26.6, coldest: 14.8, latitudeDegrees: 45 + 43.0 / 60, dayOfYear: 196))
    print("FAO-56 example 20: Penman-Monteith \(penman), printed 4.56; Hargreaves \(hargreaves), printed 5.0")
    #expect(abs(penman - 4.56) < 0.005)
    #expect(abs(hargreaves - 5.0331) < 0.0001)
  }

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
