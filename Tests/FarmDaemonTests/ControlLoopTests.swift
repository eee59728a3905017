import AllocationCounter
import FarmControl
import FarmUnits
import Gateway
import RealTimeLoop
import Testing

@testable import FarmDaemon

/// The tick as the daemon runs it.
@Suite(.serialized) struct ControlLoopTests {
  private static let start = Instant(sinceBoot: .seconds(1000))

  private func loop(beds: Int, capacity: Int = 4096) throws -> ControlLoop {
    let plan = ControlPlan(
      channels: (0..<beds).map {
        ChannelPlan(
          name: "probe-\($0)", quantity: .soilMoisture, unit: .percent,
          rules: PlausibilityRules(minimum: 1, maximum: 70, staleAfter: .seconds(60)))
      },
      outputs: (0..<beds).map {
        OutputPlan(name: "valve-\($0)", limits: GuardLimits(minOff: .seconds(2), maxOn: .seconds(30)))
      },
      irrigations: (0..<beds).map {
        IrrigationPlan(
          name: "bed-\($0)", probe: .moisture(channel: $0, startBelow: 22, stopAbove: 30), valve: $0)
      })
    let controller = try FarmController(plan: plan, startedAt: Self.start)
    return ControlLoop(
      controller: controller, drivers: (0..<beds).map { _ in SimulatedOutput() }, capacity: capacity,
      handsMemoryOver: true)
  }

  private func reading(_ number: Double, _ sequence: UInt64, at now: Instant) -> Reading {
    Reading(
      value: .number(number), unit: .percent, quality: .good,
      acquired: Moment(instant: now, wall: WallTime(milliseconds: 0), clock: .trusted), sequence: sequence)
  }

  @Test func `ten thousand ticks take no memory from the heap`() throws {
    let loop = try loop(beds: 64)
    var now = Self.start
    var sequence: UInt64 = 0
    var handedOver = 0
    func run(_ ticks: Int) {
      for tick in 0..<ticks {
        now = now.advanced(by: .milliseconds(100))
        if tick % 10 == 0 {
          sequence += 1
          for channel in 0..<64 {
            loop.slots.write(reading(tick / 100 % 2 == 0 ? 18 : 32, sequence, at: now), at: channel)
          }
        }
        loop.tick(at: ControlTime(now))
        while loop.events.pop() != nil {}
        while let memories = loop.memoryEvents, memories.pop() != nil { handedOver += 1 }
      }
    }
    run(200)  // warm-up
    allocation_counter_start()
    run(10_000)
    let allocations = allocation_counter_stop()
    print("heap allocations in 10,000 ticks of 64 sensors and 64 outputs: \(allocations)")
    #expect(allocations == 0)
    // What is kept over a restart went its way as well.
    #expect(handedOver > 1000)

    // The counter counts: a check that cannot fail shows nothing.
    allocation_counter_start()
    let block = [Int](repeating: 1, count: 1000 + Int(sequence % 2))
    #expect(allocation_counter_stop() > 0)
    #expect(block.count >= 1000)
  }

  @Test func `a full ring loses no change, it tells the newest state later`() throws {
    let loop = try loop(beds: 2)
    var now = Self.start.advanced(by: .seconds(10))
    loop.slots.write(reading(18, 1, at: now), at: 0)
    for _ in 0..<40 {  // nobody listens
      now = now.advanced(by: .milliseconds(100))
      loop.slots.write(reading(18, UInt64(now.nanoseconds), at: now), at: 0)
      loop.tick(at: ControlTime(now))
    }
    var commanded: Level?
    for _ in 0..<100 {
      now = now.advanced(by: .milliseconds(100))
      loop.tick(at: ControlTime(now))
      while let event = loop.events.pop() {
        if case .output(0, let state) = event { commanded = state.commanded }
      }
    }
    #expect(commanded == .on)
  }

  @Test func `what nobody takes away to be kept is handed over later, as it then is`() throws {
    let loop = try loop(beds: 64)
    let memories = try #require(loop.memoryEvents)
    var now = Self.start.advanced(by: .seconds(10))
    var sequence: UInt64 = 0
    func run(_ ticks: Int, moisture: Double) {
      for _ in 0..<ticks {
        now = now.advanced(by: .seconds(1))
        sequence += 1
        for channel in 0..<64 { loop.slots.write(reading(moisture, sequence, at: now), at: channel) }
        loop.tick(at: ControlTime(now))
        while loop.events.pop() != nil {}
      }
    }
    // On and off twice: more than the ring holds.
    for _ in 0..<2 {
      run(5, moisture: 18)
      run(5, moisture: 32)
    }
    #expect(memories.overflows > 0)
    var starts = Array(repeating: -1, count: 64)
    for _ in 0..<4 {
      while let event = memories.pop() {
        if case .output(let output, let memory, _) = event { starts[output] = memory.startAges.count }
      }
      run(1, moisture: 32)
    }
    #expect(starts == Array(repeating: 2, count: 64))
  }

  @Test func `an alarm that found the ring full is told when there is room`() throws {
    let loop = try loop(beds: 2, capacity: 16)
    var now = Self.start
    func tick() {
      now = now.advanced(by: .seconds(1))
      loop.tick(at: ControlTime(now))
    }
    func alarms() -> [AlarmPhase] {
      var phases: [AlarmPhase] = []
      while let event = loop.events.pop() {
        if case .alarm(_, let state) = event, state.kind == .stale { phases.append(state.phase) }
      }
      return phases
    }
    for channel in 0..<2 { loop.slots.write(reading(40, 1, at: now), at: channel) }
    tick()
    #expect(alarms() == [.normal, .normal])
    for number in 2..<20 {  // nobody listens
      loop.slots.write(reading(40, UInt64(number), at: now), at: 0)
      tick()
    }
    for _ in 0..<120 { tick() }
    #expect(alarms().isEmpty)
    tick()
    #expect(alarms() == [.active, .active])
    tick()
    #expect(alarms().isEmpty)
  }

  @Test func `a command is answered by the loop with its token`() throws {
    let loop = try loop(beds: 1)
    let now = Self.start.advanced(by: .seconds(10))
    let request = ControlRequest.output(OutputCommand(output: 0, set: .off, source: .operator, token: 42))
    #expect(loop.requests.push(request))
    loop.tick(at: ControlTime(now))
    var answered = false
    while let event = loop.events.pop() {
      if case .verdict(42, .accepted) = event { answered = true }
    }
    #expect(answered)
  }
}
