import Foundation
import GPIOLines

/// A GPIO chip of the kernel's own simulator (gpio-sim), made for one test and removed with it.
///
/// The lines are the kernel's, with its character devices and interrupts; only the wire is simulated.
final class SimulatedChip {
  private static let folder = "/sys/kernel/config/gpio-sim"
  /// Whether this kernel has the simulator and lets us use it.
  static let isPresent = access(folder, W_OK) == 0
  static let absence = "this kernel has no gpio-sim; Hardware/simulated/run gives one that has"

  struct Failure: Error { var what: String, code: Int32 }

  let label: String
  private let config: String
  private let lineCount: Int
  private var lineFolder = ""

  /// - Parameter lines: Names by offset; empty for a line without one.
  init(_ purpose: String, label: String? = nil, lines: [String]) throws {
    self.label = label ?? "farmgate-sim-\(purpose)"
    config = "\(Self.folder)/farmgate-sim-\(purpose)-\(UUID().uuidString.prefix(8))"
    lineCount = lines.count
    try makeFolder(config)
    try makeFolder("\(config)/bank0")
    try write("\(lines.count)", to: "\(config)/bank0/num_lines")
    try write(self.label, to: "\(config)/bank0/label")
    for (offset, name) in lines.enumerated() where !name.isEmpty {
      try makeFolder("\(config)/bank0/line\(offset)")
      try write(name, to: "\(config)/bank0/line\(offset)/name")
    }
    try switchOn()
  }

  deinit {
    try? switchOff()  // may have been done by the test
    for offset in 0..<lineCount { rmdir("\(config)/bank0/line\(offset)") }
    rmdir("\(config)/bank0")
    rmdir(config)
  }

  /// The chip appears; every wire is low.
  func switchOn() throws {
    try write("1", to: "\(config)/live")
    let chip = try read("\(config)/bank0/chip_name")
    lineFolder = "/sys/devices/platform/\(try read("\(config)/dev_name"))/\(chip)"
  }

  /// The chip disappears, lines in use or not.
  func switchOff() throws { try write("0", to: "\(config)/live") }

  /// Pulls the wire of an input high or low.
  func pull(_ offset: Int, high: Bool) throws {
    try write(high ? "pull-up" : "pull-down", to: "\(lineFolder)/sim_gpio\(offset)/pull")
  }

  /// What is on the wire.
  func isHigh(_ offset: Int) throws -> Bool { try read("\(lineFolder)/sim_gpio\(offset)/value") == "1" }

  func address(_ name: String) -> LineAddress { LineAddress(name: name, chipLabel: label) }

  func place(_ name: String) throws -> LinePlace {
    try LineDirectory.read().place(ofLine: name, onChip: label)
  }

  private func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 else { throw Failure(what: "mkdir \(path)", code: errno) }
  }

  private func write(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY)
    guard file >= 0 else { throw Failure(what: "open \(path)", code: errno) }
    defer { close(file) }
    guard Foundation.write(file, text, text.utf8.count) == text.utf8.count else {
      throw Failure(what: "write \(text) to \(path)", code: errno)
    }
  }

  private func read(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
