internal import FarmUnits

/// The parts of one tick, in the order in which `step` calls them.
///
/// What only reads is inlined: called, it would be given a copy of the whole controller.
extension FarmController {
  mutating func readMeters(at now: Instant) {
    for number in meters.indices {
      meters[number].meter.step(channels[meters[number].channel].reading.goodNumber, at: now)
      channels[meters[number].channel].litresPerMinute = meters[number].meter.rate
      meters[number].open = OpenBeds()
    }
    for bed in beds.indices where beds[bed].meter >= 0 {
      let (meter, valve) = (beds[bed].meter, beds[bed].valve)
      let moved = arbiters[valve].actuator.since
      if moved > meters[meter].open.steadySince { meters[meter].open.steadySince = moved }
      guard arbiters[valve].actuator.level == .on else { continue }
      meters[meter].open.add(
        least: beds[bed].leastFlow, most: beds[bed].mostFlow,
        soilGotWetter: beds[bed].controller.soilGotWetter)
    }
    for number in meters.indices {
      let meter = meters[number].meter.isKnown ? meters[number].meter : nil
      meters[number].sharedFlow.step(meters[number].open, meter: meter, at: now)
    }
    for number in meters.indices where meters[number].leak != nil {
      let hadLeak = meters[number].leak?.hasLeak
      let (isKnown, total) = (meters[number].meter.isKnown, meters[number].meter.total)
      let isWatched = isKnown && meters[number].open.count == 0
      meters[number].leak?.step(isWatched: isWatched, total: total, at: now)
      if meters[number].leak?.hasLeak != hadLeak {
        memoryRevision &+= 1
        bedRests.stirAll()
      }
    }
  }

  /// A bed whose probe, valve and calendar are as they were is left alone; its water balance goes on.
  mutating func stepBeds(at now: ControlTime) {
    if now.local != lastLocal {
      lastLocal = now.local
      bedRests.stirAll()
    }
    for bed in beds.indices {
      if bedRests.isDue(bed, at: now.instant) {
        stepBed(bed, at: now)
      } else if beds[bed].hasBalance {
        stepRestingBalance(bed, at: now)
      }
    }
  }

  private mutating func stepRestingBalance(_ number: Int, at now: ControlTime) {
    let wasRaining = beds[number].gauge?.isRaining ?? false
    let (wasOverdone, doubted) = (beds[number].findings.isOverdone, beds[number].findings.doubtsProbe)
    let channel = beds[number].controller.probe.channel
    // Water flows only through an open valve, and a bed with an open valve does not rest.
    _ = stepBalance(number, channels[channel].reading, litres: 0, at: now)
    irrigations[number].depletion = beds[number].findings.depletion
    if beds[number].findings.isOverdone != wasOverdone || beds[number].findings.doubtsProbe != doubted
      || (beds[number].gauge?.isRaining ?? false) != wasRaining
    {
      bedRests.stir(number)
      finishBed(number, channels[channel].reading, openSince: nil, litres: 0, standIn: nil, at: now)
    }
  }

  mutating func stepBed(_ number: Int, at now: ControlTime) {
    let valve = beds[number].valve
    let openSince = arbiters[valve].actuator.level == .on ? arbiters[valve].actuator.since : nil
    let reading = channels[beds[number].controller.probe.channel].reading
    let litres = share(ofBed: number, isOpen: openSince != nil)
    let standIn = stepBalance(number, reading, litres: litres, at: now)
    finishBed(number, reading, openSince: openSince, litres: litres, standIn: standIn, at: now)
  }

  private mutating func finishBed(
    _ number: Int, _ reading: Reading, openSince: Instant?, litres: Double, standIn: SoilOpinion?,
    at now: ControlTime
  ) {
    let valve = beds[number].valve
    let input = IrrigationController.Input(
      probe: reading, openSince: openSince, litres: litres, isRaining: beds[number].gauge?.isRaining ?? false)
    looksAtOutput[valve] = true
    wishes[valve] = beds[number].controller.step(input, standIn: standIn, at: now)
    superviseFlow(number, openSince: openSince, at: now.instant)
    qualities[valve] = standIn == nil ? reading.quality : .good
    vetoes[valve] = beds[number].lock ?? leak(ofBed: number)
    publish(number)
    let causes = beds[number].alarmCauses
    if causes != bedCauses[number] {
      bedCauses[number] = causes
      quietBeds[number] = false
    }
    bedRests.settle(number, until: beds[number].nextChange(openSince: openSince, reading, after: now.instant))
  }

