public import FarmUnits
import Glibc
import Synchronization

/// Why the reader could not be started: what was tried, and the kernel's answer.
public struct SensorFileError: Error, Equatable {
  public enum Action: String, Sendable {
    case makePipe = "make a pipe"
    case startThread = "start a thread"
    case startAgain = "start again"
  }
  public let action: Action
  /// `errno`
  public let code: Int32
}

extension SensorFileError: CustomStringConvertible {
  public var description: String { "cannot \(action.rawValue): \(String(cString: strerror(code)))" }
}

/// Reads kernel sensor files at their own pace, on threads of its own, away from the control loop.
///
/// One thread for all 1-wire thermometers and one for each IIO device. The kernel may hold a reader as long as it
/// likes: then only the channels of that bus are without readings, and become stale.
public final class SensorFileReader: Sendable {
  private enum State {
    case idle
    case running([(thread: pthread_t, work: SensorFileThread)])
    case ended(stuck: [String])
  }

  private let sensors: [FileSensor]
  private let course: ReaderCourse
  private let state = Mutex(State.idle)

  /// - Parameters:
  ///   - sensors: What to read; may be empty.
  ///   - handler: Called with a sensor's `index`, its reading, and when that reading began, so that no value is
  ///     ever shown fresher than it is. On the reader's threads: one call at a time for a sensor, but several
  ///     at once for sensors of different threads. Must not block, and must not call `stop`.
  ///     Every period gives a reading, also when the device is missing or faulty.
  public init(
    _ sensors: [FileSensor], handler: @escaping @Sendable (Int, FileReading, Instant) -> Void
  ) throws(SensorFileError) {
    self.sensors = sensors
    course = try ReaderCourse(handler: handler)
  }

  deinit { stop() }

  /// Starts reading, at once. Once only.
  public func start() throws(SensorFileError) {
    try state.withLock { state throws(SensorFileError) in
      guard case .idle = state else { throw SensorFileError(action: .startAgain, code: EALREADY) }
      var threads: [(thread: pthread_t, work: SensorFileThread)] = []
      do throws(SensorFileError) {
        for group in FileSensor.groups(of: sensors) {
          let work = SensorFileThread(name: group.name, sensors: group.sensors, course: course)
          threads.append((try work.launch(), work))
        }
      } catch {
        state = .ended(stuck: end(threads, within: .milliseconds(1500)))
        throw error
      }
      state = .running(threads)
    }
  }

  /// Ends the threads. Blocks until then, and no longer than `limit` in all: never on Swift's pool or in the
  /// handler. When it returns, the handler is not called any more.
  ///
  /// - Returns: The threads that the kernel still holds in a reading, such as `iio-hx711`. They are let go: each
  ///   ends by itself when its reading does, silently. Later calls return the same.
  @discardableResult public func stop(within limit: Duration = .milliseconds(1500)) -> [String] {
    state.withLock { state in
      switch state {
      case .idle: state = .ended(stuck: [])
      case .running(let threads): state = .ended(stuck: end(threads, within: limit))
      case .ended: break
      }
      guard case .ended(let stuck) = state else { return [] }
      return stuck
    }
  }

  /// As of now. Takes a short lock: not for the control loop.
  public var counters: SensorFileCounters { course.counters.withLock { $0 } }

  private func end(
    _ threads: [(thread: pthread_t, work: SensorFileThread)], within limit: Duration
  ) -> [String] {
    course.requestStop()
    let deadline = Instant.now().advanced(by: min(max(limit, .zero), .seconds(86_400)))
    var stuck: [String] = []
    for (thread, work) in threads {
      if course.wait(until: deadline, for: { work.hasEnded }) {
        pthread_join(thread, nil)
      } else {
        pthread_detach(thread)
        stuck.append(work.name)
      }
    }
    return stuck
  }
}
