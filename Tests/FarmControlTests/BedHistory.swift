import FarmControl
import FarmUnits

/// What has happened at one bed with a meter, as anybody could write it down who sees the valve, the meter and the
/// probe, tick by tick. Times in milliseconds.
struct BedHistory {
  /// How long something has lasted without a break, in time and in ticks.
  struct Spell {
    var since = 0
    var ticks = 0
    var isOn: Bool { ticks > 0 }

    mutating func note(_ holds: Bool, _ now: Int) {
      if holds {
        if ticks == 0 { since = now }
        ticks += 1
      } else {
        ticks = 0
      }
    }
    /// Long enough for any window that the meter's resolution and the bed's lowest flow can ask for.
    func isLong(_ now: Int) -> Bool { ticks >= 6 && now - since >= 120_000 }
    func lasted(_ now: Int) -> Int { ticks > 0 ? now - since : 0 }
  }

  // While the valve was open and the meter known, since it opened or became known.
  private(set) var open = Spell(), dry = Spell(), low = Spell(), burst = Spell(), usual = Spell()
  private(set) var wetter = Spell(), notWetter = Spell()
  private(set) var sawTooMuch = false, sawTooLittle = false, sawNothing = false
  // While it was shut and the meter known.
  private(set) var leaking = Spell()
  private(set) var shutLitres = 0.0
  // Water that the bed was given: at the least and at the most.
  private(set) var leastToday = 0.0, mostToday = 0.0, leastThisWeek = 0.0, mostThisWeek = 0.0
  /// Since the soil was last wet.
  private(set) var mostSinceWet = 0.0
  /// Since the probe, good all the time, began to ask for water.
  private(set) var leastWhileDry = 0.0
  private(set) var dryWatering = Spell()
  /// Whether the probe asks for water: below the start threshold, and not yet above the other.
  private(set) var wants: Bool? = false
  private var shutKnown = Spell()
  private var wasKnown = false
  /// Since the valve opened.
  private var firstProbe: Double?, highestProbe = -Double.infinity
  private var calendar: LocalTime?

  struct Tick {
    var now: Int
    var step: Double
    /// As told at the end of the last tick.
    var wasOpen: Bool
    var meterIsGood: Bool
    /// By its alarm, before this tick or after it.
    var meterIsDead: Bool
    /// Litres per minute since the last tick.
    var rate: Double
    /// Nil unless good.
    var probe: Double?
    var local: LocalTime?
  }

  mutating func note(_ tick: Tick, startBelow: Double, stopAbove: Double) {
    let isKnown = tick.meterIsGood && wasKnown
    noteProbe(tick, startBelow, stopAbove)
    noteOpen(tick, isKnown)
    shutKnown.note(!tick.wasOpen && isKnown, tick.now)
    leaking.note(shutKnown.lasted(tick.now) >= 10_000 && tick.rate >= 1.4, tick.now)
    shutLitres = shutKnown.isOn ? shutLitres + tick.rate * tick.step / 60 : 0
    noteLitres(tick, isKnown && !tick.meterIsDead)
    wasKnown = tick.meterIsGood
  }

  /// A bed that was forgotten has had nothing; one that is remembered goes on.
  mutating func restart(remembers: Bool) {
    var after = BedHistory()
    after.calendar = remembers ? calendar : nil
    after.wants = nil
    if remembers { (after.mostToday, after.mostThisWeek) = (mostToday, mostThisWeek) }
    if remembers { (after.leastToday, after.leastThisWeek) = (leastToday, leastThisWeek) }
    self = after
  }

  /// A person has looked at the bed.
  mutating func cleared() {
    (leastWhileDry, dryWatering) = (0, Spell())
    (open, dry, low, burst, usual) = (Spell(), Spell(), Spell(), Spell(), Spell())
  }

  /// A person has looked at what leaked.
  mutating func leakCleared() {
    cleared()
    (leaking, shutKnown, shutLitres) = (Spell(), Spell(), 0)
  }

  private mutating func noteProbe(_ tick: Tick, _ startBelow: Double, _ stopAbove: Double) {
    guard let probe = tick.probe else {
      wants = nil
      return
    }
    if probe >= stopAbove { wants = false } else if probe < startBelow { wants = true }
  }

  private mutating func noteOpen(_ tick: Tick, _ isKnown: Bool) {
    open.note(tick.wasOpen && isKnown, tick.now)
    if open.ticks <= 1 { (sawTooMuch, sawTooLittle, sawNothing) = (false, false, false) }
    if !tick.wasOpen { (firstProbe, highestProbe) = (nil, -.infinity) }
    if tick.wasOpen, let probe = tick.probe {
      firstProbe = firstProbe ?? probe
      highestProbe = max(highestProbe, probe)
    }
    dry.note(open.isOn && tick.rate == 0, tick.now)
    low.note(open.isOn && tick.rate > 0.1 && tick.rate < 3, tick.now)
    burst.note(open.isOn && tick.rate > 20, tick.now)
    usual.note(open.isOn && tick.rate > 5 && tick.rate < 13, tick.now)
    let first = firstProbe ?? .infinity
    notWetter.note(open.isOn && highestProbe - first < 0.99, tick.now)
    wetter.note(open.isOn && (tick.probe.map { $0 - first >= 1.01 } ?? false), tick.now)
    if open.isOn {
      if tick.rate > 14 { sawTooMuch = true }
      if tick.rate < 4 { sawTooLittle = true }
      if tick.rate == 0 { sawNothing = true }
    }
  }

  private mutating func noteLitres(_ tick: Tick, _ isKnown: Bool) {
    // A day may have begun, or surely has.
    let mayBeNew = tick.local == nil || calendar == nil || tick.local?.day != calendar?.day
    if mayBeNew { (leastToday, leastThisWeek) = (0, 0) }
    if let local = tick.local, let calendar, local.day > calendar.day {
      mostToday = 0
      if local.week > calendar.week { mostThisWeek = 0 }
    }
    if tick.local == nil { calendar = nil } else { calendar = tick.local }
    let counted = tick.wasOpen && isKnown ? tick.rate * tick.step / 60 : 0
    // While nobody knows, the most that is expected counts; what is caught up later may count as well.
    let assumed = tick.wasOpen && !isKnown ? max(14, tick.rate) * tick.step / 60 : 0
    leastToday += counted
    leastThisWeek += counted
    mostToday += counted + 2 * assumed
    mostThisWeek += counted + 2 * assumed
    mostSinceWet = wants == false ? 0 : mostSinceWet + counted + 2 * assumed
    dryWatering.note(wants == true && tick.probe != nil, tick.now)
    leastWhileDry = dryWatering.isOn ? leastWhileDry + counted : 0
  }
}
