/// Something that goes wrong, on the farm or around the gateway.
public enum Happening: Equatable, Sendable {
  /// A sensor, by its name in the configuration.
  case sensor(String, SensorTrouble)
  /// A valve, by its output's name.
  case valve(String, ValveTrouble)
  /// The pipe behind a valve, by its output's name: so much flows while it is open, and little of it reaches the bed.
  case burst(String, litresPerMinute: Double)
  /// A compressor, by its output's name.
  case compressor(String, ColdRoom.Trouble)
  /// The door of a cold store, by the store's name.
  case doorOpen(String)
  /// The gateway and everything it drives have no power.
  case powerCut
  /// The gateway's wall clock shows so much more than the time.
  case clockOff(by: Duration)
  /// Nobody vouches for the gateway's wall clock.
  case clockUntrusted
  /// Every tick of the control loop takes so long.
  case slowTicks(Duration)
  /// Every topic of a sensor brings so many messages between two ticks.
  case flood(messages: Int)
}

public enum SensorTrouble: Equatable, Sendable {
  /// It repeats its last number, and a meter counts nothing.
  case stuck
  /// Nobody hears it any more.
  case gone
  /// It sends this number, in the sensor's unit, such as the 85 °C of a thermometer that has not measured.
  case says(Double)
  /// It is wrong by so much, in the sensor's unit.
  case wrong(by: Double)
}

public enum ValveTrouble: Equatable, Sendable {
  case stuckOpen, stuckShut
}

/// What goes wrong, and when: from the beginning of the simulation.
public struct FaultScript: Sendable {
  public struct Entry: Equatable, Sendable {
    public var from: Duration
    public var until: Duration
    public var what: Happening
    public init(_ what: Happening, from: Duration, until: Duration) {
      (self.what, self.from, self.until) = (what, from, until)
    }
  }

  /// In the order of their beginnings.
  public let entries: [Entry]
  private var next = 0
  private var running: [Entry] = []

  public init(_ entries: [Entry] = []) { self.entries = entries.sorted { $0.from < $1.from } }

  /// What has begun or ended since the last call, ends first.
  public mutating func step(to elapsed: Duration) -> [(what: Happening, isOn: Bool)] {
    guard !running.isEmpty || (next < entries.count && entries[next].from <= elapsed) else { return [] }
    var changes: [(what: Happening, isOn: Bool)] = []
    running.removeAll { entry in
      guard entry.until <= elapsed else { return false }
      changes.append((entry.what, false))
      return true
    }
    while next < entries.count, entries[next].from <= elapsed {
      changes.append((entries[next].what, true))
      running.append(entries[next])
      next += 1
    }
    return changes
  }
}
