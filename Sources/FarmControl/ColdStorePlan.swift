internal import FarmUnits

/// One cold store. Temperatures in °C, whatever the channels' own unit would be: they are declared in °C.
public struct ColdStorePlan: Equatable, Sendable {
  /// As in the configuration; becomes part of alarm ids.
  public var name: String
  /// The channel that governs the compressor.
  public var air: Int
  public var product: Int?
  /// A good product probe governs the compressor while the air probe is bad, instead of the compressor's own
  /// reaction to bad readings. Goods follow slowly: only for stores whose guard stands that.
  public var productStandsIn: Bool
  /// A contact that is `open` while the door is.
  public var door: Int?
  public var compressor: Int
  /// Runs with the compressor and rests during defrost and while the door is open.
  public var fan: Int?
  /// Defrost heater; never on together with the compressor.
  public var heater: Int?
  /// The compressor stops here.
  public var setpoint: Double
  /// It starts this much warmer; above zero.
  public var band: Double
  public var alarm: ColdStoreAlarmPlan?
  public var defrost: DefrostPlan?
  public var coolingCheck: CoolingCheckPlan?

  public init(
    name: String, air: Int, product: Int? = nil, productStandsIn: Bool = false, door: Int? = nil,
    compressor: Int, fan: Int? = nil,
    heater: Int? = nil, setpoint: Double, band: Double, alarm: ColdStoreAlarmPlan? = nil,
    defrost: DefrostPlan? = nil, coolingCheck: CoolingCheckPlan? = nil
  ) {
    (self.name, self.air, self.product, self.door) = (name, air, product, door)
    self.productStandsIn = productStandsIn
    (self.compressor, self.fan, self.heater) = (compressor, fan, heater)
    (self.setpoint, self.band, self.alarm) = (setpoint, band, alarm)
    (self.defrost, self.coolingCheck) = (defrost, coolingCheck)
  }
}

/// When people have to come.
public struct ColdStoreAlarmPlan: Equatable, Sendable {
  public var above: Double?
  public var below: Double?
  /// How long the temperature may be beyond a limit first.
  public var delay: Duration
  /// How long the door may be open. Nil: for ever.
  public var doorOpen: Duration?

  public init(above: Double? = nil, below: Double? = nil, delay: Duration, doorOpen: Duration? = nil) {
    (self.above, self.below, self.delay, self.doorOpen) = (above, below, delay, doorOpen)
  }
}

/// When the evaporator is freed from ice.
public struct DefrostPlan: Equatable, Sendable {
  /// From the end of one to the start of the next.
  public var every: Duration
  /// It ends after this long even if the coil is not warm.
  public var longest: Duration
  /// A channel on the evaporator. Nil, or while it is not good: the time alone ends it.
  public var coil: Int?
  /// The coil is free of ice at this temperature.
  public var until: Double?
  /// Rest between the end of the defrost and cooling, so that melted water drips off.
  public var drip: Duration

  public init(
    every: Duration, longest: Duration, coil: Int? = nil, until: Double? = nil, drip: Duration = .seconds(120)
  ) {
    (self.every, self.longest, self.coil, self.until, self.drip) = (every, longest, coil, until, drip)
  }
}

/// A compressor that runs must have an effect: the air falls by `fall` within `within`.
public struct CoolingCheckPlan: Equatable, Sendable {
  public var within: Duration
  public var fall: Double

  public init(within: Duration, fall: Double) { (self.within, self.fall) = (within, fall) }
}
