/// A plan that cannot be controlled: where, and what is wrong with it.
public struct PlanError: Error, Equatable, CustomStringConvertible {
  /// The farm's name for the part, such as `outputs.bed-1-valve`.
  public let part: String
  public let problem: String

  public var description: String { "\(part): \(problem)" }
}

extension ControlPlan {
  /// Throws what is wrong first. The configuration has better messages for most of it; this keeps the
  /// controller from ever meeting an index or a limit that it cannot use.
  public func check() throws(PlanError) {
    for channel in channels { try check(channel) }
    for output in outputs { try check(output) }
    for irrigation in irrigations { try check(irrigation) }
    for store in coldStores { try check(store) }
    for charger in chargers { try check(charger) }
    if let siren { try has(siren, in: outputs.count, "alarms.siren", "no such output") }
    if let limit = floodLimitPerMinute {
      try demand((1...1000).contains(limit), "alarms.flood_limit_per_minute", "not within 1...1000")
    }
    try checkOwners()
  }

  private func demand(_ isRight: Bool, _ part: String, _ problem: String) throws(PlanError) {
    if !isRight { throw PlanError(part: part, problem: problem) }
  }

  private func has(_ index: Int?, in count: Int, _ part: String, _ problem: String) throws(PlanError) {
    if let index { try demand((0..<count).contains(index), part, problem) }
  }

  private func check(_ channel: ChannelPlan) throws(PlanError) {
    let part = "sensors.\(channel.name)"
    let rules = channel.rules
    for limit in [rules.minimum, rules.maximum, rules.maxChangePerMinute, rules.flatline?.below] {
      try demand(limit?.isFinite ?? true, part, "a limit is not a finite number")
    }
    if let minimum = rules.minimum, let maximum = rules.maximum {
      try demand(minimum <= maximum, part, "its minimum is above its maximum")
    }
    try demand(rules.staleAfter ?? .seconds(1) > .zero, part, "stale after no time at all")
    try demand(rules.maxChangePerMinute ?? 1 > 0, part, "its largest change is not above zero")
    try demand(rules.flatline?.below ?? 1 > 0, part, "its flatline is not above zero")
    try demand(
      (1...32).contains(rules.confirmation.of)
        && (1...rules.confirmation.of).contains(rules.confirmation.needed),
      part, "its confirmation is not n of at most 32")
    try has(channel.agreement?.partner, in: channels.count, part, "no such channel to agree with")
    if let watermark = channel.watermark {
      try has(watermark.resistance, in: channels.count, part, "no such resistance")
      try has(watermark.soilTemperature, in: channels.count, part, "no such soil temperature")
      let unit = channels[watermark.resistance].unit
      try demand(unit == .ohm || unit == .kilohm, part, "its resistance is in neither Ω nor kΩ")
      let soil = watermark.soilTemperature.map { channels[$0].unit } ?? .celsius
      try demand(soil == .celsius, part, "its soil temperature is not in °C")
      try demand(channel.unit == .kilopascal, part, "its tension is not in kPa")
      let isBelievable = WatermarkProbe.soilCelsius.contains(watermark.assumedCelsius)
      try demand(isBelievable, part, "no soil has the temperature that it assumes")
    }
  }

  private func check(_ output: OutputPlan) throws(PlanError) {
    let part = "outputs.\(output.name)"
    let limits = output.limits
    try demand(limits.minOn >= .zero && limits.minOff >= .zero, part, "a negative time")
    if let maxOn = limits.maxOn {
      try demand(maxOn > .zero, part, "its longest on time is not above zero")
      try demand(limits.minOn <= maxOn, part, "its shortest on time is above its longest")
      try demand(output.safe == .off, part, "a longest on time for an output whose safe level is on")
    }
    if let starts = limits.startsPerHour {
      try demand((1...StartLog.capacity).contains(starts), part, "its starts per hour are not within 1...60")
    }
    for other in limits.excludes {
      try has(other, in: outputs.count, part, "no such output to exclude")
      let itself = other >= 0 && other < outputs.count && outputs[other].name == output.name
      try demand(!itself, part, "excludes itself")
      try demand(
        outputs[other].safe == .off && output.safe == .off, part, "exclusion with a safe level of on")
    }
    if let feedback = output.feedback {
      try has(feedback, in: channels.count, part, "no such feedback channel")
      try demand(channels[feedback].quantity == .contact, part, "its feedback is no contact")
    }
    switch output.onBadQuality {
    case .safe: break
    case .hold(let time): try demand(time > .zero, part, "it holds for no time")
    case .duty(let on, let off): try demand(on > .zero && off > .zero, part, "its duty has no time")
    }
  }

