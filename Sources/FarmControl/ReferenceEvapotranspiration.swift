private import Glibc

/// What a well-watered grass surface loses to the air in a day, mm (ET0), and the sums that lead to it.
///
/// Source: FAO Irrigation and Drainage Paper 56 (1998), chapters 2 to 4; equation numbers are that paper's.
/// Temperatures in °C, pressures in kPa, radiation in MJ per m² and day, latitude in degrees, north positive.
public enum ReferenceEvapotranspiration {
  /// One day's weather for `penmanMonteith`.
  public struct Day: Equatable, Sendable {
    public var warmest: Double
    public var coldest: Double
    /// Actual vapour pressure, kPa.
    public var vapourPressure: Double
    /// At 2 m, m/s.
    public var windSpeed: Double
    /// Rs, what reaches the ground.
    public var solarRadiation: Double
    /// Into the ground; close to 0 over a day.
    public var soilHeat: Double

    public init(
      warmest: Double, coldest: Double, vapourPressure: Double, windSpeed: Double, solarRadiation: Double,
      soilHeat: Double = 0
    ) {
      (self.warmest, self.coldest, self.vapourPressure) = (warmest, coldest, vapourPressure)
      (self.windSpeed, self.solarRadiation, self.soilHeat) = (windSpeed, solarRadiation, soilHeat)
    }
  }

  /// Where and when; both follow from the calendar and the map.
  public struct Place: Equatable, Sendable {
    public var latitudeDegrees: Double
    public var elevationMetres: Double
    /// 1 ... 366
    public var dayOfYear: Int

    public init(latitudeDegrees: Double, elevationMetres: Double, dayOfYear: Int) {
      (self.latitudeDegrees, self.elevationMetres) = (latitudeDegrees, elevationMetres)
      self.dayOfYear = dayOfYear
    }
  }

  /// No day on Earth is beyond this, mm: more means that a sensor is.
  public static let largest = 15.0

  /// FAO Penman-Monteith (6).
  ///
  /// - Returns: mm/day; nil where the result is no number or beyond 0 ... 15.
  public static func penmanMonteith(_ day: Day, at place: Place) -> Double? {
    let mean = (day.warmest + day.coldest) / 2
    let slope = vapourPressureSlope(mean)
    let gamma = psychrometricConstant(pressure: pressure(elevationMetres: place.elevationMetres))
    let net = netRadiation(day, at: place)
    let deficit = meanSaturation(warmest: day.warmest, coldest: day.coldest) - day.vapourPressure
    let wind = gamma * 900 / (mean + 273) * day.windSpeed * deficit
    return believable(
      (0.408 * slope * (net - day.soilHeat) + wind) / (slope + gamma * (1 + 0.34 * day.windSpeed)))
  }

  /// Hargreaves (52), from temperatures alone.
  ///
  /// - Returns: mm/day; nil where the result is no number or beyond 0 ... 15.
  public static func hargreaves(warmest: Double, coldest: Double, latitudeDegrees: Double, dayOfYear: Int)
    -> Double?
  {
    guard warmest >= coldest else { return nil }
    let mean = (warmest + coldest) / 2
    let radiation = extraterrestrialRadiation(latitudeDegrees: latitudeDegrees, dayOfYear: dayOfYear)
    return believable(0.0023 * (mean + 17.8) * (warmest - coldest).squareRoot() * 0.408 * radiation)
  }

  /// Ra (21), MJ per m² and day.
  public static func extraterrestrialRadiation(latitudeDegrees: Double, dayOfYear: Int) -> Double {
    let sun = Sun(latitudeDegrees: latitudeDegrees, dayOfYear: dayOfYear)
    let perDay = 24 * 60 / Double.pi * 0.0820 * sun.distance
    return perDay
      * (sun.sunset * sin(sun.latitude) * sin(sun.declination)
        + cos(sun.latitude) * cos(sun.declination) * sin(sun.sunset))
  }

  /// N (34), hours.
  public static func daylightHours(latitudeDegrees: Double, dayOfYear: Int) -> Double {
    24 / Double.pi * Sun(latitudeDegrees: latitudeDegrees, dayOfYear: dayOfYear).sunset
  }

