import FarmConfiguration
import FarmUnits
import SensorFiles

/// A kernel sensor file, 1-wire or IIO, whose contents come from the simulated farm, with the device's resolution.
struct VirtualFile {
  let channel: Int
  private let unit: Unit?
  private let period: Duration
  private let source: SensorSource
  private var next = Duration.zero
  private var sequence: UInt64 = 0

  /// Nil for a sensor that is no file.
  init?(_ channel: Int, _ settings: SensorSettings) {
    let stale = settings.plausibility.staleAfter
    switch settings.source {
    case .oneWire: period = OneWireProbe.period(staleAfter: stale)
    case .industrialIO: period = IndustrialIOChannel.period(staleAfter: stale)
    case .mqtt, .gpio, .watermark: return nil
    }
    (self.channel, unit, source) = (channel, settings.unit, settings.source)
  }

  /// Whether it is read at this time; then it is not due again for its period.
  mutating func isDue(at elapsed: Duration) -> Bool {
    guard elapsed >= next else { return false }
    next = elapsed + period
    return true
  }

  /// What the daemon's reader makes of what the device holds.
  mutating func reading(_ word: Value?, at now: Moment) -> Reading {
    sequence += 1
    func reading(_ value: Double?, _ quality: Quality) -> Reading {
      Reading(
        value: value.map(Value.number), unit: unit, quality: quality, acquired: now, sequence: sequence)
    }
    guard let number = word?.number else { return reading(nil, FileTrouble.absent.quality) }
    guard case .industrialIO(let device) = source, let scale = device.scale else {
      // Sixteenths of a degree; exactly 85 °C is what a thermometer holds that has not measured.
      if number == 85, unit == .celsius { return reading(nil, FileTrouble.powerOnValue.quality) }
      return reading((number * 16).rounded() / 16, .good)
    }
    let offset = device.offset ?? 0
    let raw = (number / scale - offset).rounded()
    return reading((raw + offset) * scale, .good)
  }
}
