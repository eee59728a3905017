import CLinux
import FarmUnits
import Glibc
import Synchronization

/// What the edge thread runs.
final class EdgeWatch: Sendable {
  /// Signalled to end the thread.
  let stop: EventDescriptor
  /// Signalled when the thread has nothing left to do.
  let ended: EventDescriptor
  /// Signalled when `change` waits.
  let changed: EventDescriptor
  /// Another row of inputs, to be taken over by the thread.
  struct Change: Sendable {
    var plans: [InputPlan]
    /// For each of them which of the present ones it is; nil: it is taken anew.
    var keeping: [Int?]
    /// On the thread, between the last notice by the old row and the first by the new one.
    var turn: @Sendable () -> Void
    let done: EventDescriptor
  }
  let change = Mutex<Change?>(nil)
  private static let auditPeriod = Duration.seconds(1)
  private let plans: [InputPlan]
  private let handler: @Sendable (Int, EdgeNotice) -> Void

  init(
    plans: [InputPlan], handler: @escaping @Sendable (Int, EdgeNotice) -> Void, stop: EventDescriptor,
    changed: EventDescriptor, ended: EventDescriptor
  ) {
    (self.plans, self.handler, self.stop, self.ended) = (plans, handler, stop, ended)
    self.changed = changed
  }

  /// - Parameter priority: `SCHED_FIFO` 1...99; 0 for ordinary scheduling.
  func launch(priority: Int32) throws(EdgeThreadError) -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    if priority > 0 {
      var parameters = sched_param()
      parameters.sched_priority = priority
      pthread_attr_setinheritsched(&attributes, Int32(PTHREAD_EXPLICIT_SCHED))
      pthread_attr_setschedpolicy(&attributes, SCHED_FIFO)
      pthread_attr_setschedparam(&attributes, &parameters)
    }
    // The thread takes no signals but those of its own faults: they belong to whoever handles them.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&all, fault) }
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)  // taken over by the thread
    let code = pthread_create(&thread, &attributes, edgeThreadMain, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw EdgeThreadError(code: code)
    }
    return thread
  }

  /// The thread's life.
  fileprivate func run() {
    _ = farmgate_set_thread_name("gpio-edges")
    let buffer = EdgeBuffer()
    var lines = plans.enumerated().map { WatchedLine($1, index: $0, handler) }
    let directory = LineDirectory.read()
    for line in lines { line.open(at: monotonicNow(), directory) }
    var nextAudit = monotonicNow()
    var waits: [pollfd] = []
    while true {
      if let change = change.withLock({ $0.take() }) { carryOut(change, &lines) }
      if waits.count != lines.count + 2 { waits = [pollfd](repeating: pollfd(), count: lines.count + 2) }
      waits[lines.count] = pollfd(fd: stop.fileDescriptor, events: Int16(POLLIN), revents: 0)
      waits[lines.count + 1] = pollfd(fd: changed.fileDescriptor, events: Int16(POLLIN), revents: 0)
      for (index, line) in lines.enumerated() {
        waits[index] = pollfd(fd: line.fileDescriptor, events: Int16(POLLIN), revents: 0)
      }
      // On EINTR and its like nothing is ready, and the loop comes round again.
      let ready = poll(&waits, nfds_t(waits.count), timeout(of: lines, audit: nextAudit))
      if waits[lines.count].revents != 0 { return }
      if waits[lines.count + 1].revents != 0 { changed.clear() }
      let now = monotonicNow()
      for (index, line) in lines.enumerated() {
        if ready > 0 { serve(line, events: Int32(waits[index].revents), buffer, at: now) }
        line.work(at: now)
      }
      if now >= nextAudit, lines.contains(where: \.isAudited) {
        if let table = InterruptTable.read() {
          let read = monotonicNow()
          for line in lines { line.audit(table, at: read) }
        }
        nextAudit = now.advanced(by: Self.auditPeriod)
      }
    }
  }

  /// Lines that stay are not touched: what they count goes on.
  private func carryOut(_ change: Change, _ lines: inout [WatchedLine]) {
    let kept = change.keeping.map { $0.map { lines[$0] } }
    // Let go first: another sensor may be on the same line.
    lines = []
    change.turn()
    lines = change.plans.enumerated().map { index, plan in
      let line = kept[index] ?? WatchedLine(plan, index: index, handler)
      line.index = index
      return line
    }
    let directory = kept.contains { $0 == nil } ? LineDirectory.read() : LineDirectory(chips: [])
    for (line, before) in zip(lines, kept) where before == nil { line.open(at: monotonicNow(), directory) }
    change.done.signal()
  }

  private func serve(
    _ line: WatchedLine, events: Int32, _ buffer: borrowing EdgeBuffer, at now: Instant
  ) {
    if events & POLLIN != 0 { line.pump(buffer, at: now) }
    if events & (POLLERR | POLLHUP | POLLNVAL) != 0, line.fileDescriptor >= 0 {
      line.fail(code: ENODEV, at: now)
    }
  }

  /// Milliseconds to the nearest deadline of any line, rounded up, and never more than two seconds: older
  /// kernels do not wake a waiter whose chip goes away, but tell it when it asks again.
  private func timeout(of lines: [WatchedLine], audit: Instant) -> Int32 {
    let deadlines = lines.compactMap(\.deadline) + (lines.contains(where: \.isAudited) ? [audit] : [])
    guard let next = deadlines.min() else { return 2000 }
    let left = monotonicNow().duration(to: next)
    return left <= .zero ? 0 : Int32(min((left.nanoseconds + 999_999) / 1_000_000, 2000))
  }
}

private func edgeThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let watch = Unmanaged<EdgeWatch>.fromOpaque(context).takeRetainedValue()
  watch.run()
  watch.ended.signal()
  return nil
}
