import FarmConfiguration
import FarmDaemon
import FarmUnits
import GPIOLines

/// A GPIO input whose edges come from the simulated farm.
struct VirtualPin {
  let sensor: String
  let channel: Int
  var line: PinLine
  /// Nil for contacts.
  private let amountPerPulse: Double?
  /// What the meter has shown, in the channel's unit; nil before the first look.
  private var shown: Double?
  /// Part of a pulse that has not come round yet.
  private var rest = 0.0
  private var level: LineLevel?

  /// Nil for a sensor that is on no line.
  init?(_ channel: Int, _ settings: SensorSettings, totals: PulseTotals, isButton: Bool) {
    guard case .gpio(let input) = settings.source else { return nil }
    (sensor, self.channel) = (settings.id, channel)
    amountPerPulse = input.pulses?.amountPerPulse
    line = PinLine(channel, settings, input, totals: totals, isButton: isButton)
  }

  var isMeter: Bool { amountPerPulse != nil }

  /// What the sensor shows now, at the end of a step.
  /// - Returns: What changed; nil for nothing.
  mutating func see(_ word: Value?, from: Instant, to now: Instant) -> PinLine.Change? {
    guard let amountPerPulse else {
      // A wire that is off reads as an open contact.
      return see(word?.contact == .closed ? .active : .inactive, at: now)
    }
    guard level != nil else {
      (level, shown) = (.inactive, word?.number)
      return line.take(.began(.inactive, at: now))
    }
    guard let total = word?.number, let before = shown else { return nil }
    shown = total
    rest += max(0, total - before) / amountPerPulse
    let pulses = Int(rest)
    guard pulses > 0 else { return nil }
    rest -= Double(pulses)
    let whole = from.duration(to: now).nanoseconds
    for pulse in 0..<pulses {
      // Evenly over the step, each half a turn active.
      let (up, down) = (Int64(2 * pulse + 1), Int64(2 * pulse + 2))
      edge(.active, at: from.advanced(by: .nanoseconds(whole / Int64(2 * pulses) * up)))
      edge(.inactive, at: from.advanced(by: .nanoseconds(whole / Int64(2 * pulses) * down)))
    }
    return nil
  }

  private mutating func see(_ seen: LineLevel, at now: Instant) -> PinLine.Change? {
    defer { level = seen }
    guard let level else { return line.take(.began(seen, at: now)) }
    return level == seen ? nil : line.take(.edge(EdgeEvent(level: seen, at: now, sequence: nil)))
  }

  private mutating func edge(_ level: LineLevel, at instant: Instant) {
    // What it changes is told once a second.
    _ = line.take(.edge(EdgeEvent(level: level, at: instant, sequence: nil)))
  }

  /// The next reading for the channel's slot.
  mutating func reading(_ acquired: Moment) -> Reading {
    line.sequence += 1
    return line.reading(acquired: acquired)
  }
}
