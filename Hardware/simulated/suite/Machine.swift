import Glibc

/// The simulated machine's lines and chips, as `run` made them.
struct Machine {
  let lines: [String: SimulatedLine]
  let chips: [String: SimulatedChip]

  /// From the two tables whose paths are in the environment.
  init() throws {
    var chips: [String: SimulatedChip] = [:]
    for row in try Self.table("HIL_CHIPS", columns: 5) {
      chips[row[0]] = SimulatedChip(label: row[0], folder: row[3])
    }
    var lines: [String: SimulatedLine] = [:]
    for row in try Self.table("HIL_LINES", columns: 5) {
      guard let offset = UInt32(row[2]), let number = Int(row[4]), let chip = chips[row[1]] else {
        throw Failure("bad line: \(row)")
      }
      lines[row[0]] = SimulatedLine(name: row[0], chip: chip, offset: offset, number: number)
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
  let chip: SimulatedChip
  let offset: UInt32
  /// By which the witness knows it; another one when its chip has been pulled out and is back.
  let number: Int

  private var folder: String { get throws { "\(try chip.device)/sim_gpio\(offset)" } }
  var pullFile: String { get throws { try folder + "/pull" } }

  /// Drives an input from outside; for an output, what it falls back to when it is let go.
  func pull(_ level: WireLevel) throws {
    try KernelFile(path: pullFile).write(level == .high ? "pull-up" : "pull-down")
  }

  /// What is on the pin.
  var level: WireLevel {
    get throws { try KernelFile(path: folder + "/value").line == "1" ? .high : .low }
  }

  /// Waits until the pin has come to `wanted`.
  func wait(for wanted: WireLevel, within limit: Duration = .seconds(10)) throws {
    try eventually("\(name) to be \(wanted)", within: limit, holds: { try level == wanted })
  }
}

/// A simulated chip, which can be pulled out.
struct SimulatedChip {
  let label: String
  /// In configfs.
  let folder: String

  private var control: KernelFile { KernelFile(path: folder + "/live") }
  /// `gpiochip3`; another one when it is back while somebody still has the old one open.
  private var chipName: String { get throws { try KernelFile(path: folder + "/bank0/chip_name").line } }
  /// What programs open.
  var node: String { get throws { "/dev/" + (try chipName) } }
  /// In sysfs, with a folder for each line.
  var device: String {
    get throws { "/sys/devices/platform/\(try KernelFile(path: folder + "/dev_name").line)/\(try chipName)" }
  }

  func pullOut() throws {
    let node = try node
    try control.write("0")
    try eventually("\(node) to go", holds: { !KernelFile(path: node).exists })
  }

  /// Does nothing where it is plugged in already. Its pulls are down then.
  func plugIn() throws {
    if try control.line == "1" { return }
    try control.write("1")
    let node = try node
    try eventually("\(node) to come", holds: { KernelFile(path: node).exists })
  }
}
