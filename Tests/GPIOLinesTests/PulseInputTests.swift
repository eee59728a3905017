import FarmUnits
import GPIOLines
import Testing

struct PulseInputTests {
  /// Levels as told (1 active), numbers where the kernel gives them, pulses counted and known to be lost.
  static let numbered: [(edges: [(Int, UInt32)], total: UInt64, lost: UInt64)] = [
    ([(1, 1), (0, 2), (1, 3), (0, 4)], 2, 0),
    ([(0, 1), (1, 2), (0, 3)], 1, 0),
    // Two edges became one event: no number is missing, the level comes twice.
    ([(1, 1), (0, 2), (0, 3), (1, 4)], 2, 1),
    ([(1, 1), (1, 2), (0, 3)], 2, 0),  // a falling edge is missing, no pulse
    // Four numbers are missing after an active level: down, up, down, up.
    ([(1, 1), (0, 6)], 1, 2),
    ([(0, 1), (1, 4), (0, 5)], 1, 1),
    // The numbers of a line begin at 1: three edges were lost before the first.
    ([(1, 4), (0, 5)], 1, 1),
  ]

  @Test(arguments: numbered.indices)
  func `missing edges are lost pulses where the kernel numbers them`(row: Int) {
    let (edges, total, lost) = Self.numbered[row]
    var input = PulseInput(PulseCounter(), counted: .active)
    input.begin(at: .inactive)
    for (index, edge) in edges.enumerated() { input.take(event(edge.0, edge.1, index)) }
    #expect(input.counter.total == total)
    #expect(input.counter.lost == lost)
  }

  @Test func `without numbers a level that comes twice makes the reading suspect, once`() {
    var input = PulseInput(PulseCounter(), counted: .active)
    input.begin(at: .inactive)
    for (index, level) in [1, 0, 1, 0].enumerated() { input.take(event(level, nil, index)) }
    #expect(!input.read(at: Instant(nanoseconds: 1_000_000)).isSuspect)
    input.take(event(0, nil, 4))
    #expect(input.read(at: Instant(nanoseconds: 2_000_000)).isSuspect)
    #expect(!input.read(at: Instant(nanoseconds: 3_000_000)).isSuspect)
    #expect(input.counter.total == 2)
    #expect(input.counter.lost == 0)
  }

  @Test func `a line taken again begins anew, whatever its level was`() {
    var input = PulseInput(PulseCounter(), counted: .inactive)
    input.begin(at: .inactive)
    input.take(event(1, 1, 0))
    input.begin(at: .inactive)
    input.take(event(1, 1, 1))
    input.take(event(0, 2, 2))
    #expect(input.counter.total == 1)
    #expect(input.counter.lost == 0)
  }

  @Test func `where both edges count every one is a pulse`() {
    var input = PulseInput(PulseCounter(), counted: nil)
    input.begin(at: .inactive)
    for (index, edge) in [(1, 1), (0, 2), (1, 5)].enumerated() {
      input.take(event(edge.0, UInt32(edge.1), index))
    }
    #expect(input.counter.total == 3)
    #expect(input.counter.lost == 2)
  }

  /// Edges taken by the kernel, the line's level before the first, pulses heard of them, and pulses lost.
  static let audits: [(interrupts: UInt64, level: LineLevel, heard: Int, lost: UInt64)] = [
    (20, .inactive, 10, 0), (20, .active, 10, 0), (19, .inactive, 10, 0), (21, .active, 10, 0),
    (22, .inactive, 10, 1), (24, .inactive, 10, 2), (23, .active, 10, 1),
    (18, .inactive, 10, 0),  // more heard than taken: the count began late
  ]

  @Test(arguments: audits.indices)
  func `what the kernel took and nobody told is lost`(row: Int) {
    let (interrupts, level, heard, lost) = Self.audits[row]
    var input = PulseInput(PulseCounter(), counted: .active)
    input.begin(at: level)
    for pulse in 0..<heard {
      input.take(event(1, nil, 2 * pulse))
      input.take(event(0, nil, 2 * pulse + 1))
    }
    input.take(interrupts: interrupts, at: Instant(nanoseconds: 1_000_000))
    #expect(input.counter.lost == 0)
    input.take(interrupts: interrupts, at: Instant(nanoseconds: 2_000_000))
    #expect(input.counter.lost == lost)
    input.take(interrupts: interrupts, at: Instant(nanoseconds: 3_000_000))
    #expect(input.counter.lost == lost)
    #expect(input.counter.total == UInt64(heard))
  }

  @Test func `an edge that is heard after the kernel's count was read is not lost, nor counted twice`() {
    var input = PulseInput(PulseCounter(), counted: .active)
    input.begin(at: .inactive)
    for number in 1...4 { input.take(event(number % 2, UInt32(number), number)) }
    // The kernel has taken six; the third pulse is under way, and a fourth comes after the count was read.
    input.take(interrupts: 6, at: Instant(nanoseconds: 7000))
    for number in 5...8 { input.take(event(number % 2, UInt32(number), number)) }
    input.take(interrupts: 8, at: Instant(nanoseconds: 20_000))
    input.take(interrupts: 8, at: Instant(nanoseconds: 30_000))
    #expect(input.counter.total == 4)
    #expect(input.counter.lost == 0)
  }

  @Test func `a loss that a number has shown is not found again in the kernel's count`() {
    var input = PulseInput(PulseCounter(), counted: .active)
    input.begin(at: .inactive)
    for (index, edge) in [(1, 1), (0, 2), (1, 7), (0, 8)].enumerated() {
      input.take(event(edge.0, UInt32(edge.1), index))
    }
    #expect(input.counter.lost == 2)
    // And two edges more, of which one number told: the kernel made one event of three.
    input.take(interrupts: 10, at: Instant(nanoseconds: 20_000))
    input.take(interrupts: 10, at: Instant(nanoseconds: 30_000))
    #expect(input.counter.lost == 3)
    #expect(input.counter.total + input.counter.lost == 5)
  }

  private func event(_ level: Int, _ sequence: UInt32?, _ index: Int) -> EdgeEvent {
    EdgeEvent(
      level: level == 1 ? .active : .inactive, at: Instant(nanoseconds: Int64(index) * 1000),
      sequence: sequence)
  }
}
