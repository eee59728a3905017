import FarmUnits
import Glibc
import RealTimeLoop
import Synchronization
import Testing

struct LoopThreadTests {
  /// What a test's loop thread tells it.
  final class Notes: Sendable {
    let ticks = Atomic<Int>(0), firstAt = Atomic<Int>(-1), lastAt = Atomic<Int>(-1)
    let outOfOrder = Atomic<Int>(0), lastNumber = Atomic<UInt64>(0)
    let policy = Atomic<Int32>(-1), priority = Atomic<Int32>(-1)
    let isNamed = Atomic<Bool>(false)
    let enough: WakeUp
    init() throws { enough = try WakeUp() }

    func noteThread() {
      var (policy, parameters) = (Int32(0), sched_param())
      pthread_getschedparam(pthread_self(), &policy, &parameters)
      self.policy.store(policy, ordering: .relaxed)
      priority.store(parameters.sched_priority, ordering: .relaxed)
      isNamed.store(Self.threadName() == "control-loop", ordering: .relaxed)
    }

    private static func threadName() -> String {
      guard let file = fopen("/proc/thread-self/comm", "re") else { return "" }
      defer { fclose(file) }
      var name = [UInt8](repeating: 0, count: 32)
      let length = fread(&name, 1, name.count, file)
      return String(decoding: name[..<length].prefix { $0 != 10 }, as: UTF8.self)
    }
  }

  private func loop(
    _ notes: Notes, interval: Duration, priority: Int32 = 0, until limit: Int,
    body: @escaping @Sendable (Tick) -> Void = { _ in }
  ) throws -> LoopThread {
    try LoopThread(
      .init(interval: interval, priority: priority),
      first: {
        notes.firstAt.store(notes.ticks.load(ordering: .relaxed), ordering: .relaxed)
        notes.noteThread()
      },
      last: { notes.lastAt.store(notes.ticks.load(ordering: .relaxed), ordering: .relaxed) },
      body: { tick in
        let previous = notes.lastNumber.exchange(tick.number, ordering: .relaxed)
        if tick.number <= previous || tick.started < tick.deadline {
          notes.outOfOrder.add(1, ordering: .relaxed)
        }
        body(tick)
        if notes.ticks.add(1, ordering: .relaxed).newValue == limit { notes.enough.signal() }
      })
  }

  @Test func `a loop ticks in order, never early, and counts every deadline`() throws {
    let notes = try Notes()
    let thread = try loop(notes, interval: .milliseconds(1), until: 200)
    let setup = try thread.start()
    #expect(setup.scheduling == .ordinary)
    #expect(notes.enough.wait(for: .seconds(30)))
    #expect(thread.stop())
    #expect(notes.outOfOrder.load(ordering: .relaxed) == 0)
    let isNamed = notes.isNamed.load(ordering: .relaxed)
    #expect(isNamed)
    let report = thread.measurements.snapshot().report()
    let ticks = UInt64(notes.ticks.load(ordering: .relaxed))
    #expect(ticks >= 200)
    #expect(report.ticks == ticks)
    #expect(report.lateness.count == ticks)
    #expect(report.cost.count == ticks)
    #expect(notes.lastNumber.load(ordering: .relaxed) <= report.ticks + report.missed)
    #expect(report.late <= report.ticks)
    #expect(thread.measurements.lastCompletion != nil)
  }

  @Test func `the hooks run before the first tick and after the last, and stop waits for both`() throws {
    let notes = try Notes()
    let thread = try loop(notes, interval: .milliseconds(1), until: 5)
    _ = try thread.start()
    #expect(notes.enough.wait(for: .seconds(30)))
    #expect(thread.stop())
    #expect(notes.firstAt.load(ordering: .relaxed) == 0)
    #expect(notes.lastAt.load(ordering: .relaxed) == notes.ticks.load(ordering: .relaxed))
    #expect(notes.lastAt.load(ordering: .relaxed) >= 5)
  }

