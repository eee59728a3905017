internal import FarmUnits

/// A cold room with air, produce and a coil, each with a thermal mass of its own.
///
/// Three first-order lags; the time constants are guesses for a 20 m³ room with half a tonne of produce.
public struct ColdRoom: Sendable {
  /// °C
  public private(set) var air: Double
  /// °C; follows the air over hours.
  public private(set) var product: Double
  /// °C; the evaporator.
  public private(set) var coil: Double
  /// Refrigeration lost to ice on the coil, 0 (none) ... 1 (blocked).
  public private(set) var ice = 0.0
  public var doorOpen = false
  /// A compressor that runs and does not cool.
  public var compressorFails = false
  public private(set) var compressorStarts = 0
  private var running = false

  public init(air: Double, product: Double) { (self.air, self.product, coil) = (air, product, air) }

  /// - Parameter outside: Air around the room, °C.
  public mutating func advance(by step: Duration, compressorOn: Bool, outside: Double) {
    if compressorOn && !running { compressorStarts += 1 }
    running = compressorOn
    var rest = step.inSeconds
    while rest > 0 {  // Euler, in steps that stay well below the shortest time constant
      let s = min(rest, 5)
      rest -= s
      let cooling = compressorOn && !compressorFails ? (1 - ice) * 14.0 : 0  // °C below the air
      coil += ((air - cooling) - coil) * s / 90
      let walls = (outside - air) / 14_000
      let door = doorOpen ? (outside - air) / 900 : 0
      air += (walls + door + (coil - air) / 1400 + (product - air) / 5000) * s
      product += (air - product) / 14_000 * s
      if compressorOn && coil < 0 { ice = min(0.8, ice + s / 400_000) }
      if !compressorOn && coil > 1 { ice = max(0, ice - s / 6000) }
    }
  }

  /// The compressor is drawing current.
  public var compressorRunning: Bool { running }
}
