import FarmControl
import TestSupport
import Testing

/// `vectors/fao56.json`: the examples of FAO-56 recomputed with more digits than the paper prints.
struct Vectors: Decodable {
  struct Radiation: Decodable { var lat, Ra_printed, Ra_calc, N_printed, N_calc: Double, J: Int }
  struct Sum: Decodable { var printed_ETo, calc: Double }
  struct Uccle: Decodable {
    struct Intermediate: Decodable { var Ra, N, Rs, Rso, Rns, Rnl, Rn, gamma, delta, es, P: Double }
    var printed_ETo, calc, u2, ea: Double
    var intermediate: Intermediate
  }
  struct Lyon: Decodable {
    var printed_PM, calc_PM, printed_hargreaves, calc_hargreaves_0408: Double
  }
  struct Soil: Decodable {
    var crop, soil: String
    var thetaFC, thetaWP, Zr_m, p, TAW_mm, RAW_mm: Double
  }
  struct Drying: Decodable {
    struct Row: Decodable { var Ks, ETcadj, Dr_start, Dr_end: Double }
    var TAW, RAW, ETo, Kc, Dr0: Double
    var rows_calc: [Row]
    var printed_Dr_end, printed_Ks: [Double]
  }
  var ex8: Radiation
  var ex17: Sum
  var ex18: Uccle
  var ex20: Lyon
  var ex36: [Soil]
  var ex36_printed: Printed
  var ex37: Drying

  struct Printed: Decodable { var onion, tomato, maize: [[Double]] }

  private typealias Evaporation = ReferenceEvapotranspiration

  /// One table an example, with the digits that the file gives.
  func tables() throws -> [PublishedTable] {
    try #require(ex36.count == 9 && ex37.rows_calc.count == 10 && ex37.printed_Ks.count == 10)
    return [
      example8,
      PublishedTable(
        "FAO-56 example 17, recomputed", [("ETo", PublishedTable.example17.rows[0].reckoned, ex17.calc, 4)]),
      example18, example20, try example36(), try example37(),
    ]
  }

  private var example8: PublishedTable {
    PublishedTable(
      "FAO-56 example 8, recomputed",
      [
        (
          "Ra", Evaporation.extraterrestrialRadiation(latitudeDegrees: ex8.lat, dayOfYear: ex8.J),
          ex8.Ra_calc, 3
        ),
        ("N", Evaporation.daylightHours(latitudeDegrees: ex8.lat, dayOfYear: ex8.J), ex8.N_calc, 4),
      ])
  }

  private var example18: PublishedTable {
    let (day, place) = PublishedTable.uccle
    let on = ex18.intermediate
    let pressure = Evaporation.pressure(elevationMetres: place.elevationMetres)
    let figures: PublishedTable.Figures = [
      ("u2", day.windSpeed, ex18.u2, 4), ("ea", day.vapourPressure, ex18.ea, 4),
      (
        "Ra",
        Evaporation.extraterrestrialRadiation(
          latitudeDegrees: place.latitudeDegrees, dayOfYear: place.dayOfYear), on.Ra, 4
      ),
      (
        "N", Evaporation.daylightHours(latitudeDegrees: place.latitudeDegrees, dayOfYear: place.dayOfYear),
        on.N,
        4
      ),
      ("Rs", day.solarRadiation, on.Rs, 4), ("Rso", Evaporation.clearSkyRadiation(at: place), on.Rso, 4),
      ("Rns", Evaporation.netShortwave(day.solarRadiation), on.Rns, 4),
      ("Rnl", Evaporation.netLongwave(day, at: place), on.Rnl, 4),
      ("Rn", Evaporation.netRadiation(day, at: place), on.Rn, 4), ("P", pressure, on.P, 4),
      ("gamma", Evaporation.psychrometricConstant(pressure: pressure), on.gamma, 4),
      ("delta", Evaporation.vapourPressureSlope((day.warmest + day.coldest) / 2), on.delta, 4),
      ("es", Evaporation.meanSaturation(warmest: day.warmest, coldest: day.coldest), on.es, 4),
      ("ETo", Evaporation.penmanMonteith(day, at: place), ex18.calc, 4),
    ]
    return PublishedTable("FAO-56 example 18, recomputed", figures)
  }

  private var example20: PublishedTable {
    let (day, place) = PublishedTable.lyon
    return PublishedTable(
      "FAO-56 example 20, recomputed",
      [
        ("Penman-Monteith", Evaporation.penmanMonteith(day, at: place), ex20.calc_PM, 4),
        ("Hargreaves", PublishedTable.lyonByHargreaves, ex20.calc_hargreaves_0408, 4),
      ])
  }

  private func example36() throws -> PublishedTable {
    var figures: PublishedTable.Figures = []
    let printed = (ex36_printed.onion + ex36_printed.tomato + ex36_printed.maize)
    for (row, printed) in zip(ex36, printed) {
      let zone = RootZone(
        fieldCapacity: row.thetaFC, wiltingPoint: row.thetaWP, depthMetres: row.Zr_m, depletionFraction: row.p
      )
      figures += [
        ("TAW, \(row.crop), \(row.soil)", zone?.totalAvailable, row.TAW_mm, 1),
        ("RAW, \(row.crop), \(row.soil)", zone?.readilyAvailable, row.RAW_mm, 1),
        ("TAW, \(row.crop), \(row.soil), printed", zone?.totalAvailable, printed[0], 0),
        ("RAW, \(row.crop), \(row.soil), printed", zone?.readilyAvailable, printed[1], 0),
      ]
    }
    try #require(figures.count == 36)
    return PublishedTable("FAO-56 example 36, recomputed and printed", figures)
  }

  private func example37() throws -> PublishedTable {
    let zone = try #require(PublishedTable.tomato)
    var figures: PublishedTable.Figures = [("TAW", zone.totalAvailable, ex37.TAW, 1)]
    for (day, (row, reckoned)) in zip(ex37.rows_calc, PublishedTable.tenDays).enumerated() {
      figures += [
        ("Ks, day \(day + 1)", reckoned.stress, row.Ks, 4),
        ("ETc, day \(day + 1)", reckoned.stress * ex37.ETo * ex37.Kc, row.ETcadj, 4),
        ("Dr, day \(day + 1)", reckoned.depletion, row.Dr_end, 4),
        ("Ks, day \(day + 1), printed", reckoned.stress, ex37.printed_Ks[day], 2),
        ("Dr, day \(day + 1), printed", reckoned.depletion, ex37.printed_Dr_end[day], 1),
      ]
    }
    return PublishedTable("FAO-56 example 37, recomputed and printed", figures)
  }
}
