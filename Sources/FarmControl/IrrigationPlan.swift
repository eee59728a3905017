/// One bed: a probe, a valve, and how much water is too much.
public struct IrrigationPlan: Equatable, Sendable {
  /// As in the configuration; becomes part of alarm ids.
  public var name: String
  public var probe: SoilProbe
  /// Index of the output.
  public var valve: Int
  /// Nil: one run until the soil is wet enough or the valve's longest on time ends it.
  public var soak: SoakPlan?
  public var limits: IrrigationLimits
  public var flow: FlowPlan?
  /// An output that is open while any valve behind it is, and shut at a leak.
  public var masterValve: Int?
  public var rootZone: RootZonePlan?

  public init(
    name: String, probe: SoilProbe, valve: Int, soak: SoakPlan? = nil, limits: IrrigationLimits = .init(),
    flow: FlowPlan? = nil, masterValve: Int? = nil, rootZone: RootZonePlan? = nil
  ) {
    (self.name, self.probe, self.valve, self.soak) = (name, probe, valve, soak)
    (self.limits, self.flow, self.masterValve, self.rootZone) = (limits, flow, masterValve, rootZone)
  }
}

/// How the soil says that it is dry.
public enum SoilProbe: Equatable, Sendable {
  /// Water content: watering starts below `startBelow` and ends at `stopAbove`, in the channel's unit.
  case moisture(channel: Int, startBelow: Double, stopAbove: Double)
  /// Tension, counted positive: watering starts above `startAbove` and ends at `stopBelow`, in the channel's unit.
  case tension(channel: Int, startAbove: Double, stopBelow: Double)

  /// The channel that governs the valve.
  public var channel: Int {
    switch self {
    case .moisture(let channel, _, _), .tension(let channel, _, _): channel
    }
  }

  /// Whether both measure the same way.
  func isLike(_ other: Self) -> Bool {
    switch (self, other) {
    case (.moisture, .moisture), (.tension, .tension): true
    default: false
    }
  }

  /// Dry enough to start.
  public func isDry(_ value: Double) -> Bool {
    switch self {
    case .moisture(_, let startBelow, _): value < startBelow
    case .tension(_, let startAbove, _): value > startAbove
    }
  }

  /// Wet enough to stop.
  public func isWet(_ value: Double) -> Bool {
    switch self {
    case .moisture(_, _, let stopAbove): value >= stopAbove
    case .tension(_, _, let stopBelow): value <= stopBelow
    }
  }
}

/// Water given in portions soaks in instead of running off.
public struct SoakPlan: Equatable, Sendable {
  public var run: Duration
  public var rest: Duration

  public init(run: Duration, rest: Duration) { (self.run, self.rest) = (run, rest) }
}

/// When enough is enough, whatever the probe says. They hold for the controller; a person's command is only
/// bound by the valve's guard.
public struct IrrigationLimits: Equatable, Sendable {
  /// Per local day. Needs a flow meter.
  public var litresPerDay: Double?
  /// Per local week, from Monday. Needs a flow meter.
  public var litresPerWeek: Double?
  /// At most 4. Unknown local time is no quiet time: a clock that is not set must not dry out a crop.
  public var quiet: [QuietWindow]

  public init(litresPerDay: Double? = nil, litresPerWeek: Double? = nil, quiet: [QuietWindow] = []) {
    (self.litresPerDay, self.litresPerWeek, self.quiet) = (litresPerDay, litresPerWeek, quiet)
  }
}

/// A part of the local day, in minutes from midnight; `to` belongs no longer to it. It may run past midnight.
public struct QuietWindow: Equatable, Sendable {
  public var from: Int
  public var to: Int

  public init(from: Int, to: Int) { (self.from, self.to) = (from, to) }

  public func contains(_ minute: Int) -> Bool {
    from <= to ? minute >= from && minute < to : minute >= from || minute < to
  }
}

/// The meter that counts a bed's water, and what it should show while the valve is open.
public struct FlowPlan: Equatable, Sendable {
  /// A `volume` that rises, or a `flow`.
  public var channel: Int
  /// Litres per minute while the valve is open. Nil: any.
  public var expectedMinimum: Double?
  public var expectedMaximum: Double?
  /// What one pulse of the meter stands for. Nil: fine enough not to matter.
  public var litresPerPulse: Double?
  /// Pipes fill and valves travel: nothing is judged this soon after a valve moved.
  public var settle: Duration
  /// Nil: water may flow while every valve on this meter is shut.
  public var leak: LeakPlan?

  public init(
    channel: Int, expectedMinimum: Double? = nil, expectedMaximum: Double? = nil,
    litresPerPulse: Double? = nil,
    settle: Duration = .seconds(10), leak: LeakPlan? = LeakPlan()
  ) {
    (self.channel, self.litresPerPulse) = (channel, litresPerPulse)
    (self.expectedMinimum, self.expectedMaximum) = (expectedMinimum, expectedMaximum)
    (self.settle, self.leak) = (settle, leak)
  }
}

/// How much water through shut valves is a leak.
public struct LeakPlan: Equatable, Sendable {
  /// Nil: two litres, or three pulses of the meter where those are more.
  public var litres: Double?
  public var within: Duration

  public init(litres: Double? = nil, within: Duration = .seconds(600)) {
    (self.litres, self.within) = (litres, within)
  }
}

/// What the water balance has to know about soil and crop: a second opinion beside the probe.
public struct RootZonePlan: Equatable, Sendable {
  public var zone: RootZone
  /// ETc / ET0, FAO-56 Kc.
  public var cropCoefficient: Double
  public var areaSquareMetres: Double
  /// A channel that counts millimetres of rain.
  public var rain: Int?
  public var evaporation: EvaporationPlan
  /// Water by the balance while the probe is bad, instead of shutting the valve.
  public var standsIn: Bool

  public init(
    zone: RootZone, cropCoefficient: Double, areaSquareMetres: Double, rain: Int? = nil,
    evaporation: EvaporationPlan, standsIn: Bool = false
  ) {
    (self.zone, self.cropCoefficient, self.areaSquareMetres) = (zone, cropCoefficient, areaSquareMetres)
    (self.rain, self.evaporation, self.standsIn) = (rain, evaporation, standsIn)
  }
}

/// Where the water balance takes reference evapotranspiration from.
public enum EvaporationPlan: Equatable, Sendable {
  /// mm per day, 0 ... 15.
  case fixed(Double)
  /// From the day's highest and lowest air temperature on a channel in °C (Hargreaves); `otherwise` in mm per
  /// day until a full day has been seen and while the wall clock is not trusted.
  case hargreaves(temperature: Int, latitudeDegrees: Double, otherwise: Double)
}