  private func check(_ bed: IrrigationPlan) throws(PlanError) {
    let part = "irrigation.\(bed.name)"
    try has(bed.probe.channel, in: channels.count, part, "no such probe")
    try has(bed.valve, in: outputs.count, part, "no such valve")
    try has(bed.masterValve, in: outputs.count, part, "no such master valve")
    switch bed.probe {
    case .moisture(_, let start, let stop): try demand(start < stop, part, "it starts above where it stops")
    case .tension(_, let start, let stop): try demand(start > stop, part, "it starts below where it stops")
    }
    if let soak = bed.soak {
      try demand(soak.run > .zero && soak.rest >= .zero, part, "a soak without a run")
    }
    try demand(bed.limits.quiet.count <= QuietHours.capacity, part, "more than four quiet windows")
    for window in bed.limits.quiet {
      let isDay = (0..<1440).contains(window.from) && (0...1440).contains(window.to)
      try demand(isDay, part, "a quiet window outside the day")
    }
    let hasLimit = bed.limits.litresPerDay != nil || bed.limits.litresPerWeek != nil
    try demand(!hasLimit || bed.flow != nil, part, "a limit in litres without a flow meter")
    if let flow = bed.flow {
      try has(flow.channel, in: channels.count, part, "no such flow channel")
      let meter = FlowMeter(channel: channels[flow.channel], resolution: flow.litresPerPulse ?? 0)
      try demand(meter != nil, part, "its flow channel measures no water")
      if let least = flow.expectedMinimum, let most = flow.expectedMaximum {
        try demand(least <= most, part, "its lowest flow is above its highest")
      }
    }
    try check(bed.rootZone, part)
    let standsIn = bed.rootZone?.standsIn ?? false
    try demand(!standsIn || bed.flow != nil, part, "a water balance cannot stand in without a flow meter")
    if case .moisture(let channel, _, _) = bed.probe, bed.rootZone != nil {
      try demand(
        channels[channel].unit == .percent, part, "a water balance beside a probe that is not in per cent")
    }
  }

  private func check(_ rootZone: RootZonePlan?, _ part: String) throws(PlanError) {
    guard let rootZone else { return }
    try has(rootZone.rain, in: channels.count, part, "no such rain channel")
    try demand(rootZone.areaSquareMetres > 0, part, "its area is not above zero")
    try demand(rootZone.cropCoefficient > 0, part, "its crop coefficient is not above zero")
    switch rootZone.evaporation {
    case .fixed(let depth):
      try demand((0...15).contains(depth), part, "its evaporation is not within 0...15 mm")
    case .hargreaves(let channel, let latitude, let otherwise):
      try has(channel, in: channels.count, part, "no such temperature channel")
      try demand(latitude.magnitude <= 90, part, "no such latitude")
      try demand((0...15).contains(otherwise), part, "its evaporation is not within 0...15 mm")
    }
  }

  private func check(_ store: ColdStorePlan) throws(PlanError) {
    let part = "cold_stores.\(store.name)"
    for channel in [store.air, store.product, store.door, store.defrost?.coil] {
      try has(channel, in: channels.count, part, "no such channel")
    }
    for output in [store.compressor, store.fan, store.heater] {
      try has(output, in: outputs.count, part, "no such output")
    }
    for channel in [store.air, store.product, store.defrost?.coil] {
      if let channel { try demand(channels[channel].unit == .celsius, part, "a probe that is not in °C") }
    }
    try demand(store.band > 0 && store.setpoint.isFinite, part, "its band is not above zero")
    if let defrost = store.defrost {
      try demand(defrost.every > .zero && defrost.longest > .zero, part, "a defrost without time")
    }
    if let check = store.coolingCheck {
      try demand(check.within > .zero && check.fall > 0, part, "a cooling check without a fall")
    }
  }

  private func check(_ charger: ChargerPlan) throws(PlanError) {
    let part = "drones.pads.\(charger.name)"
    try has(charger.charger, in: outputs.count, part, "no such charger")
    try has(charger.contact, in: channels.count, part, "no such contact")
    try demand(outputs[charger.charger].safe == .off, part, "a charger whose safe level is on")
    if let contact = charger.contact {
      try demand(channels[contact].quantity == .contact, part, "its contact is none")
    }
  }

  /// No output has two controllers.
  private func checkOwners() throws(PlanError) {
    var owners = Array(repeating: 0, count: outputs.count)
    for bed in irrigations { owners[bed.valve] += 1 }
    for store in coldStores {
      for output in [store.compressor, store.fan, store.heater] {
        if let output { owners[output] += 1 }
      }
    }
    for master in Set(irrigations.compactMap(\.masterValve)) { owners[master] += 1 }
    for charger in chargers { owners[charger.charger] += 1 }
    if let siren { owners[siren] += 1 }
    for (output, count) in zip(outputs, owners) {
      try demand(count <= 1, "outputs.\(output.name)", "more than one controller wants it")
    }
  }
}
