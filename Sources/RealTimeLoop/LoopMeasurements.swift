import CLinux
public import FarmUnits
import Synchronization

/// What the loop thread notes about itself. It alone writes; any thread reads, without making it wait.
public final class LoopMeasurements: Sendable {
  /// Between two deadlines.
  public let interval: Duration
  /// A tick that begins more than this after its deadline counts as late.
  public let lateAfter: Duration

  private let lateNanoseconds: Int64
  private let lateness = DurationHistogram()
  private let cost = DurationHistogram()
  private let completed = Atomic<UInt64>(0)
  private let missed = Atomic<UInt64>(0)
  private let late = Atomic<UInt64>(0)
  private let minorFaults = Atomic<UInt64>(0)
  private let majorFaults = Atomic<UInt64>(0)
  private let lastEnd = Atomic<Int64>(0)

  init(interval: Duration, lateAfter: Duration) {
    (self.interval, self.lateAfter) = (interval, lateAfter)
    lateNanoseconds = lateAfter.nanoseconds
  }

  /// Ticks that ran to their end: what a watchdog may be fed on.
  public var completedTicks: UInt64 { completed.load(ordering: .acquiring) }
  /// Deadlines that had passed before a tick could begin; never made up for.
  public var missedTicks: UInt64 { missed.load(ordering: .relaxed) }
  /// Ticks that began more than `lateAfter` after their deadline.
  public var lateTicks: UInt64 { late.load(ordering: .relaxed) }
  /// When the last tick ended; nil before the first.
  public var lastCompletion: Instant? {
    completedTicks == 0 ? nil : Instant(nanoseconds: lastEnd.load(ordering: .relaxed))
  }

  /// Everything at one moment. From any thread but the loop's: allocates.
  public func snapshot() -> LoopSnapshot {
    LoopSnapshot(
      interval: interval, ticks: completedTicks, missed: missedTicks, late: lateTicks,
      lateness: lateness.counts(), cost: cost.counts(),
      minorFaults: minorFaults.load(ordering: .relaxed), majorFaults: majorFaults.load(ordering: .relaxed))
  }

  /// One tick has ended. Loop thread only, like all that follows; all times in nanoseconds since boot.
  func record(deadline: Int64, started: Int64, ended: Int64, missed passed: UInt64) {
    lateness.record(nanoseconds: started - deadline)
    cost.record(nanoseconds: ended - started)
    if started - deadline > lateNanoseconds { add(1, to: late) }
    if passed > 0 { add(passed, to: missed) }
    lastEnd.store(ended, ordering: .relaxed)
    completed.store(completed.load(ordering: .relaxed) &+ 1, ordering: .releasing)
  }

  /// Asks the kernel how many pages the loop thread has faulted in: one system call, 0.3 µs.
  func recordFaults() {
    var (minor, major) = (0, 0)
    guard farmgate_thread_faults(&minor, &major) == 0 else { return }
    minorFaults.store(UInt64(clamping: minor), ordering: .relaxed)
    majorFaults.store(UInt64(clamping: major), ordering: .relaxed)
  }

  private func add(_ amount: UInt64, to counter: borrowing Atomic<UInt64>) {
    counter.store(counter.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
  }
}

/// The loop's measurements at one moment, to be told as a report over the time since an earlier one.
public struct LoopSnapshot: Sendable {
  let interval: Duration
  let ticks, missed, late: UInt64
  /// From a tick's deadline to its beginning.
  public let lateness: HistogramCounts
  let cost: HistogramCounts
  let minorFaults, majorFaults: UInt64

  /// - Parameter earlier: A snapshot of the same loop; nil reports the whole run.
  public func report(since earlier: LoopSnapshot? = nil) -> LoopReport {
    LoopReport(
      interval: interval, ticks: ticks &- (earlier?.ticks ?? 0), missed: missed &- (earlier?.missed ?? 0),
      late: late &- (earlier?.late ?? 0),
      lateness: (earlier.map { lateness.since($0.lateness) } ?? lateness).summary,
      cost: (earlier.map { cost.since($0.cost) } ?? cost).summary,
      minorFaults: minorFaults &- (earlier?.minorFaults ?? 0),
      majorFaults: majorFaults &- (earlier?.majorFaults ?? 0))
  }
}

/// How the loop kept its time, as published under `loop`.
public struct LoopReport: Equatable, Sendable {
  public var interval: Duration
  /// Ticks completed; `missed` are not among them, `late` are.
  public var ticks, missed, late: UInt64
  /// From a tick's deadline to its beginning.
  public var lateness: DurationSummary
  /// From a tick's beginning to its end.
  public var cost: DurationSummary
  /// Pages the loop thread had to fetch: from memory (minor) and from storage (major). Sampled every 16 ticks.
  public var minorFaults, majorFaults: UInt64

  public init(
    interval: Duration, ticks: UInt64, missed: UInt64, late: UInt64, lateness: DurationSummary,
    cost: DurationSummary, minorFaults: UInt64, majorFaults: UInt64
  ) {
    (self.interval, self.ticks, self.missed, self.late) = (interval, ticks, missed, late)
    (self.lateness, self.cost) = (lateness, cost)
    (self.minorFaults, self.majorFaults) = (minorFaults, majorFaults)
  }
}
