internal import FarmUnits

/// Turns a meter channel, be it a total or a rate, into litres that only rise, and a present rate.
struct FlowMeter: Sendable {
  private static let shortestWindow = TimeLimit(nanoseconds: 10_000_000_000)
  private static let longestWindow = TimeLimit(nanoseconds: 120_000_000_000)

  private enum Kind { case total(litres: Double), rate(litresPerMinute: Double) }

  /// What one pulse stands for; 0 where that is too little to matter.
  let resolution: Double
  private let kind: Kind
  /// Since the gateway started, litres.
  private(set) var total = 0.0
  /// Counted in the last tick, litres.
  private(set) var added = 0.0
  /// Litres per minute over the last while; nil while unknown.
  private(set) var rate: Double?
  /// The channel was good in the last tick.
  private(set) var isKnown = false
  /// What was counted in the last tick flowed while the channel was not good.
  private(set) var isCatchingUp = false
  private var last: Double?
  private var steppedAt: Instant?
  /// How long the last tick was.
  private(set) var lastStepSeconds = 0.0
  private var windowStart: (at: Instant, total: Double)?

  /// Nil when the channel measures no water.
  init?(channel: ChannelPlan, resolution: Double) {
    switch (channel.quantity, channel.unit) {
    case (.volume, .litre): kind = .total(litres: 1)
    case (.volume, .millilitre): kind = .total(litres: 0.001)
    case (.volume, .cubicMetre): kind = .total(litres: 1000)
    case (.flow, .litrePerMinute): kind = .rate(litresPerMinute: 1)
    case (.flow, .cubicMetrePerHour): kind = .rate(litresPerMinute: 1000.0 / 60)
    default: return nil
    }
    self.resolution = max(resolution, 0)
  }

  /// - Parameter number: The channel's, if it is good.
  mutating func step(_ number: Double?, at now: Instant) {
    added = 0
    lastStepSeconds = steppedAt?.seconds(to: now) ?? 0
    steppedAt = now
    guard let number else {
      (isKnown, rate, windowStart) = (false, nil, nil)
      return
    }
    isCatchingUp = !isKnown
    isKnown = true
    switch kind {
    case .total(let litres):
      // A counter that starts anew says nothing about what went through before.
      if let last, number > last { added = (number - last) * litres }
      last = number
    case .rate(let litresPerMinute):
      rate = max(number * litresPerMinute, 0)
      added = (rate ?? 0) * lastStepSeconds / 60
    }
    total += added
    if case .total = kind { measureRate(at: now) }
  }

  /// Goes on with the same channel under another plan.
  mutating func takeOver(_ old: Self) {
    (total, added, rate, last) = (old.total, old.added, old.rate, old.last)
    (isKnown, isCatchingUp) = (old.isKnown, old.isCatchingUp)
    (steppedAt, lastStepSeconds, windowStart) = (old.steppedAt, old.lastStepSeconds, old.windowStart)
  }

  /// A coarse meter needs several pulses before a rate means anything, a fine one ten seconds.
  private mutating func measureRate(at now: Instant) {
    guard let start = windowStart else {
      windowStart = (now, total)
      return
    }
    guard start.at.isAtLeast(Self.shortestWindow, before: now) else { return }
    let litres = total - start.total
    guard litres >= 4 * resolution || start.at.isAtLeast(Self.longestWindow, before: now) else { return }
    rate = litres / start.at.seconds(to: now) * 60
    windowStart = (now, total)
  }
}
