import FarmUnits

extension DroneRules {
  mutating func judgeBatteries() {
    guard !facts.batteries.isEmpty else {
      guard facts.batterySummary != nil else {
        unknown(.notHeard, "battery", clearsAtOnce: true)
        return
      }
      judgeSummary()
      return
    }
    for (index, battery) in facts.batteries.sorted(by: { $0.key < $1.key }) {
      // A camera's battery may be empty without keeping the drone on the ground.
      judge(battery, "battery[\(index)]", atMost: battery.purpose == .payload ? .warn : .block)
    }
  }

  /// SYS_STATUS alone: undefined with several batteries, so it is a reservation at best.
  private mutating func judgeSummary() {
    guard let summary = facts.batterySummary else { return }
    state(.batterySummaryOnly, "battery", .warn)
    judge(summary, "battery", atMost: .block)
  }

  private mutating func judge(_ battery: BatteryFacts, _ field: String, atMost: DroneReason.Severity) {
    judgeCharge(battery, field, atMost)
    judgeCells(battery, field, atMost)
    if let temperature = battery.temperature.fresh(at: now, lifetime: lifetime) {
      limit(.batteryCold, "\(field).temperature", temperature, .batteryColdCelsius, atMost: atMost)
      limit(.batteryHot, "\(field).temperature", temperature, .batteryHotCelsius, atMost: atMost)
    }
    switch battery.condition.fresh(at: now, lifetime: lifetime) {
    case .low?, .charging?:
      state(.batteryState, "\(field).state", .warn, battery.condition?.value.map { .text($0.name) })
    case .critical?, .emergency?, .failed?, .unhealthy?:
      state(.batteryState, "\(field).state", atMost, battery.condition?.value.map { .text($0.name) })
    case .ok?, nil: break
    }
    for name in BatteryFacts.names(ofFaults: battery.faults.fresh(at: now, lifetime: lifetime) ?? 0) {
      state(.batteryFault, "\(field).faults.\(name)", atMost)
    }
    // What the pack's own memory says stays true until the drone restarts.
    if let cycles = battery.cycles.fresh(at: now, lifetime: nil) {
      limit(.batteryCycles, "\(field).cycles", Double(cycles), .batteryCycles, atMost: atMost)
    }
    if let health = battery.health.fresh(at: now, lifetime: nil) {
      limit(.batteryWorn, "\(field).soh", health, .batteryHealthPercent, atMost: atMost)
    }
    if let days = battery.fullDays.fresh(at: now, lifetime: nil) {
      limit(.batteryKeptFull, "\(field).idle_high_days", Double(days), .batteryFullDays, atMost: atMost)
    }
  }

  /// A percentage alone is often counted from a battery that was assumed full at boot: without a voltage, or a
  /// pack with a memory of its own, it proves nothing.
  private mutating func judgeCharge(_ battery: BatteryFacts, _ field: String, _ atMost: DroneReason.Severity)
  {
    let percent = need(battery.percent, "\(field).soc", lifetime: lifetime, notReported: atMost)
    if let percent { limit(.batteryLow, "\(field).soc", percent, .batteryPercent, atMost: atMost) }
    let voltage = battery.voltage.fresh(at: now, lifetime: lifetime)
    if percent != nil, voltage == nil, !battery.isSmart {
      state(.batteryUnconfirmed, "\(field).voltage", min(.unknown, atMost))
    }
  }

  private mutating func judgeCells(_ battery: BatteryFacts, _ field: String, _ atMost: DroneReason.Severity) {
    guard let voltage = battery.voltage.fresh(at: now, lifetime: lifetime) else { return }
    let inSeries = battery.cellsInSeries.fresh(at: now, lifetime: nil)
    let isPartial =
      inSeries.map { !voltage.cells.isEmpty && voltage.cells.count < $0 } ?? voltage.mayLackCells
    // Ten cells of a pack with twelve: the sum is no pack voltage, and two cells are not known.
    if isPartial && (inSeries != nil || disagreesWithSummary(voltage)) {
      state(.cellsMissing, "\(field).voltage", .warn, .number(Double(voltage.cells.count)))
    }
    guard battery.chemistry.isJudgedByCell else {
      state(.cellsNotJudged, "\(field).cell_min", .warn)
      return
    }
    if let spread = voltage.spread {
      limit(.cellSpread, "\(field).spread", Double(spread), .cellSpreadMillivolts, atMost: atMost)
    }
    // Under load every cell sags; the limits are those of a battery at rest.
    guard flightState != .air, facts.isArmed.fresh(at: now, lifetime: lifetime) != true else { return }
    let mean = inSeries.flatMap { count in voltage.pack.map { $0 / max(1, count) } }
    if let weakest = voltage.weakest ?? mean {
      limit(.cellLow, "\(field).cell_min", Double(weakest), .cellMillivolts, atMost: atMost)
    }
  }

  /// With one battery the summary's voltage tells whether the cells add up to the pack.
  private func disagreesWithSummary(_ voltage: CellVoltages) -> Bool {
    guard facts.batteries.count == 1, let pack = voltage.pack,
      let summary = facts.batterySummary?.voltage.fresh(at: now, lifetime: lifetime)?.pack
    else { return false }
    return summary > pack + pack / 20
  }
}
