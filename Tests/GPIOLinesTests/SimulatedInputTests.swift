import FarmUnits
import Foundation
import GPIOLines
import Testing

/// Inputs on the kernel's simulated lines.
@Suite(.enabled(if: SimulatedChip.isPresent, Comment(rawValue: SimulatedChip.absence)))
struct SimulatedInputTests {
  private func watch(_ plans: [InputPlan]) throws -> (EdgeThread, HeardNotices) {
    let heard = HeardNotices()
    let thread = try EdgeThread(plans) { heard.append($0, $1) }
    try thread.start()
    for line in plans.indices { #expect(heard.wait(line) { !$0.isEmpty }) }
    return (thread, heard)
  }

  @Test(arguments: [false, true])
  func `levels and edges are told after polarity, stamped and in order`(activeLow: Bool) throws {
    let chip = try SimulatedChip("edges-\(activeLow)", lines: ["DOOR"])
    try chip.pull(0, high: activeLow)
    let (thread, heard) = try watch([InputPlan(chip.address("DOOR"), activeLow: activeLow)])
    let began = try #require(heard.of(0).first)
    guard case .began(.inactive, let since) = began else {
      Issue.record("began as \(began)")
      return
    }
    for press in 1...10 {
      try chip.pull(0, high: !activeLow)
      #expect(heard.wait(0) { $0.filter(\.isEdge).count == 2 * press - 1 })
      try chip.pull(0, high: activeLow)
      #expect(heard.wait(0) { $0.filter(\.isEdge).count == 2 * press })
    }
    #expect(thread.stop())
    let edges = heard.edges(0)
    #expect(edges.map(\.level) == (0..<20).map { $0 % 2 == 0 ? .active : .inactive })
    #expect(zip([since] + edges.map(\.at), edges.map(\.at)).allSatisfy { $0 <= $1 })
    let sequences = edges.map(\.sequence)
    #expect(
      sequences == (GPIOLibrary.countsEdges ? (1...20).map(UInt32?.some) : Array(repeating: nil, count: 20)))
  }

  @Test(arguments: [LineEdges.rising, .falling])
  func `only the edges asked for are told`(edges: LineEdges) throws {
    let chip = try SimulatedChip("one-edge-\(edges)", lines: ["FLOW1", "MARK"])
    let (thread, heard) = try watch([
      InputPlan(chip.address("FLOW1"), edges: edges), InputPlan(chip.address("MARK")),
    ])
    for pulse in 1...5 {
      try chip.pull(0, high: true)
      try chip.pull(0, high: false)
      #expect(heard.wait(0) { $0.filter(\.isEdge).count == pulse })
    }
    try chip.pull(1, high: true)
    #expect(heard.wait(1) { $0.contains(where: \.isEdge) })
    #expect(thread.stop())
    #expect(heard.edges(0).map(\.level) == Array(repeating: edges == .rising ? .active : .inactive, count: 5))
  }

  @Test func `what a burst without pause loses is counted, or suspected`() throws {
    let chip = try SimulatedChip("burst", lines: ["FLOW1"])
    let (thread, heard) = try watch([InputPlan(chip.address("FLOW1"), edges: .rising)])
    let pulses = 3000
    for _ in 0..<pulses {
      try chip.pull(0, high: true)
      try chip.pull(0, high: false)
    }
    // The line falls silent: everything that was queued has been read once a last, lone pulse is heard.
    let before = heard.edges(0).count
    #expect(heard.wait(0) { $0.count >= before })
    let lone = monotonicNow()
    try chip.pull(0, high: true)
    #expect(heard.wait(0) { $0.contains { if case .edge(let edge) = $0 { edge.at >= lone } else { false } } })
    #expect(thread.stop())
    var counter = PulseCounter()
    var overflows = 0
    for notice in heard.of(0) {
      switch notice {
      case .began: counter.begin()
      case .edge(let edge): counter.count(at: edge.at, sequence: edge.sequence)
      case .overflow:
        counter.suspectLoss()
        overflows += 1
      default: break
      }
    }
    let reading = counter.read(at: monotonicNow())
    #expect(reading.hertz > 0)
    if GPIOLibrary.countsEdges {
      #expect(reading.total + reading.lost == UInt64(pulses + 1))
    } else {
      #expect(reading.total == UInt64(pulses + 1) || reading.isSuspect)
      #expect(reading.isSuspect == (overflows > 0))
    }
  }

