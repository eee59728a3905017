/// What scheduling the loop thread got.
public enum SchedulingOutcome: Equatable, Sendable {
  /// As asked.
  case ordinary
  /// `SCHED_FIFO`, as asked.
  case realTime(priority: Int32)
  /// Real time was asked for and not allowed; the loop runs with ordinary scheduling. `LimitRTPRIO=` or
  /// `CAP_SYS_NICE` allows it.
  case refused(priority: Int32, code: Int32)
}

extension SchedulingOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .ordinary: "ordinary scheduling"
    case .realTime(let priority): "SCHED_FIFO priority \(priority)"
    case .refused(let priority, let code):
      "ordinary scheduling: SCHED_FIFO priority \(priority) refused (\(systemText(code)))"
    }
  }
}

/// What the machine allowed the loop to have; said once, at start.
public struct LoopSetup: Equatable, Sendable {
  public var scheduling: SchedulingOutcome
  public var memory: MemoryLock.Outcome
  public var stackBytes: Int

  public init(scheduling: SchedulingOutcome, memory: MemoryLock.Outcome, stackBytes: Int) {
    (self.scheduling, self.memory, self.stackBytes) = (scheduling, memory, stackBytes)
  }
}

extension LoopSetup: CustomStringConvertible {
  public var description: String { "\(scheduling); \(memory); stack \(stackBytes / 1024) KiB" }
}