  /// What the water balance says in place of a bad probe, where it may.
  private mutating func stepBalance(
    _ number: Int, _ reading: Reading, litres: Double, at now: ControlTime
  ) -> SoilOpinion? {
    if beds[number].rain >= 0 {
      let total = channels[beds[number].rain].reading.goodNumber
      beds[number].gauge?.step(total, at: now.instant)
    }
    guard beds[number].hasBalance else { return nil }
    let channel = beds[number].temperature
    let temperature = channel >= 0 ? channels[channel].reading.goodNumber : nil
    beds[number].stepBalance(reading, litres: litres, temperature: temperature, at: now)
    if beds[number].findings.isOverdone, beds[number].lock == nil {
      beds[number].lock = .depletionReached
      memoryRevision &+= 1
    }
    guard beds[number].balanceStandsIn, reading.quality != .good else { return nil }
    return beds[number].balance?.standIn(at: now.instant)
  }

  private mutating func publish(_ number: Int) {
    let phase = beds[number].controller.phase
    if (phase == .resting) != (irrigations[number].phase == .resting) { memoryRevision &+= 1 }
    irrigations[number].phase = phase
    irrigations[number].litresThisWeek = beds[number].controller.ledger.thisWeek
    // Every ten litres are worth remembering.
    let before = irrigations[number].litresToday
    irrigations[number].litresToday = beds[number].controller.ledger.today
    if (before / 10).rounded(.down) != (irrigations[number].litresToday / 10).rounded(.down) {
      memoryRevision &+= 1
    }
    irrigations[number].lockedBy = vetoes[beds[number].valve]
    irrigations[number].depletion = beds[number].findings.depletion
  }

  mutating func stepStore(_ number: Int, at now: Instant) {
    let compressor = stores[number].compressor
    let input = ColdStoreController.Input(
      air: channels[stores[number].air].reading,
      product: stores[number].product >= 0 ? channels[stores[number].product].reading : nil,
      door: stores[number].door >= 0 ? channels[stores[number].door].reading.goodContact : nil,
      coil: stores[number].coil >= 0 ? channels[stores[number].coil].reading.goodNumber : nil,
      compressor: arbiters[compressor].actuator.level)
    wishes[compressor] = stores[number].step(input, at: now)
    qualities[compressor] = stores[number].governingQuality(input)
    let before = coldStores[number]
    coldStores[number] = stores[number].state
    if before.isDefrosting != coldStores[number].isDefrosting
      || before.isRecovering != coldStores[number].isRecovering
    {
      memoryRevision &+= 1
    }
    vetoes[compressor] = coldStores[number].isAirTooCold ? .tooCold : nil
    let isRunning = arbiters[compressor].actuator.level == .on
    if stores[number].fan >= 0 {
      let blows = isRunning && !coldStores[number].doorIsOpen && !coldStores[number].isRecovering
      wishes[stores[number].fan] = blows ? Demand(.on, .withCompressor) : Demand(.off, fanReason(number))
    }
    if stores[number].heater >= 0 {
      let heats = coldStores[number].isDefrosting && !isRunning
      wishes[stores[number].heater] = heats ? Demand(.on, .defrosting) : Demand(.off, .idle)
    }
  }

  mutating func stepMasterValves() {
    for master in masters {
      wishes[master] = Demand(.off, .noZoneOpen)
      vetoes[master] = nil
    }
    for bed in beds.indices where beds[bed].masterValve >= 0 {
      let master = beds[bed].masterValve
      if arbiters[beds[bed].valve].actuator.level == .on { wishes[master] = Demand(.on, .zoneOpen) }
      if let leak = leak(ofBed: bed) { vetoes[master] = leak }
      if beds[bed].lock == .burst { vetoes[master] = .burst }
    }
  }

  mutating func stepSiren(at now: Instant) {
    guard let siren = plan.siren else { return }
    let isNew =
      board.lastSounded.map { cue in sirenLength.map { cue.duration(to: now) < $0 } ?? true } ?? false
    wishes[siren] =
      board.soundingCount > 0 && isNew ? Demand(.on, .alarmSounding) : Demand(.off, .alarmSilent)
  }

