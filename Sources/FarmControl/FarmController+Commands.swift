public import FarmUnits

/// What people, the marketplace and the drivers tell the controller between two ticks. Takes no memory.
extension FarmController {
  /// Takes a command over. It shows in the outputs with the next tick.
  ///
  /// - Returns: `off` and `auto` are never refused for an output that exists.
  public mutating func apply(_ command: OutputCommand, at now: Instant) -> CommandVerdict {
    guard outputs.indices.contains(command.output) else { return .refused(.noSuchOutput) }
    let verdict = arbiters[command.output].apply(command, at: now)
    stirOutput(command.output)
    memoryRevision &+= 1
    guard command.set == .on, verdict == .accepted else { return verdict }
    if let veto = vetoes[command.output] { return .deferred(veto) }
    let state = outputs[command.output]
    if state.source == .safety, state.commanded == .off { return .deferred(state.reason) }
    return isExcluded(command.output, at: now) ? .deferred(.exclusion) : .accepted
  }

  /// Acknowledges, shelves, or clears what an alarm has latched.
  public mutating func apply(_ command: AlarmCommand, at now: Instant) -> CommandVerdict {
    guard board.states.indices.contains(command.alarm) else { return .refused(.noSuchAlarm) }
    if case .clear = command.action { return clear(command.alarm) }
    memoryRevision &+= 1
    switch board.table[command.alarm].subject {
    case .channel(let channel): quietChannels[channel] = false
    case .output(let output): quietOutputs[output] = false
    case .irrigation(let bed): quietBeds[bed] = false
    case .coldStore, .farm: break
    }
    return board.apply(command.action, to: command.alarm, token: command.token, at: now)
  }

  /// The driver could not drive this output. What it was told counts as over; it is told its safe level, and
  /// nothing else, until `outputDriven`.
  public mutating func outputFailed(_ output: Int, at now: Instant) {
    guard outputs.indices.contains(output) else { return }
    arbiters[output].fail(at: now)
    stirOutput(output)
  }

  /// Whether the journal takes what it is given. No output goes by it.
  public mutating func note(journalIsInTrouble: Bool) { self.journalIsInTrouble = journalIsInTrouble }

  /// The driver reached this output again.
  public mutating func outputDriven(_ output: Int) {
    guard outputs.indices.contains(output) else { return }
    arbiters[output].recover()
    stirOutput(output)
  }

  /// It is stepped in the next tick, and so is the bed behind it: its valve may have moved.
  private mutating func stirOutput(_ output: Int) {
    outputRests.stir(output)
    quietOutputs[output] = false
    bedsByValve.stir(of: output, in: &bedRests)
  }

  private mutating func clear(_ alarm: Int) -> CommandVerdict {
    memoryRevision &+= 1
    switch (board.states[alarm].kind, board.table[alarm].subject) {
    case (.maxOn, .output(let output)):
      guard arbiters[output].actuator.latched else { return .refused(.notLatched) }
      arbiters[output].clearLatch()
      stirOutput(output)
      return .accepted
    case (.leak, .channel(let channel)):
      guard let meter = meters.firstIndex(where: { $0.channel == channel }),
        meters[meter].leak?.hasLeak == true
      else {
        return .refused(.notLatched)
      }
      meters[meter].leak?.clear()
      bedRests.stirAll()
      return .accepted
    case (.noFlow, .irrigation(let bed)): return unlock(bed, .noFlow)
    case (.burst, .irrigation(let bed)): return unlock(bed, .burst)
    case (.balance, .irrigation(let bed)): return unlock(bed, .depletionReached)
    default:
      let isThere = board.states[alarm].phase == .active || board.states[alarm].phase == .acknowledged
      return .refused(isThere ? .conditionStands : .notActive)
    }
  }

  private mutating func unlock(_ bed: Int, _ reason: ReasonCode) -> CommandVerdict {
    guard beds[bed].lock == reason else { return .refused(.notLatched) }
    beds[bed].lock = nil
    beds[bed].supervisor?.clear()
    if beds[bed].meter >= 0 { meters[beds[bed].meter].sharedFlow.restart() }
    beds[bed].balance?.clear()
    bedRests.stir(bed)
    return .accepted
  }
}
