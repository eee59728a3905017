internal import FarmUnits

/// A channel that nobody sends: soil tension by a Watermark probe whose resistance is another channel.
public struct WatermarkPlan: Equatable, Sendable {
  /// A channel in Ω or kΩ.
  public var resistance: Int
  /// A channel in °C beside the probe.
  public var soilTemperature: Int?
  /// °C, while no good temperature is known.
  public var assumedCelsius: Double

  public init(resistance: Int, soilTemperature: Int? = nil, assumedCelsius: Double = 24) {
    (self.resistance, self.soilTemperature) = (resistance, soilTemperature)
    self.assumedCelsius = assumedCelsius
  }
}

/// Makes readings of tension in kPa from what is judged of the resistance.
struct WatermarkProbe: Sendable {
  /// Colder soil is frozen, and warmer soil there is not: the equation holds for neither.
  static let soilCelsius = 0.0...60.0

  /// The channel of the tension.
  let channel: Int
  let resistance: Int
  /// -1: none.
  let soilTemperature: Int
  private let assumedCelsius: Double
  private let ohmsPerUnit: Double
  /// Of its own, since another sensor may measure the resistance from some moment on.
  private var sequence: UInt64 = 0
  private var heard: (sequence: UInt64, quality: Quality)?

  init(channel: Int, plan: WatermarkPlan, unit: Unit?) {
    (self.channel, resistance) = (channel, plan.resistance)
    (soilTemperature, assumedCelsius) = (plan.soilTemperature ?? -1, plan.assumedCelsius)
    ohmsPerUnit = unit == .kilohm ? 1000 : 1
  }

  /// Whether there is another reading, or another verdict on it. A new temperature alone is none: confirmation and
  /// jumps go by measurements of the probe.
  func isNew(_ measured: Reading) -> Bool {
    guard let heard else { return true }
    return heard.sequence != measured.sequence || heard.quality != measured.quality
  }

  /// Does not allocate.
  ///
  /// - Parameters:
  ///   - measured: The resistance as judged. What is not good makes a tension that is not, for the same cause.
  ///   - celsius: Of the soil, if good.
  mutating func step(_ measured: Reading, soil celsius: Double?) -> Reading {
    if measured.sequence != heard?.sequence ?? 0 { sequence &+= 1 }
    heard = (measured.sequence, measured.quality)
    var reading = measured
    (reading.value, reading.unit, reading.sequence) = (nil, .kilopascal, sequence)
    guard let number = measured.value?.number else { return reading }
    let soil = celsius ?? assumedCelsius
    let isKnown = Self.soilCelsius.contains(soil)
    switch Watermark.tension(ohms: number * ohmsPerUnit, soil: soil) {
    case .tension(let kilopascal) where isKnown: reading.value = .number(kilopascal)
    case .tension: if measured.quality == .good { reading.quality = .outOfRange }
    case .short, .open: if measured.quality == .good { reading.quality = .fault }
    }
    return reading
  }

  /// Goes on for the same channel under another plan.
  mutating func takeOver(_ old: Self, isSameResistance: Bool) {
    sequence = old.sequence
    if isSameResistance { heard = old.heard }
  }
}

extension FarmController {
  /// Channels that follow from others, as soon as those are judged.
  mutating func reckonTensions(at now: Instant) {
    for number in watermarks.indices {
      let (resistance, temperature) = (watermarks[number].resistance, watermarks[number].soilTemperature)
      let measured = channels[resistance].reading
      guard watermarks[number].isNew(measured) else { continue }
      let celsius = temperature >= 0 ? channels[temperature].reading.goodNumber : nil
      let channel = watermarks[number].channel
      newest[channel] = watermarks[number].step(measured, soil: celsius)
      judge(channel, at: now)
    }
  }

  static func watermarks(of plan: ControlPlan) -> [WatermarkProbe] {
    plan.channels.enumerated().compactMap { number, channel in
      channel.watermark.map {
        WatermarkProbe(channel: number, plan: $0, unit: plan.channels[$0.resistance].unit)
      }
    }
  }
}
