internal import FarmUnits

/// What raises each alarm.
extension FarmController {
  /// How long a channel that was never heard may stay silent after the start, where it has no limit of its own.
  static let firstWord = Duration.seconds(60)

  mutating func raiseAlarms(at now: Instant) {
    for channel in channels.indices
    where !quietChannels[channel] || channels[channel].reading.quality != .good {
      raiseChannel(channel, at: now)
    }
    for output in outputs.indices { raiseOutput(output, at: now) }
    for bed in beds.indices { raiseBed(bed, at: now) }
    for store in stores.indices { raiseStore(store, at: now) }
    for number in disagreements.indices {
      raise(
        index.channels[disagreements[number].channel].disagreement, disagreements[number].isThere, at: now)
    }
    for meter in meters.indices {
      let alarm = index.channels[meters[meter].channel].leak
      raise(alarm, meters[meter].leak?.hasLeak ?? false, cause: .leak, at: now)
    }
    board.stepFlood(at: now)
  }

  @inline(__always)
  private mutating func raise(_ alarm: Int, _ isRaised: Bool, cause: ReasonCode = .idle, at now: Instant) {
    if alarm >= 0 { board.step(alarm, AlarmCondition(isRaised), cause: cause, at: now) }
  }

  private mutating func raiseChannel(_ channel: Int, at now: Instant) {
    let quality = channels[channel].reading.quality
    let isSilent: Bool
    let isImplausible: Bool
    switch quality {
    case .good: (isSilent, isImplausible) = (false, false)
    case .stale: (isSilent, isImplausible) = (true, false)
    case .missing:
      isSilent = startedAt.duration(to: now) >= judges[channel].rules.staleAfter ?? Self.firstWord
      isImplausible = false
    case .outOfRange, .jump, .flatline, .sentinel, .fault: (isSilent, isImplausible) = (false, true)
    }
    raise(index.channels[channel].stale, isSilent, cause: ReasonCode(quality), at: now)
    raise(index.channels[channel].implausible, isImplausible, cause: ReasonCode(quality), at: now)
    quietChannels[channel] =
      board.states[index.channels[channel].stale].phase == .normal
      && board.states[index.channels[channel].implausible].phase == .normal
  }

  private mutating func raiseOutput(_ output: Int, at now: Instant) {
    let state = outputs[output]
    raise(index.outputs[output].failed, arbiters[output].hasFailed, cause: .outputFailed, at: now)
    raise(index.outputs[output].maxOn, state.latched, cause: .maximumOn, at: now)
    let contradicts =
      switch state.confirmed {
      case .unknown: false
      case .on: state.commanded != .on
      case .off: state.commanded != .off
      }
    raise(index.outputs[output].notConfirmed, contradicts, cause: state.reason, at: now)
  }

  private mutating func raiseBed(_ bed: Int, at now: Instant) {
    let alarms = index.beds[bed]
    raise(alarms.noFlow, beds[bed].lock == .noFlow, cause: .noFlow, at: now)
    raise(alarms.burst, beds[bed].lock == .burst, cause: .burst, at: now)
    raise(alarms.lowFlow, beds[bed].findings.hasLowFlow, at: now)
    raise(alarms.deadMeter, beds[bed].findings.meterIsDead, at: now)
    raise(alarms.balance, beds[bed].lock == .depletionReached, cause: .depletionReached, at: now)
    raise(alarms.doubted, beds[bed].findings.doubtsProbe, at: now)
    raise(alarms.usedUp, beds[bed].controller.isUsedUp, cause: .litresPerDay, at: now)
  }

  private mutating func raiseStore(_ store: Int, at now: Instant) {
    let alarms = index.stores[store]
    let state = coldStores[store]
    if alarms.tooWarm >= 0 { board.step(alarms.tooWarm, state.warmth, cause: .idle, at: now) }
    if alarms.tooCold >= 0 { board.step(alarms.tooCold, state.chill, cause: .tooCold, at: now) }
    raise(alarms.doorOpen, state.doorIsOpen, cause: .doorOpen, at: now)
    raise(alarms.notCooling, state.isNotCooling, cause: .cooling, at: now)
  }
}
