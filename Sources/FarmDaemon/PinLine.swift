package import FarmConfiguration
package import FarmUnits
package import GPIOLines
package import Gateway

/// One input and what is known of it. A value; its owner keeps it to one thread at a time.
package struct PinLine: Sendable {
  /// What a notice changed.
  package struct Change {
    /// There is something new to tell.
    package var isNew = false
    /// A button was pressed.
    package var isPress = false
    var at: Instant
    /// For the log.
    var trouble: String?
  }

  package private(set) var channel: Int
  private(set) var sensor: String
  let unit: Unit?
  /// The meter's amount for one pulse, in the channel's unit.
  let amountPerPulse: Double
  private(set) var isButton: Bool
  package var sequence: UInt64 = 0
  /// Nil for contacts.
  package private(set) var meter: PulseInput?
  /// Nil while the line is not ours.
  private var level: LineLevel?
  private var isHeld = false

  package init(
    _ channel: Int, _ settings: SensorSettings, _ input: GPIOInput, totals: PulseTotals, isButton: Bool
  ) {
    (self.channel, sensor, unit) = (channel, settings.id, settings.unit)
    (amountPerPulse, self.isButton) = (input.pulses?.amountPerPulse ?? 0, isButton)
    guard let pulses = input.pulses else { return }
    let kept = totals[settings.id]
    var counter = PulseCounter(
      maximumHertz: pulses.perSecondMax ?? .infinity, total: kept?.pulses ?? 0, lost: kept?.lost ?? 0)
    // What came after the last time that totals were kept is not known to be nothing.
    if kept != nil, !totals.wasClean { counter.suspectLoss() }
    let counted: LineLevel? =
      switch pulses.edge {
      case .rising: .active
      case .falling: .inactive
      case .both: nil
      }
    meter = PulseInput(counter, counted: counted)
  }

  /// Goes on as another sensor's, or at another place.
  mutating func rename(_ channel: Int, _ sensor: String, isButton: Bool) {
    (self.channel, self.sensor, self.isButton) = (channel, sensor, isButton)
  }

  package mutating func take(_ notice: EdgeNotice) -> Change {
    switch notice {
    case .began(let level, let at):
      isHeld = true
      self.level = level
      meter?.begin(at: level)
      return Change(isNew: true, at: at)
    case .edge(let event):
      let wasOpen = level == .inactive
      level = event.level
      meter?.take(event)
      // A meter's total is told once a second; a contact's change at once.
      return Change(
        isNew: meter == nil, isPress: isButton && wasOpen && event.level == .active, at: event.at)
    case .level(let level, let at):
      self.level = level
      return Change(isNew: meter == nil, at: at)
    case .overflow(let at):
      meter?.suspectLoss()
      return Change(at: at)
    case .interrupts(let count, let at):
      meter?.take(interrupts: count, at: at)
      return Change(at: at)
    case .absent(let error, let at):
      isHeld = false
      return Change(isNew: true, at: at, trouble: "input cannot be read: \(error)")
    case .gone(let error, let place, let at):
      isHeld = false
      meter?.suspectLoss()
      return Change(isNew: true, at: at, trouble: "input was lost: \(error.inWords(of: place))")
    }
  }

  /// What its meter has counted; nil for contacts.
  var total: PulseTotals.Total? {
    meter.map { PulseTotals.Total(pulses: $0.counter.total, lost: $0.counter.lost) }
  }

  /// Reads the meter; once in a reporting period.
  package mutating func read(at now: Instant) -> PulseDetails? {
    guard let reading = meter?.read(at: now), let unit else { return nil }
    let rate = Self.rate(of: unit)
    return PulseDetails(
      rate: (reading.hertz * amountPerPulse * rate.perSecond * 1000).rounded() / 1000, unit: rate.unit,
      lost: reading.lost, suspect: reading.isSuspect)
  }

  package func reading(acquired: Moment) -> Reading {
    let value: Value? =
      if let meter {
        .number((Double(meter.counter.total) * amountPerPulse * 1e6).rounded() / 1e6)
      } else {
        level.map { .contact($0 == .active ? .closed : .open) }
      }
    return Reading(
      value: isHeld ? value : nil, unit: unit, quality: isHeld ? .good : .fault, acquired: acquired,
      sequence: sequence)
  }

  /// In which unit a rate is told, and how many of it one unit a second is.
  private static func rate(of unit: Unit) -> (unit: Unit, perSecond: Double) {
    switch unit {
    case .litre: (.litrePerMinute, 60)
    case .millilitre: (.litrePerMinute, 0.06)
    case .cubicMetre: (.cubicMetrePerHour, 3600)
    case .millimetre: (.millimetrePerHour, 3600)
    case .wattHour: (.watt, 3600)
    case .kilowattHour: (.watt, 3_600_000)
    default: (.hertz, 1)
    }
  }
}
