internal import FarmUnits

/// What raises each alarm.
extension FarmController {
  /// How long a channel that was never heard may stay silent after the start, where it has no limit of its own.
  static let firstWord = Duration.seconds(60)

  mutating func raiseAlarms(at now: Instant) {
    for channel in channels.indices where !quietChannels[channel] { raiseChannel(channel, at: now) }
    for output in outputs.indices where !quietOutputs[output] { raiseOutput(output, at: now) }
    for bed in beds.indices where !quietBeds[bed] { raiseBed(bed, at: now) }
    for store in stores.indices { raiseStore(store, at: now) }
    for number in disagreements.indices {
      raise(
        index.channels[disagreements[number].channel].disagreement, disagreements[number].isThere, at: now)
    }
    for meter in meters.indices {
      let alarm = index.channels[meters[meter].channel].leak
      raise(alarm, meters[meter].leak?.hasLeak ?? false, cause: .leak, at: now)
    }
    raise(index.notKept, journalIsInTrouble, at: now)
    board.stepFlood(at: now)
  }

  /// - Returns: Whether the same again would change nothing.
  @inline(__always) @discardableResult
  private mutating func raise(_ alarm: Int, _ isRaised: Bool, cause: ReasonCode = .idle, at now: Instant)
    -> Bool
  {
    if alarm < 0 { return true }
    board.step(alarm, AlarmCondition(isRaised), cause: cause, at: now)
    return board.isSettled(alarm, AlarmCondition(isRaised), cause: cause)
  }

  private mutating func raiseChannel(_ channel: Int, at now: Instant) {
    let quality = channels[channel].reading.quality
    let isSilent: Bool
    let isImplausible: Bool
    switch quality {
    case .good: (isSilent, isImplausible) = (false, false)
    case .stale: (isSilent, isImplausible) = (true, false)
    case .missing:
      isSilent = knownSince[channel].duration(to: now) >= judges[channel].rules.staleAfter ?? Self.firstWord
      isImplausible = false
    case .outOfRange, .jump, .flatline, .sentinel, .fault: (isSilent, isImplausible) = (false, true)
    }
    let cause = ReasonCode(quality)
    let stale = raise(index.channels[channel].stale, isSilent, cause: cause, at: now)
    let implausible = raise(index.channels[channel].implausible, isImplausible, cause: cause, at: now)
    // Silence becomes an alarm with time alone.
    quietChannels[channel] = stale && implausible && (quality != .missing || isSilent)
  }

  private mutating func raiseOutput(_ output: Int, at now: Instant) {
    let state = outputs[output]
    let alarms = index.outputs[output]
    let failed = raise(alarms.failed, arbiters[output].hasFailed, cause: .outputFailed, at: now)
    let maxOn = raise(alarms.maxOn, state.latched, cause: .maximumOn, at: now)
    let contradicts =
      switch state.confirmed {
      case .unknown: false
      case .on: state.commanded != .on
      case .off: state.commanded != .off
      }
    let notConfirmed = raise(alarms.notConfirmed, contradicts, cause: state.reason, at: now)
    quietOutputs[output] = failed && maxOn && notConfirmed
  }

  private mutating func raiseBed(_ bed: Int, at now: Instant) {
    let alarms = index.beds[bed]
    let (lock, findings) = (beds[bed].lock, beds[bed].findings)
    var isQuiet = raise(alarms.noFlow, lock == .noFlow, cause: .noFlow, at: now)
    isQuiet = raise(alarms.burst, lock == .burst, cause: .burst, at: now) && isQuiet
    isQuiet = raise(alarms.lowFlow, findings.hasLowFlow, at: now) && isQuiet
    isQuiet = raise(alarms.deadMeter, findings.meterIsDead, at: now) && isQuiet
    isQuiet =
      raise(alarms.balance, lock == .depletionReached, cause: .depletionReached, at: now) && isQuiet
    isQuiet = raise(alarms.doubted, findings.doubtsProbe, at: now) && isQuiet
    isQuiet = raise(alarms.usedUp, beds[bed].controller.isUsedUp, cause: .litresPerDay, at: now) && isQuiet
    quietBeds[bed] = isQuiet
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
