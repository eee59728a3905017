internal import FarmUnits

/// A cold room with air, produce and a coil, each with a thermal mass of its own.
///
/// Three first-order lags; the time constants are guesses for a 20 m³ room with half a tonne of produce.
public struct ColdRoom: Sendable {
  /// What can be wrong with the machine.
  public enum Trouble: Equatable, Sendable {
    /// It runs and does not cool: the gas is gone.
    case coolsNothing
    /// It does not start, whatever its relay does.
    case seized
  }

  /// °C
  public private(set) var air: Double
  /// °C; follows the air over hours.
  public private(set) var product: Double
  /// °C; the evaporator.
  public private(set) var coil: Double
  /// Refrigeration lost to ice on the coil, 0 (none) ... 1 (blocked).
  public private(set) var ice = 0.0
  public var doorOpen = false
  public var trouble: Trouble?
  /// How well the coil reaches the air; less than 1 where a fan should blow and does not.
  public var airflow = 1.0
  public var heaterOn = false
  public private(set) var compressorStarts = 0
  private var running = false

  public init(air: Double, product: Double) { (self.air, self.product, coil) = (air, product, air) }

  /// A compressor that runs and does not cool.
  public var compressorFails: Bool {
    get { trouble == .coolsNothing }
    set { trouble = newValue ? .coolsNothing : nil }
  }

  /// - Parameter outside: Air around the room, °C.
  public mutating func advance(by step: Duration, compressorOn: Bool, outside: Double) {
    let runs = compressorOn && trouble != .seized
    if runs && !running { compressorStarts += 1 }
    running = runs
    var rest = step.inSeconds
    while rest > 0 {  // Euler, in steps that stay well below the shortest time constant
      let s = min(rest, 5)
      rest -= s
      let cooling = runs && trouble == nil ? (1 - ice) * 14.0 : 0  // °C below the air
      coil += ((air - cooling) - coil) * s / 90 + (heaterOn ? 0.03 * s : 0)
      let walls = (outside - air) / 14_000
      let door = doorOpen ? (outside - air) / 900 : 0
      air += (walls + door + (coil - air) / 1400 * airflow + (product - air) / 5000) * s
      product += (air - product) / 14_000 * s
      if runs && coil < 0 { ice = min(0.8, ice + s / 400_000) }
      if !runs && coil > 1 { ice = max(0, ice - s / 6000) }
    }
  }

  /// The compressor is drawing current.
  public var compressorRunning: Bool { running }
}
