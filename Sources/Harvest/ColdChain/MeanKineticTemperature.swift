internal import Glibc

/// The constant temperature that would have done the same to a reaction of ΔH = 83.144 kJ/mol as the temperatures
/// that were. Lies between their mean and their maximum.
///
/// It averages excursions away (23 h at 4 °C and 1 h at 15 °C give 4.90 °C), so it is told and never releases anything.
///
/// - Source: T = (ΔH/R) / −ln(Σ tᵢ·e^(−ΔH/(R·Tᵢ)) / Σ tᵢ), with ΔH/R = 10,000 K.
public struct MeanKineticTemperature: Equatable, Sendable {
  static let activation = 10_000.0
  static let zeroCelsius = 273.15

  private var weight = 0.0
  private var sum = 0.0

  public init() {}

  /// As kept in a journal.
  init(weight: Double, sum: Double) { (self.weight, self.sum) = (weight, sum) }
  var kept: (weight: Double, sum: Double) { (weight, sum) }

  /// - Parameters:
  ///   - celsius: Above absolute zero; anything else is not added.
  ///   - weight: How long it lasted, in any unit, > 0.
  public mutating func add(_ celsius: Double, for weight: Double) {
    let kelvin = celsius + Self.zeroCelsius
    guard kelvin.isFinite, kelvin > 0, weight.isFinite, weight > 0 else { return }
    self.weight += weight
    sum += weight * exp(-Self.activation / kelvin)
  }

  /// °C; nil before the first value.
  public var celsius: Double? {
    guard weight > 0, sum > 0 else { return nil }
    return Self.activation / -log(sum / weight) - Self.zeroCelsius
  }
}
