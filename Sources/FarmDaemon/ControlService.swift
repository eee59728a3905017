import FarmControl
import FarmUnits
import Gateway
import Glibc
import Logging
import RealTimeLoop
import ServiceLifecycle

/// Runs the control loop on its thread, from the first tick to safe outputs.
///
/// First to stop: whatever happens to brokers and tasks afterwards, the lines are safe already.
struct ControlService: Service {
  let loops: LoopSuccession
  let clock: SystemClock
  let thread: LoopThread
  let log: Logger
  let notifier: SystemdNotifier
  /// Called when the thread has ended and nobody drives the outputs any more; may block for milliseconds.
  let outputsEnd: @Sendable () -> Void

  /// - Parameter wakeUp: Signalled after a tick that told something.
  /// - Throws: Where the interval, the priority or the stack are out of range.
  init(
    loops: LoopSuccession, clock: SystemClock, zone: LocalZone, configuration: LoopThread.Configuration,
    wakeUp: WakeUp, log: Logger,
    notifier: SystemdNotifier, outputsEnd: @escaping @Sendable () -> Void
  ) throws {
    (self.loops, self.clock, self.log, self.notifier) = (loops, clock, log, notifier)
    self.outputsEnd = outputsEnd
    thread = try LoopThread(
      configuration, first: { loops.driveSafe() }, last: { loops.end() },
      body: { tick in
        let hasNews = loops.tick(at: ControlTime(tick.started, local: zone.time(at: clock.now())))
        if hasNews { wakeUp.signal() }
      })
  }

  func run() async throws {
    let setup = try thread.start()
    log.info("control loop started", metadata: ["setup": "\(setup)"])
    let measurements = thread.measurements
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await tellServiceManager(measurements) }
      try? await gracefulShutdown()  // cancelled or asked to stop: both mean stop
      group.cancelAll()
    }
    notifier.stopping()
    // Joining blocks for up to a tick: on a thread of its own, never on Swift's pool.
    let (thread, outputsEnd) = (thread, outputsEnd)
    let stopped = await onThread {
      guard thread.stop() else { return false }
      outputsEnd()
      return true
    }
    if stopped {
      log.info("control loop stopped, outputs safe", metadata: ["ticks": "\(measurements.completedTicks)"])
    } else {
      log.critical(
        "the control loop did not stop in time; outputs are left to the service manager's last command")
    }
  }
}

extension ControlService {
  /// Ready with the first completed tick, alive with every further one: nothing but the loop feeds the watchdog.
  private func tellServiceManager(_ measurements: LoopMeasurements) async {
    var seen: UInt64 = 0
    while !Task.isCancelled {
      let completed = measurements.completedTicks
      if completed > seen {
        if seen == 0 {
          // A loop of ten seconds is not hung before its next tick.
          notifier.allowWatchdog(measurements.interval * 3 + .seconds(3))
          notifier.ready("the control loop ticks")
          log.note(.ready, .info, "outputs are safe and the control loop ticks")
        }
        notifier.watchdog()
        seen = completed
      }
      // Ready is told at once; who waits for the watchdog's next feeding waits for seconds.
      do { try await Task.sleep(for: .milliseconds(seen == 0 ? 2 : 500)) } catch { return }
    }
  }
}

/// Runs a blocking piece of work on a thread of its own.
@discardableResult
func onThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    let box = Unmanaged.passRetained(ThreadBody { continuation.resume(returning: work()) })
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, runThreadBody, box.toOpaque())
    guard code == 0 else {
      box.release()
      return continuation.resume(returning: work())  // no thread to be had: late is better than never
    }
    pthread_detach(thread)
  }
}

private final class ThreadBody: Sendable {
  let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().work()
  return nil
}
