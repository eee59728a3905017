public import FarmUnits

/// Going on under another plan.
extension FarmController {
  /// Takes over where the controller of the plan before stands: levels and how long they have lasted, leases, latches,
  /// soak cycles, water given, defrosts, alarms and what people have done about them, and what was heard last. Under the
  /// same plan nothing that can be seen from outside differs from a controller that simply goes on.
  ///
  /// Called on a controller that has not been stepped. Takes no memory, so that the loop may do it between two ticks.
  ///
  /// - Parameters:
  ///   - old: Has had its last tick. What it was told by `hear` since is taken over.
  ///   - carry: From the old controller's plan to this one's.
  public mutating func takeOver(_ old: borrowing FarmController, by carry: CarryOver, at now: Instant) {
    precondition(carry.channels.count == channels.count && carry.outputs.count == outputs.count)
    takeChannels(old, carry)
    for meter in meters.indices where carry.meters[meter] >= 0 {
      meters[meter].takeOver(old.meters[carry.meters[meter]])
    }
    for output in outputs.indices where carry.outputs[output] >= 0 {
      takeOutput(output, old, carry, at: now)
    }
    for bed in beds.indices where carry.beds[bed] >= 0 { takeBed(bed, old, carry) }
    for store in stores.indices where carry.stores[store] >= 0 {
      let before = carry.stores[store]
      let isSameAir = carry.isSame(stores[store].air, old.stores[before].air)
      stores[store].takeOver(old.stores[before], isSameAir: isSameAir)
      coldStores[store] = stores[store].state
    }
    for charger in chargers.indices where carry.chargers[charger] >= 0 {
      chargers[charger].takeOver(old.chargers[carry.chargers[charger]], pad: charger)
    }
    for number in disagreements.indices where carry.disagreements[number] >= 0 {
      disagreements[number].takeOver(old.disagreements[carry.disagreements[number]])
    }
    board.takeOver(old.board, by: carry)
    lastLocal = old.lastLocal
    journalIsInTrouble = old.journalIsInTrouble
    memoryRevision = old.memoryRevision &+ 1
    for output in looksAtOutput.indices { looksAtOutput[output] = true }
  }

  private mutating func takeChannels(_ old: borrowing FarmController, _ carry: CarryOver) {
    for channel in channels.indices where carry.channels[channel] >= 0 {
      let before = carry.channels[channel]
      newest[channel] = old.newest[before]
      channels[channel] = old.channels[before]
      knownSince[channel] = old.knownSince[before]
      let isSettled = judges[channel].takeOver(old.judges[before])
      // Judged by other rules, it is looked at in the next tick.
      reviewAfter[channel] = isSettled ? old.reviewAfter[before] : .min
      if !isSettled || old.heard.contains(before) { heard.insert(channel) }
    }
    for probe in watermarks.indices where carry.watermarks[probe] >= 0 {
      let before = carry.watermarks[probe]
      let isSame = carry.isSame(watermarks[probe].resistance, old.watermarks[before].resistance)
      watermarks[probe].takeOver(old.watermarks[before], isSameResistance: isSame)
    }
  }

  private mutating func takeOutput(
    _ output: Int, _ old: borrowing FarmController, _ carry: CarryOver, at now: Instant
  ) {
    let before = carry.outputs[output]
    guard carry.keepsLine[output] else {
      arbiters[output].begin(after: old.arbiters[before], plan: plan.outputs[output], at: now)
      return
    }
    arbiters[output].takeOver(old.arbiters[before])
    outputs[output] = old.outputs[before]
    // What nobody governs any more must not go on by the last word of who did.
    guard carry.isGoverned[output] else { return }
    wishes[output] = old.wishes[before]
    vetoes[output] = old.vetoes[before]
    qualities[output] = old.qualities[before]
  }

  private mutating func takeBed(_ bed: Int, _ old: borrowing FarmController, _ carry: CarryOver) {
    let before = carry.beds[bed]
    beds[bed].takeOver(old.beds[before], by: carry, keepsMeter: meterIsKept(bed, carry))
    irrigations[bed] = old.irrigations[before]
    // What no alarm would tell of any more, nobody could clear.
    let alarms = index.beds[bed]
    let isClearable: Bool =
      switch beds[bed].lock {
      case .noFlow: alarms.noFlow >= 0
      case .burst: alarms.burst >= 0
      case .depletionReached: alarms.balance >= 0
      default: beds[bed].lock == nil
      }
    if !isClearable {
      beds[bed].lock = nil
      irrigations[bed].lockedBy = nil
      vetoes[beds[bed].valve] = nil
    }
    // Water that ran through shut valves did so whichever meter saw it.
    if old.leak(ofBed: before) != nil, beds[bed].meter >= 0, !meterIsKept(bed, carry) {
      meters[beds[bed].meter].leak?.restore()
    }
    bedCauses[bed] = beds[bed].alarmCauses
  }

  private func meterIsKept(_ bed: Int, _ carry: CarryOver) -> Bool {
    beds[bed].meter >= 0 && carry.meters[beds[bed].meter] >= 0
  }
}
