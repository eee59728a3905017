internal import FarmUnits

/// A scale with a button: on harvest days somebody lays the harvest on it, presses, and takes it off again.
public struct PackingBench: Sendable {
  /// On the scale, in the scale's own unit.
  public private(set) var weight = 0.0
  public private(set) var isPressed = false
  private var random: SeededRandom
  private var day = Int.min
  private var harvest = 0.0

  private static let loadedFrom = 9 * 3_600_000
  private static let pressedFrom = loadedFrom + 120_000
  private static let unloadedAt = loadedFrom + 600_000

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func advance(to now: WallTime, by step: Duration) {
    let date = now.date
    if date.daysSinceEpoch != day {
      day = date.daysSinceEpoch
      let isHarvest = day % 7 == 4  // a Monday; 1970-01-01 was a Thursday
      harvest = isHarvest ? (800 + 1600 * random.uniform()).rounded() / 10 : 0
    }
    let time = now.millisecondOfDay
    weight = (Self.loadedFrom..<Self.unloadedAt).contains(time) ? harvest : 0
    // A press that lasts a step at least, so that no interval of the loop misses it.
    isPressed =
      harvest > 0 && time >= Self.pressedFrom && time < Self.pressedFrom + Int(max(1000, step.milliseconds))
  }
}
