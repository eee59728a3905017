import Dispatch
import FarmUnits

/// Longer pauses while a disk does not take anything: 1 s to 30 s.
struct RetryPause: Sendable {
  private var pause = Duration.seconds(1)
  private var until: Instant?

  func isOver(at now: Instant) -> Bool { until.map { $0 <= now } ?? true }
  mutating func begin(at now: Instant) {
    until = now.advanced(by: pause)
    pause = min(pause * 2, .seconds(30))
  }
  mutating func end() { (until, pause) = (nil, .seconds(1)) }
}

/// Runs an actor on one dispatch queue of its own, where it may block.
final class SerialExecutorQueue: SerialExecutor {
  private let queue: DispatchQueue

  init(_ name: String) { queue = DispatchQueue(label: name) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
