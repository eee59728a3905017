import CLinux
public import FarmUnits
import Glibc
import Synchronization

/// One call of the loop's body.
public struct Tick: Equatable, Sendable {
  /// Position on the grid of deadlines, from 1; a gap is what was missed.
  public var number: UInt64
  /// When it was due.
  public var deadline: Instant
  /// When it began.
  public var started: Instant

  public init(number: UInt64, deadline: Instant, started: Instant) {
    (self.number, self.deadline, self.started) = (number, deadline, started)
  }
}

/// A thread of its own that calls its body at fixed times.
///
/// It sleeps to absolute deadlines on the monotonic clock (`clock_nanosleep` with `TIMER_ABSTIME`). A sleep
/// of more than 100 ms is taken in pieces of at most that, so that `stop` is heard soon without a signal
/// handler; the last piece ends at the deadline itself. Between ticks it allocates nothing and takes no lock.
public final class LoopThread: Sendable {
  public struct Configuration: Sendable {
    /// 1 ms ... 10 s.
    public var interval: Duration
    /// `SCHED_FIFO` 1...99; 0 = ordinary scheduling.
    public var priority: Int32
    /// Whether to lock the whole process into memory first.
    public var locksMemory: Bool
    /// 64 KiB ... 8 MiB, all of it touched before the first tick.
    public var stackBytes: Int
    /// A tick that begins more than this after its deadline counts as late.
    public var lateAfter: Duration

    /// - Parameter lateAfter: Nil for a tenth of the interval.
    public init(
      interval: Duration, priority: Int32 = 0, locksMemory: Bool = false, stackBytes: Int = 256 * 1024,
      lateAfter: Duration? = nil
    ) {
      (self.interval, self.priority, self.locksMemory) = (interval, priority, locksMemory)
      (self.stackBytes, self.lateAfter) = (stackBytes, lateAfter ?? interval / 10)
    }
  }

  private enum State {
    case idle
    case running(pthread_t, ThreadStack)
    case ended
  }

  /// What the loop has noted about itself.
  public var measurements: LoopMeasurements { course.measurements }

  private let configuration: Configuration
  private let course: LoopCourse
  private let state = Mutex(State.idle)

  /// - Parameters:
  ///   - first: Runs on the thread before the first tick: drive the outputs safe.
  ///   - last: Runs on the thread after the last tick: drive the outputs safe.
  ///   - body: One tick. Must not allocate, lock, log or wait.
  /// - Throws: Where interval, priority or stack size are out of range.
  public init(
    _ configuration: Configuration, first: @escaping @Sendable () -> Void,
    last: @escaping @Sendable () -> Void, body: @escaping @Sendable (Tick) -> Void
  ) throws(LoopError) {
    guard TickSchedule.intervals.contains(configuration.interval) else {
      throw LoopError(action: .acceptInterval, code: EINVAL)
    }
    guard (0...99).contains(configuration.priority) else {
      throw LoopError(action: .acceptPriority, code: EINVAL)
    }
    guard ThreadStack.sizes.contains(configuration.stackBytes) else {
      throw LoopError(action: .acceptStackSize, code: EINVAL)
    }
    self.configuration = configuration
    course = LoopCourse(
      interval: configuration.interval, isRealTime: configuration.priority > 0,
      measurements: LoopMeasurements(interval: configuration.interval, lateAfter: configuration.lateAfter),
      ended: try WakeUp(), first: first, last: last, body: body)
  }

  /// A loop left running is stopped. One whose tick never ends keeps its stack, which is then lost.
  deinit {
    guard !stop(), case .running(let thread, let stack) = state.withLock({ $0 }) else { return }
    pthread_detach(thread)
    _ = Unmanaged.passRetained(stack)
  }

  /// Locks memory if asked, starts the thread, and tells what the machine allowed: to be said once.
  public func start() throws(LoopError) -> LoopSetup {
    try state.withLock { state throws(LoopError) in
      guard case .idle = state else { throw LoopError(action: .startTwice, code: EALREADY) }
      let memory = configuration.locksMemory ? MemoryLock.lockAll() : .notAsked
      let stack = try ThreadStack(bytes: configuration.stackBytes)
      let (thread, scheduling) = try createThread(on: stack)
      state = .running(thread, stack)
      return LoopSetup(scheduling: scheduling, memory: memory, stackBytes: stack.bytes)
    }
  }

  /// Asks the loop to end after the tick it may be in. From any thread; does not wait.
  public func requestStop() { course.requestStop() }

  /// Ends the loop: returns once the last tick and the `last` hook have run and the thread is gone.
  /// Blocks for up to 100 ms and a tick: never call it on Swift's pool.
  ///
  /// - Returns: False when the loop had not ended within `limit`; it may be asked again.
  @discardableResult public func stop(within limit: Duration = .seconds(10)) -> Bool {
    requestStop()
    return state.withLock { state in
      guard case .running(let thread, let stack) = state else {
        state = .ended
        return true
      }
      guard course.ended.wait(for: limit) else { return false }
      // Without this the optimizer may unmap the stack before the thread has left it.
      withExtendedLifetime(stack) { _ = pthread_join(thread, nil) }
      state = .ended
      return true
    }
  }

  /// With the real-time priority if the kernel allows it, without it if not.
  private func createThread(on stack: ThreadStack) throws(LoopError) -> (pthread_t, SchedulingOutcome) {
    let priority = configuration.priority
    guard priority > 0 else {
      return (try LoopCourse.launch(course, on: stack, priority: nil), .ordinary)
    }
    do {
      return (try LoopCourse.launch(course, on: stack, priority: priority), .realTime(priority: priority))
    } catch {
      let thread = try LoopCourse.launch(course, on: stack, priority: nil)
      return (thread, .refused(priority: priority, code: error.code))
    }
  }
}