  @Test func `a contact that bounces is told once, after it has kept still`() throws {
    let chip = try SimulatedChip("bounce", lines: ["DOOR"])
    let (thread, heard) = try watch([
      InputPlan(chip.address("DOOR"), debounce: .milliseconds(100))
    ])
    let started = monotonicNow()
    for bounce in 0..<7 { try chip.pull(0, high: bounce % 2 == 0) }
    #expect(heard.wait(0) { $0.contains(where: \.isEdge) })
    let released = monotonicNow()
    for bounce in 0..<7 { try chip.pull(0, high: bounce % 2 == 1) }
    #expect(heard.wait(0) { $0.filter(\.isEdge).count == 2 })
    #expect(thread.stop())
    let edges = heard.edges(0)
    #expect(edges.map(\.level) == [.active, .inactive])
    #expect(started.duration(to: edges[0].at) >= .milliseconds(99))
    #expect(released.duration(to: edges[1].at) >= .milliseconds(99))
  }

  @Test func `a bias is asked for with the line, and the chip's answer shows`() throws {
    let chip = try SimulatedChip("bias", lines: ["UP", "DOWN"])
    let (thread, heard) = try watch([
      InputPlan(chip.address("UP"), bias: .pullUp),
      InputPlan(chip.address("DOWN"), bias: .pullDown),
    ])
    guard case .began(let up, _)? = heard.of(0).first, case .began(let down, _)? = heard.of(1).first else {
      Issue.record("the lines did not begin: \(heard.of(0)), \(heard.of(1))")
      return
    }
    #expect(up == .active)
    #expect(down == .inactive)
    #expect(thread.stop())
  }

  @Test func `a chip that disappears is told for its lines, comes back, and disturbs no other`() throws {
    let (loose, firm) = (
      try SimulatedChip("loose", lines: ["LOOSE"]), try SimulatedChip("firm", lines: ["FIRM"])
    )
    let (thread, heard) = try watch([
      InputPlan(loose.address("LOOSE")), InputPlan(firm.address("FIRM")),
    ])
    try loose.switchOff()
    #expect(heard.wait(0) { $0.contains(where: \.isGone) })
    for press in 1...4 {
      try firm.pull(0, high: press % 2 == 1)
      #expect(heard.wait(1) { $0.filter(\.isEdge).count == press })
    }
    try loose.switchOn()
    #expect(heard.wait(0) { $0.filter(\.isBegin).count == 2 })
    try loose.pull(0, high: true)
    #expect(heard.wait(0) { $0.contains(where: \.isEdge) })
    #expect(thread.stop())
    #expect(heard.of(0).filter(\.isGone).count == 1)
    #expect(heard.of(1).filter { !$0.isEdge }.count == 1)
  }

  @Test func `a line in use is told as absent once, and taken when it is free`() throws {
    let chip = try SimulatedChip("absent", lines: ["DOOR"])
    let place = try chip.place("DOOR")
    let heard = HeardNotices()
    let thread = try EdgeThread([InputPlan(chip.address("DOOR"))]) { heard.append($0, $1) }
    let holder = try OutputLine(place, activeLow: false, initially: .inactive)
    try thread.start()
    #expect(heard.wait(0) { !$0.isEmpty })
    guard case .absent(.busy(place, consumer: "farmgate"), _)? = heard.of(0).first else {
      Issue.record("told as \(heard.of(0))")
      return
    }
    try holder.release(drivingSafe: .inactive)
    #expect(heard.wait(0) { $0.contains(where: \.isBegin) })
    #expect(thread.stop())
    #expect(heard.of(0).count == 2)
  }

  private func monotonicNow() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
