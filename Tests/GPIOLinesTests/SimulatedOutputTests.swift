import GPIOLines
import Glibc
import Testing

/// Outputs on the kernel's simulated lines.
@Suite(.enabled(if: SimulatedChip.isPresent, Comment(rawValue: SimulatedChip.absence)))
struct SimulatedOutputTests {
  @Test(arguments: [false, true])
  func `an output is taken safe, driven, read and left safe, whatever its polarity`(activeLow: Bool) throws {
    let chip = try SimulatedChip("polarity-\(activeLow)", lines: ["", "RELAY1"])
    // The board pulls the wire to where the relay rests.
    try chip.pull(1, high: activeLow)
    var line = try OutputLine(try chip.place("RELAY1"), activeLow: activeLow, initially: .inactive)
    #expect(try chip.isHigh(1) == activeLow)
    #expect(try line.read() == .inactive)
    try line.drive(.active)
    #expect(try chip.isHigh(1) != activeLow)
    #expect(try line.read() == .active)
    try line.release(drivingSafe: .inactive)
    #expect(try chip.isHigh(1) == activeLow)
    // Free again: it can be taken once more, safe high this time.
    let again = try OutputLine(try chip.place("RELAY1"), activeLow: activeLow, initially: .active)
    #expect(try chip.isHigh(1) != activeLow)
    #expect(try again.read() == .active)
  }

  @Test func `a line in use names who uses it`() throws {
    let chip = try SimulatedChip("busy", lines: ["RELAY1"])
    let place = try chip.place("RELAY1")
    let holder = try OutputLine(place, activeLow: false, initially: .active)
    do throws(LineRequestError) {
      _ = try OutputLine(place, activeLow: false, initially: .inactive)
      Issue.record("the line was had twice")
    } catch {
      #expect(error == .busy(place, consumer: "farmgate"))
      #expect(
        error.description
          == "cannot request GPIO line RELAY1 (line 0 of farmgate-sim-busy): in use by \"farmgate\"")
    }
    #expect(try holder.read() == .active)
    let seen = try #require(LineDirectory.read().chips.first { $0.label == chip.label }?.lines.first)
    #expect(seen == LineDirectory.Line(offset: 0, name: "RELAY1", isUsed: true, consumer: "farmgate"))
  }

  @Test func `a line that has moved is not taken`() throws {
    let chip = try SimulatedChip("moved", lines: ["RELAY1", "RELAY2"])
    var place = try chip.place("RELAY1")
    place.offset = 1
    #expect(throws: LineRequestError.moved(place)) {
      _ = try OutputLine(place, activeLow: false, initially: .inactive)
    }
    place.offset = 2
    #expect(throws: LineRequestError.moved(place)) {
      _ = try OutputLine(place, activeLow: false, initially: .inactive)
    }
  }

  @Test func `chips and lines are found by label and name, and doubles are refused`() throws {
    let first = try SimulatedChip("double-a", lines: ["DOUBLE-TWICE", "DOUBLE-ONCE"])
    let second = try SimulatedChip("double-b", lines: ["DOUBLE-TWICE"])
    let directory = LineDirectory.read()
    #expect(try directory.place(ofLine: "DOUBLE-ONCE").chipLabel == first.label)
    #expect(try directory.place(ofLine: "DOUBLE-TWICE", onChip: second.label).chipLabel == second.label)
    #expect(throws: LineSearchError.self) { try directory.place(ofLine: "DOUBLE-TWICE") }
    let twin = try SimulatedChip("double-c", label: second.label, lines: ["OTHER"])
    #expect(throws: LineSearchError.self) {
      try LineDirectory.read().place(ofLine: "OTHER", onChip: twin.label)
    }
  }

  @Test func `a bank drives what it has, and ends with every line safe`() throws {
    let chip = try SimulatedChip("bank", lines: ["RELAY1", "RELAY2", "RELAY3"])
    let held = try chip.place("RELAY2")
    let holder = try OutputLine(held, activeLow: false, initially: .inactive)
    var bank: OutputBank? = OutputBank([
      .init(chip.address("RELAY1"), activeLow: false, safe: .inactive),
      .init(chip.address("RELAY2"), activeLow: false, safe: .inactive),
      .init(chip.address("RELAY3"), activeLow: true, safe: .inactive),
    ])
    #expect(bank?.failures == [1: .busy(held, consumer: "farmgate")])
    #expect(try chip.isHigh(2))
    try bank?.drive(.active, at: 0)
    try bank?.drive(.active, at: 2)
    #expect(throws: GPIOError(.drive, line: 0, code: ENODEV)) { try bank?.drive(.active, at: 1) }
    #expect(try chip.isHigh(0))
    #expect(try !chip.isHigh(2))
    #expect(bank?.driveAllSafe() == 0)
    #expect(try !chip.isHigh(0))
    #expect(try chip.isHigh(2))
    try bank?.drive(.active, at: 0)
    bank = nil
    #expect(try !chip.isHigh(0))
    #expect(try holder.read() == .inactive)
  }

  @Test func `a chip that disappears makes driving fail, not the process`() throws {
    let chip = try SimulatedChip("unplugged", lines: ["RELAY1"])
    let bank = OutputBank([.init(chip.address("RELAY1"), activeLow: false, safe: .inactive)])
    try chip.switchOff()
    #expect(throws: GPIOError(.drive, line: 0, code: ENODEV)) { try bank.drive(.active, at: 0) }
    #expect(bank.isMissingSome)
    #expect(bank.driveAllSafe() == 0)
  }

  @Test func `a chip that comes back is found, its line is taken safe and driven again`() throws {
    let chip = try SimulatedChip("replugged", lines: ["RELAY1"])
    let bank = OutputBank([.init(chip.address("RELAY1"), activeLow: true, safe: .inactive)])
    try chip.switchOff()
    #expect(throws: GPIOError.self) { try bank.drive(.active, at: 0) }
    guard case .notFound? = bank.findMissing()[0] else {
      Issue.record("found on a chip that is gone")
      return
    }
    try chip.switchOn()
    #expect(bank.findMissing().isEmpty)
    #expect(!bank.isMissingSome)
    #expect(try chip.isHigh(0))
    try bank.drive(.active, at: 0)
    #expect(try !chip.isHigh(0))
    #expect(try bank.read(at: 0) == .active)
    #expect(bank.driveAllSafe() == 0)
    #expect(try chip.isHigh(0))
  }

  @Test func `a line that was in use is had once it is free`() throws {
    let chip = try SimulatedChip("freed", lines: ["RELAY1"])
    let place = try chip.place("RELAY1")
    let holder = try OutputLine(place, activeLow: false, initially: .inactive)
    let bank = OutputBank([.init(chip.address("RELAY1"), activeLow: false, safe: .inactive)])
    #expect(bank.findMissing() == [0: .busy(place, consumer: "farmgate")])
    try holder.release(drivingSafe: .inactive)
    #expect(bank.findMissing().isEmpty)
    try bank.drive(.active, at: 0)
    #expect(try chip.isHigh(0))
  }
}
