public import FarmUnits
public import HomeAssistant

/// Going on under another configuration.
extension FarmGateway {
  /// Takes over from the gateway of the configuration before, which is let go of then: what was heard, answered, counted
  /// and told stays. Topics that the broker keeps of what there is no more are cleared.
  ///
  /// - Parameters:
  ///   - give: Called for each sensor on MQTT that goes on, with its channel and what it said last: what the control loop
  ///     has not looked at yet must not be lost with the slots before.
  public mutating func takeOver(
    _ old: FarmGateway, by change: ConfigurationChange, at now: Moment, give: (Int, Reading) -> Void
  ) {
    outgoing = old.outgoing
    for output in outputsTold.indices {
      outputsTold[output] = change.carry.oldOutput(output).flatMap { old.outputsTold[$0] }
    }
    alarms.takeOver(old.alarms, by: change.carry)
    sensors.takeOver(old.sensors, from: change.channels, give: give)
    board.takeOver(old.board, from: change.channels)
    commands.takeOver(old.commands)
    (refusedCommands, refusedResponses) = (old.refusedCommands, old.refusedResponses)
    overflows = old.overflows
    (refusalPace, commandsNotKept) = (old.refusalPace, old.commandsNotKept)
    lots.takeOver(old.lots)
    let (rules, sensorNames) = (lots.book.rules, sensorsOfStores)
    market = old.market
    market?.adopt(rules: rules, sensors: sensorNames)
    (kept, canKeep, owesStatus) = (old.kept, old.canKeep, old.owesStatus)
    (catalogueHasChanged, catalogueTold) = (true, old.catalogueTold)
    notes = old.notes
    if let before = old.drones { drones?.takeOver(before) }
    dronesOnMarket = old.dronesOnMarket
    benches.takeOver(old.benches, from: change.channels)
    recorded = old.recorded
    let gone = soil.takeOver(old.soil)
    clear(old, fields: gone, change)
  }

  /// - Parameter desk: What there is to announce now; nil: nothing.
  public mutating func announce(through desk: DiscoveryDesk, after old: FarmGateway, at now: Moment) {
    discovery = desk
    if let before = old.discovery { discovery?.takeOver(before, at: now.instant) }
  }

  /// What was announced so far.
  public var announced: AnnouncementRecord? { discovery?.announced }

  private mutating func clear(_ old: FarmGateway, fields: [String], _ change: ConfigurationChange) {
    let outputs = Set(outputNames)
    for name in old.outputNames where !outputs.contains(name) { say(site.cleared(site.topics.output(name))) }
    let alarmNames = Set(alarms.names)
    for name in old.alarms.names where !alarmNames.contains(name) {
      say(site.cleared(site.topics.alarm(name)))
    }
    for field in fields { market?.clear(.fieldSoil(field)) }
    let stores = Set(change.after.coldStores.map(\.id))
    for store in change.before.coldStores.map(\.id) where !stores.contains(store) {
      market?.clear(.storeCondition(store))
    }
  }
}
