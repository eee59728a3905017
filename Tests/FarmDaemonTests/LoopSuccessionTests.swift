import AllocationCounter
import FarmControl
import FarmUnits
import Foundation
import Gateway
import RealTimeLoop
import Synchronization
import Testing

@testable import FarmDaemon

/// One loop after the other on one thread.
@Suite(.serialized) struct LoopSuccessionTests {
  private static let start = Instant(sinceBoot: .seconds(1000))

  /// A line that remembers what was done to it.
  private final class Line: OutputDriver {
    enum Act: Equatable { case drive(Level), safe, retire }
    private let all = Mutex<[Act]>([])
    var acts: [Act] { all.withLock { $0 } }
    private func note(_ act: Act) { all.withLock { $0.append(act) } }

    func drive(_ level: Level) -> Bool {
      note(.drive(level))
      return true
    }
    func driveSafe() -> Bool {
      note(.safe)
      return true
    }
    func holds(_ level: Level) -> Bool { true }
    func retire() { note(.retire) }
  }

  private static func plan(beds: Int) -> ControlPlan {
    ControlPlan(
      channels: (0..<beds).map {
        ChannelPlan(
          name: "probe-\($0)", quantity: .soilMoisture, unit: .percent,
          rules: PlausibilityRules(minimum: 1, maximum: 70, staleAfter: .seconds(60)))
      },
      outputs: (0..<beds).map {
        OutputPlan(name: "valve-\($0)", limits: GuardLimits(minOff: .seconds(2), maxOn: .seconds(3000)))
      },
      irrigations: (0..<beds).map {
        IrrigationPlan(
          name: "bed-\($0)", probe: .moisture(channel: $0, startBelow: 22, stopAbove: 30), valve: $0)
      })
  }

  private static func loop(_ plan: ControlPlan, _ drivers: [any OutputDriver]? = nil) throws -> ControlLoop {
    ControlLoop(
      controller: try FarmController(plan: plan, startedAt: start),
      drivers: drivers ?? plan.outputs.map { _ in SimulatedOutput() }, capacity: 8192, handsMemoryOver: true)
  }

  private static func dry(_ loop: ControlLoop, _ channel: Int, at now: Instant, _ sequence: UInt64 = 1) {
    loop.slots.write(
      Reading(
        value: .number(18), unit: .percent, quality: .good,
        acquired: Moment(instant: now, wall: WallTime(milliseconds: 0), clock: .trusted), sequence: sequence),
      at: channel)
  }

  @Test func `taking over takes no memory, nor do the ticks after it`() throws {
    let plan = Self.plan(beds: 64)
    var loop = try Self.loop(plan)
    var now = Self.start.advanced(by: .seconds(10))
    for channel in 0..<64 { Self.dry(loop, channel, at: now) }
    for _ in 0..<50 {
      now = now.advanced(by: .milliseconds(100))
      loop.tick(at: ControlTime(now))
    }
    for round in 0..<4 {
      let next = try Self.loop(plan)
      let carry = CarryOver(byName: plan, to: plan)
      // The ring must not be full when all is told anew.
      while loop.events.pop() != nil {}
      allocation_counter_start()
      next.takeOver(loop, by: carry, at: now)
      for _ in 0..<100 {
        now = now.advanced(by: .milliseconds(100))
        next.tick(at: ControlTime(now))
      }
      let allocations = allocation_counter_stop()
      // Of the first of its kind the runtime may have to learn the types.
      if round > 0 { #expect(allocations == 0, "round \(round)") }
      loop = next
    }
  }

  @Test func `on the running thread the next loop goes on, and only what was let go is driven safe`()
    async throws
  {
    let plan = Self.plan(beds: 3)
    let lines = (0..<3).map { _ in Line() }
    let first = try Self.loop(plan, lines)
    let loops = LoopSuccession(first)
    let thread = try LoopThread(
      LoopThread.Configuration(interval: .milliseconds(5)), first: {}, last: { loops.end() },
      body: { tick in _ = loops.tick(at: ControlTime(tick.started)) })
    for channel in 0..<3 { Self.dry(first, channel, at: SystemClock.instant()) }
    _ = try thread.start()
    _ = try await eventually(within: .seconds(60), "all three valves to open") {
      lines.allSatisfy { $0.acts.last == .drive(.on) } ? true : nil
    }
    let retire = try LoopOrder(.retire([false, true, false]))
    #expect(await onThread { loops.carryOut(retire, within: .seconds(60)) })
    #expect(lines.map { $0.acts.last } == [.drive(.on), .retire, .drive(.on)])

    // The second valve is gone, and the third stands where it stood.
    var smaller = plan
    smaller.channels.remove(at: 1)
    smaller.outputs.remove(at: 1)
    smaller.irrigations.remove(at: 1)
    smaller.irrigations[1].valve = 1
    smaller.irrigations[1].probe = .moisture(channel: 1, startBelow: 22, stopAbove: 30)
    let next = try Self.loop(smaller, [lines[0], lines[2]])
    let order = try LoopOrder(.takeOver(next, CarryOver(byName: plan, to: smaller)))
    #expect(await onThread { loops.carryOut(order, within: .seconds(60)) })
    #expect(order.predecessor === first && order.nanoseconds > 0)
    let told = try await eventually(within: .seconds(60), "both outputs, told by the next loop") {
      () -> [Level]? in
      var levels: [Int: Level] = [:]
      while let event = next.events.pop() {
        if case .output(let index, let state) = event { levels[index] = state.commanded }
      }
      return levels.count == 2 ? [levels[0]!, levels[1]!] : nil
    }
    #expect(told == [.on, .on])
    #expect(lines[0].acts.last == .drive(.on) && lines[0].acts.count == lines[2].acts.count)
    #expect(lines[1].acts.last == .retire)
    #expect(thread.stop(within: .seconds(60)))
    #expect(lines.map { $0.acts.last } == [.safe, .retire, .safe])
    // Nobody is left to obey.
    let late = try LoopOrder(.retire([true, true]))
    #expect(await onThread { loops.carryOut(late, within: .seconds(60)) } == false)
  }

  @Test func `an order that nobody takes is withdrawn`() async throws {
    let loops = LoopSuccession(try Self.loop(Self.plan(beds: 1)))
    let order = try LoopOrder(.retire([true]))
    #expect(await onThread { loops.carryOut(order, within: .zero) } == false)
    // What comes later finds nothing to do.
    _ = loops.tick(at: ControlTime(Self.start))
    #expect(order.nanoseconds == 0)
  }
}
