public import FarmConfiguration

/// A script by its name: what goes wrong on top of an ordinary season.
public enum Scenario: String, CaseIterable, Sendable {
  case season
  case faults
  case powerCuts = "power-cuts"
  case clocks
  case stress

  /// For people.
  public var sentence: String {
    switch self {
    case .season: "weather, harvests, doors and a look at the alarms every morning; nothing breaks"
    case .faults:
      "one thing after the other breaks, two days apart: probes, valves, pipes, meters, compressors, doors"
    case .powerCuts: "the power fails every few hours for 20 seconds, 4 minutes or 50 minutes"
    case .clocks: "the wall clock is wrong by an hour, a day, a year, or nobody vouches for it"
    case .stress: "ticks take far too long, and devices send thousands of messages between two ticks"
    }
  }

  /// The script for a farm.
  /// - Parameter length: Of the whole simulation.
  public func script(_ configuration: GatewayConfiguration, length: Duration) -> FaultScript {
    switch self {
    case .season: FaultScript()
    case .faults:
      Self.inTurn(Self.breakages(configuration), every: .hours(48), from: .hours(12), until: length)
    case .powerCuts:
      Self.inTurn(
        [(.powerCut, .seconds(20)), (.powerCut, .seconds(240)), (.powerCut, .seconds(3000))],
        every: .seconds(7 * 3600 + 700), from: .hours(5), until: length)
    case .clocks:
      Self.inTurn(
        [
          (.clockOff(by: .hours(1)), .hours(9)), (.clockOff(by: .hours(-26)), .hours(9)),
          (.clockOff(by: .hours(365 * 24)), .hours(9)), (.clockUntrusted, .hours(9)),
        ], every: .hours(24), from: .hours(10), until: length)
    case .stress:
      Self.inTurn(
        [(.slowTicks(.seconds(25)), .seconds(1800)), (.flood(messages: 2000), .seconds(60))],
        every: .hours(6), from: .hours(1), until: length)
    }
  }

  private static func inTurn(
    _ happenings: [(what: Happening, lasts: Duration)], every: Duration, from: Duration, until end: Duration
  ) -> FaultScript {
    guard !happenings.isEmpty else { return FaultScript() }
    var entries: [FaultScript.Entry] = []
    var (at, number) = (from, 0)
    while at < end {
      let (what, lasts) = happenings[number % happenings.count]
      entries.append(FaultScript.Entry(what, from: at, until: at + lasts))
      (at, number) = (at + every, number + 1)
    }
    return FaultScript(entries)
  }

  /// Everything that this farm has to break.
  private static func breakages(_ configuration: GatewayConfiguration) -> [(what: Happening, lasts: Duration)]
  {
    var all: [(what: Happening, lasts: Duration)] = []
    for store in configuration.coldStores {
      all += [
        (.sensor(store.air, .says(85)), .hours(3)), (.sensor(store.air, .gone), .hours(3)),
        (.sensor(store.air, .wrong(by: -6)), .hours(3)), (.doorOpen(store.id), .seconds(2400)),
        (.compressor(store.compressor, .coolsNothing), .hours(4)),
        (.compressor(store.compressor, .seized), .hours(2)),
      ]
    }
    for bed in configuration.irrigation {
      let probe = configuration.sensors.first { $0.id == bed.probe.sensor }
      let flatline = probe?.plausibility.flatline?.over
      all.append(
        (.sensor(bed.probe.sensor, .stuck), min(flatline.map { $0 + .hours(12) } ?? .hours(12), .hours(200))))
      all.append((.sensor(bed.probe.sensor, .gone), .hours(12)))
      guard let flow = bed.flow else { continue }
      all += [
        (.valve(bed.valve, .stuckShut), .hours(46)), (.valve(bed.valve, .stuckOpen), .seconds(1200)),
        (.burst(bed.valve, litresPerMinute: 3 * (flow.expected?.upperBound ?? 10)), .hours(46)),
        (.sensor(flow.sensor, .stuck), .hours(46)),
      ]
    }
    return all
  }
}

extension Duration {
  static func hours(_ hours: Int) -> Duration { .seconds(hours * 3600) }
}
