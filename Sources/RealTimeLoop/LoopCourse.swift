import CLinux
import FarmUnits
import Glibc
import Synchronization

/// What the loop thread runs, from its first line to its last.
final class LoopCourse: Sendable {
  /// The longest time for which `requestStop` may go unheard.
  static let longestSleepNanoseconds: Int64 = 100_000_000

  let measurements: LoopMeasurements
  /// Signalled when the thread has nothing left to do.
  let ended: WakeUp
  private let interval: Duration
  private let isRealTime: Bool
  private let first, last: @Sendable () -> Void
  private let body: @Sendable (Tick) -> Void
  private let stopRequested = Atomic<Bool>(false)

  init(
    interval: Duration, isRealTime: Bool, measurements: LoopMeasurements, ended: WakeUp,
    first: @escaping @Sendable () -> Void, last: @escaping @Sendable () -> Void,
    body: @escaping @Sendable (Tick) -> Void
  ) {
    (self.interval, self.isRealTime, self.measurements) = (interval, isRealTime, measurements)
    (self.ended, self.first, self.last, self.body) = (ended, first, last, body)
  }

  func requestStop() { stopRequested.store(true, ordering: .releasing) }

  /// Starts a thread on `stack`, which must outlive it. The thread takes no signals but those of its own
  /// faults: they belong to whoever handles them.
  ///
  /// - Parameter priority: For `SCHED_FIFO`; nil for ordinary scheduling.
  static func launch(
    _ course: LoopCourse, on stack: ThreadStack, priority: Int32?
  ) throws(LoopError) -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    var code = stack.base.map { pthread_attr_setstack(&attributes, $0, stack.bytes) } ?? EINVAL
    if code == 0, let priority {
      var parameters = sched_param()
      parameters.sched_priority = priority
      pthread_attr_setinheritsched(&attributes, Int32(PTHREAD_EXPLICIT_SCHED))
      pthread_attr_setschedpolicy(&attributes, SCHED_FIFO)
      code = pthread_attr_setschedparam(&attributes, &parameters)
    }
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&all, fault) }
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(course)  // taken over by the thread
    if code == 0 {
      code = pthread_create(&thread, &attributes, loopThreadMain, context.toOpaque())
    }
    guard code == 0 else {
      context.release()
      throw LoopError(action: .createThread, code: code)
    }
    return thread
  }

  /// The thread's life.
  fileprivate func run() {
    _ = farmgate_set_thread_name("control-loop")
    if !isRealTime { _ = farmgate_set_timer_slack(1) }
    first()
    let firstDeadline = SystemClock.instant().advanced(by: min(interval, .milliseconds(1)))
    guard var schedule = TickSchedule(interval: interval, first: firstDeadline) else {
      preconditionFailure("LoopThread has checked the interval")
    }
    while sleep(until: schedule.deadlineNanoseconds) { tick(&schedule) }
    measurements.recordFaults()
    last()
  }

  func tick(_ schedule: inout TickSchedule) {
    let (number, deadline) = (schedule.number, schedule.deadlineNanoseconds)
    let started = SystemClock.monotonicNanoseconds()
    body(
      Tick(
        number: number, deadline: Instant(nanoseconds: deadline), started: Instant(nanoseconds: started)))
    let ended = SystemClock.monotonicNanoseconds()
    let missed = schedule.advance(pastNanoseconds: ended)
    measurements.record(deadline: deadline, started: started, ended: ended, missed: missed)
    if number % 16 == 0 { measurements.recordFaults() }
  }

  /// - Returns: False when the loop is to end instead.
  private func sleep(until deadline: Int64) -> Bool {
    while !stopRequested.load(ordering: .acquiring) {
      let left = deadline - SystemClock.monotonicNanoseconds()
      guard left > 0 else { return true }
      let pieces = (left - 1) / Self.longestSleepNanoseconds
      let wake = deadline - pieces * Self.longestSleepNanoseconds
      var time = timespec(tv_sec: Int(wake / 1_000_000_000), tv_nsec: Int(wake % 1_000_000_000))
      // EINTR is nothing special: the deadline is absolute, so the loop simply sleeps on.
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    }
    return false
  }
}

private func loopThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let course = Unmanaged<LoopCourse>.fromOpaque(context).takeRetainedValue()
  course.run()
  course.ended.signal()
  return nil
}
