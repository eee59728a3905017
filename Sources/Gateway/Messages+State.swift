import Claims
import FarmControl
import FarmUnits

extension Moment {
  /// The wall time of an instant near this moment.
  func wall(of instant: Instant) -> WallTime { wall.advanced(by: instant - self.instant) }
}

extension OutputMessage {
  init(_ state: OutputState, at now: Moment) {
    let confirmed: Bool? =
      switch state.confirmed {
      case .on: true
      case .off: false
      case .unknown: nil
      }
    self.init(
      commanded: state.commanded == .on, confirmed: confirmed, reason: state.reason.code,
      text: state.reason.sentence,
      since: now.wall(of: state.since))
  }
}

extension AlarmMessage {
  init(_ state: FarmControl.AlarmState, at now: Moment) {
    self.init(
      state: State(state.phase), since: now.wall(of: state.since), text: state.kind.sentence,
      // `idle` stands for a cause that the kind of alarm names itself; what is over has none.
      cause: state.phase == .normal || state.cause == .idle ? nil : state.cause.code,
      until: state.until.map(now.wall(of:)))
  }
}

extension AlarmMessage.State {
  init(_ phase: AlarmPhase) {
    self =
      switch phase {
      case .normal: .normal
      case .pending: .pending
      case .active: .active
      case .acknowledged: .acknowledged
      case .shelved: .shelved
      }
  }
}

extension CommandAnswer {
  func message(at time: WallTime) -> CommandResultMessage {
    let result: CommandResultMessage.Result =
      switch self.result {
      case .accepted: .accepted
      case .deferred: .deferred
      case .refused: .refused
      }
    return CommandResultMessage(id: id, result: result, reason: reason, text: text, at: time, lot: lot)
  }
}
