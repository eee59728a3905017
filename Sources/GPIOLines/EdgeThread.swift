import CLinux
import FarmUnits
import Glibc
import Synchronization

/// Why the edge thread could not be started, as `errno`.
public struct EdgeThreadError: Error, Equatable {
  public let code: Int32
}

extension EdgeThreadError: CustomStringConvertible {
  public var description: String { "cannot start the edge thread: \(systemText(code))" }
}

/// One thread that waits on all inputs, hands on their edges with the kernel's stamps, and decides nothing.
///
/// A line that cannot be had, or whose chip disappears, is told once and tried again every five seconds; the
/// others are not disturbed.
public final class EdgeThread: Sendable {
  /// Which scheduling the thread got.
  public enum Scheduling: Equatable, Sendable {
    case ordinary
    case realTime(priority: Int32)
    /// The kernel's answer, as `errno`; the thread runs with ordinary scheduling.
    case refused(code: Int32)
  }

  private enum State {
    case idle
    case running(pthread_t)
    case ended
  }

  private let watch: EdgeWatch
  private let priority: Int32
  private let state = Mutex(State.idle)

  /// - Parameters:
  ///   - plans: The inputs; a notice names one by its index here.
  ///   - priority: `SCHED_FIFO` 1...99, 0 for ordinary scheduling. With libgpiod 1.x the kernel keeps 16 edges
  ///     of a line: at 2 kHz the thread may be 8 ms late and no more.
  ///   - handler: Called on the edge thread, one notice at a time; must not block.
  public init(
    _ plans: [InputPlan], priority: Int32 = 0, handler: @escaping @Sendable (Int, EdgeNotice) -> Void
  ) throws(EdgeThreadError) {
    watch = EdgeWatch(
      plans: plans, handler: handler, stop: try EventDescriptor(),
      changed: try EventDescriptor(), ended: try EventDescriptor())
    self.priority = min(max(priority, 0), 99)
  }

  deinit { stop() }

  /// Starts the thread, which takes the lines and tells each one's level first. Once only.
  @discardableResult public func start() throws(EdgeThreadError) -> Scheduling {
    try state.withLock { state throws(EdgeThreadError) in
      guard case .idle = state else { throw EdgeThreadError(code: EALREADY) }
      var scheduling = priority > 0 ? Scheduling.realTime(priority: priority) : .ordinary
      do throws(EdgeThreadError) {
        state = .running(try watch.launch(priority: priority))
      } catch {
        guard priority > 0 else { throw error }
        scheduling = .refused(code: error.code)
        state = .running(try watch.launch(priority: 0))
      }
      return scheduling
    }
  }

  /// Goes on with another row of inputs. Lines that stay are not let go for a moment, and lose no edge; the others are let
  /// go before new ones are taken. Blocks until the thread has changed over: never on Swift's pool or in the handler.
  ///
  /// - Parameters:
  ///   - keeping: For each of the plans which of the present ones it is, with the same plan there; nil: it is taken anew.
  ///   - turn: Called on the edge thread after the last notice with an old index and before the first with a new one.
  /// - Returns: False when the thread does not run, or did not change over within `limit`.
  public func change(
    to plans: [InputPlan], keeping: [Int?], within limit: Duration = .seconds(10),
    turn: @escaping @Sendable () -> Void
  ) throws(EdgeThreadError) -> Bool {
    precondition(plans.count == keeping.count)
    let done = try EventDescriptor()
    return state.withLock { state in
      guard case .running = state else { return false }
      watch.change.withLock { $0 = EdgeWatch.Change(plans: plans, keeping: keeping, turn: turn, done: done) }
      watch.changed.signal()
      return done.wait(for: limit)
    }
  }

  /// Ends the thread and lets go of the lines. Blocks until then: never on Swift's pool or in the handler.
  ///
  /// - Returns: False when the handler did not return within `limit`; it may be asked again.
  @discardableResult public func stop(within limit: Duration = .seconds(10)) -> Bool {
    state.withLock { state in
      guard case .running(let thread) = state else {
        state = .ended
        return true
      }
      watch.stop.signal()
      guard watch.ended.wait(for: limit) else { return false }
      pthread_join(thread, nil)
      state = .ended
      return true
    }
  }
}
