import AllocationCounter
import FarmUnits
import Synchronization
import Testing

@testable import RealTimeLoop

/// The loop's promise: after warm-up a tick neither allocates nor faults in a page.
@Suite(
  .enabled(
    if: allocation_counter_is_available() == 1, "a sanitizer owns malloc in this build, so nothing is counted"
  ))
struct QuietTickTests {
  /// A tick as the daemon's: 256 readings in, an event for each fourth out, commands in.
  final class Work: Sendable {
    struct Event: BitwiseCopyable, Sendable { var tick: UInt64, channel: Int }
    let slots = NewestValueSlots(count: 256)
    let events = EventRing<Event>(capacity: 1024)
    let commands = EventRing<UInt64>(capacity: 16)
    let wakeUp: WakeUp
    let clock = SystemClock()
    let sum = Atomic<UInt64>(0)

    init() throws { wakeUp = try WakeUp() }

    func step(_ tick: Tick) {
      var reading = Reading(value: nil, unit: nil, quality: .missing, acquired: clock.now(), sequence: 0)
      slots.write(
        Reading(value: .number(1), unit: .percent, quality: .good, acquired: clock.now(), sequence: 1),
        at: Int(tick.number % 256))
      for channel in 0..<slots.count where slots.read(channel, into: &reading) {
        sum.add(UInt64(reading.goodNumber ?? 0), ordering: .relaxed)
        if channel % 4 == 0 { events.push(Event(tick: tick.number, channel: channel)) }
      }
      while let command = commands.pop() { sum.add(command, ordering: .relaxed) }
      wakeUp.signal()
      if tick.number % 4 == 0 { while events.pop() != nil {} }
    }
  }

  @Test func `the counter counts: an array on the heap is seen`() {
    var kept: [[UInt8]] = []
    kept.reserveCapacity(4)
    allocation_counter_start()
    kept.append([UInt8](repeating: 7, count: 100_000))
    let count = allocation_counter_stop()
    #expect(count >= 1)
    #expect(kept[0][99_999] == 7)
    allocation_counter_start()
    kept[0][5] = 8
    #expect(allocation_counter_stop() == 0)
  }

  @Test func `ten thousand ticks allocate nothing`() throws {
    let work = try Work()
    let measurements = LoopMeasurements(interval: .milliseconds(1), lateAfter: .microseconds(100))
    let course = LoopCourse(
      interval: .milliseconds(1), isRealTime: false, measurements: measurements, ended: try WakeUp(),
      first: {}, last: {}, body: { work.step($0) })
    var schedule = try #require(TickSchedule(interval: .milliseconds(1), first: SystemClock.instant()))
    for _ in 0..<100 { course.tick(&schedule) }
    allocation_counter_start()
    for _ in 0..<10_000 { course.tick(&schedule) }
    let count = allocation_counter_stop()
    #expect(count == 0)
    #expect(measurements.completedTicks == 10_100)
    #expect(work.sum.load(ordering: .relaxed) > 10_000)
  }

  @Test func `on its own thread a loop neither allocates nor faults after its first ticks`() throws {
    let work = try Work()
    let (warm, done) = (try WakeUp(), try WakeUp())
    let (ticks, allocations) = (Counter(), Counter())
    let thread = try LoopThread(.init(interval: .milliseconds(1)), first: {}, last: {}) { tick in
      work.step(tick)
      switch ticks.value.add(1, ordering: .relaxed).newValue {
      case 100:
        warm.signal()
        allocation_counter_start()
      case 600:
        allocations.value.store(UInt64(allocation_counter_stop()), ordering: .relaxed)
        done.signal()
      default: break
      }
    }
    _ = try thread.start()
    #expect(warm.wait(for: .seconds(30)))
    let before = thread.measurements.snapshot()
    #expect(done.wait(for: .seconds(60)))
    #expect(thread.stop())
    #expect(allocations.value.load(ordering: .relaxed) == 0)
    let report = thread.measurements.snapshot().report(since: before)
    #expect(report.ticks >= 400)
    #expect(report.minorFaults == 0)
    #expect(report.majorFaults == 0)
  }

  private final class Counter: Sendable { let value = Atomic<UInt64>(0) }
}
