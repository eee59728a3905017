internal import FarmUnits
internal import Glibc

/// How much faster food ages than at 0 °C: the product of Q10 factors over bands of 10 K.
///
/// - Source: Saltveit in USDA Agriculture Handbook 66: typical Q10 of 2.5 ... 4.0 between 0 and 10 °C, 2.0 ... 2.5 to
///   20 °C, 1.5 ... 2.0 to 30 °C, 1.0 ... 1.5 to 40 °C; its table of relative shelf life uses 3.0, 2.5, 2.0 and 1.5.
public struct AgeingRate: Equatable, Sendable {
  /// From 0 °C upwards, 10 K each; the first also holds below 0 °C, the last beyond the end.
  private let bands: [Double]

  /// - Parameter bands: At least one factor; what is not above 0 counts as 1.
  public init(bands: [Double]) {
    let sound = bands.map { $0.isFinite && $0 > 0 ? $0 : 1 }
    self.bands = sound.isEmpty ? [1] : sound
  }

  /// The handbook's table with a product's own factor for the first band. No warmer band is steeper than it.
  public init(handbook q10: Double) { self.init(bands: [q10] + [2.5, 2.0, 1.5].map { min($0, q10) }) }

  /// 1 at 0 °C. Temperatures that are not finite count as 0 °C.
  public func relativeToZero(at celsius: Double) -> Double {
    guard celsius.isFinite else { return 1 }
    var rate = 1.0
    for (index, factor) in bands.enumerated() {
      let start = Double(index) * 10
      let isLast = index == bands.count - 1
      let degrees = isLast ? celsius - start : min(celsius - start, 10)
      if index > 0, degrees <= 0 { break }
      rate *= pow(factor, degrees / 10)
    }
    return rate
  }
}

extension ShelfLifePlan {
  /// How long it may keep where it is colder than `at`: no best-before day lies later.
  func longest(coldest: Double?) -> Duration {
    let slowest = daysUsedPerDay(at: min(at, coldest ?? chillingBelow ?? min(at, 0)))
    guard slowest.isFinite, slowest > 0, slowest < 1 else { return lifetime }
    return .seconds(min(lifetime.inSeconds / slowest, 36_500 * 86_400))
  }

  var ageing: AgeingRate { AgeingRate(handbook: q10) }

  /// Days of shelf life at `at` that one day at `celsius` uses up. Below the chilling limit the model says nothing (AH-66);
  /// there it counts as at that limit, and the chilling rule takes over.
  func daysUsedPerDay(at celsius: Double) -> Double {
    let temperature = max(celsius, chillingBelow ?? celsius)
    return ageing.relativeToZero(at: temperature) / ageing.relativeToZero(at: at)
  }
}
