/// Soil tension from the resistance of a Watermark 200SS granular matrix sensor.
public enum Watermark {
  /// What a resistance says.
  public enum Answer: Equatable, Sendable {
    /// kPa, counted positive: dry is high.
    case tension(kilopascal: Double)
    /// Below 300 Ω: a short circuit. Loggers send 240 for it, which is no tension.
    case short
    /// 35 kΩ and more, or no resistance at all: a broken wire. Loggers send 255 for it, which is no tension.
    case open
  }

  /// By the manufacturer's example programs: Shock's equation of 1998 in three pieces, without the factor of 1.1
  /// that some copies put on the two upper pieces. Around 8 kΩ the pieces differ by 1.4 kPa.
  ///
  /// - Parameters:
  ///   - ohms: Measured with alternating or briefly pulsed current.
  ///   - soil: °C; 24 where nobody measures it, which costs about 1 % per degree.
  public static func tension(ohms: Double, soil celsius: Double = 24) -> Answer {
    guard ohms.isFinite, ohms > 0, ohms < 35_000 else { return .open }
    guard ohms >= 300 else { return .short }
    let kilohms = ohms / 1000
    let warmth = 1 + 0.018 * (celsius - 24)
    let kilopascal =
      switch ohms {
      case ...550: 0.0
      case ...1000: (kilohms * 23.156 - 12.736) * warmth
      case ...8000: (3.213 * kilohms + 4.093) / (1 - 0.009733 * kilohms - 0.01205 * celsius)
      default: 2.246 + 5.239 * kilohms * warmth + 0.06756 * kilohms * kilohms * warmth * warmth
      }
    return .tension(kilopascal: max(kilopascal, 0))
  }

  /// Thompson and Armstrong's equation, as Campbell Scientific gives it for the 253-L and 257-L.
  ///
  /// - Returns: kPa, counted positive; nil beyond the equation's range (1 ... 17 kΩ at 21 °C).
  public static func thompsonArmstrong(kilohms: Double, soil celsius: Double = 21) -> Double? {
    let limit = 1.062 * (34.21 - celsius + 0.01060 * celsius * celsius)
    guard kilohms >= 1, kilohms < limit else { return nil }
    return kilohms / (0.01306 * (limit - kilohms))
  }

  /// Campbell Scientific's straight line for 0 ... 200 kPa at 21 °C.
  ///
  /// - Returns: kPa, counted positive; nil below 0.5 kΩ, where the line would turn negative.
  public static func linear(kilohms: Double) -> Double? {
    kilohms >= 0.5 && kilohms <= 27.5 ? max(7.407 * kilohms - 3.704, 0) : nil
  }
}