  /// An output whose bed rests, and that goes by nothing else, waits for its own next moment.
  mutating func stepOutputs(at now: Instant) {
    for output in outputs.indices where looksAtOutput[output] || outputRests.isDue(output, at: now) {
      stepOutput(output, at: now)
      looksAtOutput[output] = isAlwaysLookedAt[output]
    }
  }

  private mutating func stepOutput(_ output: Int, at now: Instant) {
    let around = OutputArbiter.Surroundings(
      wish: wishes[output], veto: vetoes[output], quality: qualities[output],
      excluded: isExcluded(output, at: now), feedback: feedback(ofOutput: output))
    if around != surroundings[output] {
      surroundings[output] = around
      outputRests.stir(output)
    } else if !outputRests.isDue(output, at: now) {
      return
    }
    let before = outputs[output]
    let after = arbiters[output].step(around, at: now)
    outputs[output] = after
    touchedOutputs.insert(output)
    if !after.alarms(like: before) { quietOutputs[output] = false }
    outputRests.settle(output, until: arbiters[output].nextChange(after: now))
    // Its own time may have come in the very tick in which it was to come to rest.
    if after != before { outputRests.stir(output) }
    if before.commanded != after.commanded { bedsByValve.stir(of: output, in: &bedRests) }
    if before.commanded != after.commanded || before.latched != after.latched { memoryRevision &+= 1 }
  }

  /// One that is on yields to another that is on; one that is off also waits for one that has gone off in this
  /// very tick, and for one that its feedback still shows running.
  @inline(__always)
  func isExcluded(_ output: Int, at now: Instant) -> Bool {
    let isOn = arbiters[output].actuator.level == .on
    return exclusions.isExcluded(output) { other in
      if arbiters[other].actuator.level == .on { return true }
      return !isOn && (arbiters[other].actuator.since == now || outputs[other].confirmed == .on)
    }
  }

  /// What keeps every valve behind this bed's meter shut.
  @inline(__always)
  func leak(ofBed bed: Int) -> ReasonCode? {
    guard beds[bed].meter >= 0, meters[beds[bed].meter].leak?.hasLeak == true else { return nil }
    return .leak
  }

  private mutating func superviseFlow(_ number: Int, openSince: Instant?, at now: Instant) {
    let station = beds[number].meter
    guard station >= 0 else { return }
    let meter = meters[station].meter.isKnown ? meters[station].meter : nil
    if openSince != nil, meters[station].open.count > 1 {
      beds[number].superviseFlow(sharing: meters[station].sharedFlow.verdict)
    } else {
      // Another valve that shuts lets water through until it has.
      let aloneSince = openSince.map { max($0, meters[station].open.steadySince) }
      beds[number].superviseFlow(aloneSince: aloneSince, meter: meter, at: now)
    }
    guard beds[number].lock == nil else { return }
    if beds[number].findings.hasBurst {
      beds[number].lock = .burst
    } else if beds[number].findings.hasNoFlow {
      beds[number].lock = .noFlow
    }
    if beds[number].lock != nil { memoryRevision &+= 1 }
  }

  /// Beds that are open together share what their meter counted. While nobody knows, or the meter counts nothing of
  /// what the soil shows, the most that is expected counts: a limit in litres must not be passed because a meter is
  /// silent.
  @inline(__always)
  private func share(ofBed bed: Int, isOpen: Bool) -> Double {
    guard isOpen, beds[bed].meter >= 0 else { return 0 }
    let station = beds[bed].meter
    let meter = meters[station].meter
    if meter.isKnown, !beds[bed].findings.meterIsDead {
      // What was assumed meanwhile has been counted already.
      let isCounted = meter.isCatchingUp && beds[bed].assumedFlow > 0
      return isCounted ? 0 : meter.added / Double(max(meters[station].open.count, 1))
    }
    return beds[bed].assumedFlow * meter.lastStepSeconds / 60
  }

  private func fanReason(_ store: Int) -> ReasonCode {
    coldStores[store].doorIsOpen ? .doorOpen : coldStores[store].isDefrosting ? .defrosting : .idle
  }

  private var sirenLength: Duration? { plan.siren.flatMap { arbiters[$0].actuator.limits.maxOn } }

  @inline(__always)
  private func feedback(ofOutput output: Int) -> ConfirmedLevel {
    guard arbiters[output].feedback >= 0 else { return .unknown }
    return switch channels[arbiters[output].feedback].reading.goodContact {
    case .closed: .on
    case .open: .off
    case nil: .unknown
    }
  }
}
