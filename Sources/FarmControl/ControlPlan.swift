/// What a farm has to be controlled, by index. Made from the configuration; never changes while it runs.
public struct ControlPlan: Equatable, Sendable {
  public var channels: [ChannelPlan]
  public var outputs: [OutputPlan]
  public var irrigations: [IrrigationPlan]
  public var coldStores: [ColdStorePlan]
  /// Pads on which drones are charged.
  public var chargers: [ChargerPlan]
  /// The output that sounds while an alarm nobody has acknowledged is active, for its longest on time at most
  /// after each new one.
  public var siren: Int?
  /// More alarms than this within a minute no longer sound. Nil: no limit.
  public var floodLimitPerMinute: Int?
  /// Whether there is a journal that may be in trouble, which is an alarm then.
  public var keepsJournal: Bool

  public init(
    channels: [ChannelPlan] = [], outputs: [OutputPlan] = [], irrigations: [IrrigationPlan] = [],
    coldStores: [ColdStorePlan] = [], chargers: [ChargerPlan] = [], siren: Int? = nil,
    floodLimitPerMinute: Int? = nil, keepsJournal: Bool = false
  ) {
    (self.channels, self.outputs, self.irrigations) = (channels, outputs, irrigations)
    (self.coldStores, self.chargers) = (coldStores, chargers)
    (self.siren, self.floodLimitPerMinute) = (siren, floodLimitPerMinute)
    self.keepsJournal = keepsJournal
  }
}
