import FarmControl
import TestSupport

extension PublishedTable {
  private typealias Evaporation = ReferenceEvapotranspiration

  /// FAO Irrigation and Drainage Paper 56 (1998), the examples with the figures as they are printed.
  static let examples: [PublishedTable] = [
    example8, example17, example18, example20, example36, example37, example38,
  ]

  static let example8 = PublishedTable(
    "FAO-56 example 8, the sun on 3 September at 20° south",
    [
      ("Ra", Evaporation.extraterrestrialRadiation(latitudeDegrees: -20, dayOfYear: 246), 32.2, 1),
      ("N", Evaporation.daylightHours(latitudeDegrees: -20, dayOfYear: 246), 11.7, 1),
    ])

  /// What example 17 reckons with.
  static var bangkok: (day: ReferenceEvapotranspiration.Day, place: ReferenceEvapotranspiration.Place) {
    let place = Evaporation.Place(latitudeDegrees: 13 + 44.0 / 60, elevationMetres: 2, dayOfYear: 105)
    let day = Evaporation.Day(
      warmest: 34.8, coldest: 25.6, vapourPressure: 2.85, windSpeed: 2,
      solarRadiation: Evaporation.solarRadiation(sunshineHours: 8.5, at: place), soilHeat: 0.14)
    return (day, place)
  }

  static let example17 = PublishedTable(
    "FAO-56 example 17, Bangkok in April",
    [("ETo", Evaporation.penmanMonteith(bangkok.day, at: bangkok.place), 5.72, 2)])

  /// What example 18 reckons with.
  static var uccle: (day: ReferenceEvapotranspiration.Day, place: ReferenceEvapotranspiration.Place) {
    let place = Evaporation.Place(latitudeDegrees: 50.80, elevationMetres: 100, dayOfYear: 187)
    let day = Evaporation.Day(
      warmest: 21.5, coldest: 12.3,
      vapourPressure: Evaporation.vapourPressure(warmest: 21.5, coldest: 12.3, driest: 63, dampest: 84),
      windSpeed: Evaporation.windAtTwoMetres(10 / 3.6, measuredAtMetres: 10),
      solarRadiation: Evaporation.solarRadiation(sunshineHours: 9.25, at: place))
    return (day, place)
  }

  static let example18 = PublishedTable(
    "FAO-56 example 18, Uccle on 6 July",
    [
      ("u2", uccle.day.windSpeed, 2.078, 3), ("ea", uccle.day.vapourPressure, 1.409, 3),
      ("Ra", Evaporation.extraterrestrialRadiation(latitudeDegrees: 50.80, dayOfYear: 187), 41.09, 2),
      ("Rn", Evaporation.netRadiation(uccle.day, at: uccle.place), 13.28, 2),
      ("ETo", Evaporation.penmanMonteith(uccle.day, at: uccle.place), 3.88, 2),
    ])

  /// What example 20 reckons with.
  static var lyon: (day: ReferenceEvapotranspiration.Day, place: ReferenceEvapotranspiration.Place) {
    let place = Evaporation.Place(latitudeDegrees: 45 + 43.0 / 60, elevationMetres: 200, dayOfYear: 196)
    let day = Evaporation.Day(
      warmest: 26.6, coldest: 14.8, vapourPressure: Evaporation.saturation(14.8), windSpeed: 2,
      solarRadiation: Evaporation.solarRadiation(warmest: 26.6, coldest: 14.8, coefficient: 0.16, at: place))
    return (day, place)
  }
  static var lyonByHargreaves: Double? {
    Evaporation.hargreaves(warmest: 26.6, coldest: 14.8, latitudeDegrees: 45 + 43.0 / 60, dayOfYear: 196)
  }

  static let example20 = PublishedTable(
    "FAO-56 example 20, Lyon in July from temperatures alone",
    [
      ("Penman-Monteith", Evaporation.penmanMonteith(lyon.day, at: lyon.place), 4.56, 2),
      ("Hargreaves", lyonByHargreaves, 5.0, 1),
    ])

  static let example36 = PublishedTable(
    "FAO-56 example 36, available water of three crops on three soils", crops.flatMap(water))

  private typealias Crop = (name: String, depth: Double, fraction: Double, printed: [(Double, Double)])
  private static let crops: [Crop] = [
    ("onion", 0.4, 0.3, [(36, 11), (68, 20), (48, 14)]),
    ("tomato", 0.8, 0.4, [(72, 29), (136, 54), (96, 38)]),
    ("maize", 1.2, 0.55, [(108, 59), (204, 112), (144, 79)]),
  ]

  private static func water(of crop: Crop) -> Figures {
    let soils = [("loamy sand", 0.15, 0.06), ("silt", 0.32, 0.15), ("silty clay", 0.35, 0.23)]
    return zip(soils, crop.printed).flatMap { soil, printed -> Figures in
      let zone = RootZone(
        fieldCapacity: soil.1, wiltingPoint: soil.2, depthMetres: crop.depth, depletionFraction: crop.fraction
      )
      return [
        ("TAW, \(crop.name), \(soil.0)", zone?.totalAvailable, printed.0, 0),
        ("RAW, \(crop.name), \(soil.0)", zone?.readilyAvailable, printed.1, 0),
      ]
    }
  }

  /// TAW 160 mm and RAW 64 mm of a tomato crop; ET0 5 mm and Kc 1.2.
  static let tomato = RootZone(
    fieldCapacity: 0.36, wiltingPoint: 0.16, depthMetres: 0.8, depletionFraction: 0.4)

  static let example37 = PublishedTable(
    "FAO-56 example 37, ten days of a tomato crop that runs dry",
    zip(
      tenDays,
      [
        (1, 61), (1, 67), (0.97, 72.8), (0.91, 78.3), (0.85, 83.4), (0.80, 88.2), (0.75, 92.6), (0.70, 96.9),
        (0.66, 100.8), (0.62, 104.5),
      ] as [(Double, Double)]
    ).enumerated().flatMap { day, figures -> Figures in
      [
        ("Ks, day \(day + 1)", figures.0.stress, figures.1.0, 2),
        ("Dr, day \(day + 1)", figures.0.depletion, figures.1.1, 1),
      ]
    })

  /// Ks and the depletion at the end of each day, from 55 mm on.
  static var tenDays: [(stress: Double, depletion: Double)] {
    guard let tomato else { return [] }
    var depletion = 55.0
    return (0..<10).map { _ in
      let stress = tomato.stress(depletion: depletion, readilyAvailable: 64)
      depletion =
        tomato.balance(depletion: depletion, rain: 0, irrigation: 0, evaporation: stress * 5 * 1.2).depletion
      return (stress, depletion)
    }
  }

  /// A sandy loam of 0.23 and 0.10, p 0.6, roots of 0.30 m on day 1 and 0.35 m on day 10, depleted by RAW.
  static var example38: PublishedTable {
    func zone(_ depth: Double) -> RootZone? {
      RootZone(fieldCapacity: 0.23, wiltingPoint: 0.10, depthMetres: depth, depletionFraction: 0.6)
    }
    let first = zone(0.30).map {
      $0.balance(depletion: $0.readilyAvailable, rain: 0, irrigation: 40, evaporation: 0)
    }
    return PublishedTable(
      "FAO-56 example 38, what 40 mm on day 1 wastes and what day 10 needs",
      [
        ("DP, day 1", first?.drained, 17, 0), ("Dr after watering, day 1", first?.depletion, 0, 0),
        ("I, day 10", zone(0.35)?.readilyAvailable, 27, 0),
      ])
  }
}