  /// Rs from hours of sunshine (35), Angstrom with 0.25 and 0.50.
  public static func solarRadiation(sunshineHours: Double, at place: Place) -> Double {
    let daylight = daylightHours(latitudeDegrees: place.latitudeDegrees, dayOfYear: place.dayOfYear)
    let outside = extraterrestrialRadiation(
      latitudeDegrees: place.latitudeDegrees, dayOfYear: place.dayOfYear)
    guard daylight > 0 else { return 0 }
    return (0.25 + 0.5 * min(max(sunshineHours / daylight, 0), 1)) * outside
  }

  /// Rs from the day's temperature difference (50).
  ///
  /// - Parameter coefficient: 0.16 inland, 0.19 at a coast.
  public static func solarRadiation(warmest: Double, coldest: Double, coefficient: Double, at place: Place)
    -> Double
  {
    let outside = extraterrestrialRadiation(
      latitudeDegrees: place.latitudeDegrees, dayOfYear: place.dayOfYear)
    return coefficient * max(warmest - coldest, 0).squareRoot() * outside
  }

  /// Rso (37).
  public static func clearSkyRadiation(at place: Place) -> Double {
    (0.75 + 2e-5 * place.elevationMetres)
      * extraterrestrialRadiation(latitudeDegrees: place.latitudeDegrees, dayOfYear: place.dayOfYear)
  }

  /// Rns (38), with grass's albedo of 0.23.
  public static func netShortwave(_ solarRadiation: Double) -> Double { 0.77 * solarRadiation }

  /// Rnl (39).
  public static func netLongwave(_ day: Day, at place: Place) -> Double {
    let stefanBoltzmann = 4.903e-9
    let clear = clearSkyRadiation(at: place)
    let cloudiness = clear > 0 ? min(day.solarRadiation / clear, 1) : 1
    let black = stefanBoltzmann * (fourth(day.warmest + 273.16) + fourth(day.coldest + 273.16)) / 2
    return black * (0.34 - 0.14 * max(day.vapourPressure, 0).squareRoot()) * (1.35 * cloudiness - 0.35)
  }

  /// Rn (40).
  public static func netRadiation(_ day: Day, at place: Place) -> Double {
    netShortwave(day.solarRadiation) - netLongwave(day, at: place)
  }

  /// e°(T) (11), kPa.
  public static func saturation(_ temperature: Double) -> Double {
    0.6108 * exp(17.27 * temperature / (temperature + 237.3))
  }

  /// es (12), kPa.
  public static func meanSaturation(warmest: Double, coldest: Double) -> Double {
    (saturation(warmest) + saturation(coldest)) / 2
  }

  /// ea from the day's humidities in per cent (17), kPa.
  public static func vapourPressure(
    warmest: Double, coldest: Double, driest: Double, dampest: Double
  ) -> Double {
    (saturation(coldest) * dampest / 100 + saturation(warmest) * driest / 100) / 2
  }

  /// Δ (13), kPa/°C.
  public static func vapourPressureSlope(_ temperature: Double) -> Double {
    4098 * saturation(temperature) / square(temperature + 237.3)
  }

  /// P (7), kPa.
  public static func pressure(elevationMetres: Double) -> Double {
    101.3 * pow((293 - 0.0065 * elevationMetres) / 293, 5.26)
  }

  /// γ (8), kPa/°C.
  public static func psychrometricConstant(pressure: Double) -> Double { 0.665e-3 * pressure }

  /// u2 (47): wind measured at another height over grass, brought to 2 m.
  public static func windAtTwoMetres(_ speed: Double, measuredAtMetres height: Double) -> Double {
    speed * 4.87 / log(67.8 * height - 5.42)
  }

  private static func believable(_ depth: Double) -> Double? {
    // A little below zero is what the formula gives for a cold damp night: nothing evaporates.
    guard depth.isFinite, depth > -1, depth <= largest else { return nil }
    return max(depth, 0)
  }

  private static func square(_ x: Double) -> Double { x * x }
  private static func fourth(_ x: Double) -> Double { square(square(x)) }
}

/// Where the sun stands on a day of the year (22 to 25); angles in radians.
private struct Sun {
  let latitude: Double
  let declination: Double
  /// Inverse relative distance of the Earth.
  let distance: Double
  /// Hour angle; 0 in the polar night, π under the midnight sun.
  let sunset: Double

  init(latitudeDegrees: Double, dayOfYear: Int) {
    let year = 2 * Double.pi * Double(dayOfYear) / 365
    latitude = latitudeDegrees * Double.pi / 180
    declination = 0.409 * sin(year - 1.39)
    distance = 1 + 0.033 * cos(year)
    sunset = acos(min(max(-tan(latitude) * tan(declination), -1), 1))
  }
}
