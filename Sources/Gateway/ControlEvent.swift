public import FarmControl

/// What the control loop tells the rest of the daemon; a plain run of bytes, since it crosses a ring.
public enum ControlEvent: Sendable, BitwiseCopyable {
  /// A reading as judged, by the channel's index in the plan.
  case channel(Int, ChannelState)
  case output(Int, OutputState)
  case alarm(Int, AlarmState)
  /// The answer to the command that carried this token.
  case verdict(token: UInt64, CommandVerdict)
}

/// What the rest of the daemon asks of the control loop.
public enum ControlRequest: Sendable, BitwiseCopyable {
  case output(OutputCommand)
  case alarm(AlarmCommand)
  /// What is known of a drone on a pad; renewed every second and not answered.
  case charge(ChargePermit)
  /// How the journal is; renewed every second and not answered.
  case journal(isInTrouble: Bool)

  /// Comes back in `ControlEvent.verdict`; 0 for what is not answered.
  public var token: UInt64 {
    switch self {
    case .output(let command): command.token
    case .alarm(let command): command.token
    case .charge, .journal: 0
    }
  }
}