  @Test func `a loop of 10 s stops before its next tick`() throws {
    let notes = try Notes()
    let thread = try loop(notes, interval: .seconds(10), until: 1)
    _ = try thread.start()
    #expect(notes.enough.wait(for: .seconds(30)))
    #expect(thread.stop(within: .seconds(9)))
    #expect(notes.ticks.load(ordering: .relaxed) == 1)
    #expect(notes.lastAt.load(ordering: .relaxed) == 1)
  }

  @Test func `a tick that overruns costs the deadlines it covered and no more`() throws {
    let notes = try Notes()
    let thread = try loop(notes, interval: .milliseconds(5), until: 3) { tick in
      guard tick.number == 1 else { return }
      let end = tick.started.advanced(by: .milliseconds(52))
      while SystemClock.instant() < end {}
    }
    _ = try thread.start()
    #expect(notes.enough.wait(for: .seconds(30)))
    #expect(thread.stop())
    let report = thread.measurements.snapshot().report()
    #expect(report.missed >= 10)
    #expect(report.ticks >= 3)
    #expect(report.cost.max >= .milliseconds(48))  // 52 ms, in a histogram that is right to 6 %
    #expect(notes.lastNumber.load(ordering: .relaxed) <= report.ticks + report.missed)
  }

  @Test func `what the kernel gave is what is reported`() throws {
    let notes = try Notes()
    let thread = try loop(notes, interval: .milliseconds(1), priority: 10, until: 3)
    let setup = try thread.start()
    #expect(notes.enough.wait(for: .seconds(30)))
    #expect(thread.stop())
    let policy = notes.policy.load(ordering: .relaxed)
    switch setup.scheduling {
    case .realTime(let priority):
      #expect(policy == SCHED_FIFO && priority == 10)
      #expect(notes.priority.load(ordering: .relaxed) == 10)
    case .refused(let priority, let code):
      #expect(policy == SCHED_OTHER && priority == 10 && code == EPERM)
      #expect(setup.description.contains("SCHED_FIFO priority 10 refused (Operation not permitted)"))
    case .ordinary: Issue.record("real time was asked for")
    }
  }

  @Test func `a loop runs once, and stopping twice or before the start is harmless`() throws {
    let notes = try Notes()
    let thread = try loop(notes, interval: .milliseconds(1), until: 1)
    _ = try thread.start()
    #expect(throws: LoopError(action: .startTwice, code: EALREADY)) { try thread.start() }
    #expect(thread.stop())
    #expect(thread.stop())
    let unused = try loop(notes, interval: .milliseconds(1), until: 1)
    #expect(unused.stop())
  }

  @Test func `a loop that is let go of ends`() throws {
    let notes = try Notes()
    var thread: LoopThread? = try loop(notes, interval: .milliseconds(1), until: 2)
    _ = try thread?.start()
    #expect(notes.enough.wait(for: .seconds(30)))
    thread = nil
    #expect(notes.lastAt.load(ordering: .relaxed) >= 2)
  }

  @Test func `a stop that comes too early says so`() throws {
    let (inside, release) = (try WakeUp(), try WakeUp())
    let thread = try LoopThread(.init(interval: .milliseconds(1)), first: {}, last: {}) { _ in
      inside.signal()
      release.wait(for: .seconds(30))
    }
    _ = try thread.start()
    #expect(inside.wait(for: .seconds(30)))
    #expect(!thread.stop(within: .milliseconds(20)))
    release.signal()
    #expect(thread.stop())
  }

  @Test(arguments: [
    (LoopThread.Configuration(interval: .microseconds(500)), LoopError.Action.acceptInterval),
    (LoopThread.Configuration(interval: .seconds(11)), .acceptInterval),
    (LoopThread.Configuration(interval: .seconds(1), priority: 100), .acceptPriority),
    (LoopThread.Configuration(interval: .seconds(1), priority: -1), .acceptPriority),
    (LoopThread.Configuration(interval: .seconds(1), stackBytes: 1024), .acceptStackSize),
    (LoopThread.Configuration(interval: .seconds(1), stackBytes: 1 << 30), .acceptStackSize),
  ])
  func `settings out of range are refused`(
    configuration: LoopThread.Configuration, action: LoopError.Action
  ) {
    #expect(throws: LoopError(action: action, code: EINVAL)) {
      try LoopThread(configuration, first: {}, last: {}) { _ in }
    }
  }
}
