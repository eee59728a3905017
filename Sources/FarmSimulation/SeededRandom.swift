/// A small random source: the same seed gives the same farm, on every machine.
///
/// SplitMix64; good enough for weather and probe noise, never for keys.
/// - Source: Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0 ..< 1.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Roughly normal with mean 0 and the given standard deviation: the sum of twelve uniforms, so that no
  /// mathematics library decides the last bit.
  public mutating func noise(_ deviation: Double) -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += uniform() }
    return sum * deviation
  }
}
