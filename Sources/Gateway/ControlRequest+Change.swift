public import FarmControl

/// A request that was made before a configuration changed, and is heard after.
extension ControlRequest {
  /// As it reads under the new plan; nil where what it is about is gone.
  public func translated(by carry: CarryOver) -> ControlRequest? {
    switch self {
    case .output(var command):
      guard let output = carry.newOutput(command.output) else { return nil }
      command.output = output
      return .output(command)
    case .alarm(var command):
      guard let alarm = carry.newAlarm(command.alarm) else { return nil }
      command.alarm = alarm
      return .alarm(command)
    case .charge(var permit):
      guard let pad = carry.newCharger(permit.pad) else { return nil }
      permit.pad = pad
      return .charge(permit)
    case .journal: return self
    }
  }

  /// The answer where what it is about is gone.
  public var nobody: CommandVerdict {
    if case .alarm = self { .refused(.noSuchAlarm) } else { .refused(.noSuchOutput) }
  }
}
