public import FarmConfiguration
public import FarmControl
import FarmUnits

/// Where each named thing of the configuration stands in the plan's arrays.
struct PlanIndex: Sendable {
  let channels: [String: Int]
  let outputs: [String: Int]

  init(_ configuration: GatewayConfiguration) {
    channels = Self.positions(configuration.sensors.map(\.id))
    outputs = Self.positions(configuration.outputs.map(\.id))
  }

  private static func positions(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// Names were checked when the file was read: a missing one is a fault of ours.
  func channel(_ name: String) -> Int {
    guard let index = channels[name] else {
      preconditionFailure("no sensor \(name) in a checked configuration")
    }
    return index
  }
  func output(_ name: String) -> Int {
    guard let index = outputs[name] else {
      preconditionFailure("no output \(name) in a checked configuration")
    }
    return index
  }
}

extension ControlPlan {
  /// The plan of the farm that a checked configuration describes: sensors and outputs by their position in it.
  public init(_ configuration: GatewayConfiguration) {
    let index = PlanIndex(configuration)
    self.init(
      channels: configuration.sensors.map { ChannelPlan($0, index, configuration) },
      outputs: configuration.outputs.map { output in
        var plan = OutputPlan(output, index)
        let charges = configuration.drones?.pads.contains { $0.charger == output.id } ?? false
        // A charger is never on without an end.
        if charges, plan.limits.maxOn == nil { plan.limits.maxOn = max(.seconds(7200), plan.limits.minOn) }
        return plan
      },
      irrigations: configuration.irrigation.map { IrrigationPlan($0, index, configuration) },
      coldStores: configuration.coldStores.map { ColdStorePlan($0, index) },
      chargers: (configuration.drones?.pads ?? []).compactMap { ChargerPlan($0, index) },
      siren: configuration.alarms.siren.map(index.output),
      floodLimitPerMinute: configuration.alarms.floodLimitPerMinute, keepsJournal: true)
  }
}

extension ChargerPlan {
  /// Nil for a pad without a charger.
  init?(_ pad: PadSettings, _ index: PlanIndex) {
    guard let charger = pad.charger else { return nil }
    self.init(name: pad.id, charger: index.output(charger), contact: pad.contact.map(index.channel))
  }
}

extension ChannelPlan {
  fileprivate init(_ sensor: SensorSettings, _ index: PlanIndex, _ configuration: GatewayConfiguration) {
    var watermark: WatermarkPlan?
    var staleAfter = sensor.plausibility.staleAfter
    if case .watermark(let source) = sensor.source {
      let resistance = index.channel(source.resistance)
      watermark = WatermarkPlan(
        resistance: resistance, soilTemperature: source.soilTemperature.map(index.channel),
        assumedCelsius: source.assumedCelsius)
      staleAfter = staleAfter ?? configuration.sensors[resistance].plausibility.staleAfter
    }
    let valid = sensor.plausibility
    guard let sentinels = Sentinels(valid.sentinels) else {
      preconditionFailure("more sentinels than a checked configuration allows")
    }
    self.init(
      name: sensor.id, quantity: sensor.quantity, unit: sensor.unit,
      rules: PlausibilityRules(
        minimum: valid.minimum, maximum: valid.maximum, staleAfter: staleAfter, sentinels: sentinels,
        maxChangePerMinute: valid.changePerMinuteMax,
        flatline: valid.flatline.map { FlatlineRule(over: $0.over, below: $0.below) },
        confirmation: ConfirmationRule(needed: valid.confirmation.needed, of: valid.confirmation.of)),
      agreement: sensor.agreement.map {
        AgreementPlan(partner: index.channel($0.partner), within: $0.within, after: $0.tolerated)
      }, watermark: watermark)
  }
}

extension OutputPlan {
  fileprivate init(_ output: OutputSettings, _ index: PlanIndex) {
    let guards = output.guards
    let reaction: FarmControl.BadQualityReaction =
      switch output.onBadQuality {
      case .safe: .safe
      case .hold(let time): .hold(time)
      case .duty(let on, let off): .duty(on: on, off: off)
      }
    self.init(
      name: output.id, safe: output.safe == .on ? .on : .off,
      limits: GuardLimits(
        minOn: guards.onMin, minOff: guards.offMin, maxOn: guards.onMax,
        startsPerHour: guards.startsPerHourMax,
        excludes: guards.excludes.map(index.output)),
      onBadQuality: reaction, feedback: output.feedback.map(index.channel),
      confirmWithin: output.confirmWithin)
  }
}

extension IrrigationPlan {
  fileprivate init(_ bed: IrrigationSettings, _ index: PlanIndex, _ configuration: GatewayConfiguration) {
    let probe: SoilProbe =
      switch bed.probe {
      case .moisture(let sensor, let below, let above):
        .moisture(channel: index.channel(sensor), startBelow: below, stopAbove: above)
      case .tension(let sensor, let above, let below):
        .tension(channel: index.channel(sensor), startAbove: above, stopBelow: below)
      }
    self.init(
      name: bed.id, probe: probe, valve: index.output(bed.valve),
      soak: bed.soak.map { SoakPlan(run: $0.run, rest: $0.rest) },
      limits: IrrigationLimits(
        litresPerDay: bed.limits.litresPerDay, litresPerWeek: bed.limits.litresPerWeek,
        quiet: bed.limits.quiet.map { QuietWindow(from: $0.fromMinute, to: $0.toMinute) }),
      flow: bed.flow.map { FlowPlan($0, index, configuration) },
      masterValve: bed.masterValve.map(index.output),
      rootZone: RootZonePlan(bed, index, configuration))
  }
}

extension FlowPlan {
  fileprivate init(_ flow: FlowSettings, _ index: PlanIndex, _ configuration: GatewayConfiguration) {
    let channel = index.channel(flow.sensor)
    var litresPerPulse: Double?
    if case .gpio(let input) = configuration.sensors[channel].source {
      litresPerPulse = input.pulses?.amountPerPulse
    }
    self.init(
      channel: channel, expectedMinimum: flow.expected?.lowerBound,
      expectedMaximum: flow.expected?.upperBound,
      litresPerPulse: litresPerPulse, settle: flow.settle,
      leak: LeakPlan(litres: flow.leak.litres, within: flow.leak.within))
  }
}

extension RootZonePlan {
  /// Nil where the bed's configuration lacks soil, crop or area: then there is no second opinion.
  fileprivate init?(_ bed: IrrigationSettings, _ index: PlanIndex, _ configuration: GatewayConfiguration) {
    guard let soil = bed.soil, let crop = bed.crop, let area = bed.areaSquareMetres,
      let balance = bed.balance,
      let zone = RootZone(
        fieldCapacity: soil.fieldCapacity, wiltingPoint: soil.wiltingPoint, depthMetres: crop.rootDepthMetres,
        depletionFraction: crop.depletionFraction)
    else { return nil }
    var evaporation = EvaporationPlan.fixed(balance.evaporationMillimetresPerDay)
    if let sensor = balance.temperature, let location = configuration.location {
      evaporation = .hargreaves(
        temperature: index.channel(sensor), latitudeDegrees: location.latitudeDegrees,
        otherwise: balance.evaporationMillimetresPerDay)
    }
    self.init(
      zone: zone, cropCoefficient: crop.coefficient, areaSquareMetres: area,
      rain: bed.rain.map(index.channel),
      evaporation: evaporation, standsIn: balance.standsIn)
  }
}

extension ColdStorePlan {
  fileprivate init(_ store: ColdStoreSettings, _ index: PlanIndex) {
    self.init(
      name: store.id, air: index.channel(store.air), product: store.product.map(index.channel),
      door: store.door.map(index.channel), compressor: index.output(store.compressor),
      fan: store.fan.map(index.output), heater: store.heater.map(index.output),
      setpoint: store.setpointCelsius,
      band: store.bandKelvin,
      alarm: store.alarm.map {
        ColdStoreAlarmPlan(above: $0.above, below: $0.below, delay: $0.delay, doorOpen: $0.doorOpen)
      },
      defrost: store.defrost.map {
        DefrostPlan(
          every: $0.every, longest: $0.duration, coil: $0.coil.map(index.channel), until: $0.untilCelsius)
      },
      coolingCheck: store.coolingCheck.map { CoolingCheckPlan(within: $0.within, fall: $0.fallKelvin) })
  }
}
