import Glibc

/// The simulated machine's lines and chips, as `run` made them.
struct Machine {
  let lines: [String: SimulatedLine]
  let chips: [String: SimulatedChip]

  /// From the two tables whose paths are in the environment.
  init() throws {
    var lines: [String: SimulatedLine] = [:]
    for row in try Self.table("HIL_LINES", columns: 5) {
      guard let offset = UInt32(row[2]), let number = Int(row[4]) else { throw Failure("bad line: \(row)") }
      lines[row[0]] = SimulatedLine(
        name: row[0], chip: row[1], offset: offset, folder: row[3], number: number)
    }
    var chips: [String: SimulatedChip] = [:]
    for row in try Self.table("HIL_CHIPS", columns: 5) {
      chips[row[0]] = SimulatedChip(
        label: row[0], device: row[1], control: KernelFile(path: row[3] + "/live"))
    }
    (self.lines, self.chips) = (lines, chips)
  }

  func line(_ name: String) throws -> SimulatedLine {
    guard let line = lines[name] else { throw Failure("the machine has no line \(name)") }
    return line
  }

  func chip(_ label: String) throws -> SimulatedChip {
    guard let chip = chips[label] else { throw Failure("the machine has no chip \(label)") }
    return chip
  }

  /// The board as it rests: relay lines and contacts pulled up, meters down, probes plugged in and well.
  func rest() throws {
    for chip in chips.values { try chip.plugIn() }
    for line in lines.values {
      try line.pull(line.name.hasPrefix("FLOW") || line.name.hasPrefix("PLAIN") ? .low : .high)
    }
    try Thermometers().rest()
    try LoadCell().rest()
    try Converter().rest()
  }

  private static func table(_ variable: String, columns: Int) throws -> [[String]] {
    guard let path = getenv(variable) else { throw Failure("\(variable) is not set: start me with ./run") }
    return try KernelFile(path: String(cString: path)).read().split(separator: "\n").map { line in
      let row = line.split(separator: " ").map(String.init)
      guard row.count == columns else { throw Failure("bad row of \(variable): \(line)") }
      return row
    }
  }
}

/// What is on a wire.
enum WireLevel: Equatable { case low, high }

/// One line of a simulated chip.
struct SimulatedLine {
  let name: String
  /// The chip's label.
  let chip: String
  let offset: UInt32
  let folder: String
  /// By which the witness knows it.
  let number: Int

  var pullFile: String { folder + "/pull" }

  /// Drives an input from outside; for an output, what it falls back to when it is let go.
  func pull(_ level: WireLevel) throws {
    try KernelFile(path: pullFile).write(level == .high ? "pull-up" : "pull-down")
  }

  /// What is on the pin.
  var level: WireLevel {
    get throws { try KernelFile(path: folder + "/value").line == "1" ? .high : .low }
  }

  /// The pin and whether it has come to `wanted` in time.
  func wait(for wanted: WireLevel, within limit: Duration = .seconds(10)) throws {
    try eventually("\(name) to be \(wanted)", within: limit, holds: { try level == wanted })
  }
}

/// A simulated chip, which can be pulled out.
struct SimulatedChip {
  let label: String
  let device: String
  let control: KernelFile

  func pullOut() throws {
    try control.write("0")
    try eventually("\(device) to go", holds: { !KernelFile(path: device).exists })
  }

  /// Does nothing where it is plugged in already. Its pulls are down then.
  func plugIn() throws {
    if try control.line == "1" { return }
    try control.write("1")
    try eventually("\(device) to come back", holds: { KernelFile(path: device).exists })
  }
}
