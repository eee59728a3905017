import FarmUnits
import Glibc
import Synchronization

/// What one of the reader's threads runs: the sensors of one bus, one after the other.
final class SensorFileThread: Sendable {
  /// `1-wire`, `iio-hx711`
  let name: String
  private let sensors: [FileSensor]
  private let course: ReaderCourse
  private let ended = Atomic<Bool>(false)

  /// - Parameter sensors: At least one.
  init(name: String, sensors: [FileSensor], course: ReaderCourse) {
    (self.name, self.sensors, self.course) = (name, sensors, course)
  }

  var hasEnded: Bool { ended.load(ordering: .acquiring) }

  /// Starts the thread, with ordinary scheduling whatever the caller's is. The corresponding C function is
  /// `pthread_create`.
  func launch() throws(SensorFileError) -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    var parameters = sched_param()
    parameters.sched_priority = 0
    pthread_attr_setinheritsched(&attributes, Int32(PTHREAD_EXPLICIT_SCHED))
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER)
    pthread_attr_setschedparam(&attributes, &parameters)

    // The thread takes no signals but those of its own faults: they belong to whoever handles them.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&all, fault) }
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)  // taken over by the thread
    let code = pthread_create(&thread, &attributes, sensorFileThreadMain, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw SensorFileError(action: .startThread, code: code)
    }
    return thread
  }

  /// The thread's life.
  fileprivate func run() {
    nameThisThread(name)
    var sensors = sensors
    var schedule = ReadSchedule(periods: sensors.map(\.period), start: .now())
    while !course.hasToEnd {
      let began = Instant.now()
      let (position, due) = schedule.next(at: began)
      if due > began {
        course.sleep(until: due)
        continue
      }
      let index = sensors[position].index
      course.counters.withLock {
        $0.underWay.append(.init(thread: name, index: index, since: began))
      }
      let reading = sensors[position].read()
      let finished = Instant.now()
      let missed = schedule.finish(position, at: finished)
      course.counters.withLock {
        $0.underWay.removeAll { $0.thread == name }
        // Whoever asked us to end has gone by now, perhaps: nothing is told, so nothing is counted.
        guard !course.hasToEnd else { return }
        $0.count(reading, took: began.duration(to: finished))
        $0.missed += missed
      }
      if course.hasToEnd { break }
      course.tell(index, reading, began)
    }
    ended.store(true, ordering: .releasing)
    course.announceEnd()
  }
}

private func sensorFileThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<SensorFileThread>.fromOpaque(context).takeRetainedValue().run()
  return nil
}

/// For `ps -L`; 15 bytes are kept. By way of `/proc`, as `pthread_setname_np` is hidden from Swift. A thread
/// without its name works as well.
private func nameThisThread(_ name: String) {
  let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  _ = Array(name.utf8.prefix(15)).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  close(file)
}
