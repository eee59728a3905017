internal import FarmUnits

/// Turns a channel that counts millimetres of rain into rain per tick, and says whether it rains.
struct RainGauge: Sendable {
  /// This much within the last hour or two is rain, mm.
  static let worthWaiting = 1.0

  private static let hour = TimeLimit(nanoseconds: 3_600_000_000_000)

  /// In the last tick, mm.
  private(set) var added = 0.0
  private var last: Double?
  private var hourBegan: Instant?
  private var thisHour = 0.0
  private var lastHour = 0.0

  /// It has rained enough lately that watering can wait.
  var isRaining: Bool { thisHour + lastHour >= Self.worthWaiting }

  mutating func step(_ total: Double?, at now: Instant) {
    added = 0
    if let total {
      // A counter that starts anew says nothing about what fell before.
      if let last, total > last { added = total - last }
      last = total
    }
    let began = hourBegan ?? now
    hourBegan = began
    if began.isAtLeast(Self.hour, before: now) {
      (lastHour, thisHour) = (thisHour, 0)
      hourBegan = now
    }
    thisHour += added
  }
}
