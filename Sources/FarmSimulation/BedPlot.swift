import FarmConfiguration
import FarmUnits

/// One bed of the configuration in the simulated farm: its soil, its water, and the same soil under a timer.
public struct BedPlot: Sendable {
  public let name: String
  public private(set) var soil: SoilBed
  /// The same bed in the same weather, watered by a fixed timer.
  public private(set) var timed: SoilBed
  let timer: TimerSchedule
  /// Index of the output.
  let valve: Int
  let masterValve: Int?
  /// Index of the sensor that counts its water.
  let meter: Int?
  var valveTrouble: ValveTrouble?
  /// What flows through a burst pipe while the valve is open, litres per minute.
  var burst: Double?
  /// Through the valve, litres per minute, now.
  private(set) var flow = 0.0
  /// Through the valve since the start, litres.
  public private(set) var litres = 0.0

  /// An area where the configuration says none: a bed that an ordinary valve waters within a quarter of an hour.
  private static let usualArea = 24.0

  init(_ bed: IrrigationSettings, outputs: [String: Int], sensors: [String: Int], isSouthern: Bool) {
    name = bed.id
    valve = outputs[bed.valve] ?? 0
    masterValve = bed.masterValve.flatMap { outputs[$0] }
    meter = bed.flow.flatMap { sensors[$0.sensor] }
    var properties = SoilBed.Properties()
    properties.area = bed.areaSquareMetres ?? Self.usualArea
    if let expected = bed.flow?.expected {
      properties.litresPerMinute = (expected.lowerBound + expected.upperBound) / 2
    }
    if let soil = bed.soil {
      (properties.fieldCapacity, properties.wiltingPoint) = (soil.fieldCapacity, soil.wiltingPoint)
    }
    if let crop = bed.crop {
      (properties.rootDepth, properties.depletionFraction) = (crop.rootDepthMetres, crop.depletionFraction)
      properties.cropCoefficient = crop.coefficient
    }
    // Dry, so that a short run has something to show.
    let content =
      switch bed.probe {
      case .moisture(_, let startBelow, _): startBelow / 100 - 0.005
      case .tension: properties.fieldCapacity * 0.77
      }
    soil = SoilBed(properties, waterContent: content)
    timed = soil
    timer = TimerSchedule(properties, isSouthern: isSouthern)
  }

  mutating func advance(by step: Duration, to now: WallTime, on: [Bool], weather: Weather) {
    let isOpen = valveTrouble == .stuckOpen || (valveTrouble == nil && on[valve])
    let hasWater = masterValve.map { on[$0] } ?? true
    let minutes = step.inSeconds / 60
    let usual = soil.properties.litresPerMinute
    flow = isOpen && hasWater ? burst ?? usual : 0
    litres += flow * minutes
    let arrives = burst == nil ? flow : min(flow, usual) * 0.2
    soil.advance(
      by: step, litres: arrives * minutes, evapotranspiration: weather.evapotranspiration, rain: weather.rain)
    timed.advance(
      by: step, litres: timer.litres(until: now, for: step), evapotranspiration: weather.evapotranspiration,
      rain: weather.rain)
  }
}

/// A fixed timer, as most beds have: every day of the half-year of growth, what the crop uses on a July day, rain
/// or not, from six in the morning.
struct TimerSchedule: Sendable {
  let litresPerDay: Double
  private let litresPerMinute: Double
  private let isSouthern: Bool
  private static let startsAtMillisecond = 6 * 3_600_000

  init(_ bed: SoilBed.Properties, isSouthern: Bool) {
    litresPerDay = Weather.summerEvapotranspiration * bed.cropCoefficient * bed.area
    litresPerMinute = bed.litresPerMinute
    self.isSouthern = isSouthern
  }

  /// What it has given in the step that ended at `now`.
  func litres(until now: WallTime, for step: Duration) -> Double {
    let end = now.millisecondOfDay - Self.startsAtMillisecond
    let length = litresPerDay / litresPerMinute * 60_000
    let begin = Double(end) - step.inSeconds * 1000
    let open = min(Double(end), length) - max(begin, 0)
    guard open > 0 else { return 0 }
    let isSummer = (4...9).contains(now.date.month)
    return isSummer == isSouthern ? 0 : litresPerMinute * open / 60_000
  }
}
